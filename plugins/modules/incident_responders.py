#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_responders
short_description: Request responders for PagerDuty incidents, or cancel requests
version_added: 1.0.0
description:
  - Requests users, and the people on call for escalation policies, as responders. This pages them.
  - Does nothing, and pages nobody, when all of them were already requested. Otherwise only those who were not are
    requested, in one call for each incident. Whoever's request was cancelled is requested again.
  - Responders who declined are named in a warning. They are requested again only with O(renotify=true).
  - With O(state=absent), the pending requests of these users and policies are cancelled, and PagerDuty stops notifying
    them. Does nothing when none is pending. Responders who have joined or declined stay as they are; a warning names
    those who have joined.
  - Limitations - tasks on different machines that request the same person at the same moment are not detected before
    the page; a warning says so afterwards.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  users:
    description:
      - Users, by id, e-mail address, or name. At least one of O(users) and O(escalation_policies) is required.
      - Whoever is found is requested. If others are unknown, the task fails afterwards and names all of them.
    type: list
    elements: str
  escalation_policies:
    description: Escalation policies, by id or name.
    type: list
    elements: str
  responders_message:
    description: The message for the responders. If not set, it asks for help and names the incident's title.
    type: str
    aliases: [text]
  requester:
    description:
      - The user who requests them, by id or e-mail address.
      - If not set or unknown, the user of O(from_email), or else the user of the API token. If PagerDuty refuses them,
        because the token is another user's, that user requests.
    type: str
  renotify:
    description: Whether to request those again who declined.
    type: bool
    default: false
  state:
    description: Whether they should be requested. V(absent) cancels what is pending.
    type: str
    choices: [present, absent]
    default: present
notes:
  - The OAuth scopes needed are C(incidents.read), C(incidents.write), C(users.read), and with policies
    C(escalation_policies.read). C(oncalls.read) is needed only to name whom the change notifies.
seealso:
  - name: Create a responder request
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/5ffe28d4fed57-create-a-responder-request-for-an-incident
"""

EXAMPLES = r"""
- name: Request the incident commander
  oncall.pagerduty.incident_responders:
    incident_id: "{{ incident_id }}"
    users: incident.commander@example.com

- name: Request a user and whoever is on call for the database
  oncall.pagerduty.incident_responders:
    incident_id: "{{ incident_id }}"
    users:
      - incident.commander@example.com
    escalation_policies:
      - Database
    responders_message: The replicas lag by 20 minutes. Please join the bridge.

- name: Request a user again who has declined
  oncall.pagerduty.incident_responders:
    incident_id: "{{ incident_id }}"
    users: incident.commander@example.com
    renotify: true

- name: Cancel a request that is still pending
  oncall.pagerduty.incident_responders:
    incident_id: "{{ incident_id }}"
    users: incident.commander@example.com
    state: absent
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
      status: triggered
incident:
  description: The same, if there is exactly one incident.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: triggered
notifies:
  description:
    - Whom the change notifies, why, and how (C(page), C(notify), or C(invite)); in check mode, whom it would notify.
    - If PagerDuty does not say who will be notified, C(summary) begins with C(whoever is), and C(id) is null.
  returned: success
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      who:
        id: PUSER01
        type: user_reference
        summary: Primary On Call
      why: requested as a responder
      how: page
failures:
  description:
    - The incidents that could not be changed, each with the reason.
    - If users or policies are unknown, also one failure that names all of them. Its target is null, and its outcome is
      V(partly_done) if others were requested.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target:
      message: "No user is called 'commander'. Did you mean: Incident Commander (PUSER05)?"
      hint: "Use the exact email or name that PagerDuty shows, or the id."
      outcome: partly_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_responders import incident_responders
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    incident_responders,
    {
        "users": {"type": "list", "elements": "str"},
        "escalation_policies": {"type": "list", "elements": "str"},
        "responders_message": {"type": "str", "aliases": ["text"]},
        "requester": {"type": "str"},
        "renotify": {"type": "bool", "default": False},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    required_one_of=[("users", "escalation_policies")],
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
