# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows: opens, extends, moves or ends the one with a description.

PagerDuty does not know a window by its description, and would open the same window again. Several tasks may do so at
the same moment, each before it can see the others' window. So after opening one the module reads the windows once more,
and ends its own if another was opened before it. All tasks use the same order, so one window is always left.

Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t
from datetime import datetime, timedelta

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import SERVICE, label, look_up, reference, shown_reference
from .._core.errors import InvalidOption, OutcomeUnknown, Refused, TaskError
from .._core.plan import Fields, Plan, Write
from .._core.time_texts import iso_8601, now, parse_duration, parse_time
from .maintenance_window_info import OPEN, check_description, end_of, list_windows, order_of, start_of

FIELDS = (
    "id",
    "type",
    "summary",
    "self",
    "html_url",
    "sequence_number",
    "start_time",
    "end_time",
    "description",
    "services",
    "teams",
    "created_by",
)
"""Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `MaintenanceWindow`."""
SLACK = timedelta(minutes=1)
"""Clocks differ, and "now" is the moment when PagerDuty receives the call. Source: as above, `start_time`."""
GONE = (404, 405)
"""Statuses for a window that was deleted or has ended. Source: as above, DELETE /maintenance_windows/{id}."""


class Period(t.NamedTuple):
    """When a window is wanted.

    Args:
        start: None for now, and for a time in the past.
        end: None if a length is given.
        length: how long it lasts from its start; only for a window that starts now.
    """

    start: datetime | None
    end: datetime | None
    length: timedelta | None

    def end_from(self, start: datetime) -> datetime:
        """Return the end of a window with this start."""
        return self.end or start + (self.length or timedelta())

    @property
    def shown_end(self) -> str:
        """The end for a diff: a moment reckoned from now would differ between check mode and the real run."""
        return iso_8601(self.end) if self.end else f"now + {self.length}"


class Wanted(t.NamedTuple):
    """The window that a task asks for; services by id."""

    description: str
    services: dict[str, Record]
    period: Period


class NewWindow(t.NamedTuple):
    """A window to open, and the ids of those with the same description that were there before."""

    fields: Fields
    known: t.Collection[str]


