#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_info
short_description: Read PagerDuty incidents
version_added: 1.0.0
description:
  - Reads incidents by id or number, or finds those that events with a dedup key have opened, or that fit filters.
  - Changes nothing, and pages nobody.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.time_zone
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.info_module
  - oncall.pagerduty.attributes.action_group
options:
  incident_id:
    description:
      - The incidents, by id such as V(Q1R2DLCB21K7NP) or by number. An empty text is refused. An empty list is nothing
        to do, and reads none.
      - Also V("#42"), the address of an incident in the browser, or what a task has returned as C(incident) or
        C(incidents), mixed as you like.
      - All of them are tried. If some fail, the task fails, and RV(failures) lists them while RV(incidents) has the
        others.
      - Either O(incident_id), O(dedup_key), or a filter is required, and they exclude each other. The filters are
        O(statuses), O(services), O(teams), O(urgencies), O(assignees), O(priorities), O(incident_types), O(since), and
        O(until). An incident is found if it fits all filters that are set, and any value of each.
    type: list
    elements: str
    aliases: [incident_ids, id]
  dedup_key:
    description:
      - Find the incidents that events with this dedup key have opened, newest first.
      - It is not an error if there is none, unless O(wait) is set.
    type: str
    aliases: [incident_key]
  wait:
    description:
      - How many seconds to wait until the incident of O(dedup_key) is open. PagerDuty opens it shortly after it has
        accepted the event, so V(30) is plenty. If none is open then, the task fails.
      - Check mode does not wait. If no incident is open, it returns the one that tasks before would open.
    type: int
    default: 0
  wait_for_acknowledgement:
    description:
      - Wait until somebody has acknowledged or resolved the incident, or one of several, but not longer than until this
        time, such as V(10m) or V(+10m) (from now), V(08:00) (the next one), or V(2026-01-31T23:59:59Z). The notes have
        all forms. What counts is PagerDuty's clock.
      - RV(acknowledged_by) says who it was, and C(msg) what they did, and when. It is not an error if it was nobody.
      - A read that fails does not end the wait. Only if PagerDuty refuses the first one, the task fails at once.
      - Check mode does not wait.
      - Requires O(incident_id) or O(dedup_key).
    type: str
  statuses:
    description:
      - Find incidents with one of these statuses.
      - Without V(resolved), incidents of any age are found unless O(since) or O(until) is set.
    type: list
    elements: str
    choices: [triggered, acknowledged, resolved]
  services:
    description: Find incidents of one of these services, by id or name.
    type: list
    elements: str
  teams:
    description: Find incidents of one of these teams, by id or name.
    type: list
    elements: str
  urgencies:
    description: Find incidents with one of these urgencies.
    type: list
    elements: str
    choices: [high, low]
  assignees:
    description:
      - Find incidents that are assigned to one of these users, by id, e-mail address, or name.
      - Resolved incidents have no assignees, so only open ones are found. They are of any age unless O(since) or
        O(until) is set.
    type: list
    elements: str
  priorities:
    description: Find incidents with one of these priorities, by id or name such as V(P1).
    type: list
    elements: str
  incident_types:
    description:
      - Find incidents of one of these types, by name such as V(major_incident), by the name that PagerDuty shows, or by
        id.
      - A type that is disabled finds the incidents that have had it before.
    type: list
    elements: str
  since:
    description:
      - Find incidents that were opened at this time or later, such as V(-2h), V(yesterday 18:00), V(08:00) (the last
        one), or V(2026-01-31T23:59:59Z). The notes have all forms.
      - Without O(since), PagerDuty searches only the 30 days before O(until), or before now. O(statuses) and
        O(assignees) have the exceptions. If no incident was opened in the last 30 days, a warning says so.
      - The range can be 6 months at most.
    type: str
  until:
    description:
      - Find incidents that were opened until this time, which is given like O(since). By default, until now.
      - A time of day such as V(17:00) is the first one after O(since), or the last one.
    type: str
  sort:
    description:
      - The fields to sort by, two at most. C(:asc) and C(:desc) set the order, which is ascending by default.
      - Without O(sort), the newest incidents are first.
    type: list
    elements: str
    choices:
      - created_at
      - created_at:asc
      - created_at:desc
      - incident_number
      - incident_number:asc
      - incident_number:desc
      - resolved_at
      - resolved_at:asc
      - resolved_at:desc
      - urgency
      - urgency:asc
      - urgency:desc
  limit:
    description: Find at most this many incidents, the first in the order of O(sort). By default, all.
    type: int
  include:
    description:
      - What to include in each incident.
      - V(alerts), V(log_entries), V(notes), V(outlier_incident), V(past_incidents), V(related_change_events), and
        V(related_incidents) are added under their name, and take a call each for each incident.
      - V(past_incidents) are up to 5 similar ones of the same service, V(related_incidents) up to 20 that are open on
        other services. V(outlier_incident) says how often such incidents occur on the service, in
        C(incident.occurrence), whose C(category) is for example C(rare).
      - PagerDuty has these three only with its AIOps add-on, the older Event Intelligence package, or its plan Digital
        Operations. Otherwise they are null, and a warning says so.
      - With V(log_entries), each incident also has C(notified), which lists whom PagerDuty has really notified.
      - PagerDuty returns V(body), V(conference_bridge), and V(custom_fields) only if they are included.
        V(custom_fields) requires O(incident_id).
      - The others replace a reference by the complete object.
    type: list
    elements: str
    default: []
    choices:
      - acknowledgers
      - agents
      - alerts
      - assignees
      - body
      - conference_bridge
      - custom_fields
      - escalation_policies
      - first_trigger_log_entries
      - log_entries
      - notes
      - outlier_incident
      - past_incidents
      - priorities
      - related_change_events
      - related_incidents
      - services
      - teams
      - users
