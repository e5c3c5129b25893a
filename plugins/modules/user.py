#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: user
short_description: Create, update, or delete a PagerDuty user
version_added: 1.0.0
description:
  - Creates a user, updates the given fields of an existing one, or deletes one. The O(email) says which.
  - PagerDuty sends each new user an invitation by e-mail. This cannot be switched off, but nothing is sent to addresses
    that end with C(.invalid).
  - A user who is assigned to open incidents is not deleted.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  email:
    description:
      - The user's e-mail address, in upper or lower case. It is not changed.
    type: str
    required: true
  name:
    description: The name, at most 100 characters. Required to create a user.
    type: str
  role:
    description:
      - The role in the account. In PagerDuty's web interface V(admin) is Global Admin, V(user) Manager, V(limited_user)
        Responder, V(observer) Observer, V(restricted_access) Restricted Access, V(read_only_user) Full Stakeholder, and
        V(read_only_limited_user) Limited Stakeholder.
      - If not set, new users get PagerDuty's default, V(user).
    type: str
    choices:
      - admin
      - limited_user
      - observer
      - owner
      - read_only_limited_user
      - read_only_user
      - restricted_access
      - user
  title:
    description: The job title, at most 100 characters. An empty string removes it.
    type: str
    aliases: [job_title]
  description:
    description: The description on the user's profile. An empty string removes it.
    type: str
  color:
    description: The color in schedules, such as V(green) or V(dark-slate-blue).
    type: str
  time_zone:
    description: The time zone, such as V(Europe/Berlin). New users have that of the account.
    type: str
  state:
    description: Whether the user should exist.
    type: str
    choices: [present, absent]
    default: present
notes:
  - PagerDuty does not delete a user who is on an escalation policy or a schedule, except in accounts with its
    offboarding feature. The module warns if it finds the user on call within the next 90 days.
  - The OAuth scopes needed are C(users.read) and C(users.write), and C(incidents.read) and C(oncalls.read) with
    O(state=absent).
seealso:
  - name: Create a user
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/6f3e6edf6b1b1-create-a-user
  - module: oncall.pagerduty.user_info
"""

EXAMPLES = r"""
- name: Create a user, or update the name, role and title of an existing one
  oncall.pagerduty.user:
    email: new.colleague@example.com
    name: New Colleague
    role: limited_user
    title: Site Reliability Engineer
  register: colleague

- name: Show whom that would invite
  oncall.pagerduty.user:
    email: another.colleague@example.com
    name: Another Colleague
  check_mode: true
  diff: true

- name: Move a user to another time zone
  oncall.pagerduty.user:
    email: "{{ colleague.user.email }}"
    time_zone: Europe/Berlin

- name: Delete a user
  oncall.pagerduty.user:
    email: new.colleague@example.com
    state: absent
"""

RETURN = r"""
user:
  description:
    - The user as they are in PagerDuty after the task; in check mode, as they would be. A deleted user as they were.
    - Without the private addresses of the user's calendar.
  returned: when there is or was such a user
  type: dict
  sample:
    id: PUSER11
    type: user
    name: New Colleague
    email: new.colleague@example.com
    role: limited_user
    job_title: Site Reliability Engineer
    time_zone: Etc/UTC
    invitation_sent: true
notifies:
  description:
    - Whom the change notifies, why, and how (C(page), C(notify), or C(invite)); in check mode, whom it would notify.
    - Where PagerDuty does not say who it is, C(who) has no C(id), and its C(summary) says what they are.
    - A new user has no id yet.
  returned: always
  type: list
  elements: dict
  sample:
    - target: new.colleague@example.com
      who:
        id:
        type: user_reference
        summary: new.colleague@example.com
      why: PagerDuty sends new users an invitation by e-mail
      how: invite
failures:
  description: Why the user could not be created, updated, or deleted.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: new.colleague@example.com
      message: "User New Colleague is assigned to open incidents: Q1R2DLCB21K7NP (#42)."
      hint: Reassign or resolve them first.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.user import MAY_BE_EMPTY, ROLES, user
from ..module_utils._module import Module

DEFINITION = Module(
    user,
    {
        "email": {"type": "str", "required": True},
        "name": {"type": "str"},
        "role": {"type": "str", "choices": list(ROLES)},
        "title": {"type": "str", "aliases": ["job_title"]},
        "description": {"type": "str"},
        "color": {"type": "str"},
        "time_zone": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    clearable=MAY_BE_EMPTY,
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