def change_window(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[Plan]:
    """Return the plan for the window with a description.

    Args:
        params: `description`, `services`, `start`, `end`, `duration` and `state`.

    Raises:
        InvalidOption: an option has an unusable value.
        Refused: a name matches no service, or more than one.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /maintenance_windows.
    """
    description = params["description"]
    check_description(description)
    if params["state"] == "absent":
        return [_plan_end(pagerduty, description)]
    if not params["services"]:
        raise InvalidOption("services", "must have at least one service", params["services"])
    period = _period(params)
    services = [look_up(pagerduty, SERVICE, name) for name in params["services"]]
    wanted = Wanted(description, {service["id"]: service for service in services}, period)
    windows = list_windows(pagerduty, OPEN, description)
    window = _find(windows, period)
    if window is None:
        return [_plan_new(pagerduty, wanted, windows)]
    return [_plan_extension(pagerduty, wanted, window) if _has_begun(window) else _plan_move(pagerduty, wanted, window)]


def window_result(records: t.Sequence[Record]) -> dict[str, t.Any]:
    """Return `maintenance_window`, which is None if there is none."""
    return {"maintenance_window": next((record for record in records if record), None)}


def lock_name(params: t.Mapping[str, t.Any]) -> list[str]:
    """Return what tasks for the same window must lock."""
    return [f"maintenance window {params['description'].strip()}"]


def _period(params: t.Mapping[str, t.Any]) -> Period:
    present = now()
    start = None if params["start"] is None else parse_time("start", params["start"])
    if params["duration"] is None:
        option, end = "end", parse_time("end", params["end"]).replace(microsecond=0)
    else:
        option, seconds = "duration", parse_duration("duration", params["duration"])
        try:
            length = timedelta(seconds=seconds)
            end = (start or present) + length
        except OverflowError as error:
            raise InvalidOption(option, "is too long", params[option]) from error
        if start is None:
            return Period(None, None, length)
    if end <= max(start or present, present):
        raise InvalidOption(option, "the window must end in the future, and after its start", params[option])
    return Period(start if start and start > present else None, end, None)


def _has_begun(window: Record) -> bool:
    return start_of(window) <= now() + SLACK


def _find(windows: t.Sequence[Record], period: Period) -> Record | None:
    """Return the window to change: one that has begun and lasts until the wanted start, else one that has not begun."""
    start = period.start or now()
    begun = [window for window in windows if _has_begun(window)]
    reaching = [window for window in begun if end_of(window) >= start]
    return next(iter([*reaching, *(window for window in windows if window not in begun)]), None)


def _plan_end(pagerduty: PagerDuty, description: str) -> Plan:
    windows = list_windows(pagerduty, OPEN, description)
    before = {"windows": [f"{iso_8601(start_of(window))} to {iso_8601(end_of(window))}" for window in windows]}
    write = Write(functools.partial(_end_all, pagerduty))
    return Plan(description, before, {"windows": []}, {}, {}, write, [window["id"] for window in windows])


def _plan_new(pagerduty: PagerDuty, wanted: Wanted, windows: t.Sequence[Record]) -> Plan:
    services, start = list(wanted.services.values()), wanted.period.start or now()
    fields = _fields(wanted.description, services, iso_8601(start), wanted.period.end_from(start))
    return Plan(
        wanted.description,
        before={"services": [], "start": None, "end": None},
        after=_shown(services, wanted.period.start, wanted.period.shown_end),
        record={},
        predicted=_predicted(dict.fromkeys(FIELDS), fields, services),
        write=Write(functools.partial(_open, pagerduty), harmful_twice=True),
        body=NewWindow(fields, {window["id"] for window in windows}),
    )


def _plan_extension(pagerduty: PagerDuty, wanted: Wanted, window: Record) -> Plan:
    """Plan for a window that has begun: it is only extended, because somebody may have extended it further by hand."""
    present = {service["id"]: service for service in window["services"]}
    services = list({**wanted.services, **present}.values())
    start, end = start_of(window), end_of(window)
    missing = wanted.period.end_from(start) - end
    if missing > (SLACK if wanted.period.length else timedelta()):
        end += missing
    elif -missing > SLACK or present.keys() - wanted.services.keys():
        pagerduty.warn(
            f"The maintenance window {wanted.description!r} has begun and is only extended, never cut: it lasts until "
            f"{iso_8601(end)}, for {', '.join(map(label, services))}. To end it, use state=absent."
        )
    fields = _fields(wanted.description, services, window["start_time"], end)
    return _plan_update(pagerduty, window, fields, services, _shown(services, start, iso_8601(end)))


def _plan_move(pagerduty: PagerDuty, wanted: Wanted, window: Record) -> Plan:
    """Plan for a window that has not begun: it becomes as wanted."""
    present = {service["id"]: service for service in window["services"]}
    services = [present.get(service_id, service) for service_id, service in wanted.services.items()]
    start = wanted.period.start or now()
    fields = _fields(wanted.description, services, iso_8601(start), wanted.period.end_from(start))
    after = _shown(services, wanted.period.start, wanted.period.shown_end)
    return _plan_update(pagerduty, window, fields, services, after)


def _plan_update(
    pagerduty: PagerDuty, window: Record, fields: Fields, services: t.Sequence[Record], after: Fields
) -> Plan:
    return Plan(
        fields["description"],
        before=_shown(window["services"], start_of(window), iso_8601(end_of(window))),
        after=after,
        record=window,
        predicted=_predicted(window, fields, services),
        write=Write(functools.partial(_update, pagerduty)),
        body=fields,
    )


def _shown(services: t.Sequence[Record], start: datetime | None, end: str) -> Fields:
    """Return what a diff shows; without a start, it is now."""
    return {"services": sorted(map(label, services)), "start": iso_8601(start) if start else "now", "end": end}


def _fields(description: str, services: t.Sequence[Record], start: str, end: datetime) -> Fields:
    """Return what PagerDuty requires to open and to update a window."""
    return {
        "type": "maintenance_window",
        "description": description,
        "start_time": start,
        "end_time": iso_8601(end),
        "services": [reference(SERVICE, service) for service in services],
    }


def _predicted(window: Record, fields: Fields, services: t.Sequence[Record]) -> Record:
    return {**window, **fields, "services": [shown_reference(SERVICE, service) for service in services]}


def _open(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    """Open a window, then end it if another task has opened the same window in the meantime."""
    (plan,) = plans
    new: NewWindow = plan.body
    own = _write_window(pagerduty, "POST", path_of("maintenance_windows"), new.fields)
    try:
        windows = list_windows(pagerduty, OPEN, plan.target)
        others = [window for window in windows if window["id"] not in new.known]
        first = min([own, *others], key=order_of)
        if first["id"] == own["id"]:
            return [own]
        if not _covers(first, own):
            pagerduty.warn(
                f"Another task opened a maintenance window {plan.target!r} ({first['id']}) at the same moment, for "
                "other services or another time. Both are open; state=absent ends both."
            )
            return [own]
        _end(pagerduty, own["id"])
    except TaskError as error:
        raise OutcomeUnknown.after_write(error) from error
    return [first]


def _covers(window: Record, other: Record) -> bool:
    """Return whether a window covers all that another one covers."""
    ids, others = ({service["id"] for service in each["services"]} for each in (window, other))
    return ids >= others and start_of(window) <= start_of(other) + SLACK and end_of(window) >= end_of(other) - SLACK


def _update(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    return [_write_window(pagerduty, "PUT", path_of("maintenance_windows", plan.record["id"]), plan.body)]


def _write_window(pagerduty: PagerDuty, method: str, path: str, fields: Fields) -> Record:
    body = {"maintenance_window": fields}
    window: Record = pagerduty.write_and_get(method, path, body, "maintenance_window")
    return window


def _end_all(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    for number, window_id in enumerate(plan.body):
        try:
            _end(pagerduty, window_id)
        except TaskError as error:
            if number == 0 or isinstance(error, OutcomeUnknown):
                raise
            raise OutcomeUnknown.after_write(error) from error
    return [{}]


def _end(pagerduty: PagerDuty, window_id: str) -> None:
    """End a window, or delete it if it has not begun."""
    try:
        pagerduty.write("DELETE", path_of("maintenance_windows", window_id))
    except Refused as error:
        # Somebody else may have ended it first.
        if error.status not in GONE:
            raise
