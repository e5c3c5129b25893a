#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: schedule_override
short_description: Put somebody on call on a PagerDuty schedule, or end an override
version_added: 1.0.0
description:
  - Puts a user on call for some time, in the place of whoever is on call then, of one person, or as well as the others.
  - The task says who is on call before and after it, and warns of times at which nobody is.
  - Where the user is on call already, by an override or by their own turn, there is nothing to do. If they are on call
    for a part of the time, only the rest gets an override.
  - The schedule can be of either kind. On a layer-based schedule, the task creates overrides. On a shift-based
    schedule, it creates an override for each shift that the user takes over, and a custom shift where there is none to
    take over.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.time_zone
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  schedule:
    description:
      - The schedule, by id or name.
    type: str
    required: true
  user:
    description:
      - Who is to be on call, by id, e-mail address, or name.
      - It has no default, so that no automation puts itself on call.
    type: str
    required: true
  instead_of:
    description:
      - Whose place the user takes. This is V(everybody) for whoever is on call, or one person, by id, e-mail address,
        or name. Then only the turns of that person are taken over.
      - With V(nobody), the user is on call as well as the others. Only a shift-based schedule can have several people
        on call. On a layer-based schedule, the task fails if anybody is on call at that time.
      - Not used with O(state=absent).
    type: str
    default: everybody
  start:
    description:
      - When the user goes on call, such as V(tomorrow 20:00), V(20:00), or V(2026-01-31T20:00:00Z). The notes have all
        forms.
      - A time of day such as V(20:00) is the next one; the last one as long as what started then lasts, if that ends at
        a time of day, or has a O(duration) of a day at most. So the task may run somewhat later.
      - If not set, or in the past, now.
    type: str
  end:
    description:
      - When the user goes off call, in the same forms as O(start). A time of day such as V(08:00) is the next one after
        O(start). Without O(start), a time from now, such as V(+4h), is the same as O(duration).
      - One of O(end) and O(duration) is required if O(state=present). They are mutually exclusive.
    type: str
  duration:
    description:
      - How long the user is on call from O(start), such as V(2h), V(1h 30m), V(PT2H), or V(7200) (seconds).
      - A number below 60 is refused, as minutes or hours are meant.
      - Without O(start), the time of a user who has an override now is measured from its start, so another run of the
        task does not extend it.
    type: str
  state:
    description:
      - With V(present), the user is on call.
      - With V(absent), the overrides of O(user) that are in force at O(start) are ended, or those between O(start) and
        O(end), if that or O(duration) is set. Each one is ended as a whole. One that has begun ends now, and one that
        has not begun is deleted. Custom shifts of the user count as overrides.
    type: str
    choices: [present, absent]
    default: present
notes:
  - The OAuth scopes needed are C(schedules.read), C(schedules.write), and C(users.read).
  - PagerDuty pages nobody for an override. The user may get the handoff notifications that they have set up.
  - Open incidents stay with those to whom they are assigned. To hand them over, see M(oncall.pagerduty.incident).
  - Tasks on one machine for the same schedule wait for each other. If tasks on several machines put the same user on
    call at the same time, the override can be there twice, which changes nothing. O(state=absent) ends both.
  - If several layers of a layer-based schedule overlap, whose turn it is after the end of an override is taken from the
    first of them in PagerDuty's response.
seealso:
  - name: Schedule basics
    description: What schedules are made of, in PagerDuty's knowledge base.
    link: https://support.pagerduty.com/main/docs/schedule-basics
  - name: Shift-based schedules, examples of the upgrade
    description: The two kinds of schedules, and what an override does on each of them.
    link: https://support.pagerduty.com/main/docs/shift-based-schedules-api-upgrade-examples
  - module: oncall.pagerduty.oncall_info
  - module: oncall.pagerduty.incident
"""

EXAMPLES = r"""
- name: Take over for the next four hours
  oncall.pagerduty.schedule_override:
    schedule: Web Secondary
    user: primary.oncall@example.com
    duration: 4h

