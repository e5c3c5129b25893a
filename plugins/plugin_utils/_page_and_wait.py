# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a run of the role page_and_wait is, and what it says.

Nothing is kept between runs but the log of the incident. It tells when each step has paged: the first one when the
incident was opened, and a later one with the first assignment after the time of the step before it was over. So a run
that is started again goes on where the one before was killed, and pages nobody a second time.

Private to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from ..module_utils._core.timestamps import EARLIEST, iso_8601, now, spoken_duration, spoken_time, time_of
from ..module_utils._core.words import few
from ..module_utils._incidents.answers import answer_to
from ..module_utils._incidents.foretold import NOT_OPENED, is_foretold
from ..module_utils._incidents.log_entries import ACKNOWLEDGED, ASSIGNING, kind_of
from ..module_utils._incidents.names import id_and_number
from ._page_and_wait_steps import EVENT, Step

Record = dict[str, t.Any]
Result = t.Mapping[str, t.Any]

NOTHING: Result = {}
BEGINNINGS = ("trigger_log_entry", "unacknowledge_log_entry")
"""Log entries with which PagerDuty pages the assignees, so that waiting begins anew.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `LogEntry`;
https://support.pagerduty.com/main/docs/incidents, "Incident Statuses".
"""
EVIDENCE = ("dedup_key", "incidents")
"""Of these, a task that pages returns one only if it was done: the role lets none of them fail."""
SEARCH = 30
"""Seconds until PagerDuty has surely opened the incident of an event."""


class Results(t.NamedTuple):
    """The results of the tasks of a step; empty for those that have not run.

    Args:
        paged: that of the task that pages.
        found: that of the task that reads the incident with its log.
        waited: that of the task that waits.
        refused: why the step could not page as it says; empty if it could. The routing key of the role stands in.
    """

    paged: Result = NOTHING
    found: Result = NOTHING
    waited: Result = NOTHING
    refused: str = ""


