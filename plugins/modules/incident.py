#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident
short_description: Open and update PagerDuty incidents
version_added: 1.0.0
description:
  - Sets fields of one or more incidents. Only the fields that differ are sent, all in one call.
  - With O(service) and O(incident_key) it updates the open incident that has this key, or opens one. PagerDuty itself
    refuses a second open incident with the same key on the same service. So nobody is paged twice if a response is
    lost, or if several tasks open it at the same moment.
  - A new incident pages its assignee, or the people on call for its escalation policy.
  - New assignees are paged, and so are the people on call at the first level of a new escalation policy. If the
    incident was acknowledged, it becomes triggered again.
  - With O(service) and O(incident_id) or O(dedup_key) it moves incidents to another service, in one call for each.
  - If O(priority) or O(incident_type) is unknown, the other fields are set, and the task fails afterwards. A new
    incident is opened also if O(assignees) or O(escalation_policy) are unknown, and then pages the people on call for
    its service.
  - Does nothing when every given field already has its value. The order of assignees does not matter.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  incident_id:
    description:
      - The incidents, by id such as V(Q1R2DLCB21K7NP) or by number. An empty text is refused. An empty list is nothing
        to do.
      - Also V("#42"), the address of an incident in the browser, or what a task has returned as C(incident) or
        C(incidents), mixed as you like.
      - All of them are tried. If some fail, the task fails, and RV(failures) lists them while RV(incidents) has the
        others.
      - Either O(incident_id), O(dedup_key), or O(incident_key) is required. They are mutually exclusive.
    type: list
    elements: str
    aliases: [incident_ids, id]
  dedup_key:
    description:
      - The open incident with this key, whatever its service. That is the dedup key of the event that has opened it, or
        its O(incident_key).
      - If there is none, the task fails. In check mode, the task shows what it would do to the incident that tasks
        before would open.
    type: str
  wait:
    description:
      - How many seconds to wait for the incident of O(dedup_key). PagerDuty opens it shortly after it has accepted the
        event, so V(30) is plenty. Check mode does not wait.
    type: int
    default: 0
  service:
    description:
      - The service of the incident, by id or name.
      - With O(incident_id) or O(dedup_key), incidents of other services move to this one. They keep their escalation
        policy and their assignees, and moving notifies nobody. Set O(escalation_policy) or O(assignees) as well to hand
        them over.
      - PagerDuty does not document what else changes. If it changes the escalation policy, a warning says so.
      - With O(incident_key), the service that has the incident. Incidents of other services are not looked at, even if
        they have the same key, and nothing is moved.
    type: str
  incident_key:
    description:
      - A name of your own for the incident, which no other open incident of the service may have. Requires O(service).
      - Once the incident has moved to another service, it is not found under this one any more.
      - If an open incident has this key, or holds an open alert with this dedup key, it is updated. Otherwise an
        incident is opened, which requires O(title).
      - In check mode, fields of a new incident that only PagerDuty knows are null. Its C(id) is
        V(would-be-opened:) with the key; tasks after that take it as O(incident_id), but better the whole C(incident).
    type: str
  body:
    description:
      - Details of the incident, which PagerDuty shows below its title. Requires O(incident_key).
      - Only a new incident gets them, as PagerDuty cannot change them afterwards. Use M(oncall.pagerduty.incident_note)
        to add something to an open one.
    type: str
  status:
    description:
      - The status that the incidents should have.
      - With V(triggered), a resolved incident is re-opened. It is assigned by O(assignees) or O(escalation_policy), or
        by its current escalation policy.
      - With V(acknowledged), PagerDuty assigns the incident to whoever acknowledges it, and to nobody else. That is the
        user in O(assignees). Without O(assignees) it is the user of the token, or of O(from_email) if the token is
        not a user's.
      - With V(acknowledged), a resolved incident is an error unless O(reopen=true).
      - With O(incident_key), V(acknowledged) and V(resolved) never open an incident. If none is open, V(acknowledged)
        is an error, and V(resolved) changes nothing.
    type: str
    choices: [triggered, acknowledged, resolved]
  resolution:
    description:
      - How the incident was resolved. Requires O(status=resolved).
      - PagerDuty keeps it in the incident's timeline, where the API returns it with the log entry of the resolution.
        Neither the notes nor the web interface show it.
      - The resolution of an incident that is already resolved cannot be changed; a different one is a warning.
    type: str
  reopen:
    description:
      - Whether O(status=acknowledged) may re-open a resolved incident.
      - Cannot be combined with O(incident_key), which opens a new incident instead.
    type: bool
    default: false
  assignees:
    description:
      - The users that the incident should be assigned to, by id, e-mail address, or name. They replace all others.
      - It is assigned to those who are found, so that somebody is paged. If others are unknown, the task fails
        afterwards and names all of them.
      - Mutually exclusive with O(escalation_policy). Cannot be combined with O(status=resolved), as a resolved incident
        has no assignees.
      - With O(status=acknowledged) and one user, the incident is acknowledged in their name, so that it is or stays
        theirs. They are not notified. This needs an API key of the account - with the token of another user, the
        incident is assigned to them, which pages them unless it was theirs, and acknowledging it is left to them; a
        warning says so.
      - With O(status=acknowledged) and several users, it is assigned to them, and acknowledging it is left to one of
        them, as PagerDuty assigns it to nobody else then; a warning says so.
      - PagerDuty opens an incident for one user; a second call assigns it to the others. If that user is the one who
        opens it, PagerDuty opens it as acknowledged and pages nobody; a warning says so. With O(status=triggered), a
        second call triggers it, which pages them.
    type: list
    elements: str
  title:
    description: The title. Required to open an incident.
    type: str
  urgency:
    description: The urgency.
    type: str
    choices: [high, low]
  priority:
    description: The priority, by id or name, such as V(P1).
    type: str
  escalation_policy:
    description:
      - The escalation policy, by id or name.
      - Mutually exclusive with O(assignees).
    type: str
  conference_bridge:
    description: How responders meet. A suboption that is not set stays as it is.
    type: dict
    suboptions:
      conference_number:
        description: A telephone number.
        type: str
      conference_url:
        description: A URL.
        type: str
  incident_type:
    description: The incident type, by name such as V(major_incident), by the name that PagerDuty shows, or by id.
    type: str
