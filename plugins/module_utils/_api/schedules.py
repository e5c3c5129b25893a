# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose turn it is on a schedule of either kind: a layer-based one, or a shift-based one.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /schedules/{id} and GET /v3/schedules/{id};
PagerDuty/developer-docs, docs/REST-API/21-Schedules-v2-to-v3-Upgrade.md. Private to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from .._core.timestamps import iso_8601
from .client import PagerDuty, Record, path_of
from .directory import SCHEDULE, SHIFT_BASED_SCHEDULE, Kind


def is_shift_based(schedule: Record) -> bool:
    """Return whether a schedule, or a reference to it, is shift-based."""
    return str(schedule.get("type")).startswith("schedule_v3")


def kind_of(schedule: Record) -> Kind:
    """Return the kind of a schedule, or of a reference to it."""
    return SHIFT_BASED_SCHEDULE if is_shift_based(schedule) else SCHEDULE


def read_schedule(client: PagerDuty, schedule: Record, since: datetime, until: datetime, *also: str) -> Record:
    """Return a schedule with whose turn it is in a span.

    Args:
        schedule: the schedule, or a reference to it, with its type.
        until: must be after `since`.
        also: what else the response is to include.

    Raises:
        TaskError: it cannot be read.
    """
    kind = kind_of(schedule)
    query = [
        ("since", iso_8601(since)),
        ("until", iso_8601(until)),
        ("overflow", "true"),
        *(("include[]", part) for part in ("final_schedule", *also)),
    ]
    return client.get(f"/{kind.path}{path_of(schedule['id'])}", kind.key, query)


def turns_of(schedule: Record) -> list[Record] | None:
    """Return the turns of a schedule that was read for a span; None if PagerDuty does not say.

    Each has `user`, `start` and `end`. On a shift-based schedule several people may have a turn at once, a user has
    only an id, and `source` tells where the turn comes from.
    """
    shown = schedule.get("final_schedule")
    if shown is None:
        return None
    if "computed_shift_assignments" in shown:
        return list(_assigned(shown["computed_shift_assignments"] or ()))
    entries = shown.get("rendered_schedule_entries")
    return None if entries is None else [turn for turn in entries if turn.get("user")]


def _assigned(assignments: t.Iterable[Record]) -> t.Iterator[Record]:
    """Yield shifts as turns, without those that nobody is assigned to."""
    for each in assignments:
        user_id = (each.get("member") or {}).get("user_id")
        if user_id:
            yield {
                "user": {"id": user_id},
                "start": each.get("start_time"),
                "end": each.get("end_time"),
                "source": each.get("source") or {},
            }