class Run:
    """A run of the role.

    Args:
        history: what the steps so far have done, as `entry` returns it.
        steps: all of them.
        results: those of the step that is being made.
    """

    def __init__(self, history: t.Sequence[Record], steps: t.Sequence[Step], results: Results) -> None:
        self._history = history
        self._steps = steps
        self._results = results
        self._present = now()
        number = min(len(history), len(steps) - 1)
        self._step = steps[number]
        self._incident = _incident_of(results.found)
        waits = [each.seconds for each in steps[: number + 1] if each.key == self._step.key]
        self._start = _start(self._incident or {}, waits)

    def as_dict(self) -> Record:
        """Return what the tasks of the role go by."""
        is_over = any(each["end"] for each in self._history)
        return {
            "step": self._step._asdict(),
            "incident": self._target(),
            "has_paged": self._has_paged,
            "is_due": self._start is None and not self._answer,
            "search": SEARCH if _is_done(self._results.paged) else 0,
            "has_other_way": self._has_other_way,
            "waits": self._has_paged and not self._answer,
            "watched": self._watched(),
            "until": self._until,
            "waiting": self._waiting,
            "entry": self._entry(),
            "goes_on": len(self._history) < len(self._steps) and not is_over,
        }

    @property
    def _answer(self) -> str:
        """Who has acknowledged or resolved one of the incidents, as a sentence; empty if nobody has."""
        for incident in [*filter(None, [self._incident]), *(self._results.waited.get("incidents") or ())]:
            answer = answer_to(incident)
            if answer:
                return answer.sentence(f"incident {id_and_number(incident)}", self._present)
        return ""

    @property
    def _has_paged(self) -> bool:
        """Whether the step has paged, or may have: in this run, or in one before."""
        is_event = self._step.kind == EVENT or bool(self._results.refused)
        if is_event and _message(self._results.found).startswith(NOT_OPENED):
            return False
        return _is_done(self._results.paged) or self._start is not None

    @property
    def _has_other_way(self) -> bool:
        """Whether the routing key of the role stands in. Later on, it could page those a second time who were paged.

        Nor if PagerDuty has taken the event: it may open the incident yet, and page for both.
        """
        is_refused = not _is_done(self._results.paged) and not self._has_paged and not self._answer
        return not self._history and self._step.has_other_way and is_refused

    @property
    def _until(self) -> str:
        """Until when to wait, as `wait_for_acknowledgement` takes it."""
        if self._start is None:
            return f"{self._step.seconds}s"
        return iso_8601(self._start + timedelta(seconds=self._step.seconds))

    @property
    def _service(self) -> str | None:
        """The service of the incident that the step opens, if it is known."""
        told = self._results.paged.get("service") or {}
        is_as_given = self._step.opens and not self._results.refused
        return told.get("id") or (self._step.to if is_as_given else None) or None

    @property
    def _people(self) -> str:
        """Whom the step pages, as long as nobody can be named."""
        return (self._step._replace(to="") if self._results.refused else self._step).people

    @property
    def _waiting(self) -> str:
        """How long the step waits, for the name of the task: a log shows nothing else until it is over."""
        if self._start is None:
            return f"for {spoken_duration(self._step.seconds)}"
        return f"until {spoken_time(self._start + timedelta(seconds=self._step.seconds), self._present)}"

    def _target(self) -> Record:
        """Return the options that name the incident of the step for a module."""
        ids = [each["incident"] for each in self._history if each["key"] == self._step.key and each["incident"]]
        known = self._incident["id"] if self._incident else next(iter(ids), None)
        if known and not is_foretold(known):
            return {"incident_id": [known]}
        services = [each["service"] for each in self._history if each["key"] == self._step.key]
        return {"dedup_key": self._step.key, "service": next(iter(services), None)}

    def _watched(self) -> Record:
        """Return the options that name all incidents of the run so far."""
        own = self._incident["id"] if self._incident else None
        if own is None and self._step.opens:
            return {"dedup_key": self._step.key}
        ids = [*(each["incident"] for each in self._history), own]
        return {"incident_id": [*dict.fromkeys(filter(None, ids))]}

    def _entry(self) -> Record:
        """Return what the step has done, for the history."""
        waited = self._results.waited
        is_blind = bool(_message(waited)) and not waited.get("skipped") and "acknowledged_by" not in waited
        blind = f"Cannot see whether anybody acknowledges: {_message(waited)}" if is_blind else ""
        return {
            "key": self._step.key,
            "incident": self._incident["id"] if self._incident else None,
            "service": self._service,
            "people": _people(self._results.paged) or [self._people],
            "seconds": self._step.seconds,
            "has_paged": self._has_paged,
            "problem": " ".join(filter(None, [self._results.refused, self._problem()])),
            "answer": self._answer,
            "end": self._answer or blind,
        }

    def _problem(self) -> str:
        """Return why the step has paged nobody; empty if it has, or need not."""
        if self._has_paged or self._answer:
            return ""
        paged, found = _message(self._results.paged), _message(self._results.found)
        return found if _is_done(self._results.paged) else paged or found


def ending(history: t.Sequence[Record], read: Result, unused: t.Sequence[str] = ()) -> Record:
    """Return what a whole run has come to, as the filter page_and_wait documents it.

    Args:
        history: what its steps have done.
        read: the result of the task that reads the incidents with their logs in the end.
        unused: what was given for the steps and could not be used.
    """
    paged = _paged(read)
    answer = next((each["answer"] for each in history if each["answer"]), "")
    blind = next((each["end"] for each in history if each["end"] and not each["answer"]), "")
    problems = [*unused, *filter(None, [*(each["problem"] for each in history), blind])]
    said = [answer or ("" if blind else _nobody(read)), _who_was_paged(history, paged), *problems]
    return {
        "acknowledged": bool(answer),
        "incidents": [_summary(each) for each in read.get("incidents") or ()],
        "paged": paged,
        "problems": problems,
        "msg": " ".join(filter(None, said)),
    }


