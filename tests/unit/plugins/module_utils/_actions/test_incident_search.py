# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What PagerDuty is asked for, how far back it looks, and what is left of its answer."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_search import (
    ARRANGEMENT,
    FILTERS,
    search_incidents,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.time_texts import iso_8601, now
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
    }


def options(**given: t.Any) -> dict[str, t.Any]:
    return {**dict.fromkeys((*FILTERS, *ARRANGEMENT)), **given}


def sent(pagerduty: PagerDuty, http: ScriptedHttp, **given: t.Any) -> list[tuple[str, str]]:
    """Return what PagerDuty is asked for, without the page."""
    search_incidents(pagerduty, options(**given), [])
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
    ]


def test_an_unknown_name_is_an_error(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    with pytest.raises(Refused, match="No service is called 'Chekout'"):
        search_incidents(pagerduty, options(services=["Chekout"]), [])
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


@pytest.mark.parametrize(
    "given",
    [
        {"since": days_ago(190)},
        {"since": days_ago(300), "until": days_ago(100)},
        {"since": days_ago(1), "until": days_ago(2)},
        {"since": days_ago(-1)},
        {"until": "2026-01-31"},
        {"urgencies": []},
        {"teams": [""]},
        {"sort": ["urgency", "created_at", "resolved_at"], "statuses": ["triggered"]},
        {"limit": 0, "statuses": ["triggered"]},
    ],
    # Not by their values, which are other ones each day.
    ids=" and ".join,
)
def test_an_unusable_option_is_refused_before_any_call(
    given: dict[str, t.Any], pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption):
        search_incidents(pagerduty, options(**given), [])
    assert http.calls == []


def test_every_page_is_read_but_none_beyond_the_limit(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    first = {"incidents": [incident("Q4"), incident("Q3")], "more": True}
    second = {"incidents": [incident("Q3"), incident("Q2")]}
    http.answers[SEARCH] = [first, second]
    assert list(search_incidents(pagerduty, options(statuses=["triggered"]), [])) == ["Q4", "Q3", "Q2"]
    http.answers[SEARCH] = [first]
    assert list(search_incidents(pagerduty, options(statuses=["triggered"], limit=2), [])) == ["Q4", "Q3"]


def test_another_priority_is_left_out_even_if_pagerduty_lists_it(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers[SEARCH] = {"incidents": [incident("Q3"), incident("Q2", priority=P1), incident("Q1", priority=P1)]}
    assert list(search_incidents(pagerduty, options(priorities=["P1"], limit=1), [])) == ["Q2"]


@pytest.mark.parametrize(
    ("given", "warns"), [({"statuses": ["resolved"]}, True), ({"statuses": ["triggered"]}, False)], ids=str
)
def test_if_nothing_was_found_a_warning_says_how_far_back_it_looked(
    given: dict[str, t.Any], warns: bool, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    search_incidents(pagerduty, options(**given), [])
    assert http.warnings == []
    http.answers[SEARCH] = {"incidents": []}
    assert search_incidents(pagerduty, options(**given), []) == {}
    assert ["30 days" in warning for warning in http.warnings] == [True] * warns
