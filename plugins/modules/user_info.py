#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: user_info
short_description: Read PagerDuty users
version_added: 1.0.0
description:
  - Reads users by id, e-mail address, or name, or lists those of teams, or those who match a text.
  - Changes nothing, and notifies nobody.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.info_module
  - oncall.pagerduty.attributes.action_group
options:
  users:
    description:
      - The users, by id, e-mail address, or name.
      - All of them are tried. If some fail, the task fails, and RV(failures) lists them while RV(users) has the others.
      - Mutually exclusive with O(teams) and O(query). If none of the three is given, all users of the account are
        listed. If all that is given of them is empty, the task fails.
    type: list
    elements: str
    aliases: [user, email]
  teams:
    description: List the users of these teams, by id or name.
    type: list
    elements: str
  query:
    description: List the users whose name or e-mail address contains this text. It is not an error if there is none.
    type: str
    aliases: [text]
notes:
  - The OAuth scopes needed are C(users.read), and C(teams.read) with O(teams).
seealso:
  - name: List users
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/c96e889522dd6-list-users
  - module: oncall.pagerduty.user
"""

EXAMPLES = r"""
- name: Read a user
  oncall.pagerduty.user_info:
    email: incident.commander@example.com
  register: commander

- name: List the users of a team
  oncall.pagerduty.user_info:
    teams: [Web]
  register: web

- name: Find users of a domain who have not accepted their invitation
  oncall.pagerduty.user_info:
    query: "@example.com"
  register: found

- name: Show them
  ansible.builtin.debug:
    msg: "{{ found.users | selectattr('invitation_sent') | map(attribute='email') | join(', ') }}"
"""

RETURN = r"""
users:
  description: The users, without the private addresses of their calendars.
  returned: when the users could be read
  type: list
  elements: dict
  sample:
    - id: PUSER05
      type: user
      name: Incident Commander
      email: incident.commander@example.com
      role: admin
      job_title: Head of Operations
      time_zone: Etc/UTC
user:
  description: The same, if there is exactly one user.
  returned: when there is exactly one user
  type: dict
  sample:
    id: PUSER05
    type: user
    name: Incident Commander
    email: incident.commander@example.com
    role: admin
    job_title: Head of Operations
    time_zone: Etc/UTC
failures:
  description: The users who could not be read, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: nobody@example.com
      message: No user is called 'nobody@example.com'.
      hint: Use the exact email or name that PagerDuty shows, or the id.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.user_info import user_info
from ..module_utils._module import Module

DEFINITION = Module(
    user_info,
    {
        "users": {"type": "list", "elements": "str", "aliases": ["user", "email"]},
        "teams": {"type": "list", "elements": "str"},
        "query": {"type": "str", "aliases": ["text"]},
    },
    writes=False,
    filters=("users", "teams", "query"),
    mutually_exclusive=[("users", "teams"), ("users", "query")],
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
