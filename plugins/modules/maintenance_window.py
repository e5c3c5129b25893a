#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: maintenance_window
short_description: Open, extend, or end a PagerDuty maintenance window
version_added: 1.0.0
description:
  - Puts services into maintenance for some time. Until the window ends, events open no incidents on these services, so
    nobody is paged, and events resolve no incidents either. Incidents that are already open go on notifying people.
  - The window is known by its O(description). Windows that have ended do not count.
  - A window that has begun is only extended. The task does nothing when it covers the O(services) until the wanted end.
    If it lasts longer, or covers more services, it stays as it is, with a warning, because somebody may have extended
    it by hand. To shorten it, end it with O(state=absent).
  - A window that has not begun gets the services, the start, and the end of the task.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.time_zone
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
options:
  description:
    description:
      - What the maintenance is about. Give each window its own description.
      - White space at both ends does not count.
    type: str
    required: true
  services:
    description:
      - The services to put into maintenance, by id or name. Required if O(state=present).
      - The window covers those that are found. If others are unknown, the task fails afterwards and names all of them.
    type: list
    elements: str
  start:
    description:
      - When the window starts, such as V(today 22:00), V(22:00), or V(2026-01-31T22:00:00Z). The notes have all forms.
      - A time of day such as V(22:00) is the next one; the last one if its window is still open and ends at a time of
        day, or has a O(duration) of a day at most. So the task may run somewhat later.
      - If not set, now. A window that has begun then counts as started, and one that has not begun is moved to now.
      - If the window that has begun ends before this time, another window is opened.
    type: str
  end:
    description:
      - When the window ends, in the same forms as O(start). A later end extends an open window.
      - A time of day such as V(02:00) is the next one after O(start). Without O(start), a time from now, such as
        V(+4h), is the same as O(duration).
      - One of O(end) and O(duration) is required if O(state=present). They are mutually exclusive.
    type: str
  duration:
    description:
      - How long the window lasts from its start, such as V(2h), V(1h 30m), V(PT2H), or V(7200) (seconds).
      - A number below 60 is refused, as minutes or hours are meant.
      - A window that has begun is measured from the time at which it began, so another run of the task does not
        extend it. A difference of up to a minute does not count.
    type: str
  state:
    description:
      - With V(present), the window is there.
      - With V(absent), no window of this O(description) is open. One that has begun ends now, and one that has not
        begun is deleted. The other options are not used.
    type: str
    choices: [present, absent]
    default: present
notes:
  - The OAuth scopes needed are C(services.read) and C(services.write), and C(users.read) for O(time_zone).
  - Tasks on one machine for the same O(description) wait for each other. If tasks on several machines open the same
    window at the same time, only the first is kept.
  - PagerDuty notifies nobody of a maintenance window.
seealso:
  - name: Create a maintenance window
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/a450bc9b9ea6f-create-a-maintenance-window
  - name: Maintenance windows
    description: What they do, in PagerDuty's knowledge base.
    link: https://support.pagerduty.com/main/docs/maintenance-windows
  - module: oncall.pagerduty.maintenance_window_info
  - module: oncall.pagerduty.change_event
"""

EXAMPLES = r"""
- name: Nobody is paged for the checkout during the next hour
  oncall.pagerduty.maintenance_window:
    description: Database upgrade
    services:
      - Checkout
      - Database
    duration: 1h

- name: Work takes until the evening
  oncall.pagerduty.maintenance_window:
    description: Database upgrade
    services:
      - Checkout
      - Database
    end: "2098-01-31T18:00:00+01:00"

- name: Work is done, so people are paged again
  oncall.pagerduty.maintenance_window:
    description: Database upgrade
    state: absent

- name: Announce next week's maintenance
  oncall.pagerduty.maintenance_window:
    description: Network maintenance
    services: Checkout
    start: "2098-02-03T22:00:00Z"
    duration: 2h
"""

RETURN = r"""
maintenance_window:
  description:
    - The window as it is in PagerDuty after the task; in check mode, as it would be.
    - V(null) if there is none, as with O(state=absent).
  returned: always
  type: dict
  sample:
    id: PW98YIO
    description: Database upgrade
    start_time: "2026-01-31T16:00:00+01:00"
    end_time: "2026-01-31T18:00:00+01:00"
    services:
      - id: PIJ90N7
        type: service_reference
        summary: Checkout
notifies:
  description:
    - Always empty, as a maintenance window notifies nobody.
  returned: success
  type: list
  elements: dict
  sample: []
failures:
  description: Why the window could not be changed.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Database upgrade
      message: "PUT https://api.pagerduty.com/maintenance_windows/PW98YIO: Access Denied (HTTP 403, code 2010)."
      hint: "The token lacks the permission: it may be read-only, or its user's role does not allow this."
      outcome: not_done
      status: 403
      code: 2010
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.maintenance_window import maintenance_window
from ..module_utils._module import Module
from ..module_utils._options import TIME_ZONE

DEFINITION = Module(
    maintenance_window,
    {
        "description": {"type": "str", "required": True},
        "services": {"type": "list", "elements": "str"},
        "start": {"type": "str"},
        "end": {"type": "str"},
        "duration": {"type": "str"},
        **TIME_ZONE,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    required_if=[("state", "present", ("services",)), ("state", "present", ("end", "duration"), True)],
    mutually_exclusive=[("end", "duration")],
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