def rehearsal(history: t.Sequence[Record], unused: t.Sequence[str] = ()) -> str:
    """Return what a run would do, from the history of one in check mode."""
    answer = next((each["answer"] for each in history if each["answer"]), "")
    if answer:
        return f"{answer} Would page nobody."
    deeds = [
        f"page {few(each['people'])} and wait {spoken_duration(each['seconds'])}"
        for each in history
        if each["has_paged"]
    ]
    problems = [*unused, *(each["problem"] for each in history if each["problem"])]
    would = (
        f"{', then '.join(deeds)}, and fail if nobody has acknowledged by then" if deeds else "page nobody, and fail"
    )
    return " ".join([f"Would {would}.", *problems])


def _incident_of(found: Result) -> Record | None:
    """Return the incident that was read: the open one, or the newest."""
    incidents = found.get("incidents") or ()
    return next((each for each in incidents if each.get("status") != "resolved"), next(iter(incidents), None))


def _start(incident: Record, waits: t.Sequence[int]) -> datetime | None:
    """Return when the last of some steps has paged, by the log of the incident; None if it has not.

    Args:
        waits: the seconds of each of the incident's steps, the first of which has opened it.
    """
    entries = incident.get("log_entries") or ()
    acknowledged = {each.get("created_at") for each in entries if kind_of(each) == ACKNOWLEDGED}
    begun = [time_of(each.get("created_at")) for each in entries if kind_of(each) in BEGINNINGS]
    assigned = sorted(
        time_of(each.get("created_at"))
        for each in entries
        # Acknowledging assigns the incident, too, but pages nobody.
        if kind_of(each) in ASSIGNING and each.get("created_at") not in acknowledged
    )
    start = max(begun, default=EARLIEST)
    if start == EARLIEST:
        return None
    for seconds in waits[:-1]:
        due = start + timedelta(seconds=seconds)
        later = next((each for each in assigned if each >= due and each > start), None)
        if later is None:
            return None
        start = later
    return start


def _is_done(result: Result) -> bool:
    """Return whether a task that pages has made its change, or may have."""
    failures = result.get("failures") or ()
    return any(each in result for each in EVIDENCE) and all(each.get("outcome") != "not_done" for each in failures)


def _people(paged: Result) -> list[str]:
    return list(dict.fromkeys(str(each["who"]["summary"]) for each in paged.get("notifies") or ()))


def _paged(read: Result) -> list[Record]:
    """Return who was paged for the incidents, each once for an incident, by the notifications in their logs."""
    first: dict[tuple[str, str | None], Record] = {}
    for incident in read.get("incidents") or ():
        for each in incident.get("notified") or ():
            if each["who"]:
                person = {"who": each["who"], "at": each["at"], "incident": incident["id"]}
                first.setdefault((incident["id"], each["who"]["id"]), person)
    return sorted(first.values(), key=lambda each: time_of(each["at"]))


def _who_was_paged(history: t.Sequence[Record], paged: t.Sequence[Record]) -> str:
    names = [f"{each['who']['summary']} at {spoken_time(time_of(each['at']), now())}" for each in paged]
    # The log may not have been read.
    names = names or [name for each in history if each["has_paged"] for name in each["people"]]
    return f"Paged {few(names)}." if names else "Nobody was paged."


def _nobody(read: Result) -> str:
    names = [id_and_number(each) for each in read.get("incidents") or ()]
    about = f" incident{'' if len(names) == 1 else 's'} {few(names)}" if names else ""
    return f"Nobody has acknowledged{about}."


def _summary(incident: Record) -> Record:
    return {name: incident.get(name) for name in ("id", "incident_number", "title", "status", "html_url")}


def _message(result: Result) -> str:
    return str(result.get("msg") or "")