notes:
  - The OAuth scope needed is C(incidents.read), and to look up O(services), O(teams), O(assignees), O(priorities), or
    O(incident_types) also C(services.read), C(teams.read), C(users.read), C(priorities.read), or
    C(incident_types.read).
  - PagerDuty returns at most 10,000 incidents. If there are more, a warning says so.
seealso:
  - name: Get an incident
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/005299ec38a91-get-an-incident
"""

EXAMPLES = r"""
- name: Read an incident
  oncall.pagerduty.incident_info:
    incident_id: "{{ incident_id }}"
  register: read

- name: Read an incident with its notes and timeline
  oncall.pagerduty.incident_info:
    incident_id: "{{ incident_id }}"
    include: [notes, log_entries]
  register: timeline

- name: Show who was notified, and when
  ansible.builtin.debug:
    msg: "{{ item.who.summary }} by {{ item.channel }} at {{ item.at }}"
  loop: "{{ timeline.incident.notified }}"

- name: Wait for the incident of an alert
  oncall.pagerduty.incident_info:
    dedup_key: checkout-disk-full
    wait: 30
  register: found

- name: Wait ten minutes until somebody acknowledges it
  oncall.pagerduty.incident_info:
    incident_id: "{{ incident_id }}"
    wait_for_acknowledgement: 10m
  register: awaited

- name: Page the next level if nobody has
  oncall.pagerduty.incident_escalation:
    incident_id: "{{ incident_id }}"
    level: next
  when: awaited.acknowledged_by is none

- name: Find the open incidents of a service that have high urgency
  oncall.pagerduty.incident_info:
    services: [Checkout]
    statuses: [triggered, acknowledged]
    urgencies: [high]

- name: Find the major incidents of the last week
  oncall.pagerduty.incident_info:
    incident_types: [major_incident]
    since: -7d

- name: Find the last three incidents of two teams, with the changes that may have caused them
  oncall.pagerduty.incident_info:
    teams: [Web, Data]
    limit: 3
    include: [body, related_change_events]

