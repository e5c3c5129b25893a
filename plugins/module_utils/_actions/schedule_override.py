# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module schedule_override: puts a user on call for some time, or ends the overrides that do so.

What counts is who is on call in the end: where the user is on call already, nothing is created, so a second run fills
only what the first one has left. Private to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, tzinfo

from .._api.client import PagerDuty, Record
from .._api.directory import SCHEDULE, USER, Directory
from .._api.schedules import is_shift_based, read_schedule, turns_of
from .._api.times import Times
from .._core.action import Action, State, each
from .._core.change import CAREFULLY, Change, Fields
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.timestamps import iso_8601, spoken_time, time_of
from .._core.words import END, PUT, few, label, short_name
from .._overrides import CUSTOM_SHIFTS, OVERRIDES, Override, create_overrides, end_override, list_overrides
from .._turns import Span, Turn, joined, on_top, parts_in, parts_out_of, without

Options = dict[str, t.Any]

EVERYBODY, NOBODY = "everybody", "nobody"
TOLERANCE = timedelta(minutes=1)
"""Clocks differ, and an override starts or ends when PagerDuty receives the call."""
MOMENT = timedelta(seconds=1)
LOOK_BACK = timedelta(days=7)
"""How far overrides are looked for that an override has extended."""
NAMING = 5.0
"""Seconds for reading the names of those on call, which only inform."""


class Period(t.NamedTuple):
    """When somebody is wanted on call.

    Args:
        start: None for now, and for a time in the past.
        end: None if it depends on the start, or is not given.
        length: how long it lasts from now; None if that is not what the task says.
    """

    start: datetime | None
    end: datetime | None
    length: timedelta | None


class Rota(t.NamedTuple):
    """Who is on call in a span.

    Args:
        overrides: those of everybody.
        below: whose turn it would be without overrides, the most important last; only of a layer-based schedule.
        present: when it was read.
        names: of the times that depend on it, for diffs.
        is_told: whether PagerDuty says whose turn it is; if not, only overrides are known.
        zone: of times in sentences.
    """

    span: Span
    turns: list[Turn]
    overrides: list[Override]
    below: list[list[Turn]]
    present: datetime
    names: t.Mapping[datetime, str]
    is_told: bool
    zone: tzinfo

    def shown(self, span: Span) -> str:
        """Return a span for a diff, without a time that check mode cannot know."""
        return " to ".join(self.names.get(time) or iso_8601(time) for time in span)

    def spoken(self, span: Span) -> str:
        """Return a span for sentences, without a start in the past."""
        since = f"from {spoken_time(span.start, self.present, self.zone)} " if span.start > self.present else ""
        return f"{since}until {spoken_time(span.end, self.present, self.zone)}"

    @property
    def people(self) -> t.Iterator[Record]:
        """References to all users."""
        for turns in (self.turns, *self.below):
            yield from (turn.user for turn in turns)
        yield from (override.user for override in self.overrides)
        yield from (override.replaced.user for override in self.overrides if override.replaced)


