# Copyright: (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The incident domain: read incidents as cheaply as PagerDuty allows, and plan what a responder can do to them.

Each public `change_*` function checks its arguments before any call, reads, and returns one plan for each incident.

Private to the collection.
"""

from __future__ import annotations

import functools
import re
import typing as t
from dataclasses import dataclass

from ._auth import Options
from ._errors import BadInput, PagerDutyError, Refused, Unanswered
from ._plan import Outcome, Plan, Planned, Write, reading
from ._rest import PagerDuty, Query, Record, path_of

INCIDENT_ID: Options = {
    "incident_id": {"type": "list", "elements": "str", "required": True, "aliases": ["incident_ids", "id"]},
}
"""Which incidents; the doc fragment `incident_id`."""

EXPANDED = (
    "acknowledgers",
    "agents",
    "assignees",
    "conference_bridge",
    "custom_fields",
    "escalation_policies",
    "first_trigger_log_entries",
    "priorities",
    "services",
    "teams",
    "users",
)
"""What PagerDuty itself expands in an incident. Source: openapi/rest.json, `include_incident`."""

READ_BESIDE = ("alerts", "log_entries", "notes")
"""What is read beside an incident, by a call of its own."""

ONLY_SINGLY = "custom_fields"
"""Expanded in a single incident, not in a list. Source: openapi/rest.json, `include_incidents`."""

Read = dict[str, t.Union[Record, PagerDutyError]]
"""Incidents by the id or number they were asked for by; in place of one, the reason why it could not be read."""

ID = re.compile(r"[A-Z0-9]+")
MOST_IN_ONE_PUT = 250
"""Source: openapi/rest.json, PUT /incidents."""
WORTH_A_PAGE = 3
"""From so many incidents on, a page is tried before reading one by one."""
OPEN_FIRST = (("statuses[]", "triggered"), ("statuses[]", "acknowledged"), ("sort_by", "created_at:desc"))
RESOLVED_NEXT = (("statuses[]", "resolved"), ("sort_by", "resolved_at:desc"))
NOTE_FIELDS = ("id", "user", "channel", "content", "created_at", "updated_at")
"""Source: openapi/rest.json, `IncidentNote`."""


def read_incidents(pagerduty: PagerDuty, ids: t.Sequence[str], include: t.Sequence[str] = ()) -> Read:
    """Read incidents, with as few calls as can be.

    Args:
        ids: incident ids or numbers, as the user gave them.
        include: some of `EXPANDED`.

    Raises:
        BadInput: when there is no id, or one cannot be right.
    """
    wanted = _checked_ids(ids)
    query = [("include[]", name) for name in include]
    found: Read = {}
    if len(wanted) >= WORTH_A_PAGE and ONLY_SINGLY not in include:
        found.update(_from_pages(pagerduty, wanted, query))
    for incident_id in wanted:
        if incident_id not in found:
            found[incident_id] = _singly(pagerduty, incident_id, query)
    return {incident_id: found[incident_id] for incident_id in wanted}


def find_incidents(
    pagerduty: PagerDuty, dedup_key: str, include: t.Sequence[str] = (), *, retried: bool = True
) -> list[Record]:
    """The incidents that events with a dedup key have opened, the newest first; at most one of a service is open.

    Args:
        retried: whether to try again when PagerDuty cannot answer at once.

    Source: https://developer.pagerduty.com/docs/events-api-v2-overview (an incident's key is its event's dedup key).
    """
    query = [("incident_key", dedup_key), ("date_range", "all"), ("sort_by", "created_at:desc"), ("limit", "100")]
    query += [("include[]", name) for name in include]
    incidents: list[Record] = pagerduty.get("/incidents", "incidents", query, retried=retried)
    return incidents


def info(pagerduty: PagerDuty, ids: t.Sequence[str] | None, dedup_key: str | None, include: t.Sequence[str]) -> list[Planned]:
    """Plans that only read; incidents by id, or by the dedup key of the events that opened them.

    Raises:
        BadInput: when the options cannot be right.
    """
    expand = [name for name in include if name in EXPANDED]
    beside = [name for name in READ_BESIDE if name in include]
    if dedup_key is not None and not dedup_key.strip():
        raise BadInput("dedup_key", "it must not be empty", dedup_key)
    if dedup_key is not None:
        if ONLY_SINGLY in expand:
            raise BadInput("include", f"{ONLY_SINGLY} goes with incident_id, not with dedup_key", include)
        incidents = find_incidents(pagerduty, dedup_key, expand)
        found: Read = {incident["id"]: incident for incident in incidents}
    else:
        found = read_incidents(pagerduty, ids or (), expand)
    return _plan_each(found, lambda incident: reading(incident["id"], incident | _beside(pagerduty, incident, beside)))


def change_status(pagerduty: PagerDuty, ids: t.Sequence[str], status: str, resolution: str | None) -> list[Planned]:
    """Acknowledge or resolve.

    Args:
        status: `acknowledged` or `resolved`.
        resolution: a note to resolve with.

    Raises:
        BadInput: when a resolution comes without `resolved`, or is empty.

    Source: openapi/rest.json, PUT /incidents.
    """
    if resolution is not None and status != "resolved":
        raise BadInput("resolution", "it goes with status resolved only", resolution)
    if resolution is not None and not resolution.strip():
        raise BadInput("resolution", "it must not be empty", resolution)
    write = _put_incidents(pagerduty)
    note = {} if resolution is None else {"resolution": resolution}

    def plan(incident: Record) -> Plan:
        before = {"status": incident["status"]}
        if incident["status"] == status:
            return Plan(incident["id"], before, before, incident, incident)
        if incident["status"] == "resolved":
            raise Refused(
                f"Incident {_name(incident)} is resolved and cannot be {status}.",
                hint="Nothing re-opens a resolved incident; trigger a new one with the event module.",
            )
        after = {"status": status, **note}
        return Plan(
            incident["id"],
            {**before, **dict.fromkeys(note)},
            after,
            incident,
            {**incident, "status": status},
            write,
            body=after,
        )

    return _plan_each(read_incidents(pagerduty, ids), plan)


def _put_incidents(pagerduty: PagerDuty) -> Write:
    """PUT /incidents: each plan's `body` holds the fields to send."""

    def send(plans: t.Sequence[Plan]) -> list[Record]:
        body = [{"id": plan.target, "type": "incident_reference", **plan.body} for plan in plans]
        answer = pagerduty.write("PUT", "/incidents", {"incidents": body}, "incidents")
        now = {incident.get("id"): incident for incident in answer}
        silent = [plan.target for plan in plans if plan.target not in now]
        if silent:
            raise Unanswered(f"PUT /incidents: the answer says nothing of {', '.join(silent)}.")
        return [now[plan.target] for plan in plans]

    return Write(send, MOST_IN_ONE_PUT)


