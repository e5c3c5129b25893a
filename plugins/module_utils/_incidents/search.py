# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds incidents by what they are, such as their status, service or type, and by when they were opened.

Private to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from .._api.client import PagerDuty, Record
from .._api.directory import ANY_INCIDENT_TYPE, PRIORITY, SERVICE, TEAM, USER, Directory, Kind
from .._api.times import Times
from .._core.errors import InvalidOption, TaskError
from .._core.timestamps import iso_8601
from .filters import WORDS
from .read import IncidentsById, list_incidents

Options = t.Mapping[str, t.Any]
Parameters = list[tuple[str, str]]

NAMED: t.Mapping[str, tuple[Kind, str]] = {
    "services": (SERVICE, "service_ids[]"),
    "teams": (TEAM, "team_ids[]"),
    "assignees": (USER, "user_ids[]"),
    "priorities": (PRIORITY, "priority_ids[]"),
    "incident_types": (ANY_INCIDENT_TYPE, "incident_type_ids[]"),
}
"""Filters by name or id, each with its parameter.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents. It lacks two: `priority_ids[]` is in
PagerDuty/pagerduty-mcp-server, pagerduty_mcp/tools/incidents.py, list_incidents, and `incident_type_ids[]` in
docs/CHANGELOG.md of PagerDuty/api-schema, 2025-01-09.
"""
MAX_SORT_FIELDS = 2
"""Source: as above, `sort_by`."""
NEWEST_FIRST = "created_at:desc"
DEFAULT_RANGE = timedelta(days=30)
"""How far PagerDuty looks back unless it is told. Source: as above, `since`."""
MAX_RANGE = timedelta(days=184)
"""Six months, which PagerDuty does not exceed. Source: as above, `since`."""


class Search(t.NamedTuple):
    """What PagerDuty is asked for.

    Args:
        query: the filters and the order, without `include[]`.
        priority_ids: those that are asked for.
        incident_types: the names of those that are asked for.
        limit: how many incidents at most; None for all.
        is_recent: whether PagerDuty looks back only as far as it does by itself.
    """

    query: Parameters
    priority_ids: t.Collection[str]
    incident_types: t.Collection[str]
    limit: int | None
    is_recent: bool


class Searching:
    """A search, in the steps of an action.

    Args:
        options: see `check_search`.
    """

    def __init__(self, client: PagerDuty, options: Options) -> None:
        self._client = client
        self._options = options
        self._times = Times(client, options, "since", "until")

    @property
    def remark(self) -> str:
        """Which zone the times of day are in, if nobody said so."""
        return self._times.remark

    def check(self) -> None:
        """Check the options; see `check_search`."""
        check_search(self._options)
        self._times.check()
        if not self._times.needs_user:
            _date_range(self._times, self._options)

    def prepare(self) -> None:
        """Look up what the filters name; see `search_of`."""
        dates = _date_range(self._times, self._options)
        self._search = search_of(Directory(self._client), self._options, dates)

    def find(self, include: t.Sequence[str]) -> IncidentsById:
        """Return the incidents; see `search_incidents`."""
        return search_incidents(self._client, self._search, include)


def check_search(options: Options) -> None:
    """Check the options of a search.

    Args:
        options: `FILTERS` and `ARRANGEMENT`; None for those that are not given.

    Raises:
        InvalidOption: an option has an unusable value.
    """
    for name in (*WORDS, *NAMED, "sort"):
        if options[name] is not None and not options[name]:
            problem = "must be a list of non-empty names" if name in NAMED else "must not be empty"
            raise InvalidOption(name, problem, options[name])
    if len(options["sort"] or ()) > MAX_SORT_FIELDS:
        raise InvalidOption("sort", f"must have at most {MAX_SORT_FIELDS} fields", options["sort"])
    if options["limit"] is not None and options["limit"] < 1:
        raise InvalidOption("limit", "must be 1 or greater", options["limit"])


def search_of(directory: Directory, options: Options, dates: Parameters) -> Search:
    """Return what to ask for, with ids in place of names.

    Args:
        options: checked by `check_search`.
        dates: the parameters for when the incidents were opened.

    Raises:
        TaskError: names match no object, or more than one.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /incidents.
    """
    named = {name: directory.find_known(kind, options[name]) for name, (kind, _parameter) in NAMED.items()}
    # Without one of its names a filter would be another one, and without any it would find everything.
    directory.check_known()
    query = [(WORDS[name], word) for name in WORDS for word in options[name] or ()]
    query += [(NAMED[name][1], each) for name in NAMED for each in named[name]]
    query += [*dates, ("sort_by", ",".join(options["sort"] or [NEWEST_FIRST]))]
    types = [each["name"] for each in named["incident_types"].values()]
    return Search(query, named["priorities"], types, options["limit"], is_recent=not dates)


def search_incidents(client: PagerDuty, search: Search, include: t.Sequence[str]) -> IncidentsById:
    """Return the incidents that fit all filters, by id, in the order of `sort`.

    Args:
        include: what PagerDuty should include in each incident.
    """
    found: IncidentsById = {}
    for incident_id, incident in list_incidents(client, search.query, include):
        if isinstance(incident, TaskError) or _fits(incident, search):
            found[incident_id] = incident
        if len(found) == search.limit:
            break
    if not found and search.is_recent:
        client.warn(
            f"No incident was found, but only those of the last {DEFAULT_RANGE.days} days were searched. Set since to "
            "search further back."
        )
    return found


def _date_range(times: Times, options: Options) -> Parameters:
    """Return the parameters for when the incidents were opened; none leaves it to PagerDuty.

    Open incidents are found whatever their age: none of them is over. So are those of an assignee, as they are open.

    Raises:
        TaskError: PagerDuty does not search that range, or the time zone cannot be read.
    """
    times.settle()
    since, until = _since_and_until(times)
    if not (since or until):
        is_open = options["statuses"] and "resolved" not in options["statuses"]
        return [("date_range", "all")] if is_open or options["assignees"] else []
    start = since or (until or times.present) - DEFAULT_RANGE
    if start >= (until or times.present):
        raise InvalidOption("since", "must be earlier than until (or than now, if until is not set)", options["since"])
    if (until or times.present) - start > MAX_RANGE:
        raise InvalidOption("since", "must be within the 6 months before until (or before now)", options["since"])
    return [("since", iso_8601(start)), *([("until", iso_8601(until))] if until else [])]


def _since_and_until(times: Times) -> tuple[datetime | None, datetime | None]:
    """Return the given times. A time of day is the last one, but the end of a range is the next one after its start."""
    since = times.last("since") if "since" in times.given else None
    if "until" not in times.given:
        return since, None
    follows = since and times.given["until"].is_daily
    return since, times.next("until", since) if follows else times.last("until")


def _fits(incident: Record, search: Search) -> bool:
    """Return whether an incident fits the filters that the OpenAPI file lacks, and PagerDuty may leave out of account.

    One that PagerDuty returns without the field was found by the filter alone.
    """
    priority, incident_type = (incident.get(name) or {} for name in ("priority", "incident_type"))
    has_priority = "priority" not in incident or priority.get("id") in search.priority_ids
    has_type = incident_type.get("name") in (None, *search.incident_types)
    return (has_priority or not search.priority_ids) and (has_type or not search.incident_types)
