#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_subscribers
short_description: Add or remove subscribers of PagerDuty incidents
version_added: 1.0.0
description:
  - Subscribes users and teams to one or more incidents, or removes them. Subscribers are notified of status updates.
  - Nobody is notified of being subscribed or removed.
  - Does nothing when all of them are subscribed, or with O(state=absent) when none of them is. Otherwise only the
    others are changed, in one call for each incident.
  - Limitations - PagerDuty does not list those who subscribed themselves, or who are subscribed through a business
    service. It does not subscribe a user again as a member of a team who has left the incident before.
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
      - Users, by id, e-mail address, or name. At least one of O(users) and O(teams) is required.
      - Whoever is found is subscribed. If others are unknown, the task fails afterwards and names all of them.
    type: list
    elements: str
  teams:
    description: Teams, by id or name. A status update notifies all their members.
    type: list
    elements: str
  state:
    description: Whether they should be subscribed.
    type: str
    choices: [present, absent]
    default: present
notes:
  - The OAuth scopes needed are C(subscribers.read), C(subscribers.write), with users C(users.read), with teams
    C(teams.read), and with incident numbers C(incidents.read).
seealso:
  - name: Add notification subscribers
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/73a9ee346346b-add-notification-subscribers
  - name: Communicate with stakeholders
    description: PagerDuty's page on subscribers and status updates.
    link: https://support.pagerduty.com/main/docs/communicate-with-stakeholders
  - module: oncall.pagerduty.incident_status_update
"""

EXAMPLES = r"""
- name: Subscribe a user
  oncall.pagerduty.incident_subscribers:
    incident_id: "{{ incident_id }}"
    users: service.owner@example.com

- name: Subscribe teams to several incidents
  oncall.pagerduty.incident_subscribers:
    incident_id: "{{ incident_ids }}"
    teams:
      - Web
      - Data

- name: Remove a team
  oncall.pagerduty.incident_subscribers:
    incident_id: "{{ incident_id }}"
    teams: Data
    state: absent
"""

RETURN = r"""
incidents:
  description: For each incident its C(id) and all its C(subscribers); in check mode, as they would be.
  returned: when the subscribers could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      subscribers:
        - subscriber_id: PUSER08
          subscriber_type: user
          has_indirect_subscription: false
          subscribed_via:
incident:
  description: The same, if there is exactly one incident.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    subscribers:
      - subscriber_id: PUSER08
        subscriber_type: user
        has_indirect_subscription: false
        subscribed_via:
notifies:
  description:
    - Always empty, as nobody is notified.
  returned: success
  type: list
  elements: dict
  sample: []
failures:
  description: The incidents whose subscribers could not be changed, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: "PagerDuty did not subscribe Web (PTEAM01): unauthorized."
      hint: Check that the token may see them, and that the account's plan includes stakeholders.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_subscribers import incident_subscribers
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    incident_subscribers,
    {
        "users": {"type": "list", "elements": "str"},
        "teams": {"type": "list", "elements": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    required_one_of=[("users", "teams")],
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
