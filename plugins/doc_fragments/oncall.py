# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Who is on call, and when; the argument spec is in plugins/modules/oncall_info.py."""

    DOCUMENTATION = r"""
options:
  escalation_policies:
    description:
      - Escalation policies, by id or name.
    type: list
    elements: str
  schedules:
    description:
      - Schedules, by id or name, layer-based and shift-based ones alike. A schedule that no escalation policy uses is
        read as well, unless O(levels) or O(escalation_policies) are given.
      - On a shift-based schedule several people may be on call at once; all of them are returned. A schedule keeps its
        id and name when it is upgraded.
    type: list
    elements: str
  users:
    description: Only these users, by id, e-mail address, or name.
    type: list
    elements: str
  levels:
    description: Only these levels of the escalation policies, from V(1).
    type: list
    elements: int
  at:
    description:
      - Who is on call at this time, such as V(tomorrow 08:00), V(+4h), or V(2026-01-31T08:00:00Z). The notes have all
        forms. At most 90 days from now.
      - Mutually exclusive with O(since) and O(until).
    type: str
  since:
    description:
      - Who is on call at any time in a span, from this time, which is given like O(at).
      - Required together with O(until).
    type: str
  until:
    description: The end of the span of O(since), which is given like O(at). At most 90 days from now.
    type: str
"""