def schedule_override(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `schedule`, `user`, `instead_of`, `start`, `end`, `duration`, `time_zone` and `state`.
    """
    return Ending(client, options) if options["state"] == "absent" else Overriding(client, options)


class OverrideAction(Action[PagerDuty]):
    """What the two have in common."""

    noun = "schedule"

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        self._times = Times(client, options, "start", "end")

    def check(self) -> None:
        """Check the times.

        Raises:
            InvalidOption: one is unusable.
        """
        self._times.check()
        if not self._times.needs_user:
            _period(self._times, self.options)

    def prepare(self) -> None:
        """Turn the times into a period, and look up the schedule and the users.

        Raises:
            InvalidOption: a time is unusable.
            TaskError: a name matches nothing, or more than one thing, or the time zone cannot be read.
        """
        self._period = _period(self._times, self.options)
        self.remark = self._times.remark
        directory = Directory(self.client)
        schedules = directory.find_known(SCHEDULE, [self.options["schedule"]])
        users = directory.find_known(USER, [self.options["user"]])
        replaced = self.options["instead_of"]
        others = directory.find_known(USER, [] if replaced in (EVERYBODY, NOBODY) else [replaced])
        directory.check_known()
        ((schedule_id, self._schedule),) = schedules.items()
        ((self._user_id, self._user),) = users.items()
        self._replaced_id = next(iter(others), None)
        if self._replaced_id == self._user_id:
            raise InvalidOption("instead_of", "must be somebody else than the user", replaced)
        self._known: dict[str, Record] = {**users, **others}
        self.targets = [schedule_id]

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read who is on call. What is now, on PagerDuty's clock, is known only under the lock."""
        return each(targets, lambda _target: self._rota(self.client.now))

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return the record; nothing if the schedule could not be read."""
        return dict(records[0]) if records else {}

    def _rota(self, present: datetime) -> Rota:
        raise NotImplementedError

    def _read(self, span: Span, overrides: list[Override], present: datetime, names: dict[datetime, str]) -> Rota:
        """Return who is on call in a span, with everybody's name."""
        schedule = read_schedule(self.client, self._schedule, span.start, span.end, *self._also())
        layers = reversed(schedule.get("schedule_layers") or ())
        below = [_turns(layer.get("rendered_schedule_entries") or ()) for layer in layers]
        told = turns_of(schedule)
        turns = [Turn(each.user, each.span) for each in overrides] if told is None else _turns(told)
        zone = self._times.spoken_zone
        rota = Rota(span, parts_in(turns, [span]), overrides, below, present, names, told is not None, zone)
        directory = Directory(self.client.quick(NAMING))
        for user in rota.people:
            self._learn(user, directory)
        return rota

    def _also(self) -> t.Sequence[str]:
        """Return what else of the schedule is needed."""
        return ()

    def _learn(self, user: Record, directory: Directory) -> None:
        """Remember a user's name, which a shift-based schedule does not tell; if it cannot be read, only the id."""
        if user["id"] is None or user["id"] in self._known:
            return
        try:
            self._known[user["id"]] = user if user.get("summary") else directory.find(USER, user["id"])
        except TaskError:
            self._known[user["id"]] = user

    def _is_own(self, user: Record) -> bool:
        return bool(user["id"] == self._user_id)

    def _own(self, overrides: t.Iterable[Override]) -> list[Override]:
        return [override._replace(user=self._user) for override in overrides if self._is_own(override.user)]

    def _change(self, rota: Rota, after: list[Turn], overrides: tuple[list[Override], list[Override]]) -> Change:
        """Return the change to other turns; its caller says what it does.

        Args:
            overrides: the user's, before and after.
        """
        gaps = _lasting(_gaps(rota, after)) if rota.is_told else []
        before, becomes = overrides
        return Change(
            target=self._schedule["id"],
            name=f"Schedule {short_name(self._schedule)}",
            before=self._fields(rota, rota.turns, before),
            after=self._fields(rota, after, becomes),
            says="",
            record=self._record(rota, rota.turns, before),
            predicted=self._record(rota, after, becomes),
            warnings=[
                *(f"Nobody is on call for schedule {label(self._schedule)} {rota.spoken(gap)}." for gap in gaps),
                *([] if rota.is_told else [self._untold()]),
            ],
        )

    def _untold(self) -> str:
        """Return what to say of a response without turns."""
        return (
            "PagerDuty's response leaves out 'final_schedule', so it does not say who else is on call for schedule "
            f"{label(self._schedule)}."
        )

    def _fields(self, rota: Rota, turns: list[Turn], overrides: t.Iterable[Override]) -> Fields:
        """Return what a diff shows."""
        on_call = [(turn.span, label(self._person(turn))) for turn in turns]
        on_call += [(gap, NOBODY if rota.is_told else "not known") for gap in _gaps(rota, turns)]
        return {
            "on_call": [f"{rota.shown(span)}: {name}" for span, name in sorted(on_call)],
            "overrides": sorted(rota.shown(override.span) for override in overrides),
        }

    def _record(self, rota: Rota, turns: list[Turn], overrides: t.Iterable[Override]) -> Record:
        return {
            "schedule": _brief(self._schedule),
            "overrides": [override.record for override in overrides],
            "on_call_before": self._shown(rota.turns),
            "on_call_after": self._shown(turns),
            "gaps": [_times(gap) for gap in _gaps(rota, turns) if rota.is_told],
        }

    def _shown(self, turns: t.Iterable[Turn]) -> list[Record]:
        """Return turns for the result, in order."""
        ordered = sorted(turns, key=lambda turn: turn.span)
        return [{"user": _brief(self._person(turn)), **_times(turn.span)} for turn in ordered]

    def _person(self, turn: Turn) -> Record:
        return self._known.get(turn.user["id"], turn.user)

    def _names(self, turns: t.Iterable[Turn]) -> str:
        """Return the names of those on call, each once."""
        return few(list(dict.fromkeys(short_name(self._person(turn)) for turn in turns)))


class Overriding(OverrideAction):
    """Puts the user on call."""

    def plan(self, target: str, state: Rota) -> Change:
        """Plan an override for each time at which the user is not on call.

        Raises:
            Refused: the user cannot be added to those on call.
        """
        if self._replaced_id and not state.is_told:
            raise Refused(self._untold(), hint="Leave out instead_of, or create the override in PagerDuty.")
        others = self._replaceable(self._others(state))
        lack = self._lack([turn for turn in self._others(state) if turn not in others])
        missing = self._missing(state, others)
        self._check_alone(state, missing)
        replaced = [turn for turn in parts_in(others, missing) if _lasting([turn.span])]
        kept = [turn for turn in state.turns if turn not in others] + parts_out_of(others, missing)
        wanted = self._wanted(missing, replaced)
        own = self._own(state.overrides)
        change = self._change(state, [*kept, *(Turn(self._user, span) for span in missing)], (own, [*own, *wanted]))
        change.says = [PUT(self._deed(state, missing, replaced))] if missing else self._reason(state)
        change.body = wanted
        change.resend = CAREFULLY
        change.warnings = [*change.warnings, *lack]
        return change

    def send_one(self, change: Change) -> Record:
        """Create the overrides."""
        created = create_overrides(self.client, self._schedule, change.body)
        own = [override._replace(user=self._user).record for override in created]
        return {**change.predicted, "overrides": [*change.record["overrides"], *own]}

    def _rota(self, present: datetime) -> Rota:
        """Return who is on call in the period.

        A time from now on is measured from the start of the user's override, so another run does not extend it.
        """
        start, end, length = self._period
        span = Span(start or present, end or present + t.cast("timedelta", length))
        names = {} if start else {present: "now"}
        reach = Span(span.start - min(length or timedelta(), LOOK_BACK), span.end)
        overrides = list_overrides(self.client, self._schedule, reach)
        if length:
            own = joined(override.span for override in self._own(overrides))
            current = next((each for each in own if each.start <= present + TOLERANCE and each.end > present), None)
            if current:
                span = Span(present, max(current.start + length, current.end))
            else:
                names[span.end] = f"now + {length}"
        return self._read(span, [override for override in overrides if override.span.meets(span)], present, names)

    def _others(self, rota: Rota) -> list[Turn]:
        """Return the turns that the user is to take over."""
        if self.options["instead_of"] == NOBODY:
            return []
        others = [turn for turn in rota.turns if not self._is_own(turn.user)]
        return [turn for turn in others if self._replaced_id in (None, turn.user["id"])]

    def _replaceable(self, others: list[Turn]) -> list[Turn]:
        """Return the turns that can be taken over: the override of a shift has to say where the shift comes from."""
        if not is_shift_based(self._schedule):
            return others
        return [turn for turn in others if turn.source.get("rotation_id") or turn.source.get("shift_id")]

    def _lack(self, staying: list[Turn]) -> list[str]:
        """Return what to say of turns that cannot be taken over.

        Raises:
            Refused: they are those of the only person whose place the user is to take.
        """
        if not staying:
            return []
        lack = f"PagerDuty's response leaves out 'source.rotation_id' of the shifts of {self._names(staying)}"
        if self._replaced_id:
            raise Refused(f"{lack}.", hint="Create the override in PagerDuty's web interface.")
        return [f"{lack}, so they stay on call."]

    def _missing(self, rota: Rota, others: list[Turn]) -> list[Span]:
        """Return when the user has yet to be put on call."""
        if self._replaced_id:
            wanted = [turn.span for turn in others]
        else:
            wanted = without([rota.span], [turn.span for turn in rota.turns if self._is_own(turn.user)])
        return _lasting(joined(wanted))

    def _check_alone(self, rota: Rota, missing: list[Span]) -> None:
        """Check that the user can be added to those on call.

        Raises:
            Refused: a layer-based schedule has one person on call at a time.
        """
        others = parts_in(rota.turns, missing)
        if others and self.options["instead_of"] == NOBODY and not is_shift_based(self._schedule):
            raise Refused(
                f"Schedule {label(self._schedule)} is layer-based, so {short_name(self._user)} cannot be on call "
                f"together with {self._names(others)}.",
                hint="Leave out instead_of, so that the user takes their place, or use a shift-based schedule.",
            )

    def _wanted(self, missing: list[Span], replaced: list[Turn]) -> list[Override]:
        """Return the overrides to create."""
        if not is_shift_based(self._schedule):
            return [Override(None, OVERRIDES, self._user, span) for span in missing]
        alone = without(missing, [turn.span for turn in replaced])
        return [
            *(Override(None, OVERRIDES, self._user, turn.span, turn) for turn in replaced),
            *(Override(None, CUSTOM_SHIFTS, self._user, span) for span in _lasting(alone)),
        ]

    def _deed(self, rota: Rota, missing: list[Span], replaced: list[Turn]) -> str:
        """Return what is done, after "put"."""
        instead = f" instead of {self._names(replaced)}" if replaced else ""
        beside = self._names(each for each in parts_in(rota.turns, missing) if each not in replaced)
        return "".join(
            (
                f"{short_name(self._user)} on call {few([rota.spoken(span) for span in missing])}",
                instead,
                f" as well as {beside}" if beside else "",
                "" if replaced or beside or not rota.is_told else ", when nobody else is",
            )
        )

    def _reason(self, rota: Rota) -> str:
        """Return why there is nothing to do."""
        if self._replaced_id:
            return f"{short_name(self._known[self._replaced_id])} is not on call {rota.spoken(rota.span)}"
        return f"{short_name(self._user)} is on call {rota.spoken(rota.span)} already"


class Ending(OverrideAction):
    """Ends the user's overrides."""

    def plan(self, target: str, state: Rota) -> Change:
        """Plan to end all of the user's overrides in the period."""
        ended = [each for each in self._own(state.overrides) if each.span.end > state.present + TOLERANCE]
        after = self._after(state, ended) if ended else state.turns
        change = self._change(state, after, (ended, []))
        change.says = (
            [END(self._deed(state, ended, after))] if ended else f"has no override of {short_name(self._user)}"
        )
        change.body = ended
        return change

    def send_one(self, change: Change) -> Record:
        """End the overrides, one by one. One that cannot be ended does not keep the others.

        Raises:
            Refused: one was not ended.
        """
        refusals = list(filter(None, map(self._end, change.body)))
        if refusals:
            raise refusals[0]
        return change.predicted

    def _end(self, override: Override) -> Refused | None:
        """End an override; returns why it is still there, if it is.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, DELETE
        /v3/schedules/{id}/custom_shifts/{custom_shift_id}: what has ended already is refused as well.
        """
        try:
            end_override(self.client, self._schedule, override)
        except Refused as error:
            if error.is_fatal:
                raise
            left = list_overrides(self.client, self._schedule, Span(self.client.now, override.span.end))
            return error if any(each.id == override.id for each in left) else None
        return None

    def _rota(self, present: datetime) -> Rota:
        """Return who is on call until the last of the user's overrides ends."""
        start, end, length = self._period
        begin = start or present
        span = Span(begin, end or begin + (length or MOMENT))
        overrides = list_overrides(self.client, self._schedule, span)
        last = max([span.end, *(override.span.end for override in self._own(overrides))])
        return self._read(Span(begin, last), overrides, present, {} if start else {present: "now"})

    def _also(self) -> t.Sequence[str]:
        return () if is_shift_based(self._schedule) else ("schedule_layers",)

    def _after(self, rota: Rota, ended: list[Override]) -> list[Turn]:
        """Return who is on call without the overrides."""
        if is_shift_based(self._schedule):
            ids = {override.id for override in ended}
            left = [turn for turn in rota.turns if not {turn.source.get("override_id"), _shift_of(turn)} & ids]
            back = [override.replaced for override in ended if override.replaced and override.replaced.user["id"]]
            return [*left, *parts_in(back, [rota.span])]
        below: list[Turn] = []
        for layer in rota.below:
            below = on_top(below, layer)
        for override in rota.overrides:
            if not self._is_own(override.user):
                below = on_top(below, [Turn(override.user, override.span)])
        spans = parts_in([Turn(self._user, override.span) for override in ended], [rota.span])
        ending = joined(turn.span for turn in spans)
        return [*parts_out_of(rota.turns, ending), *parts_in(below, ending)]

    def _deed(self, rota: Rota, ended: list[Override], after: list[Turn]) -> str:
        """Return what is done, after "ended"."""
        name = short_name(self._user)
        what = (
            f"{name}'s override {rota.spoken(ended[0].span)}"
            if len(ended) == 1
            else f"{len(ended)} overrides of {name}"
        )
        spans = [override.span for override in ended]
        left = self._names(parts_in(after, spans)) or (NOBODY if rota.is_told else "")
        return f"{what}, which leaves {left} on call" if left else what


def _period(times: Times, options: Options) -> Period:
    """Return the period that a task asks for.

    Raises:
        TaskError: a time is unusable, or the time zone cannot be read.
    """
    times.settle()
    name = "duration" if options["duration"] is not None else "end"
    if options[name] is None:
        start = times.next("start") if "start" in times.given else None
        return Period(start if start and start > times.present else None, None, None)
    start, end = times.start_and_end()
    coming = start if start and start > times.present else None
    if end - (coming or times.present) <= TOLERANCE:
        raise InvalidOption(name, "must be in the future, and more than a minute after the start", options[name])
    is_from_now = start is None and (name == "duration" or times.given["end"].offset is not None)
    return Period(None, None, end - times.present) if is_from_now else Period(coming, end, None)


def _turns(entries: t.Iterable[Record]) -> list[Turn]:
    """Return the entries of a response as turns."""
    return [
        Turn(each["user"], Span(time_of(each.get("start")), time_of(each.get("end"))), each.get("source") or {})
        for each in entries
        if each.get("user")
    ]


def _lasting(spans: t.Iterable[Span]) -> list[Span]:
    """Return the spans that last for more than the time by which clocks differ."""
    return [span for span in spans if span.end - span.start > TOLERANCE]


def _gaps(rota: Rota, turns: t.Iterable[Turn]) -> list[Span]:
    """Return when nobody is on call."""
    return without([rota.span], [turn.span for turn in turns])


def _shift_of(turn: Turn) -> str | None:
    """Return the custom shift that a turn comes from; None if an override has taken its place."""
    return None if turn.source.get("override_id") else turn.source.get("shift_id")


def _brief(record: Record) -> Record:
    return {"id": record["id"], "summary": record.get("summary") or record.get("name")}


def _times(span: Span) -> Record:
    return {"start": iso_8601(span.start), "end": iso_8601(span.end)}
