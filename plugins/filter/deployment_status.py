# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fact of the role deployment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: deployment_status
author:
  - oncall.pagerduty contributors (!UNKNOWN)
short_description: What a deployment did in PagerDuty
version_added: 1.0.0
description:
  - Returns what a deployment did in PagerDuty, and what it could not do, from the results of its tasks. The role
    P(oncall.pagerduty.deployment#role) sets it as the fact C(deployment_pagerduty).
  - A task that failed counts as failed with C(failed_when=false), too.
positional: _input, change, ending
options:
  _input:
    description: The result of the task that opens the maintenance window, as C(register) has it.
    type: dict
    required: true
  change:
    description: The result of the task that records the change.
    type: dict
    default: {}
  ending:
    description: The result of the task that ends the maintenance window.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Open a maintenance window
  oncall.pagerduty.maintenance_window:
    description: shop 1.2.3
    services: [Checkout]
    duration: 1h
  register: opened
  failed_when: false

- name: Say what happened
  ansible.builtin.debug:
    msg: "{{ (opened | oncall.pagerduty.deployment_status).msg }}"
"""

RETURN = r"""
_value:
  description: What was done, and what was not.
  type: dict
  contains:
    window_opened:
      description: Whether the maintenance window is, or was, open for at least one of the services.
      type: bool
    window_ended:
      description: Whether the maintenance window was ended.
      type: bool
    change_recorded:
      description: Whether PagerDuty has the change event.
      type: bool
    maintenance_window:
      description: The window, as M(oncall.pagerduty.maintenance_window) returns it; V(null) if none was opened.
      type: dict
    problems:
      description: What could not be done, with the reasons, one sentence each. Empty if all went well.
      type: list
      elements: str
    msg:
      description: All of it in one line.
      type: str
  sample:
    window_opened: false
    window_ended: false
    change_recorded: true
    maintenance_window:
    problems:
      - >-
        No maintenance window was opened, so alerts page people: GET https://api.pagerduty.com/services: Access Denied
        (HTTP 403, code 2010).
    msg: >-
      Change shop 1.2.3: recorded. No maintenance window was opened, so alerts page people: GET
      https://api.pagerduty.com/services: Access Denied (HTTP 403, code 2010).
"""

import typing as t

from ..plugin_utils._deployment_status import Result, status


def deployment_status(opening: Result, change: Result | None = None, ending: Result | None = None) -> dict[str, t.Any]:
    """Return what a deployment did; see the documentation above."""
    return status(opening, change or {}, ending or {})


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., dict[str, t.Any]]]:
        """Return it by its name."""
        return {"deployment_status": deployment_status}
