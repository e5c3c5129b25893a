# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long an incident stays acknowledged, and what is sent for it."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions import incident_snooze
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.incident_snooze import snooze
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan, PlanOrOutcome
from ansible_collections.oncall.pagerduty.tests.unit.records import incident

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
Record = dict[str, t.Any]
Planner = t.Callable[..., PlanOrOutcome]


def acknowledged_until(*times: str) -> Record:
    actions = [{"type": "unacknowledge", "at": each} for each in times]
    return incident(
        status="acknowledged", pending_actions=[*actions, {"type": "resolve", "at": "2026-02-01T00:00:00Z"}]
    )


@pytest.fixture
def plan(pagerduty: PagerDuty, http: ScriptedHttp, monkeypatch: pytest.MonkeyPatch) -> Planner:
    """Plan a snooze at noon, or some seconds later."""

    def planned(
        record: Record, duration: str | None = None, until: str | None = None, later: float = 0
    ) -> PlanOrOutcome:
        monkeypatch.setattr(incident_snooze, "now", lambda: NOON + timedelta(seconds=later))
        http.answers["GET /incidents/Q1"] = {"incident": record}
        (entry,) = snooze(pagerduty, {"incident_id": ["Q1"], "duration": duration, "until": until})
        return entry

    return planned


def send(planned: PlanOrOutcome) -> list[t.Any]:
    assert isinstance(planned, Plan)
    assert planned.write is not None
    return list(planned.write.send([planned]))


@pytest.mark.parametrize(
    ("pending", "is_enough"),
    [
        ([], False),
        (["2026-01-31T13:58:59Z"], False),
        (["2026-01-31T13:59:00Z"], True),
        (["2026-01-31T15:00:00+01:00"], True),
        (["2026-01-31T12:30:00Z", "2026-01-31T15:00:00Z"], True),
        (["some time"], False),
    ],
)
@pytest.mark.parametrize("end", [{"duration": "2h"}, {"until": "2026-01-31T14:00:00Z"}])
def test_an_end_up_to_a_minute_earlier_is_enough(
    pending: list[str], is_enough: bool, end: dict[str, str], plan: Planner
) -> None:
    planned = plan(acknowledged_until(*pending), **end)
    assert isinstance(planned, Plan)
    assert planned.has_changes is not is_enough


def test_the_other_pending_actions_stay(plan: Planner) -> None:
    planned = plan(acknowledged_until("2026-01-31T12:30:00Z"), "2h")
    assert isinstance(planned, Plan)
    assert planned.predicted["pending_actions"] == [
        {"type": "resolve", "at": "2026-02-01T00:00:00Z"},
        {"type": "unacknowledge", "at": "2026-01-31T14:00:00Z"},
    ]


def test_the_end_does_not_move_when_the_task_plans_again(plan: Planner, http: ScriptedHttp) -> None:
    plan(incident(status="acknowledged"), until="2026-01-31T12:00:30Z")
    again = plan(incident(status="acknowledged"), until="2026-01-31T12:00:30Z", later=20)
    http.answers["POST /incidents/Q1/snooze"] = {"incident": incident()}
    send(again)
    assert http.writes[-1] == ("POST /incidents/Q1/snooze", {"duration": 10})
    assert isinstance(plan(incident(status="acknowledged"), until="2026-01-31T12:00:30Z", later=90), Plan)


def test_a_triggered_incident_is_acknowledged_first(plan: Planner, http: ScriptedHttp) -> None:
    http.answers["PUT /incidents/Q1"] = {}
    http.answers["POST /incidents/Q1/snooze"] = {"incident": incident(status="acknowledged")}
    send(plan(incident(), "2h"))
    assert [call for call, _body in http.writes] == ["PUT /incidents/Q1", "POST /incidents/Q1/snooze"]


def test_an_incident_that_somebody_else_acknowledges_first_is_snoozed(plan: Planner, http: ScriptedHttp) -> None:
    http.answers["PUT /incidents/Q1"] = (400, {"error": {"code": 1002, "message": "Incident Already Acknowledged"}})
    http.answers["POST /incidents/Q1/snooze"] = {"incident": incident(status="acknowledged")}
    send(plan(incident(), "2h"))
    assert len(http.writes) == 2


@pytest.mark.parametrize("status", ["triggered", "acknowledged"])
def test_a_refused_snooze_says_that_the_incident_was_acknowledged(
    status: str, plan: Planner, http: ScriptedHttp
) -> None:
    http.answers["PUT /incidents/Q1"] = {}
    http.answers["POST /incidents/Q1/snooze"] = (403, {})
    with pytest.raises(Refused) as caught:
        send(plan(incident(status=status), "2h"))
    assert ("The incident was acknowledged, but not snoozed." in str(caught.value)) is (status == "triggered")


def test_a_resolved_incident_is_refused(plan: Planner) -> None:
    assert "cannot be snoozed" in str(plan(incident(status="resolved"), "2h").error)  # type: ignore[union-attr]


@pytest.mark.parametrize("end", [{"duration": "7d"}, {"until": "2026-02-07T12:00:00Z"}])
def test_a_week_is_the_longest_snooze(end: dict[str, str], plan: Planner, http: ScriptedHttp) -> None:
    http.answers["POST /incidents/Q1/snooze"] = {"incident": incident(status="acknowledged")}
    send(plan(incident(status="acknowledged"), **end))
    assert http.writes == [("POST /incidents/Q1/snooze", {"duration": 604_800})]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"duration": "8d"}, "duration: must be at most a week"),
        ({"duration": "soon"}, "duration: must be a duration"),
        ({"until": "2026-01-31T12:00:00Z"}, "until: must be in the future"),
        ({"until": "2026-02-07T12:00:01Z"}, "until: .* at most a week from now"),
        ({"until": "tomorrow"}, "until: must be an ISO 8601 time"),
    ],
)
def test_an_end_that_cannot_be_is_refused(options: dict[str, str], words: str, plan: Planner) -> None:
    with pytest.raises(InvalidOption, match=words):
        plan(incident(), **options)
