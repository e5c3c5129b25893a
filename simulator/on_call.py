# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is on call at which time: the members of a schedule take turns, a week each.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /oncalls, GET /schedules/{id} and
GET /v3/schedules/{id}.
"""

from __future__ import annotations

import typing as t

from simulator.account import EscalationPolicy, Schedule, User
from simulator.clock import DAY

WEEK = 7 * DAY
FORMER_UNTIL = 52
"""Weeks ago."""
MAX_FUTURE = 90 * DAY
"""PagerDuty knows no later turns."""


class Turn(t.NamedTuple):
    """A turn of a schedule, in seconds since 1970.

    Args:
        user: None if it is not assigned to anybody.
        rotation: which of the turns at the same time it is, from 1; 0 for that of a custom shift.
        override_id: the override that has put the user in the place of another.
        shift_id: the custom shift that it is of.
    """

    user: User | None
    start: float
    end: float
    rotation: int = 1
    override_id: str | None = None
    shift_id: str | None = None


class OnCall(t.NamedTuple):
    """Somebody who is on call for a level of an escalation policy.

    Args:
        schedule: None if the policy names the user itself, who is then always on call.
        turn: None without a schedule.
    """

    policy: EscalationPolicy
    level: int
    user: User
    schedule: Schedule | None = None
    turn: Turn | None = None


def turns(schedule: Schedule, since: float, until: float, now: float) -> t.Iterator[Turn]:
    """Return the turns that overlap with a span or touch it, in order. This week's turns are those of `on_call`."""
    start = this_week(now)
    week = int((since - start) // WEEK) - 1
    while start + week * WEEK <= min(until, now + MAX_FUTURE):
        begin = start + week * WEEK
        if begin + WEEK >= since:
            for rotation, user in enumerate(_on_call(schedule, week), start=1):
                yield Turn(user, begin, begin + WEEK, rotation)
        week += 1


def this_week(now: float) -> float:
    """Return when this week's turns begin."""
    return now - now % DAY - 3 * DAY


def on_calls(
    policies: t.Iterable[EscalationPolicy], turns_of: t.Callable[[Schedule], t.Iterable[Turn]]
) -> t.Iterator[OnCall]:
    """Return who is on call in a span, policy by policy and level by level.

    Args:
        turns_of: returns the turns of a schedule in the span.
    """
    for policy in policies:
        for level, rule in enumerate(policy.rules, start=1):
            for target in rule.targets:
                if isinstance(target, User):
                    yield OnCall(policy, level, target)
                else:
                    for turn in turns_of(target):
                        if turn.user:
                            yield OnCall(policy, level, turn.user, target, turn)


def _on_call(schedule: Schedule, week: int) -> tuple[User | None, ...]:
    """Return whose turn it is `week` weeks from now."""
    if schedule.former and week < -FORMER_UNTIL:
        return schedule.former
    members = schedule.members
    return tuple(members[(members.index(user) + week) % len(members)] for user in schedule.on_call)
