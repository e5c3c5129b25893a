# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What PagerDuty is asked for, how far back it looks, and what is left of its answer."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api import times
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused, TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.timestamps import iso_8601, now
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.filters import ARRANGEMENT, FILTERS
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.search import Searching
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

SEARCH = "GET /incidents"
P1 = named("PPRIOR1", "P1")


@pytest.fixture(autouse=True)
def _scripted(http: ScriptedHttp) -> None:
    http.answers = {
        SEARCH: {"incidents": [incident("Q2"), incident("Q1")]},
        "GET /services": {"services": [named("PSERVC1", "Checkout")]},
        "GET /teams": {"teams": [named("PTEAM01", "Web")]},
        "GET /users": {"users": [named("PUSER01", "Ana")]},
        "GET /priorities": {"priorities": [named("PPRIOR2", "P2"), P1]},
        "GET /incidents/types": {"incident_types": [{**named("PINTYP2", "major_incident"), "display_name": "Major"}]},
    }


def options(**given: t.Any) -> dict[str, t.Any]:
    return {**dict.fromkeys((*FILTERS, *ARRANGEMENT, "time_zone")), **given}


def search(pagerduty: PagerDuty, **given: t.Any) -> list[str]:
    """Return the ids of the incidents that are found."""
    searching = Searching(pagerduty, options(**given))
    searching.check()
    searching.prepare()
    return list(searching.find([]))


def sent(pagerduty: PagerDuty, http: ScriptedHttp, **given: t.Any) -> list[tuple[str, str]]:
    """Return what PagerDuty is asked for, without the page."""
    search(pagerduty, **given)
    return [pair for pair in http.requests[-1].query if pair[0] not in ("limit", "offset")]


def days_ago(days: int) -> str:
    return iso_8601(now() - timedelta(days=days))


def test_names_become_ids_and_every_value_counts(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    query = sent(
        pagerduty,
        http,
        statuses=["triggered", "resolved"],
        urgencies=["high"],
        services=["Checkout"],
        teams=["Web"],
        assignees=["Ana"],
        priorities=["P1"],
        incident_types=["Major"],
        since=days_ago(1),
    )
    assert [pair for pair in query if pair[0] not in ("since", "sort_by")] == [
        ("statuses[]", "triggered"),
        ("statuses[]", "resolved"),
        ("urgencies[]", "high"),
        ("service_ids[]", "PSERVC1"),
        ("team_ids[]", "PTEAM01"),
        ("user_ids[]", "PUSER01"),
        ("priority_ids[]", "PPRIOR1"),
        ("incident_type_ids[]", "PINTYP2"),
    ]


def test_an_unknown_name_is_an_error(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    with pytest.raises(Refused, match="No service is called 'Chekout'"):
        search(pagerduty, services=["Chekout"])
    assert SEARCH not in http.calls


@pytest.mark.parametrize(
    ("sort", "order"), [(None, "created_at:desc"), (["urgency:desc", "created_at"], "urgency:desc,created_at")]
)
def test_the_newest_come_first_unless_another_order_is_asked_for(
    sort: list[str] | None, order: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    assert ("sort_by", order) in sent(pagerduty, http, statuses=["triggered"], sort=sort)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        pytest.param({"statuses": ["triggered", "acknowledged"]}, {"date_range"}, id="open ones"),
        pytest.param({"assignees": ["Ana"]}, {"date_range"}, id="assigned ones, which are open"),
        pytest.param({"statuses": ["resolved"]}, set(), id="resolved ones"),
        pytest.param({"services": ["Checkout"]}, set(), id="all of a service"),
        pytest.param({"statuses": ["triggered"], "since": days_ago(3)}, {"since"}, id="since"),
        pytest.param({"since": days_ago(100), "until": days_ago(90)}, {"since", "until"}, id="since and until"),
        pytest.param({"until": days_ago(90)}, {"since", "until"}, id="until"),
    ],
)
def test_open_incidents_are_found_whatever_their_age(
    given: dict[str, t.Any], names: set[str], pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    ranges = {"date_range", "since", "until"}
    assert {name for name, _value in sent(pagerduty, http, **given)} & ranges == names


def test_until_alone_looks_back_30_days(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    query = dict(sent(pagerduty, http, until="2026-03-02T10:00:00+02:00"))
    assert (query["since"], query["until"]) == ("2026-01-31T08:00:00Z", "2026-03-02T08:00:00Z")


EARLIER = r"since: must be earlier than until \(or than now, if until is not set\)"
IN_RANGE = r"since: must be within the 6 months before until \(or before now\)"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"since": days_ago(190)}, IN_RANGE),
        ({"since": days_ago(300), "until": days_ago(100)}, IN_RANGE),
        ({"since": days_ago(1), "until": days_ago(2)}, EARLIER),
        ({"since": "2026-01-31T12:00:00Z", "until": "2026-01-31T13:00:00+01:00"}, EARLIER),
        ({"since": days_ago(-1)}, EARLIER),
        ({"until": "2026-01-31"}, "until: must be a time such as"),
        ({"urgencies": []}, "urgencies: must not be empty"),
        ({"services": []}, "services: must be a list of non-empty names"),
        ({"sort": ["urgency", "created_at", "resolved_at"]}, "sort: must have at most 2 fields"),
        ({"sort": []}, "sort: must not be empty"),
        ({"limit": 0}, "limit: must be 1 or greater"),
    ],
    # Not by their values, which are other ones each day.
    ids=lambda value: " and ".join(value) if isinstance(value, dict) else "",
)
def test_an_unusable_option_is_refused(given: dict[str, t.Any], words: str, pagerduty: PagerDuty) -> None:
    with pytest.raises(InvalidOption, match=f"^{words}"):
        Searching(pagerduty, options(**given)).check()