def change_notes(
    pagerduty: PagerDuty,
    ids: t.Sequence[str],
    *,
    content: str | None,
    state: str,
    note_id: str | None,
    allow_duplicate: bool,
) -> list[Planned]:
    """Add, rewrite or remove a note on each incident.

    Args:
        content: the note's text.
        state: `present` or `absent`.
        note_id: the one note to rewrite or remove; otherwise notes are known by their content.
        allow_duplicate: add another note even where one says the same.

    Raises:
        BadInput: when these do not go together.

    Source: openapi/rest.json, /incidents/{id}/notes.
    """
    targets = _checked_ids(ids)
    _check_note(targets, content, state, note_id, allow_duplicate)
    write = Write(lambda plans: [_write_notes(pagerduty, plan) for plan in plans])

    def plan(target: str) -> Plan:
        notes: list[Record] = pagerduty.get(path_of("incidents", target, "notes"), "notes")
        meant = [note for note in notes if _is_meant(note, note_id, content)]
        if state == "absent":
            calls = [NoteCall("DELETE", note["id"]) for note in meant]
        elif note_id:
            calls = _rewrite(target, note_id, meant, content or "")
        else:
            calls = [NoteCall("POST", None, content)] if allow_duplicate or not meant else []
        expected = functools.reduce(_with_note, ((call, call.foreseen(notes)) for call in calls), notes)
        changed_ids = {note["id"] for note in meant} | {None}
        return Plan(
            target,
            before={"notes": [note["content"] for note in meant]},
            after={"notes": [note["content"] for note in expected if note["id"] in changed_ids]},
            record={"id": target, "notes": notes},
            expected={"id": target, "notes": expected},
            write=write,
            body=calls,
        )

    return [_attempt(target, functools.partial(plan, target)) for target in _without_numbers(pagerduty, targets)]


@dataclass(frozen=True)
class NoteCall:
    """One write to an incident's notes."""

    method: str
    note_id: str | None
    content: str | None = None

    def foreseen(self, notes: t.Sequence[Record]) -> Record:
        """The note as this call will leave it; what only PagerDuty can know of a new one is None."""
        old = next((note for note in notes if note["id"] == self.note_id), dict.fromkeys(NOTE_FIELDS))
        return {**old, "content": self.content}


def _check_note(
    targets: t.Sequence[str], content: str | None, state: str, note_id: str | None, allow_duplicate: bool
) -> None:
    if content is not None and not content.strip():
        raise BadInput("content", "it must not be empty", content)
    if note_id is not None and not ID.fullmatch(note_id):
        raise BadInput("note_id", "it must be the id of a note, such as PWL7QXS", note_id)
    if note_id is not None and len(targets) > 1:
        raise BadInput("note_id", "a note belongs to one incident: give one incident_id", note_id)
    if state == "present" and content is None:
        raise BadInput("content", "it is required where state is present")
    if state == "absent" and (content is None) == (note_id is None):
        raise BadInput("content", "where state is absent, give either content or note_id")
    if allow_duplicate and (state == "absent" or note_id is not None):
        raise BadInput("allow_duplicate", "it goes neither with state absent nor with note_id", allow_duplicate)


