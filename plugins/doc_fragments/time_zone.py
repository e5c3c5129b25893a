# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What a time of day means; the argument spec is `TIME_ZONE` in module_utils/_options.py."""

    DOCUMENTATION = r"""
options:
  time_zone:
    description:
      - The time zone of times that are given without one, such as V(Europe/Berlin) or V(UTC).
      - If not set, that of the user who makes the task's changes, as PagerDuty has it - the user of O(from_email), or
        of the token if it is a user's - and else UTC. The message of the task says which. Only for this, and only if
        such a time is given, the user is read, with the OAuth scope C(users.read).
      - Where the system has no time zone data, the Python package tzdata has it.
      - A time that the clock skips in spring counts as later by what it skips. Of two equal ones in autumn the first
        counts.
      - Set it in a task, not in the C(module_defaults) of the action group, where M(oncall.pagerduty.user) would give
        it to each user.
    type: str
notes:
  - A time can be an ISO 8601 date and time, with or without a time zone, such as V(2026-01-31T08:00:00Z) or
    V(2026-01-31 08:00); a time of day, such as V(08:00), V(today 08:00), V(tomorrow 08:00), or V(yesterday 08:00); a
    time from now, such as V(+4h) or V(-30m); or V(now). Put a time of day in quotes, as YAML reads 17:00 as a number.
"""