def test_the_smallest_and_the_largest_search_are_accepted(pagerduty: PagerDuty) -> None:
    Searching(pagerduty, options(statuses=["triggered"], limit=1, sort=["urgency", "created_at"])).check()
    Searching(pagerduty, options(since="2026-01-01T00:00:00Z", until="2026-07-04T00:00:00Z")).check()


def test_every_page_is_read_but_none_beyond_the_limit(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    first = {"incidents": [incident("Q4"), incident("Q3")], "more": True}
    second = {"incidents": [incident("Q3"), incident("Q2")]}
    http.answers[SEARCH] = [first, second]
    assert search(pagerduty, statuses=["triggered"]) == ["Q4", "Q3", "Q2"]
    http.answers[SEARCH] = [first]
    assert search(pagerduty, statuses=["triggered"], limit=2) == ["Q4", "Q3"]


def test_another_priority_is_left_out_even_if_pagerduty_lists_it(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[SEARCH] = {
        "incidents": [incident("Q3", priority=None), incident("Q2", priority=P1), incident("Q1", priority=P1)]
    }
    assert search(pagerduty, priorities=["P1"], limit=1) == ["Q2"]


def test_an_incident_that_pagerduty_returns_without_its_priority_was_found_by_the_filter(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers[SEARCH] = {"incidents": [incident("Q3"), incident("Q2", priority=P1)]}
    assert search(pagerduty, priorities=["P1"]) == ["Q3", "Q2"]


@pytest.mark.parametrize("asked_for", ["Major", "major_incident", "PINTYP2"])
def test_another_type_is_left_out_even_if_pagerduty_lists_it(
    asked_for: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    types = {"Q4": {"name": "incident_default"}, "Q3": {"name": "major_incident"}, "Q2": None}
    listed = [incident(name, incident_type=incident_type) for name, incident_type in types.items()]
    http.answers[SEARCH] = {"incidents": [*listed, incident("Q1")]}
    assert search(pagerduty, incident_types=[asked_for]) == ["Q3", "Q2", "Q1"]
    http.answers[SEARCH] = {"incidents": listed}
    assert search(pagerduty, incident_types=[asked_for], limit=1) == ["Q3"]


def test_a_type_without_a_name_is_told(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/types"] = {"incident_types": [{"id": "PINTYP2"}]}
    with pytest.raises(TaskError, match=r"'incident_types\[\]\.name' is missing"):
        search(pagerduty, incident_types=["PINTYP2"])


def test_types_that_are_disabled_are_known(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    search(pagerduty, incident_types=["Major"])
    assert ("filter", "all") in http.requests[0].query
    with pytest.raises(Refused, match=r"No incident type is called 'Majer'\. Did you mean: "):
        search(pagerduty, incident_types=["Majer"])


@pytest.mark.parametrize(
    ("given", "warns"), [({"statuses": ["resolved"]}, True), ({"statuses": ["triggered"]}, False)], ids=str
)
def test_if_nothing_was_found_a_warning_says_how_far_back_it_looked(
    given: dict[str, t.Any], warns: bool, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    search(pagerduty, **given)
    assert http.warnings == []
    http.answers[SEARCH] = {"incidents": []}
    assert search(pagerduty, **given) == []
    assert ["30 days" in warning for warning in http.warnings] == [True] * warns


@pytest.mark.usefixtures("zones")
@pytest.mark.parametrize(
    ("given", "since", "until"),
    [
        ({"since": "-2h"}, "2026-01-31T10:00:00Z", None),
        ({"since": "yesterday 18:00"}, "2026-01-30T17:00:00Z", None),
        ({"since": "08:00"}, "2026-01-31T07:00:00Z", None),
        ({"since": "18:00"}, "2026-01-30T17:00:00Z", None),
        ({"since": "08:00", "until": "12:30"}, "2026-01-31T07:00:00Z", "2026-01-31T11:30:00Z"),
        ({"since": "22:00", "until": "02:00"}, "2026-01-30T21:00:00Z", "2026-01-31T01:00:00Z"),
        ({"since": "2026-01-02 08:00", "until": "17:00"}, "2026-01-02T07:00:00Z", "2026-01-02T16:00:00Z"),
        ({"until": "17:00"}, "2025-12-31T16:00:00Z", "2026-01-30T16:00:00Z"),
        ({"since": "-1d", "until": "now"}, "2026-01-30T12:00:00Z", "2026-01-31T12:00:00Z"),
    ],
    ids=str,
)
def test_a_range_is_given_as_people_say_it(
    given: dict[str, t.Any],
    since: str,
    until: str | None,
    pagerduty: PagerDuty,
    http: ScriptedHttp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(times, "now", lambda: datetime(2026, 1, 31, 12, tzinfo=timezone.utc))
    query = dict(sent(pagerduty, http, **given, time_zone="Europe/Berlin"))
    assert (query["since"], query.get("until")) == (since, until)
