#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: oncall_info
short_description: Read who is on call in PagerDuty
version_added: 1.0.0
description:
  - Returns the people on call for escalation policies, schedules, or users, each person once, with their shifts and
    e-mail address.
  - Without O(at), O(since), and O(until), those who are on call now. Without O(escalation_policies), O(schedules), and
    O(users), those of the whole account.
  - Levels and schedules without anybody on call are returned as well, schedules with their next shift, and shown as
    warnings.
  - Changes nothing, and pages nobody.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.time_zone
  - oncall.pagerduty.oncall
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.info_module
  - oncall.pagerduty.attributes.action_group
notes:
  - If all that is given of O(escalation_policies), O(schedules), O(users), and O(levels) is empty, the task fails, as
    that must not stand for everybody.
  - The OAuth scopes needed are C(oncalls.read), and C(escalation_policies.read), C(schedules.read), and C(users.read)
    to look up O(escalation_policies), O(schedules), and O(users).
seealso:
  - name: List all of the on-calls
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/3a6b910f11050-list-all-of-the-on-calls
  - plugin: oncall.pagerduty.oncall
    plugin_type: lookup
    description: Returns the names, e-mail addresses, or ids of the same people in an expression.
"""

EXAMPLES = r"""
- name: Read who is on call for an escalation policy
  oncall.pagerduty.oncall_info:
    escalation_policies: Web Operations
  register: on_call

- name: Show when the first shift of each of them ends
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.shifts[0].end | default('always on call', true) }}"
  loop: "{{ on_call.users }}"

- name: Do not deploy while nobody is on call at the first two levels
  oncall.pagerduty.oncall_info:
    escalation_policies: [Web Operations, Database]
    levels: [1, 2]
  register: covered
  failed_when: covered.empty_levels | length > 0

- name: Read who is on call for a schedule tomorrow at this time
  oncall.pagerduty.oncall_info:
    schedules: [Database Rotation]
    at: +1d
"""

RETURN = r"""
users:
  description:
    - The people on call, each once; those at the lowest level first.
    - Somebody who has been deleted keeps the name in past shifts; C(email) is null then.
    - In each of the C(shifts), C(schedule), C(start), and C(end) are null if the escalation policy names the person
      itself, who is then always on call. C(escalation_policy) and C(escalation_level) are null if no escalation policy
      uses the schedule.
  returned: success
  type: list
  elements: dict
  sample:
    - id: PUSER02
      type: user_reference
      name: Secondary On-call
      email: secondary.oncall@example.com
      html_url: https://example.pagerduty.com/users/PUSER02
      shifts:
        - escalation_policy:
            id: PPOLCY1
            summary: Web Operations
          escalation_level: 2
          schedule:
            id: PSCHED1
            summary: Web Secondary
          start: "2026-11-20T00:00:00Z"
          end: "2026-11-27T00:00:00Z"
empty_levels:
  description:
    - The levels of the given O(escalation_policies) at which nobody is on call, at the time or in the whole span.
    - Empty if O(schedules) or O(users) are given as well.
  returned: success
  type: list
  elements: dict
  sample:
    - escalation_policy:
        id: PPOLCY3
        summary: Nobody Home
      escalation_level: 2
empty_schedules:
  description:
    - The given O(schedules) that have nobody on call.
    - C(next_shift) is when the next shift starts and who then is on call; null if there is none within two weeks.
    - Empty if O(escalation_policies), O(users), or O(levels) are given as well.
  returned: success
  type: list
  elements: dict
  sample:
    - schedule:
        id: PSCHED6
        summary: Launch Watch
      next_shift:
        start: "2026-11-27T00:00:00Z"
        users:
          - id: PUSER09
            summary: Night Shift
failures:
  description: Why it could not be read.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target:
      message: "No escalation policy is called 'Web Operation'. Did you mean: Web Operations (PPOLCY1)?"
      hint: Use the exact name that PagerDuty shows, or the id.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.oncall_info import FILTERS, OnCallInfo
from ..module_utils._module import Module
from ..module_utils._options import TIME_ZONE

DEFINITION = Module(
    OnCallInfo,
    {
        "escalation_policies": {"type": "list", "elements": "str"},
        "schedules": {"type": "list", "elements": "str"},
        "users": {"type": "list", "elements": "str"},
        "levels": {"type": "list", "elements": "int"},
        "at": {"type": "str"},
        "since": {"type": "str"},
        "until": {"type": "str"},
        **TIME_ZONE,
    },
    writes=False,
    filters=FILTERS,
    mutually_exclusive=[("at", "since"), ("at", "until")],
    required_together=[("since", "until")],
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
