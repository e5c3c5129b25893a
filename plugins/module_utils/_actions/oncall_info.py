# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is on call, for the module oncall_info and the lookup oncall.

PagerDuty lists a shift once for each escalation policy and level, so people are put together here. It does not list
levels that nobody covers, nor the people of a schedule that no escalation policy uses: both are looked for.

Private to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from .._api.client import PagerDuty, Query, Record, path_of
from .._api.directory import ESCALATION_POLICY, LOOKS_LIKE_ID, SCHEDULE, USER, Kind, label, look_up
from .._core.errors import InvalidOption, Refused, shorten
from .._core.plan import Plan, read_only_plan
from .._core.time_texts import iso_8601, now, parse_time

MAX_FUTURE = timedelta(days=90)
"""PagerDuty knows no later shifts. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /oncalls."""
MOMENT = timedelta(seconds=1)
"""The shortest span that a schedule can be read for."""
FILTERS = ("escalation_policies", "schedules", "users", "levels")


class Span(t.NamedTuple):
    """The time that is asked about; `since` and `until` are equal for one moment."""

    since: datetime
    until: datetime


class Wanted(t.NamedTuple):
    """What is asked about, by id.

    Args:
        unverified: schedules that only GET /oncalls can know, each with the error if it does not.
        levels: empty for all.
        span: None for now.
    """

    policies: dict[str, Record]
    schedules: dict[str, Record]
    unverified: dict[str, Refused]
    users: dict[str, Record]
    levels: t.Collection[int]
    span: Span | None


