# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Incidents: reads them with as few calls as PagerDuty allows, plans each, and updates many in one call.

Private to the collection.
"""

from __future__ import annotations

import string
import typing as t

from .._api.client import PagerDuty, Query, Record, path_of
from .._api.shapes import INCIDENT, has_shape
from .._core.errors import InvalidOption, Refused, TaskError
from .foretold import from_text
from .names import name_of

IncidentsById = dict[str, t.Union[Record, TaskError]]
"""Incidents by the id or number that the user gave; an error instead of an incident that could not be read."""

ID_CHARACTERS = frozenset(string.ascii_uppercase + string.digits)
MIN_FOR_PAGES = 3
"""From this many incidents on, a page is tried before they are read one by one."""
SINGLE_ONLY = "custom_fields"
"""Included in a single incident, not in a list.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `include_incidents`.
"""
OPEN = (("statuses[]", "triggered"), ("statuses[]", "acknowledged"), ("sort_by", "created_at:desc"))
RESOLVED = (("statuses[]", "resolved"), ("sort_by", "resolved_at:desc"))


def checked_ids(ids: t.Sequence[str]) -> list[str]:
    """Return the ids without repetitions.

    Raises:
        InvalidOption: one is neither an id nor a number. A blank text stands for none: see `_given.given`.
    """
    if list(ids) == [""]:
        raise InvalidOption("incident_id", "must have at least one incident id or number", "")
    for incident_id in ids:
        if not names_incident(incident_id):
            raise InvalidOption(
                "incident_id", "must be an incident id such as Q1R2DLCB21K7NP, or a number", incident_id
            )
    return list(dict.fromkeys(ids))


def is_id(text: str) -> bool:
    """Return whether a text can be the id of an incident or a note, or a number."""
    return bool(text) and ID_CHARACTERS.issuperset(text)


def names_incident(text: str) -> bool:
    """Return whether a text can be the id or number of an incident, or means one that does not exist yet."""
    return is_id(text) or from_text(text) is not None


def read_incidents(client: PagerDuty, ids: t.Sequence[str], include: t.Sequence[str] = ()) -> IncidentsById:
    """Read incidents with as few calls as possible.

    Args:
        ids: checked by `checked_ids`.
        include: what PagerDuty should include in each incident.
    """
    query = [("include[]", name) for name in include]
    found: IncidentsById = {}
    if len(ids) >= MIN_FOR_PAGES and SINGLE_ONLY not in include:
        found.update(_read_pages(client, ids, query))
    for incident_id in ids:
        if incident_id not in found:
            found[incident_id] = _read_one(client, incident_id, query)
    return {incident_id: found[incident_id] for incident_id in ids}


def read_incident(client: PagerDuty, incident_id: str, query: Query = ()) -> Record:
    """Read one incident.

    Raises:
        TaskError: it cannot be read.
    """
    return client.get(path_of("incidents", incident_id), "incident", query)


def find_incidents(client: PagerDuty, dedup_key: str) -> t.Iterator[tuple[str, Record | TaskError]]:
    """Yield what `incidents_with_key` does, but an error for an incident whose status or service is not known.

    Nothing could be said about its alert.
    """
    for incident_id, incident in incidents_with_key(client, dedup_key):
        if isinstance(incident, TaskError):
            yield incident_id, incident
        else:
            missing = next((name for name in ("status", "service") if incident.get(name) is None), None)
            yield incident_id, lacking(incident, missing) if missing else incident


def incidents_with_key(
    client: PagerDuty, dedup_key: str, include: t.Sequence[str] = (), filters: Query = ()
) -> t.Iterator[tuple[str, Record | TaskError]]:
    """Return the incidents that events with a dedup key have opened, newest first, as `list_incidents` yields them.

    Args:
        include: what PagerDuty should include in each incident.
        filters: further parameters of the query.

    Source: https://developer.pagerduty.com/docs/events-api-v2-overview.
    """
    query = [("incident_key", dedup_key), ("date_range", "all"), ("sort_by", "created_at:desc"), *filters]
    return list_incidents(client, query, include)


def list_incidents(
    client: PagerDuty, query: Query, include: t.Sequence[str] = ()
) -> t.Iterator[tuple[str, Record | TaskError]]:
    """Yield the incidents that a query finds, by id; pages are read as needed.

    Args:
        query: without `include[]`.
        include: what PagerDuty should include in each incident.
    """
    included = [("include[]", name) for name in include]
    for page in client.pages("/incidents", "incidents", [*query, *included]):
        by_id = well_formed(page)
        for listed in page:
            incident_id = str(listed.get("id"))
            yield incident_id, by_id.get(incident_id) or _read_one(client, incident_id, included)


def find_alerts(client: PagerDuty, incident_id: str, dedup_key: str) -> list[Record]:
    """Return an incident's alerts with a dedup key; each has a `status`, which is None if PagerDuty leaves it out."""
    path = path_of("incidents", incident_id, "alerts")
    return [
        {"status": None, **alert} for page in client.pages(path, "alerts", [("alert_key", dedup_key)]) for alert in page
    ]


