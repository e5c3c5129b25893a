# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module maintenance_window: opens, extends, moves or ends the window with a description.

PagerDuty does not know a window by its description, and would open the same window again. Several tasks may do so at
the same moment, each before it can see the others' window. So after opening one the task reads the windows once more,
and ends its own if another was opened before it. All tasks use the same order, so one window is always left. Private to
the collection.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, tzinfo

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import SERVICE, Directory, full_reference, reference
from .._api.times import Times
from .._core.action import Action, State, each
from .._core.change import CAREFULLY, Change, Fields
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.time_texts import parse_time
from .._core.timestamps import iso_8601, spoken_duration, spoken_time
from .._core.words import ADD, END, EXTEND, MAX_NAMES, MOVE, OPEN, REMOVE, SET, Phrase, few, label, short_name
from .._windows import end_of, open_windows, order_of, spoken_period, start_of

Options = dict[str, t.Any]

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
CLOCK_TOLERANCE = timedelta(minutes=1)
"""Clocks differ, and "now" is the time at which PagerDuty receives the call. Source: as above, `start_time`."""
DELETED, NOT_ENDED = 404, 405
"""Statuses of a refusal to end a window. Source: as above, DELETE /maintenance_windows/{id}."""


class Period(t.NamedTuple):
    """When a window is wanted.

    Args:
        start: None for now, and for a time in the past.
        end: None for a window that starts now and lasts for a given time.
        length: how long it lasts, if that is given; None for a start in the past.
    """

    start: datetime | None
    end: datetime | None
    length: timedelta | None

    def end_from(self, start: datetime) -> datetime:
        """Return the end of a window with this start."""
        return self.end or start + (self.length or timedelta())

    @property
    def shown_end(self) -> str:
        """The end for a diff: a time relative to now would differ between check mode and the real run."""
        return iso_8601(self.end) if self.end else f"now + {self.length}"


class Body(t.NamedTuple):
    """What is sent, and the ids of the open windows that were there before."""

    fields: Fields
    known: t.Collection[str] = ()


class Wanted(t.NamedTuple):
    """A window as wanted.

    Args:
        start: as it is sent.
        shown: what a diff shows.
    """

    services: list[Record]
    start: str
    end: datetime
    shown: Fields


class Open(t.NamedTuple):
    """The open windows with the description, and the time at which they were read."""

    windows: list[Record]
    now: datetime

    def has_begun(self, window: Record) -> bool:
        """Return whether a window has begun."""
        return start_of(window) <= self.now + CLOCK_TOLERANCE


