# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role page_and_wait does next, and what it says."""

from __future__ import annotations

DOCUMENTATION = r"""
name: page_and_wait
author:
  - oncall.pagerduty contributors (!UNKNOWN)
short_description: Where a run of the role page_and_wait is
version_added: 1.0.0
description:
  - Returns what the role P(oncall.pagerduty.page_and_wait#role) does next, from what its steps have done so far, and
    from the log of the incident. It is made for the tasks of that role.
positional: _input, steps, key
options:
  _input:
    description: What each step so far has done, the C(entry) of what this filter has returned for it.
    type: list
    elements: dict
    required: true
  steps:
    description: The variable O(oncall.pagerduty.page_and_wait#role:main:page_and_wait_steps).
    type: raw
    required: true
  key:
    description: The variable O(oncall.pagerduty.page_and_wait#role:main:page_and_wait_key).
    type: str
    required: true
  results:
    description:
      - The results of tasks, as C(register) has them. C(paged) is that of the task that pages, C(found) that of the one
        that reads the incident with its log, C(waited) that of the one that waits, and C(read) that of the one that
        reads all incidents in the end.
    type: dict
    default: {}
  check_mode:
    description: Whether the run is a rehearsal, which C(result.msg) then tells.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Say whom the first step pages
  ansible.builtin.debug:
    msg: "{{ ([] | oncall.pagerduty.page_and_wait(steps, 'checkout-down')).step.to }}"
  vars:
    steps:
      - service: Checkout
        wait: 10m
"""

RETURN = r"""
_value:
  description: What the role goes by.
  type: dict
  contains:
    step:
      description: The step to make, with its C(kind), C(key), C(seconds), C(to), and C(routing_key).
      type: dict
    incident:
      description: The options that name the incident of the step.
      type: dict
    is_due:
      description: Whether the step has to page, as the log does not say that it has.
      type: bool
    has_paged:
      description: Whether the step has paged, in this run or in one before.
      type: bool
    search:
      description: How many seconds to look for the incident of the event.
      type: int
    has_other_way:
      description: Whether the first step has paged nobody, and the routing key of the role may do.
      type: bool
    waits:
      description: Whether to wait for an acknowledgement.
      type: bool
    watched:
      description: The options that name all incidents of the run.
      type: dict
    until:
      description: Until when to wait.
      type: str
    waiting:
      description: The same for people.
      type: str
    entry:
      description: What the step has done.
      type: dict
    goes_on:
      description: Whether there is another step to make.
      type: bool
    result:
      description: What the run has come to, the fact C(page_and_wait_result) of the role.
      type: dict
  sample:
    step:
      kind: incident
      key: checkout-down
      seconds: 600
      to: Checkout
      routing_key: ""
    incident:
      dedup_key: checkout-down
      service:
    is_due: true
    has_paged: false
    search: 0
    has_other_way: true
    waits: false
    watched:
      dedup_key: checkout-down
    until: 600s
    waiting: for 10m
    entry:
      key: checkout-down
      incident:
      service: Checkout
      people: [whoever is on call for Checkout]
      seconds: 600
      has_paged: false
      problem: ""
      answer: ""
      end: ""
    goes_on: true
    result:
      acknowledged: false
      incidents: []
      paged: []
      problems: []
      msg: Nobody has acknowledged. Nobody was paged.
"""

import typing as t

from ..plugin_utils._page_and_wait import Record, Results, Run, ending, rehearsal
from ..plugin_utils._page_and_wait_steps import steps_of


def page_and_wait(
    history: t.Sequence[Record],
    steps: t.Any,
    key: str,
    results: t.Mapping[str, t.Any] | None = None,
    check_mode: bool = False,
) -> Record:
    """Return where a run is; see the documentation above."""
    given = dict(results or {})
    read = given.pop("read", {})
    wanted = steps_of(steps, str(key))
    run = Run(history, wanted.steps, Results(**given))
    result = ending(history, read, wanted.problems)
    if check_mode:
        result["msg"] = rehearsal(history, wanted.problems)
    return {**run.as_dict(), "result": result}


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., Record]]:
        """Return it by its name."""
        return {"page_and_wait": page_and_wait}
