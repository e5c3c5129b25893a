# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The overrides of a schedule of either kind, and the custom shifts of a shift-based one.

An override of a layer-based schedule puts its user on call in the place of everybody. One of a shift-based schedule
puts its user in the place of one person of one rotation or custom shift; a custom shift adds somebody.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /schedules/{id}/overrides, /v3/schedules/{id}/overrides and
/v3/schedules/{id}/custom_shifts; PagerDuty/developer-docs, docs/REST-API/21-Schedules-v2-to-v3-Upgrade.md, "Create an
override". Private to the collection.
"""

from __future__ import annotations

import typing as t

from ._api.client import PagerDuty, Record, path_of
from ._api.directory import USER, reference
from ._api.schedules import is_shift_based, kind_of
from ._core.errors import OutcomeUnknown, Refused
from ._core.timestamps import iso_8601, time_of
from ._turns import Span, Turn

OVERRIDES, CUSTOM_SHIFTS = "overrides", "custom_shifts"
TYPES = {OVERRIDES: "override", CUSTOM_SHIFTS: "custom_shift"}
ENDED = 404


class Override(t.NamedTuple):
    """An override or a custom shift.

    Args:
        id: None until it is created.
        kind: OVERRIDES or CUSTOM_SHIFTS.
        user: who is on call by it; a reference, of which a shift-based schedule tells only the id.
        replaced: the turn that it replaces, on a shift-based schedule.
    """

    id: str | None
    kind: str
    user: Record
    span: Span
    replaced: Turn | None = None

    @property
    def record(self) -> Record:
        """The override in a result."""
        return {
            "id": self.id,
            "type": TYPES[self.kind],
            "user": {"id": self.user["id"], "summary": self.user.get("summary") or self.user.get("name")},
            "start": iso_8601(self.span.start),
            "end": iso_8601(self.span.end),
        }


def list_overrides(client: PagerDuty, schedule: Record, span: Span) -> list[Override]:
    """Return what overlaps with a span.

    Raises:
        TaskError: it cannot be read.
    """
    query = [("since", iso_8601(span.start)), ("until", iso_8601(span.end)), ("overflow", "true")]
    if is_shift_based(schedule):
        pages = [(kind, page) for kind in TYPES for page in client.pages(_path(schedule, kind), kind, query)]
        listed = [_shift(kind, each) for kind, page in pages for each in page]
    else:
        listed = [_override(each) for each in client.get_list(_path(schedule, OVERRIDES), OVERRIDES, query)]
    return [each for each in listed if each.span.meets(span)]


def create_overrides(client: PagerDuty, schedule: Record, wanted: t.Sequence[Override]) -> list[Override]:
    """Create overrides and custom shifts; returns them with their ids.

    Raises:
        TaskError: not all were created.
    """
    if not is_shift_based(schedule):
        return _create_on_layers(client, _path(schedule, OVERRIDES), wanted)
    created: list[Override] = []
    for kind, body_of in ((OVERRIDES, _override_body), (CUSTOM_SHIFTS, _custom_shift_body)):
        bodies = [body_of(each) for each in wanted if each.kind == kind]
        if bodies:
            made = client.write_and_get_list("POST", _path(schedule, kind), {kind: bodies}, kind)
            created += [_shift(kind, each) for each in made]
    return created


def end_override(client: PagerDuty, schedule: Record, override: Override) -> None:
    """End an override or a custom shift that has begun; delete one that has not.

    Raises:
        TaskError: it may still apply.
    """
    try:
        client.write("DELETE", _path(schedule, override.kind, str(override.id)))
    except Refused as error:
        # Somebody else may have ended it first.
        if error.status != ENDED:
            raise


def _create_on_layers(client: PagerDuty, path: str, wanted: t.Sequence[Override]) -> list[Override]:
    """Create overrides in one call, whose response has a status for each of them."""
    bodies = [
        {"start": iso_8601(each.span.start), "end": iso_8601(each.span.end), "user": reference(USER, each.user)}
        for each in wanted
    ]
    told = client.write_each(path, {"overrides": bodies}, OVERRIDES)
    created = [each.get("override") or each for each in told if (each.get("override") or each).get("id")]
    if created:
        client.count_effect()
    errors = [text for each in told for text in each.get("errors") or ()]
    if errors:
        raise Refused(f"PagerDuty refused the override: {', '.join(errors)}.", errors=errors, status=400)
    if len(created) < len(wanted):
        raise OutcomeUnknown("PagerDuty's response leaves out an override.")
    return [_override(each) for each in created]


def _override_body(override: Override) -> Record:
    replaced = t.cast("Turn", override.replaced)
    source = replaced.source
    shift = {"custom_shift_id": source["shift_id"]} if source.get("shift_id") else {}
    return {
        "type": "override_shift",
        **(shift or {"rotation_id": source["rotation_id"]}),
        **_times(override.span),
        "overridden_member": _member(replaced.user),
        "overriding_member": _member(override.user),
    }


def _custom_shift_body(shift: Override) -> Record:
    assignment = {"type": "shift_assignment", "member": _member(shift.user)}
    return {"type": "custom_shift", **_times(shift.span), "assignments": [assignment]}


def _times(span: Span) -> Record:
    return {"start_time": iso_8601(span.start), "end_time": iso_8601(span.end)}


def _member(user: Record) -> Record:
    return {"type": "user_member", "user_id": user["id"]}


def _override(record: Record) -> Override:
    span = Span(time_of(record.get("start")), time_of(record.get("end")))
    return Override(record["id"], OVERRIDES, record.get("user") or {"id": None}, span)


def _shift(kind: str, record: Record) -> Override:
    span = Span(time_of(record.get("start_time")), time_of(record.get("end_time")))
    if kind == CUSTOM_SHIFTS:
        (assignment, *_more) = record["assignments"] or [{"member": {}}]
        return Override(record["id"], kind, _user(assignment["member"]), span)
    replaced = Turn(_user(record.get("overridden_member") or {}), span)
    return Override(record["id"], kind, _user(record.get("overriding_member") or {}), span, replaced)


def _user(member: Record) -> Record:
    return {"id": member.get("user_id")}


def _path(schedule: Record, *rest: str) -> str:
    return f"/{kind_of(schedule).path}{path_of(schedule['id'], *rest)}"