- name: Show who it is assigned to
  ansible.builtin.debug:
    msg: "{{ found.incidents[0].assignments | map(attribute='assignee.summary') | join(', ') }}"
"""

RETURN = r"""
incidents:
  description:
    - The incidents, without integration keys, and without people's phone numbers.
    - With V(log_entries) in O(include), each has C(notified), a list of the notifications in its log, the oldest first.
      C(who) is a reference to the user; C(channel) is V(email), V(sms), V(phone), V(push), or PagerDuty's own word for
      another one; C(status) is PagerDuty's word for what came of it, such as V(success); and C(at) is the time. What
      PagerDuty leaves out is V(null). The log does not tell of status updates to subscribers.
  returned: when the incidents could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      incident_number: 42
      status: triggered
      title: Disk full on checkout-1
      urgency: high
      log_entries:
        - id: R2PR4MF1BC8WHFNLJS8Y7WNE0D
          type: notify_log_entry
          summary: Notified Primary On-call by phone
          created_at: "2026-01-31T23:59:59Z"
          channel:
            type: auto
            notification:
              type: phone
              status: success
          user:
            id: PUSER01
            type: user_reference
            summary: Primary On-call
      notified:
        - who:
            id: PUSER01
            type: user_reference
            summary: Primary On-call
          channel: phone
          status: success
          at: "2026-01-31T23:59:59Z"
incident:
  description: The same, if there is exactly one incident.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    incident_number: 42
    status: triggered
    title: Disk full on checkout-1
    urgency: high
acknowledged_by:
  description:
    - Who has acknowledged or resolved the incident, or one of several; V(null) if nobody has.
    - If PagerDuty does not say who it was, the C(summary) is C(Somebody), and the C(id) is V(null).
  returned: when O(wait_for_acknowledgement) is set
  type: dict
  sample:
    id: PUSER01
    type: user_reference
    summary: Primary On-call
failures:
  description: The incidents that could not be read, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: "GET https://api.pagerduty.com/incidents/Q1R2DLCB21K7NP: Not Found (HTTP 404, code 2100)."
      hint: "Check the id, and that the token belongs to the same account and region."
      outcome: not_done
      status: 404
      code: 2100
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_info import INCLUDED, READ_SEPARATELY, incident_info
from ..module_utils._incidents.filters import ARRANGEMENT, FILTERS, SORT_ORDERS, STATUSES
from ..module_utils._module import Module
from ..module_utils._options import INCIDENT_ID, TIME_ZONE, WAIT

EXCLUDED = (*FILTERS, *ARRANGEMENT)
BY_NAME = ("incident_id", "dedup_key", "wait_for_acknowledgement")
TEXTS = {"type": "list", "elements": "str"}

DEFINITION = Module(
    incident_info,
    {
        **INCIDENT_ID,
        "dedup_key": {"type": "str", "aliases": ["incident_key"], "no_log": False},
        **WAIT,
        "statuses": {**TEXTS, "choices": list(STATUSES)},
        "services": TEXTS,
        "teams": TEXTS,
        "urgencies": {**TEXTS, "choices": ["high", "low"]},
        "assignees": TEXTS,
        "priorities": TEXTS,
        "incident_types": TEXTS,
        "since": {"type": "str"},
        "until": {"type": "str"},
        **TIME_ZONE,
        "wait_for_acknowledgement": {"type": "str"},
        "sort": {**TEXTS, "choices": list(SORT_ORDERS)},
        "limit": {"type": "int"},
        "include": {"type": "list", "elements": "str", "default": [], "choices": sorted(INCLUDED + READ_SEPARATELY)},
    },
    writes=False,
    required_one_of=[("incident_id", "dedup_key", *FILTERS)],
    mutually_exclusive=[
        ("incident_id", "dedup_key"),
        *((name, excluded) for name in BY_NAME for excluded in EXCLUDED),
    ],
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
