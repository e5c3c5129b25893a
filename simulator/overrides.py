# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Overrides and custom shifts of schedules, and who is on call with them.

They change what schedules and GET /oncalls show, but not whom an incident pages.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /schedules/{id}/overrides, /v3/schedules/{id}/overrides and
/v3/schedules/{id}/custom_shifts; PagerDuty/developer-docs, docs/REST-API/21-Schedules-v2-to-v3-Upgrade.md.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from simulator import errors
from simulator.account import Schedule, User
from simulator.on_call import Turn, turns


@dataclass
class Override:
    """An override of a schedule of either kind, or a custom shift.

    Args:
        start: seconds since 1970, as is `end`.
        overridden: whom it replaces; None on a layer-based schedule, and for a custom shift.
        rotation: of which rotation it replaces them.
        shift_id: of which custom shift it replaces them; of a custom shift, its own id.
    """

    id: str
    schedule_id: str
    user: User
    start: float
    end: float
    overridden: User | None = None
    rotation: int = 0
    shift_id: str | None = None

    @property
    def is_custom_shift(self) -> bool:
        """Whether it is a custom shift."""
        return self.shift_id == self.id

    def finish(self, now: float) -> bool:
        """End it if it has begun, and return whether it has.

        Raises:
            ApiError: it has ended.
        """
        if self.end <= now:
            raise errors.past_override()
        has_begun = self.start <= now
        if has_begun:
            self.end = now
        return has_begun


def turns_now(
    schedule: Schedule, overrides: t.Iterable[Override], since: float, until: float, now: float
) -> list[Turn]:
    """Return whose turn it is with the overrides; of several at the same time the last one counts."""
    found = list(turns(schedule, since, until, now))
    own = [each for each in overrides if each.schedule_id == schedule.id and each.start < until and each.end > since]
    custom = [each for each in own if each.is_custom_shift]
    found += [Turn(each.user, each.start, each.end, 0, shift_id=each.id) for each in custom]
    for each in own:
        if not each.is_custom_shift:
            found = list(_overridden(found, each, schedule))
    touching = [turn for turn in found if turn.start <= until and turn.end >= since]
    return sorted(touching, key=lambda turn: (turn.start, turn.rotation))


def _overridden(found: t.Iterable[Turn], override: Override, schedule: Schedule) -> t.Iterator[Turn]:
    """Yield turns with an override: on a layer-based schedule it is on top of all, and covers gaps as well."""
    for turn in found:
        if not _applies(override, turn, schedule):
            yield turn
            continue
        start, end = max(turn.start, override.start), min(turn.end, override.end)
        if turn.start < start:
            yield turn._replace(end=start)
        if schedule.is_shift_based:
            yield turn._replace(user=override.user, start=start, end=end, override_id=override.id)
        if end < turn.end:
            yield turn._replace(start=end)
    if not schedule.is_shift_based:
        yield Turn(override.user, override.start, override.end, override_id=override.id)


def _applies(override: Override, turn: Turn, schedule: Schedule) -> bool:
    if turn.start >= override.end or turn.end <= override.start:
        return False
    same = (turn.user, turn.rotation, turn.shift_id) == (override.overridden, override.rotation, override.shift_id)
    return same or not schedule.is_shift_based
