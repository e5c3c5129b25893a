#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: maintenance_window_info
short_description: Read PagerDuty maintenance windows
version_added: 1.0.0
description:
  - Finds maintenance windows by description, services, teams, and time.
  - Changes nothing, and pages nobody.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.info_module
  - oncall.pagerduty.attributes.action_group
options:
  description:
    description:
      - The description of the windows, apart from white space at both ends. If not set, any.
      - If this is all that is given and it is empty, the task fails, as it must not stand for all windows.
    type: str
  services:
    description: Find windows of any of these services, by id or name. If empty, of all services.
    type: list
    elements: str
    default: []
  teams:
    description: Find windows of services of any of these teams, by id or name. If empty, of all teams.
    type: list
    elements: str
    default: []
  filter:
    description:
      - Which windows to find. V(ongoing) ones have begun and not ended, V(future) ones have not begun, V(open) is
        both, and V(past) ones have ended.
    type: str
    choices: [ongoing, future, open, past, all]
    default: open
notes:
  - The OAuth scope needed is C(services.read), and C(teams.read) for O(teams).
  - PagerDuty returns at most 10,000 windows. A warning says if there are more.
seealso:
  - name: List maintenance windows
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/4c0936c241cbb-list-maintenance-windows
  - module: oncall.pagerduty.maintenance_window
"""

EXAMPLES = r"""
- name: Find the services that page nobody now
  oncall.pagerduty.maintenance_window_info:
    filter: ongoing
  register: found

- name: Show them
  ansible.builtin.debug:
    msg: "{{ found.maintenance_windows | map(attribute='services') | flatten | map(attribute='summary') | unique }}"

- name: Find planned maintenance of the checkout
  oncall.pagerduty.maintenance_window_info:
    services: Checkout
    filter: future

- name: Find a window by its description
  oncall.pagerduty.maintenance_window_info:
    description: Database upgrade
    filter: all
"""

RETURN = r"""
maintenance_windows:
  description: The windows, those that start first at the beginning.
  returned: success
  type: list
  elements: dict
  sample:
    - id: PW98YIO
      description: Database upgrade
      start_time: "2026-01-31T16:00:00+01:00"
      end_time: "2026-01-31T18:00:00+01:00"
      services:
        - id: PIJ90N7
          type: service_reference
          summary: Checkout
maintenance_window:
  description: The same, if there is exactly one window.
  returned: when there is exactly one window
  type: dict
  sample:
    id: PW98YIO
    description: Database upgrade
    start_time: "2026-01-31T16:00:00+01:00"
    end_time: "2026-01-31T18:00:00+01:00"
failures:
  description: Why the windows could not be read.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target:
      message: "No service is called 'Check-out'. Did you mean: Checkout (PIJ90N7)?"
      hint: Use the exact name that PagerDuty shows, or the id.
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.maintenance_window_info import MaintenanceWindowInfo
from ..module_utils._module import Module

DEFINITION = Module(
    MaintenanceWindowInfo,
    {
        "description": {"type": "str"},
        "services": {"type": "list", "elements": "str", "default": []},
        "teams": {"type": "list", "elements": "str", "default": []},
        "filter": {"type": "str", "choices": ["ongoing", "future", "open", "past", "all"], "default": "open"},
    },
    writes=False,
    filters=("description", "services", "teams"),
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