def maintenance_window(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `description`, `services`, `start`, `end`, `duration`, `time_zone` and `state`.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /maintenance_windows.
    """
    return Ending(client, options) if options["state"] == "absent" else Opening(client, options)


class WindowAction(Action[PagerDuty]):
    """What the two have in common."""

    noun = "maintenance window"

    def prepare(self) -> None:
        """Name the window."""
        self.targets = [self.options["description"]]

    def locks(self) -> t.Sequence[str]:
        """Return the description: windows with different ones can be open for one service at the same time."""
        return [f"maintenance window {self.options['description'].strip()}"]

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the open windows. What is now, on PagerDuty's clock, is known only under the lock."""
        return each(targets, lambda target: Open(open_windows(self.client, target), self.client.now))

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return `maintenance_window`, which is None if there is none."""
        return {"maintenance_window": next((record for record in records if record), None)}

    def window_name(self) -> str:
        """Return the window's name in sentences."""
        return f"Maintenance window {self.options['description'].strip()}"

    def end(self, window_id: str) -> None:
        """End a window, or delete it if it has not begun.

        Raises:
            TaskError: it may still be open.
        """
        try:
            self.client.write("DELETE", path_of("maintenance_windows", window_id))
        except Refused as error:
            # Somebody else may have ended it first.
            if error.status == NOT_ENDED:
                self._check_over(window_id, error)
            elif error.status != DELETED:
                raise

    def _check_over(self, window_id: str, error: Refused) -> None:
        """Check that a window is over that PagerDuty did not end because it were: it says so of others as well.

        Raises:
            Refused: it goes on.

        Source: https://github.com/PagerDuty/terraform-provider-pagerduty/issues/396.
        """
        open_ones = open_windows(self.client, self.options["description"])
        window = next((each for each in open_ones if each["id"] == window_id), None)
        if window:
            names = few([short_name(service) for service in window["services"]])
            error.message = (
                f"The window for {names} is still open, {spoken_period(window, self.client.now)}. {error.message}"
            )
            error.hint = f"Run the task again, or end the window {window_id} in PagerDuty's web interface."
            raise error


class Ending(WindowAction):
    """Ends all open windows with the description."""

    def plan(self, target: str, state: Open) -> Change:
        """Plan to end the windows."""
        windows = state.windows
        return Change(
            target=target,
            name=self.window_name(),
            before={"windows": [f"{iso_8601(start_of(window))} to {iso_8601(end_of(window))}" for window in windows]},
            after={"windows": []},
            says=[END(*([f"{len(windows)} windows"] if len(windows) > 1 else []))] if windows else "none is open",
            record={},
            body=[window["id"] for window in windows],
        )

    def send_one(self, change: Change) -> Record:
        """End the windows, one by one."""
        for window_id in change.body:
            self.end(window_id)
        return {}


class Opening(WindowAction):
    """Opens a window, or changes the one that is open."""

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        self._times = Times(client, options, "start", "end")

    def check(self) -> None:
        """Check the times, and that there are services.

        Raises:
            InvalidOption: there are none, or a time is unusable.
        """
        if not self.options["services"]:
            raise InvalidOption("services", "must have at least one service", self.options["services"])
        self._times.check()
        if not self._times.needs_user:
            _period(self._times, self.options)

    def prepare(self) -> None:
        """Turn the times of the task into a period, then look up the services. One that is unknown stops no other.

        Raises:
            InvalidOption: a time is unusable.
            TaskError: no service is known, or the time zone cannot be read.
        """
        super().prepare()
        self._period = _period(self._times, self.options)
        self.remark = self._times.remark
        directory = Directory(self.client)
        self._services = directory.find_known(SERVICE, self.options["services"])
        self.left_out = directory.left_out(self._services)

    def plan(self, target: str, state: Open) -> Change:
        """Plan to open a window, to extend one that has begun, or to change one that has not."""
        window = self._find(state)
        if window is None:
            return self._opening(target, state)
        if not state.has_begun(window):
            return self._update(target, window, self._asked(state.now, window["services"]), state.now)
        wanted = self._extended(window)
        change = self._update(target, window, wanted, state.now)
        change.warnings = list(self._not_cut(window, wanted))
        return change

    def send_one(self, change: Change) -> Record:
        """Update the window; or open one, then end it if another task has opened it in the meantime."""
        if change.record:
            return self._write("PUT", path_of("maintenance_windows", change.record["id"]), change.body.fields)
        own = self._write("POST", path_of("maintenance_windows"), change.body.fields)
        others = [
            window for window in open_windows(self.client, change.target) if window["id"] not in change.body.known
        ]
        first = min([own, *others], key=order_of)
        if first["id"] == own["id"]:
            return own
        if not _covers(first, own):
            self.client.warn(
                f"Another task opened a maintenance window {change.target!r} ({first['id']}) at the same moment, for "
                "other services or another time. Both are open; state=absent ends both."
            )
            return own
        self.end(own["id"])
        return first

    def _find(self, state: Open) -> Record | None:
        """Return the window to change: one that has begun and lasts until the wanted start, else one to come."""
        start = self._period.start or state.now
        begun = [window for window in state.windows if state.has_begun(window)]
        reaching = [window for window in begun if end_of(window) >= start]
        return next(iter([*reaching, *(window for window in state.windows if window not in begun)]), None)

    def _asked(self, present: datetime, known: t.Sequence[Record] = ()) -> Wanted:
        """Return the window as the task asks for it.

        Args:
            known: references to services that the window has already.
        """
        services = list({**self._services, **self._chosen(known)}.values())
        start = self._period.start or present
        shown = _shown(services, self._period.start, self._period.shown_end)
        return Wanted(services, iso_8601(start), self._period.end_from(start), shown)

    def _chosen(self, services: t.Sequence[Record]) -> dict[str, Record]:
        return {service["id"]: service for service in services if service["id"] in self._services}

    def _extended(self, window: Record) -> Wanted:
        """Return a window that has begun as wanted.

        It is only extended, because somebody may have extended it further by hand.
        """
        services = list({**self._services, **_by_id(window)}.values())
        start, end = start_of(window), end_of(window)
        later = self._period.end_from(start)
        if later - end > (timedelta() if self._period.end else CLOCK_TOLERANCE):
            end = later
        return Wanted(services, window["start_time"], end, _shown(services, start, iso_8601(end)))

    def _not_cut(self, window: Record, wanted: Wanted) -> t.Iterator[str]:
        """Yield a warning if a window that has begun covers more than the task asks for, and stays so."""
        end = end_of(window)
        is_longer = end - self._period.end_from(start_of(window)) > CLOCK_TOLERANCE
        is_wider = wanted.end == end and _by_id(window).keys() - self._services.keys()
        if is_longer or is_wider:
            yield (
                f"The maintenance window {self.options['description']!r} has begun and is only extended, never cut: it "
                f"lasts until {iso_8601(end)}, for {', '.join(map(label, wanted.services))}. To end it, use "
                "state=absent."
            )

    def _opening(self, target: str, state: Open) -> Change:
        wanted = self._asked(state.now)
        fields = self._fields(wanted)
        return Change(
            target=target,
            name=self.window_name(),
            before={"services": [], "start": None, "end": None},
            after=wanted.shown,
            says=[OPEN(self._opening_text(wanted, state.now))],
            record={},
            predicted=_predicted(dict.fromkeys(FIELDS), fields, wanted),
            body=Body(fields, {window["id"] for window in state.windows}),
            resend=CAREFULLY,
        )

    def _update(self, target: str, window: Record, wanted: Wanted, present: datetime) -> Change:
        fields = self._fields(wanted)
        before = _shown(window["services"], start_of(window), iso_8601(end_of(window)))
        zone = self._times.spoken_zone
        return Change(
            target=target,
            name=self.window_name(),
            before=before,
            after=wanted.shown,
            says=_deeds(window, wanted, present, zone) or f"open {spoken_period(window, present, zone)} already",
            record=window,
            predicted=_predicted(window, fields, wanted),
            body=Body(fields),
        )

    def _fields(self, wanted: Wanted) -> Fields:
        """Return what PagerDuty requires to open and to update a window."""
        return {
            "type": "maintenance_window",
            "description": self.options["description"],
            "start_time": wanted.start,
            "end_time": iso_8601(wanted.end),
            "services": [reference(SERVICE, service) for service in wanted.services],
        }

    def _opening_text(self, wanted: Wanted, present: datetime) -> str:
        """Return for what a window is opened, and when."""
        start, length, zone = self._period.start, self._period.length, self._times.spoken_zone
        return "".join(
            (
                f"for {_listed(map(short_name, wanted.services))}",
                f" from {spoken_time(start, present, zone)}" if start else "",
                f" for {spoken_duration(int(length.total_seconds()))}," if length else "",
                f" until {spoken_time(wanted.end, present, zone)}",
            )
        )

    def _write(self, method: str, path: str, fields: Fields) -> Record:
        body = {"maintenance_window": fields}
        return self.client.write_and_get(method, path, body, "maintenance_window")


def _period(times: Times, options: Options) -> Period:
    """Return the period that a task asks for.

    Raises:
        TaskError: a time is unusable, or the time zone cannot be read.
    """
    times.settle()
    start, end = times.start_and_end()
    coming = start if start and start > times.present else None
    if options["duration"] is None:
        if end <= (coming or times.present):
            raise InvalidOption("end", "must be in the future and later than start", options["end"])
        is_relative = start is None and times.given["end"].offset is not None
        return Period(None, None, end - times.present) if is_relative else Period(coming, end, None)
    if end <= times.present:
        raise InvalidOption("duration", "start plus duration must be in the future", options["duration"])
    if start is None:
        return Period(None, None, times.length)
    return Period(coming, end, times.length if coming else None)


def _by_id(window: Record) -> dict[str, Record]:
    return {service["id"]: service for service in window["services"]}


def _shown(services: t.Sequence[Record], start: datetime | None, end: str) -> Fields:
    """Return what a diff shows; without a start, it is now."""
    return {"services": sorted(map(label, services)), "start": iso_8601(start) if start else "now", "end": end}


def _deeds(window: Record, wanted: Wanted, present: datetime, zone: tzinfo) -> list[Phrase]:
    """Return what is done to a window, in phrases."""
    there, wished = _by_id(window), {service["id"]: service for service in wanted.services}
    deeds = [
        verb(*(short_name(new[each]) for each in new if each not in old))
        for verb, new, old in ((ADD, wished, there), (REMOVE, there, wished))
        if new.keys() - old.keys()
    ]
    start, end = parse_time("start", wanted.start), spoken_time(wanted.end, present, zone)
    if wanted.shown["start"] != iso_8601(start_of(window)):
        deeds.append(MOVE(f"to {spoken_time(start, present, zone)}", f"until {end}"))
    elif wanted.end > end_of(window):
        deeds.append(EXTEND(f"until {end}"))
    elif wanted.end < end_of(window):
        deeds.append(SET(f"its end to {end}"))
    return deeds


def _listed(names: t.Iterable[str]) -> str:
    """Return names as a person lists them, such as `Checkout, Database and Search`."""
    *others, last = names
    if len(others) >= MAX_NAMES:
        return few([*others, last])
    return f"{', '.join(others)} and {last}" if others else last


def _predicted(window: Record, fields: Fields, wanted: Wanted) -> Record:
    return {**window, **fields, "services": [full_reference(SERVICE, service) for service in wanted.services]}


def _covers(window: Record, other: Record) -> bool:
    """Return whether a window covers all that another one covers."""
    covers_time = (
        start_of(window) <= start_of(other) + CLOCK_TOLERANCE and end_of(window) >= end_of(other) - CLOCK_TOLERANCE
    )
    return covers_time and _by_id(window).keys() >= _by_id(other).keys()
