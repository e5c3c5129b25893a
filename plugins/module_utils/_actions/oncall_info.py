# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module oncall_info: who is on call. The lookup oncall uses it as well.

PagerDuty lists a shift once for each escalation policy and level, so people are put together here. It does not list
levels that nobody covers, nor the people of a schedule that no escalation policy uses: both are looked for. So a
schedule of which no shift is listed is read itself, which also tells when its next shift starts.

Private to the collection.
"""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timedelta

from .._api.client import PagerDuty, Query, Record
from .._api.directory import ESCALATION_POLICY, LOOKS_LIKE_ID, SCHEDULE, USER, Directory, about_all
from .._api.schedules import read_schedule, turns_of
from .._api.times import Times
from .._core.action import Action, State
from .._core.change import Change, found
from .._core.errors import InvalidOption, TaskError, shorten
from .._core.time_texts import parse_time
from .._core.timestamps import iso_8601, now
from .._core.words import few, label

MAX_FUTURE = timedelta(days=90)
"""PagerDuty knows no later shifts. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /oncalls."""
MIN_SPAN = timedelta(seconds=1)
"""The shortest span that a schedule can be read for."""
LOOK_AHEAD = timedelta(days=14)
"""How far the next shift of a schedule is looked for."""
FILTERS = ("escalation_policies", "schedules", "users", "levels")


class Span(t.NamedTuple):
    """The time that is asked about; `since` and `until` are equal for a single time."""

    since: datetime
    until: datetime


class Wanted(t.NamedTuple):
    """What is asked about, by id.

    Args:
        unverified: schedules that could not be read by their ids, each with the error if GET /oncalls does not know it.
        levels: empty for all.
        span: None for now.
    """

    policies: dict[str, Record]
    schedules: dict[str, Record]
    unverified: dict[str, TaskError]
    users: dict[str, Record]
    levels: t.Collection[int]
    span: Span | None


class Rota(t.NamedTuple):
    """What a schedule says itself.

    Args:
        turns: of those on call, in the shape of an entry of GET /oncalls; None if PagerDuty does not say.
        next_shift: when somebody is on call next, and who; None if somebody is now, or if that is not known.
    """

    schedule: Record
    turns: t.Sequence[Record] | None
    next_shift: Record | None = None


class Shifts(t.NamedTuple):
    """Who is on call.

    Args:
        entries: as GET /oncalls lists them, at all levels.
        rotas: those of the schedules of which it lists nothing.
    """

    entries: t.Sequence[Record]
    rotas: t.Sequence[Rota]


class OnCallInfo(Action[PagerDuty]):
    """Reads who is on call. Its only record lists the people, and what nobody covers.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /oncalls.
    """

    _wanted: Wanted
    """Known once it is prepared."""

    def __init__(self, client: PagerDuty, options: dict[str, t.Any]) -> None:
        super().__init__(client, options)
        self._directory = Directory(client)
        self._times = Times(client, options, "at", "since", "until")
        self.targets = ["on call"]

    def check(self) -> None:
        """Check what is asked about, and the time."""
        for option in FILTERS:
            if self.options[option] is not None and not self.options[option]:
                # An empty variable must not ask for everybody.
                raise InvalidOption(option, "must not be empty", self.options[option])
        for level in self.options["levels"] or ():
            if level < 1:
                raise InvalidOption("levels", "must be 1 or greater", level)
        self._times.check()
        if not self._times.needs_user:
            self._span()

    def prepare(self) -> None:
        """Look up what is asked about.

        Raises:
            TaskError: names match nothing, or more than one thing.
        """
        span = self._span()
        schedules, unverified = self._find_schedules(self.options["schedules"] or ())
        self._wanted = Wanted(
            self._directory.find_known(ESCALATION_POLICY, self.options["escalation_policies"]),
            schedules,
            unverified,
            self._directory.find_known(USER, self.options["users"]),
            frozenset(self.options["levels"] or ()),
            span,
        )
        self._directory.check_known()

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the shifts of the time that is asked about.

        Raises:
            TaskError: there are no such schedules.
        """
        wanted = self._wanted
        listed = [entry for page in self.client.pages("/oncalls", "oncalls", _query(wanted)) for entry in page]
        entries = [entry for entry in listed if _overlaps(entry, wanted.span)]
        _check_unverified(wanted, entries)
        rotas = [self._rota(schedule) for schedule in _unlisted(wanted, entries)]
        return [(target, Shifts(entries, rotas)) for target in targets]

    def plan(self, target: str, state: Shifts) -> Change:
        """Return who is on call, and a warning for each place that nobody covers."""
        wanted = self._wanted
        at_level = [each for each in state.entries if not wanted.levels or each["escalation_level"] in wanted.levels]
        listed = [*at_level, *(turn for rota in state.rotas for turn in rota.turns or ())]
        record = {
            "users": _people(listed),
            "empty_levels": _empty_levels(wanted, state.entries),
            "empty_schedules": _empty_schedules(wanted, state.rotas),
        }
        change = found(target, target, record)
        change.warnings = [*_warnings(wanted, record), *_untold(state.rotas)]
        return change

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return the record, with everybody in the message."""
        (record,) = records
        people = ", ".join(map(_describe, record["users"]))
        text = shorten(f"On call: {people}." if people else "Nobody is on call.")
        return {**record, "msg": " ".join(filter(None, (text, self.remark)))}

    def _span(self) -> Span | None:
        """Return the time that is asked about; None for now.

        Raises:
            TaskError: PagerDuty does not know the shifts of that time, or the time zone cannot be read.
        """
        times = self._times
        times.settle()
        self.remark = times.remark
        first, last = ("at", "at") if "at" in times.given else ("since", "until")
        if first not in times.given:
            return None
        since = times.next(first)
        span = Span(since, since if first == last else times.next(last, since if times.given[last].is_daily else None))
        if span.until < span.since:
            raise InvalidOption("until", "must not be before since", self.options["until"])
        if span.until > times.present + MAX_FUTURE:
            raise InvalidOption(last, f"must be at most {MAX_FUTURE.days} days from now", self.options[last])
        return span

    def _find_schedules(self, names: t.Iterable[str]) -> tuple[dict[str, Record], dict[str, TaskError]]:
        """Return the schedules by id, and those that could not be read by their ids: GET /oncalls may know them."""
        schedules: dict[str, Record] = {}
        unverified: dict[str, TaskError] = {}
        for name in names:
            try:
                record = self._directory.find(SCHEDULE, name)
            except TaskError as error:
                if error.is_fatal:
                    raise
                if not re.fullmatch(LOOKS_LIKE_ID, name):
                    self._directory.unknown[name] = error
                    continue
                record, unverified[name] = {"id": name}, error
            schedules[record["id"]] = record
        return schedules, unverified

    def _rota(self, schedule: Record) -> Rota:
        """Return whose turn it is on a schedule, or when the next one starts.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /schedules/{id}; that GET /oncalls leaves out
        schedules without an escalation policy, https://github.com/sergiitk/pagerbeauty/issues/103.
        """
        present = now()
        span = self._wanted.span or Span(present, present)
        turns = self._read_turns(schedule, span)
        if turns is None:
            return Rota(schedule, None)
        current = [turn for turn in turns if _overlaps(turn, span)]
        if not current:
            return Rota(schedule, (), self._shift_of(_next(turns, span)))
        users = self._wanted.users
        kept = [turn for turn in current if not users or turn["user"]["id"] in users]
        # A schedule shows only references, without an e-mail address.
        return Rota(schedule, [{**turn, "user": self._user(turn["user"]), "schedule": schedule} for turn in kept])

    def _shift_of(self, turns: t.Sequence[Record]) -> Record | None:
        """Return when turns start, and whose they are; None without turns."""
        if not turns:
            return None
        named = (user if user.get("summary") else self._user(user) for user in (turn["user"] for turn in turns))
        return {"start": turns[0]["start"], "users": [_reference(user) for user in named]}

    def _read_turns(self, schedule: Record, span: Span) -> list[Record] | None:
        """Return the turns of a schedule in a span and after it; None if PagerDuty does not say."""
        end = max(span.until, span.since + MIN_SPAN)
        until = max(end, min(end + LOOK_AHEAD, span.since + MAX_FUTURE))
        try:
            return turns_of(read_schedule(self.client, schedule, span.since, until))
        except TaskError as error:
            # GET /oncalls has the people of a schedule that an escalation policy uses, so this only says who is next.
            if error.is_fatal or not schedule.get("escalation_policies"):
                raise
            return []

    def _user(self, user: Record) -> Record:
        """Return a user, or the reference if the user cannot be read: whoever is on call is named at least.

        Somebody who was deleted stays a reference with a `deleted_at`. Source: port-labs/port-docs,
        docs/build-your-software-catalog/sync-data-to-catalog/incident-management/pagerduty/pagerduty.md, Payload.
        """
        if user.get("deleted_at"):
            return user
        try:
            return self._directory.find(USER, user["id"])
        except TaskError as error:
            if error.is_fatal:
                raise
            return user


def _query(wanted: Wanted) -> Query:
    filters = {
        "escalation_policy_ids[]": wanted.policies,
        "schedule_ids[]": wanted.schedules,
        "user_ids[]": wanted.users,
    }
    query = [(name, each) for name, ids in filters.items() for each in ids]
    if wanted.span:
        query += [("since", iso_8601(wanted.span.since)), ("until", iso_8601(wanted.span.until))]
    return [*query, ("include[]", "users")]


def _overlaps(entry: Record, span: Span | None) -> bool:
    """Return whether a shift is in a span; a shift that ends when the span starts is not."""
    if span is None:
        return True
    start, end = _time(entry.get("start")), _time(entry.get("end"))
    has_begun = start is None or start <= span.since or start < span.until
    return has_begun and (end is None or end > span.since)


def _time(text: str | None) -> datetime | None:
    """Return a time of a response; None if it has none, as for people whom a policy names directly."""
    try:
        return parse_time("", text) if text else None
    except InvalidOption:
        return None


def _next(turns: t.Iterable[Record], span: Span) -> list[Record]:
    """Return the first turns after a span: several people may start at once."""
    starts = [(_time(turn.get("start")), turn) for turn in turns]
    later = [(start, turn) for start, turn in starts if start is not None and start >= span.until]
    first = min((start for start, _turn in later), default=None)
    return [turn for start, turn in later if start == first]


def _unlisted(wanted: Wanted, entries: t.Iterable[Record]) -> list[Record]:
    """Return the given schedules of which GET /oncalls lists no shift."""
    if wanted.policies or wanted.levels:
        return []
    listed = {entry["schedule"]["id"] for entry in entries if entry.get("schedule")}
    others = [schedule for schedule in wanted.schedules.values() if schedule["id"] not in listed]
    # It lists every shift of a user on a schedule that an escalation policy uses.
    return [schedule for schedule in others if not (wanted.users and schedule.get("escalation_policies"))]


def _check_unverified(wanted: Wanted, entries: t.Iterable[Record]) -> None:
    known = {entry["schedule"]["id"] for entry in entries if entry.get("schedule")}
    unknown = {schedule_id: error for schedule_id, error in wanted.unverified.items() if schedule_id not in known}
    if unknown:
        raise about_all(unknown)


def _people(entries: t.Sequence[Record]) -> list[Record]:
    """Return each person once, with all their shifts; the lowest level first."""
    ordered = sorted(entries, key=_level)
    people: dict[str, Record] = {}
    for entry in ordered:
        user = entry["user"]
        person = people.setdefault(user["id"], _person(user))
        person["shifts"].append(_shift(entry))
    return list(people.values())


def _level(entry: Record) -> tuple[bool, int]:
    level = entry.get("escalation_level")
    return level is None, level or 0


def _person(user: Record) -> Record:
    return {
        "id": user["id"],
        "type": USER.type,
        "name": user.get("name") or user.get("summary"),
        "email": user.get("email"),
        "html_url": user.get("html_url"),
        "shifts": [],
    }


def _shift(entry: Record) -> Record:
    return {
        "escalation_policy": _reference(entry.get("escalation_policy")),
        "escalation_level": entry.get("escalation_level"),
        "schedule": _reference(entry.get("schedule")),
        "start": entry.get("start"),
        "end": entry.get("end"),
    }


def _reference(record: Record | None) -> Record | None:
    if record is None:
        return None
    return {"id": record["id"], "summary": record.get("summary") or record.get("name")}


def _empty_levels(wanted: Wanted, entries: t.Iterable[Record]) -> list[Record]:
    """Return the levels of the given policies at which nobody is on call."""
    if wanted.users or wanted.schedules:
        # The filtered response omits other people on call.
        return []
    covered = {(entry["escalation_policy"]["id"], entry["escalation_level"]) for entry in entries}
    return [
        {"escalation_policy": _reference(policy), "escalation_level": level}
        for policy in wanted.policies.values()
        for level in range(1, _level_count(policy) + 1)
        if (not wanted.levels or level in wanted.levels) and (policy["id"], level) not in covered
    ]


def _empty_schedules(wanted: Wanted, rotas: t.Iterable[Rota]) -> list[Record]:
    """Return the given schedules on which nobody is on call, each with its next shift."""
    if wanted.users:
        # Others may be on call.
        return []
    return [
        {"schedule": _reference(rota.schedule), "next_shift": rota.next_shift}
        for rota in rotas
        if rota.turns is not None and not rota.turns
    ]


def _level_count(policy: Record) -> int:
    return len(policy.get("escalation_rules") or ())


def _warnings(wanted: Wanted, record: Record) -> t.Iterator[str]:
    for policy in wanted.policies.values():
        for level in sorted(wanted.levels):
            if level > _level_count(policy):
                yield f"Escalation policy {label(policy)} has no level {level}."
    for empty in record["empty_levels"]:
        place = f"level {empty['escalation_level']} of escalation policy {label(empty['escalation_policy'])}"
        yield f"Nobody is on call at {place}."
    for empty in record["empty_schedules"]:
        yield f"Nobody is on call for schedule {label(empty['schedule'])}.{_next_words(empty['next_shift'])}"


def _next_words(shift: Record | None) -> str:
    return f" From {shift['start']}: {few(list(map(label, shift['users'])))}." if shift else ""


def _untold(rotas: t.Iterable[Rota]) -> t.Iterator[str]:
    for rota in rotas:
        if rota.turns is None:
            yield f"PagerDuty's response does not say who is on call for schedule {label(rota.schedule)}."


def _describe(user: Record) -> str:
    levels = sorted({shift["escalation_level"] for shift in user["shifts"] if shift["escalation_level"] is not None})
    name = user["name"] or user["id"]
    return f"{name} (level {', '.join(map(str, levels))})" if levels else name