- name: Back to the schedule
  oncall.pagerduty.schedule_override:
    schedule: Web Secondary
    user: primary.oncall@example.com
    state: absent

- name: Cover a colleague's turns during their holidays
  oncall.pagerduty.schedule_override:
    schedule: Web Secondary
    user: primary.oncall@example.com
    instead_of: secondary.oncall@example.com
    start: "2098-02-01T08:00:00+01:00"
    end: "2098-02-15T08:00:00+01:00"

- name: Take over for the night
  oncall.pagerduty.schedule_override:
    schedule: Web Secondary
    user: primary.oncall@example.com
    start: "20:00"
    end: "08:00"
    time_zone: Europe/Berlin

- name: Swap two nights, the first one
  oncall.pagerduty.schedule_override:
    schedule: Web Secondary
    user: primary.oncall@example.com
    start: "2098-02-03T20:00:00Z"
    duration: 12h

- name: Swap two nights, the second one
  oncall.pagerduty.schedule_override:
    schedule: Web Secondary
    user: secondary.oncall@example.com
    start: "2098-02-10T20:00:00Z"
    duration: 12h

- name: A second person watches the launch, on a shift-based schedule
  oncall.pagerduty.schedule_override:
    schedule: Launch Watch
    user: night.shift@example.com
    instead_of: nobody
    duration: 2h
"""

RETURN = r"""
schedule:
  description: The schedule.
  returned: success
  type: dict
  sample:
    id: PI7DH85
    summary: Web Secondary
overrides:
  description:
    - The user's overrides in that time as they are after the task; in check mode, as they would be, without the ids of
      new ones. Custom shifts are among them.
    - Empty if O(state=absent).
  returned: success
  type: list
  elements: dict
  sample:
    - id: PQ47DCP
      type: override
      user:
        id: PXPGF42
        summary: Ana
      start: "2026-01-31T16:00:00Z"
      end: "2026-01-31T20:00:00Z"
on_call_before:
  description: Who was on call in that time before the task, in the order of time.
  returned: success
  type: list
  elements: dict
  sample:
    - user:
        id: PT23IWX
        summary: Ben
      start: "2026-01-31T16:00:00Z"
      end: "2026-01-31T20:00:00Z"
on_call_after:
  description: Who is on call in that time after the task; in check mode, who would be.
  returned: success
  type: list
  elements: dict
  sample:
    - user:
        id: PXPGF42
        summary: Ana
      start: "2026-01-31T16:00:00Z"
      end: "2026-01-31T20:00:00Z"
gaps:
  description: When nobody is on call after the task. There is a warning for each that lasts for more than a minute.
  returned: success
  type: list
  elements: dict
  sample:
    - start: "2026-01-31T20:00:00Z"
      end: "2026-01-31T22:00:00Z"
notifies:
  description:
    - Always empty, as an override pages nobody.
  returned: success
  type: list
  elements: dict
  sample: []
failures:
  description: Why the schedule could not be changed.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: PI7DH85
      message: "POST https://api.pagerduty.com/schedules/PI7DH85/overrides: Access Denied (HTTP 403, code 2010)."
      hint: "The token lacks the permission: it may be read-only, or its user's role does not allow this."
      outcome: not_done
      status: 403
      code: 2010
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.schedule_override import schedule_override
from ..module_utils._module import Module
from ..module_utils._options import TIME_ZONE

DEFINITION = Module(
    schedule_override,
    {
        "schedule": {"type": "str", "required": True},
        "user": {"type": "str", "required": True},
        "instead_of": {"type": "str", "default": "everybody"},
        "start": {"type": "str"},
        "end": {"type": "str"},
        "duration": {"type": "str"},
        **TIME_ZONE,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    required_if=[("state", "present", ("end", "duration"), True)],
    mutually_exclusive=[("end", "duration")],
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