def read_on_call(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[Plan]:
    """Return one read-only plan, whose record lists the people and what nobody covers.

    Args:
        params: `escalation_policies`, `schedules`, `users`, `levels`, and `at` or `since` and `until`.

    Raises:
        InvalidOption: an option has an unusable value.
        Refused: a name matches no object, or more than one.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /oncalls.
    """
    wanted = _wanted(pagerduty, params)
    entries = [entry for page in pagerduty.pages("/oncalls", "oncalls", _query(wanted)) for entry in page]
    current = [entry for entry in entries if _overlaps(entry, wanted.span)]
    _check_unverified(wanted, current)
    listed = [entry for entry in current if not wanted.levels or entry["escalation_level"] in wanted.levels]
    if not wanted.levels:
        listed += _turns_without_policy(pagerduty, wanted)
    record = {
        "users": _people(listed),
        "empty_levels": _empty_levels(wanted, current),
        "empty_schedules": _empty_schedules(wanted, listed),
    }
    _warn(pagerduty, wanted, record)
    return [read_only_plan("on call", record)]


def on_call_result(records: t.Sequence[Record]) -> Record:
    """Return the result of the module, with everybody in its message."""
    (record,) = records
    people = ", ".join(_said(user) for user in record["users"])
    return {**record, "msg": shorten(f"On call: {people}." if people else "Nobody is on call.")}


def _wanted(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> Wanted:
    for option in FILTERS:
        if params[option] is not None and not params[option]:
            # An empty variable must not ask for everybody.
            raise InvalidOption(option, "must not be empty", params[option])
    for option in ("escalation_policies", "schedules", "users"):
        if not all(name.strip() for name in params[option] or ()):
            raise InvalidOption(option, "must not contain an empty name", params[option])
    for level in params["levels"] or ():
        if level < 1:
            raise InvalidOption("levels", "must be 1 or greater", level)
    span = _span(params)
    schedules, unverified = _look_up_schedules(pagerduty, params["schedules"] or ())
    return Wanted(
        _look_up_all(pagerduty, ESCALATION_POLICY, params["escalation_policies"] or ()),
        schedules,
        unverified,
        _look_up_all(pagerduty, USER, params["users"] or ()),
        frozenset(params["levels"] or ()),
        span,
    )


def _span(params: t.Mapping[str, t.Any]) -> Span | None:
    first, last = ("at", "at") if params["at"] is not None else ("since", "until")
    if params[first] is None:
        return None
    span = Span(parse_time(first, params[first]), parse_time(last, params[last]))
    if span.until < span.since:
        raise InvalidOption("until", "must not be before since", params["until"])
    if span.until > now() + MAX_FUTURE:
        raise InvalidOption(last, f"must be at most {MAX_FUTURE.days} days from now", params[last])
    return span


def _look_up_all(pagerduty: PagerDuty, kind: Kind, names: t.Iterable[str]) -> dict[str, Record]:
    found = (look_up(pagerduty, kind, name) for name in names)
    return {record["id"]: record for record in found}


def _look_up_schedules(pagerduty: PagerDuty, names: t.Iterable[str]) -> tuple[dict[str, Record], dict[str, Refused]]:
    """Return the schedules by id, and those that could not be read.

    PagerDuty's flexible schedules are not among /schedules, but GET /oncalls knows them by id.
    Source: PagerDuty/developer-docs, docs/REST-API/21-Schedules-v2-to-v3-Upgrade.md.
    """
    found: dict[str, Record] = {}
    unverified: dict[str, Refused] = {}
    for name in names:
        try:
            record = look_up(pagerduty, SCHEDULE, name)
        except Refused as error:
            if error.is_fatal or error.is_forbidden or not LOOKS_LIKE_ID.fullmatch(name):
                raise
            record, unverified[name] = {"id": name}, error
        found[record["id"]] = record
    return found, unverified


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
    start, end = _moment(entry.get("start")), _moment(entry.get("end"))
    has_begun = start is None or start <= span.since or start < span.until
    return has_begun and (end is None or end > span.since)


def _moment(text: str | None) -> datetime | None:
    """Return a time of a response; None if it has none, as for people whom a policy names directly."""
    try:
        return parse_time("", text) if text else None
    except InvalidOption:
        return None


def _check_unverified(wanted: Wanted, entries: t.Iterable[Record]) -> None:
    known = {entry["schedule"]["id"] for entry in entries if entry.get("schedule")}
    for schedule_id, error in wanted.unverified.items():
        if schedule_id not in known:
            raise error


def _turns_without_policy(pagerduty: PagerDuty, wanted: Wanted) -> list[Record]:
    """Return the turns of schedules that no escalation policy uses, in the shape of an on-call entry.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /schedules/{id}; that GET /oncalls leaves them out,
    https://github.com/sergiitk/pagerbeauty/issues/103.
    """
    if wanted.policies:
        return []
    since, until = wanted.span or Span(now(), now())
    query = [
        ("since", iso_8601(since)),
        ("until", iso_8601(max(until, since + MOMENT))),
        ("overflow", "true"),
        ("include[]", "final_schedule"),
    ]
    found = []
    for schedule in wanted.schedules.values():
        if schedule.get("escalation_policies") == []:
            read = pagerduty.get(path_of("schedules", schedule["id"]), "schedule", query)
            turns = (read.get("final_schedule") or {}).get("rendered_schedule_entries") or ()
            found += [{**turn, "schedule": schedule} for turn in turns if _overlaps(turn, wanted.span)]
    kept = [turn for turn in found if not wanted.users or turn["user"]["id"] in wanted.users]
    # A schedule shows only references, without an e-mail address.
    return [{**turn, "user": look_up(pagerduty, USER, turn["user"]["id"])} for turn in kept]


def _people(entries: t.Sequence[Record]) -> list[Record]:
    """Return each person once, with all their shifts; the lowest level first."""
    ordered = sorted(entries, key=_level)
    people: dict[str, Record] = {}
    for entry in ordered:
        user = entry["user"]
        person = people.setdefault(user["id"], _person(user))
        person["shifts"].append(_shift(entry))
    return list(people.values())


def _level(entry: Record) -> float:
    level: int | None = entry.get("escalation_level")
    return float("inf") if level is None else level


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
        # PagerDuty left out whoever else is on call there.
        return []
    covered = {(entry["escalation_policy"]["id"], entry["escalation_level"]) for entry in entries}
    return [
        {"escalation_policy": _reference(policy), "escalation_level": level}
        for policy in wanted.policies.values()
        for level in range(1, _level_count(policy) + 1)
        if (not wanted.levels or level in wanted.levels) and (policy["id"], level) not in covered
    ]


def _empty_schedules(wanted: Wanted, entries: t.Iterable[Record]) -> list[Record]:
    """Return the given schedules on which nobody is on call."""
    if wanted.users or wanted.policies or wanted.levels:
        return []
    covered = {entry["schedule"]["id"] for entry in entries if entry.get("schedule")}
    return [
        {"schedule": _reference(schedule)} for schedule in wanted.schedules.values() if schedule["id"] not in covered
    ]


def _level_count(policy: Record) -> int:
    return len(policy.get("escalation_rules") or ())


def _warn(pagerduty: PagerDuty, wanted: Wanted, record: Record) -> None:
    for policy in wanted.policies.values():
        for level in sorted(wanted.levels):
            if level > _level_count(policy):
                pagerduty.warn(f"Escalation policy {label(policy)} has no level {level}.")
    for empty in record["empty_levels"]:
        place = f"level {empty['escalation_level']} of escalation policy {label(empty['escalation_policy'])}"
        pagerduty.warn(f"Nobody is on call at {place}.")
    for empty in record["empty_schedules"]:
        pagerduty.warn(f"Nobody is on call for schedule {label(empty['schedule'])}.")


def _said(user: Record) -> str:
    levels = sorted({shift["escalation_level"] for shift in user["shifts"] if shift["escalation_level"] is not None})
    name = user["name"] or user["id"]
    return f"{name} (level {', '.join(map(str, levels))})" if levels else str(name)