notes:
  - The OAuth scopes needed are C(incidents.read) and C(incidents.write), and to look up O(assignees), O(priority),
    O(escalation_policy), O(incident_type), or O(service) also C(users.read), C(priorities.read),
    C(escalation_policies.read), C(incident_types.read), or C(services.read). C(oncalls.read) is needed only to name
    whom the change notifies, and C(users.read) only to name who gets an incident by acknowledging it.
  - PagerDuty limits how fast an account can open incidents this way, as it is meant for what people do. Use
    M(oncall.pagerduty.event) for monitoring.
seealso:
  - name: Create an incident
    description: How PagerDuty opens incidents through the REST API.
    link: https://developer.pagerduty.com/docs/incident-creation-api
  - name: Update an incident
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/8a0e1aa2ec666-update-an-incident
  - module: oncall.pagerduty.incident_status
  - module: oncall.pagerduty.incident_escalation_policy
"""

EXAMPLES = r"""
- name: Set title, priority, and urgency
  oncall.pagerduty.incident:
    incident_id: "{{ incident_id }}"
    title: Payments are failing for all customers
    priority: P1
    urgency: high

- name: Open an incident, unless one is open
  oncall.pagerduty.incident:
    service: Checkout
    incident_key: checkout-payments-failing
    title: Payments are failing for all customers
    priority: P1
    body: The error rate is 40 % since the deployment of 14:05.
  register: opened

- name: Resolve it, if it is open
  oncall.pagerduty.incident:
    service: Checkout
    incident_key: checkout-payments-failing
    status: resolved
    resolution: The deployment was rolled back.

- name: Assign an incident to two people
  oncall.pagerduty.incident:
    incident_id: "{{ incident_id }}"
    assignees:
      - incident.commander@example.com
      - database.second@example.com

- name: Acknowledge an incident for the person who works on it
  oncall.pagerduty.incident:
    incident_id: "{{ incident_id }}"
    status: acknowledged
    assignees: database.second@example.com

- name: Move an incident to the service that causes it, and to the people who are on call there
  oncall.pagerduty.incident:
    incident_id: "{{ incident_id }}"
    service: Database
    escalation_policy: Database

- name: Set the conference bridge
  oncall.pagerduty.incident:
    incident_id: "{{ incident_id }}"
    conference_bridge:
      conference_url: https://meet.example.com/payments

- name: Resolve an incident
  oncall.pagerduty.incident:
    incident_id: "{{ incident_id }}"
    status: resolved
    resolution: Failed over to the second payment provider.
"""

RETURN = r"""
incidents:
  description: The incidents as they are in PagerDuty after the task; in check mode, as they would be.
  returned: when the incidents could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      incident_number: 42
      status: acknowledged
      title: Payments are failing for all customers
      urgency: high
incident:
  description: The same, if there is exactly one incident.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: acknowledged
    title: Payments are failing for all customers
    urgency: high
notifies:
  description:
    - Whom the change notifies, why, and how (C(page), C(notify), or C(invite)); in check mode, whom it would notify.
    - Where PagerDuty does not say who it is, C(who) has no C(id), and its C(summary) says what they are.
  returned: success
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      who:
        id: PUSER01
        type: user_reference
        summary: Primary On Call
      why: assigned to the incident
      how: page
failures:
  description: The incidents that could not be changed, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: "Incident Q1R2DLCB21K7NP (#42) is resolved and cannot be reassigned."
      hint: "Set status: triggered to re-open it and assign it to them."
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident import OPENING, incident
from ..module_utils._incidents.fields import FIELDS
from ..module_utils._module import Module
from ..module_utils._options import INCIDENT_ID, WAIT

DEFINITION = Module(
    incident,
    {
        **INCIDENT_ID,
        "dedup_key": {"type": "str", "no_log": False},
        **WAIT,
        "service": {"type": "str"},
        "incident_key": {"type": "str", "no_log": False},
        "body": {"type": "str"},
        "status": {"type": "str", "choices": ["triggered", "acknowledged", "resolved"]},
        "resolution": {"type": "str"},
        "reopen": {"type": "bool", "default": False},
        "assignees": {"type": "list", "elements": "str"},
        "title": {"type": "str"},
        "urgency": {"type": "str", "choices": ["high", "low"]},
        "priority": {"type": "str"},
        "escalation_policy": {"type": "str"},
        # The action checks its suboptions. If they had a spec, ansible-core would show the api_token of a task
        # whose conference_bridge is not a dictionary.
        "conference_bridge": {"type": "dict"},
        "incident_type": {"type": "str"},
    },
    required_one_of=[("incident_id", "dedup_key", "incident_key"), tuple(FIELDS)],
    required_by={"incident_key": ["service"]},
    mutually_exclusive=[
        ("assignees", "escalation_policy"),
        ("incident_id", "dedup_key"),
        *((one, name) for one in ("incident_id", "dedup_key") for name in OPENING),
    ],
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