def holds_key(client: PagerDuty, incident: Record, key: str) -> bool:
    """Return whether an open incident that was found by a key has it, its own or that of an open alert.

    An incident that has alerts shows no key of its own, and is found by the keys of all of them, resolved ones too.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents, `incident_key`.
    """
    own = incident.get("incident_key")
    if own == key:
        return True
    alerts = find_alerts(client, incident["id"], key)
    # PagerDuty has found it by one or the other.
    return any(alert["status"] != "resolved" for alert in alerts) or not (own or alerts)


def known(found: Record | TaskError) -> Record:
    """Return an incident.

    Raises:
        TaskError: it could not be read.
    """
    if isinstance(found, TaskError):
        raise found
    return found


def check_open(incident: Record, consequence: str) -> None:
    """Check that an incident is not resolved.

    Args:
        consequence: what cannot be done otherwise, as the end of a sentence.

    Raises:
        Refused: it is resolved.
    """
    if incident.get("status") == "resolved":
        raise Refused(
            f"{name_of(incident)} is resolved; {consequence}.",
            hint="Re-open it with incident_status (status: triggered), or trigger a new one with the event module.",
        )


def lacking(incident: Record, field: str, consequence: str = "", hint: str = "") -> Refused:
    """Return the error for an incident that PagerDuty returns without a field that is needed.

    Args:
        consequence: what cannot be done, as the end of a sentence.
        hint: what to do instead; by default to try again.
    """
    so = f"; {consequence}" if consequence else ""
    return Refused(
        f"{name_of(incident)}: PagerDuty's response has no {field!r}{so}.",
        hint=hint or "Run the task again. If that does not help, tell PagerDuty's support.",
    )


def _read_pages(client: PagerDuty, ids: t.Sequence[str], query: Query) -> dict[str, Record]:
    """Return as many of the incidents as pages bring with fewer calls than single reads; newest first."""
    found: dict[str, Record] = {}
    for filters in (OPEN, RESOLVED):
        for page in client.pages("/incidents", "incidents", [*filters, ("date_range", "all"), *query]):
            by_id = well_formed(page)
            by_number = {str(incident.get("incident_number")): incident for incident in by_id.values()}
            by_name = by_id | by_number
            hits = {name: by_name[name] for name in ids if name not in found and name in by_name}
            found.update(hits)
            # A page with fewer than two hits costs as much as single reads.
            if len(hits) < 2 or len(ids) - len(found) < 2:
                break
        if len(ids) - len(found) < MIN_FOR_PAGES:
            break
    return found


def well_formed(listed: t.Sequence[Record]) -> dict[str, Record]:
    """Return the incidents of a list by id, without malformed ones: each of those is read again, and fails, alone."""
    return {incident["id"]: incident for incident in listed if has_shape(incident, INCIDENT)}


def _read_one(client: PagerDuty, incident_id: str, query: Query) -> Record | TaskError:
    try:
        return read_incident(client, incident_id, query)
    except TaskError as error:
        if error.is_fatal:
            raise
        return error
