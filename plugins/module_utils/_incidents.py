# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Incidents: read them as cheaply as PagerDuty allows, plan for each, and change them many at a time.

Private to the collection.
"""

from __future__ import annotations

import functools
import re
import typing as t

from ._auth import Options
from ._directory import USER, shown_reference
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


def read_incidents(pagerduty: PagerDuty, ids: t.Sequence[str], include: t.Sequence[str] = ()) -> Read:
    """Read incidents, with as few calls as can be.

    Args:
        ids: incident ids or numbers, as the user gave them.
        include: some of `EXPANDED`.

    Raises:
        BadInput: when there is no id, or one cannot be right.
    """
    wanted = checked_ids(ids)
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


def info(
    pagerduty: PagerDuty, ids: t.Sequence[str] | None, dedup_key: str | None, include: t.Sequence[str]
) -> list[Planned]:
    """Plans that only read; incidents by id, or by the dedup key of the events that opened them.

    Raises:
        BadInput: when the options cannot be right.
    """
    expand = [name for name in EXPANDED if name in include]
    beside = [name for name in READ_BESIDE if name in include]
    if dedup_key is not None and not dedup_key.strip():
        raise BadInput("dedup_key", "it must not be empty", dedup_key)
    if dedup_key is not None:
        if ONLY_SINGLY in expand:
            raise BadInput("include", f"{ONLY_SINGLY} goes with incident_id, not with dedup_key", include)
        incidents = find_incidents(pagerduty, dedup_key, expand)
        found: Read = {incident["id"]: incident for incident in incidents}
    else:
        found = read_incidents(pagerduty, ids or [], expand)
    return plan_each(found, lambda incident: reading(incident["id"], incident | _beside(pagerduty, incident, beside)))


def put_incidents(pagerduty: PagerDuty) -> Write:
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


def identified(pagerduty: PagerDuty, ids: t.Sequence[str]) -> Read:
    """Records that hold an incident's id and may hold no more; only a number costs a call to look it up.

    Raises:
        BadInput: as `read_incidents`.
    """
    wanted = checked_ids(ids)
    numbers = [incident_id for incident_id in wanted if incident_id.isdecimal()]
    known = read_incidents(pagerduty, numbers) if numbers else {}
    return {incident_id: known.get(incident_id, {"id": incident_id}) for incident_id in wanted}


def checked_ids(ids: t.Sequence[str]) -> list[str]:
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


def plan_each(found: Read, make: t.Callable[[Record], Plan]) -> list[Planned]:
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


def check_open(incident: Record, consequence: str) -> None:
    """Whether an incident can still be worked on.

    Args:
        consequence: what cannot be done otherwise, as the end of a sentence.

    Raises:
        Refused: when it is resolved.
    """
    if incident["status"] == "resolved":
        raise Refused(
            f"Incident {name_of(incident)} is resolved; {consequence}.",
            hint="Trigger a new incident with the event module.",
        )


def assignments(users: t.Iterable[Record]) -> list[Record]:
    """An incident's assignments, as PagerDuty will show them; when each was made only PagerDuty knows."""
    return [{"at": None, "assignee": shown_reference(USER, user)} for user in users]


def name_of(incident: Record) -> str:
    """An incident for messages, by id and number."""
    return f"{incident['id']} (number {incident['incident_number']})"