def _is_meant(note: Record, note_id: str | None, content: str | None) -> bool:
    if note_id is not None:
        return bool(note["id"] == note_id)
    return _comparable(note["content"]) == _comparable(content or "")


def _comparable(text: str) -> str:
    """A note's text without what a server may trim: line ends and the white space around it."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _rewrite(target: str, note_id: str, meant: t.Sequence[Record], content: str) -> list[NoteCall]:
    if not meant:
        raise Refused(
            f"Incident {target} has no note {note_id}.",
            hint="Leave note_id out to add a note, or take an id from incident_info with include: [notes].",
        )
    same = _comparable(meant[0]["content"]) == _comparable(content)
    return [] if same else [NoteCall("PUT", note_id, content)]


def _write_notes(pagerduty: PagerDuty, plan: Plan) -> Record:
    notes: list[Record] = plan.record["notes"]
    for call in plan.body:
        path = path_of("incidents", plan.target, "notes", *([call.note_id] if call.note_id else []))
        note: Record = {}
        if call.method == "DELETE":
            pagerduty.write("DELETE", path)
        else:
            note = pagerduty.write(call.method, path, {"note": {"content": call.content}}, "note")
        notes = _with_note(notes, (call, note))
    return {"id": plan.target, "notes": notes}


def _with_note(notes: list[Record], change: tuple[NoteCall, Record]) -> list[Record]:
    """The notes after a call, given the note that it left."""
    call, left = change
    if call.method == "POST":
        return [*notes, left]
    if call.method == "PUT":
        return [left if note["id"] == call.note_id else note for note in notes]
    return [note for note in notes if note["id"] != call.note_id]


def _without_numbers(pagerduty: PagerDuty, targets: t.Iterable[str]) -> list[str]:
    """Incident ids alone: a number is looked up, so that an incident named twice is written to once."""
    ids = [
        pagerduty.get(path_of("incidents", target), "incident")["id"] if target.isdecimal() else target
        for target in targets
    ]
    return list(dict.fromkeys(ids))


def _checked_ids(ids: t.Sequence[str]) -> list[str]:
    """The ids, each once.

    Raises:
        BadInput: when there is none, or one is neither an id nor a number.
    """
    if not ids:
        raise BadInput("incident_id", "give at least one incident id or number", ids)
    for incident_id in ids:
        if not ID.fullmatch(incident_id):
            raise BadInput("incident_id", "it must be an incident's id, such as Q1R2DLCB21K7NP, or number", incident_id)
    return list(dict.fromkeys(ids))


def _from_pages(pagerduty: PagerDuty, wanted: t.Sequence[str], query: Query) -> dict[str, Record]:
    """As many of the wanted incidents as pages bring more cheaply than single reads; the newest come first."""
    found: dict[str, Record] = {}
    for filters in (OPEN_FIRST, RESOLVED_NEXT):
        for page in pagerduty.pages("/incidents", "incidents", [*filters, ("date_range", "all"), *query]):
            by_id = {incident["id"]: incident for incident in page}
            by_number = {str(incident["incident_number"]): incident for incident in page}
            by_name = by_id | by_number
            hits = {name: by_name[name] for name in wanted if name not in found and name in by_name}
            found.update(hits)
            # A page that brought fewer than two costs what single reads would have cost.
            if len(hits) < 2 or len(wanted) - len(found) < 2:
                break
        if len(wanted) - len(found) < WORTH_A_PAGE:
            break
    return found


def _singly(pagerduty: PagerDuty, incident_id: str, query: Query) -> Record | PagerDutyError:
    try:
        incident: Record = pagerduty.get(path_of("incidents", incident_id), "incident", query)
    except PagerDutyError as error:
        if error.ends_task:
            raise
        return error
    return incident


def _beside(pagerduty: PagerDuty, incident: Record, parts: t.Iterable[str]) -> Record:
    """What an incident has beside itself, each part read by its own calls."""
    beside: Record = {}
    for part in parts:
        path = path_of("incidents", incident["id"], part)
        if part == "notes":
            beside[part] = pagerduty.get(path, part)
        else:
            beside[part] = [entry for page in pagerduty.pages(path, part) for entry in page]
    return beside


def _plan_each(found: Read, make: t.Callable[[Record], Plan]) -> list[Planned]:
    """A plan for each incident that could be read; one that was named twice, by id and number, is planned once."""
    planned: dict[str, Planned] = {}
    for asked, incident in found.items():
        if isinstance(incident, PagerDutyError):
            planned[asked] = Outcome(asked, error=incident)
        elif incident["id"] not in planned:
            planned[incident["id"]] = _attempt(incident["id"], functools.partial(make, incident))
    return list(planned.values())


def _attempt(target: str, make: t.Callable[[], Plan]) -> Planned:
    try:
        return make()
    except PagerDutyError as error:
        if error.ends_task:
            raise
        return Outcome(target, error=error)


def _name(incident: Record) -> str:
    return f"{incident['id']} (number {incident['incident_number']})"
