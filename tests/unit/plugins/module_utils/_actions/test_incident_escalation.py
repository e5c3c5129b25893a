# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an incident is at a level of its escalation policy already, and which level comes next."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import CAREFULLY, NEVER
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, OutcomeUnknown
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.foretold import as_text
from ansible_collections.oncall.pagerduty.tests.unit.records import assigned_to, incident, named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]
ANA, BEN, CARLA = named("PU1", "Ana"), named("PU2", "Ben"), named("PU3", "Carla")
POLICY = named("PE1", "Web Operations")
LEVELS = ((1, ANA), (2, BEN), (2, CARLA), (2, BEN))
GET, ON_CALL, GET_POLICY, PUT = "GET /incidents/Q1", "GET /oncalls", "GET /escalation_policies/PE1", "PUT /incidents"
LOG = "GET /incidents/Q1/log_entries"
BOT = named("PU9", "Bot")
AT_1, AT_2 = incident(assignments=assigned_to(ANA)), incident(assignments=assigned_to(CARLA, BEN))


def on_call(*levels: tuple[int, Record]) -> Record:
    return {
        "oncalls": [{"escalation_level": level, "escalation_policy": POLICY, "user": user} for level, user in levels]
    }


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task that escalates an incident."""
    http.answers = {
        ON_CALL: on_call(*LEVELS),
        GET_POLICY: {"escalation_policy": {**POLICY, "escalation_rules": [{}, {}, {}]}},
        PUT: {"incidents": [AT_2]},
        LOG: {"log_entries": []},
    }

    def make(record: Record, level: object) -> Task:
        http.answers.setdefault(GET, {"incident": record})
        return Task("incident_escalation", pagerduty, level=str(level))

    return make


def test_an_incident_that_the_policy_has_assigned_to_those_on_call_is_at_the_level(
    task: Tasks, http: ScriptedHttp
) -> None:
    result = task({**AT_2, "status": "acknowledged"}, " 2 ").run()
    assert (result["changed"], result["msg"]) == (False, "Incident Q1 (#1): already at level 2.")
    assert http.calls == [GET, ON_CALL]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(incident(assignments=assigned_to(BEN)), id="only one of two"),
        pytest.param(AT_1, id="another level"),
        pytest.param({**AT_2, "assigned_via": "direct_assignment"}, id="by a person"),
    ],
)
def test_any_other_incident_is_escalated_and_triggered_again(record: Record, task: Tasks, http: ScriptedHttp) -> None:
    asked = task({**record, "status": "acknowledged", "acknowledgements": [{}]}, 2)
    change = asked.plan()
    assert (change.body, change.resend, change.if_unknown) == ({"escalation_level": 2}, CAREFULLY, "")
    assert (change.before["status"], change.before["assigned_via"]) == ("acknowledged", record["assigned_via"])
    assert change.after == {
        "assigned_via": "escalation_policy", "assignees": ["Ben (PU2)", "Carla (PU3)"], "status": "triggered",
    }  # fmt: skip
    predicted = [entry["assignee"]["id"] for entry in change.predicted["assignments"]]
    assert (predicted, change.predicted["status"]) == (["PU2", "PU3"], "triggered")
    assert (change.predicted["assigned_via"], change.predicted["acknowledgements"]) == ("escalation_policy", [])
    would = "Incident Q1 (#1): would escalate to level 2; would page Ben, Carla."
    assert asked.run(check_mode=True)["msg"] == would
    result = asked.run()
    assert result["msg"] == "Incident Q1 (#1): escalated to level 2; paged Ben, Carla."
    assert {each["why"] for each in result["notifies"]} == {"on call at level 2 of Web Operations (PE1)"}
    assert [call for call, _body in http.writes] == [PUT]


@pytest.mark.parametrize(
    ("record", "answers", "problem"),
    [
        (
            {"id": "Q1"},
            {},
            "Incident Q1: PagerDuty's response has no 'escalation_policy'; who is on call is not known.",
        ),
        (
            incident(),
            {ON_CALL: {"oncalls": [{"escalation_level": 2, "escalation_policy": POLICY, "user": None}]}},
            "GET https://api.pagerduty.com/oncalls: 'oncalls[].user' is missing or malformed in the response.",
        ),
        (
            incident(),
            {ON_CALL: (500, {})},
            "GET https://api.pagerduty.com/oncalls: PagerDuty returned a server error (HTTP 500).",
        ),
    ],
    ids=["no policy", "no user", "no answer"],
)
def test_a_level_is_escalated_to_even_if_it_is_not_known_who_is_on_call(
    record: Record, answers: Record, problem: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(record, 2)
    http.answers.update(answers)
    assert asked.plan().resend == NEVER
    http.warnings.clear()
    result = asked.run()
    assert result["msg"].endswith(": escalated to level 2; paged whoever is on call at level 2 of " + policy_of(record))
    assert result["changed"]
    (warning,) = http.warnings
    assert "if it was at level 2 already, this pages the same people again. " + problem in warning


def policy_of(record: Record) -> str:
    return "Web Operations (PE1)." if record.get("escalation_policy") else "its escalation policy."


def test_the_next_level_needs_to_be_known(task: Tasks, http: ScriptedHttp) -> None:
    assert task({"id": "Q1"}, "next").run()["msg"] == (
        "Incident Q1: PagerDuty's response has no 'escalation_policy'; who is on call is not known. "
        "Set level to a number."
    )
    assert http.writes == []


def test_an_escalation_is_not_sent_again_if_it_cannot_be_read_back(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(incident(), 2)
    asked.client.budget.max_wait = 60
    http.answers.update({PUT: OutcomeUnknown("lost"), ON_CALL: [on_call(*LEVELS), *[(500, {})] * 20]})
    result = asked.run()
    assert (result["failures"][0]["outcome"], len(http.writes)) == ("unknown", 1)


@pytest.mark.parametrize(
    ("record", "level", "message"),
    [
        (incident(status="resolved"), 2, "Incident Q1 (#1) is resolved; it cannot be escalated."),
        (
            incident(urgency="low"),
            2,
            "Incident Q1 (#1) has low urgency, and PagerDuty escalates only high-urgency incidents. "
            "Set urgency: high with the incident module first.",
        ),
        (
            incident(),
            3,
            "Incident Q1 (#1): level 3 of escalation policy Web Operations has nobody on call. "
            "Levels: 1: Ana; 2: Ben, Carla; 3: nobody on call. Fill its schedule, or choose another level.",
        ),
        (
            incident(),
            4,
            "Incident Q1 (#1): level 4 of escalation policy Web Operations does not exist. "
            "Levels: 1: Ana; 2: Ben, Carla; 3: nobody on call. Choose one of these levels.",
        ),
        (
            AT_2,
            "next",
            "Incident Q1 (#1) is at level 2, after which nobody is on call. "
            "Levels: 1: Ana; 2: Ben, Carla; 3: nobody on call. "
            "Choose a level, or request responders with incident_responders.",
        ),
        (
            {**AT_1, "assigned_via": "direct_assignment"},
            "next",
            "Cannot determine the current level of Incident Q1 (#1): it was reassigned manually. "
            "Levels: 1: Ana; 2: Ben, Carla; 3: nobody on call. Set level to a number.",
        ),
        (
            incident(assignments=assigned_to(BEN)),
            "next",
            "Cannot determine the current level of Incident Q1 (#1): its assignees are not the people on call at any "
            "level. Levels: 1: Ana;",
        ),
    ],
)
def test_an_escalation_that_cannot_be_is_refused_before_the_call(
    record: Record, level: object, message: str, task: Tasks, http: ScriptedHttp
) -> None:
    assert task(record, level).run()["msg"].startswith(message)
    assert http.writes == []


@pytest.mark.parametrize("level", [0, -1, "top", "", "1.5", "²", "12a", "9" * 5000])
def test_a_level_that_is_no_number_from_1_on_is_refused(level: object, task: Tasks, http: ScriptedHttp) -> None:
    with pytest.raises(InvalidOption, match=r"^level: must be 1 or greater, or next"):
        task(incident(), level).action.check()
    assert http.calls == []


def test_an_incident_has_an_id(task: Tasks) -> None:
    asked = task(incident(), 1)
    with pytest.raises(InvalidOption, match=r"^incident_id: "):
        Task("incident_escalation", asked.client, incident_id=["?"], level="1").action.check()


def test_without_assigned_via_the_assignees_alone_tell_the_level(task: Tasks, http: ScriptedHttp) -> None:
    at_2 = {**AT_2, "assigned_via": None}
    assert task(at_2, 2).run()["msg"] == "Incident Q1 (#1): already at level 2."
    http.answers[ON_CALL] = on_call(*LEVELS, (3, ANA))
    assert task(at_2, "next").plan().body == {"escalation_level": 3}


@pytest.mark.parametrize("levels", [LEVELS, [(1, ANA), (5, CARLA), (3, BEN)]])
def test_the_next_level_is_the_one_after_the_assignees_with_somebody_on_call(
    levels: t.Sequence[tuple[int, Record]], task: Tasks, http: ScriptedHttp
) -> None:
    http.answers[ON_CALL] = on_call(*levels)
    change = task(AT_1, "next").plan()
    level = levels[-1][0]
    assert change.body == {"escalation_level": level}
    assert change.if_unknown == f"Wait a few minutes, then set level to {level}: next may be the level after it."
    assert GET_POLICY not in http.calls


@pytest.mark.parametrize("via", ["escalation_policy", "direct_assignment"])
@pytest.mark.parametrize("status", ["acknowledged", "triggered"])
@pytest.mark.parametrize("taker", [BOT, ANA], ids=["a bot", "somebody of another level"])
def test_the_next_level_is_the_one_after_those_who_had_it_before_it_was_acknowledged(
    via: str, status: str, taker: Record, task: Tasks, http: ScriptedHttp
) -> None:
    dora = named("PU4", "Dora")
    http.answers[ON_CALL] = on_call(*LEVELS, (3, dora))
    held, http.answers[LOG] = held_at_2(taker)
    asked = task({**held, "status": status, "assigned_via": via}, "next")
    if (via, status, taker) == ("escalation_policy", "triggered", ANA):
        # Nothing tells that the policy has not assigned it to her.
        assert asked.plan().body == {"escalation_level": 2}
        return
    assert asked.plan().body == {"escalation_level": 3}


def test_an_acknowledged_incident_whose_log_says_nothing_is_at_the_level_of_its_assignees(
    task: Tasks, http: ScriptedHttp
) -> None:
    assert task({**AT_1, "status": "acknowledged"}, "next").plan().body == {"escalation_level": 2}
    assert http.calls.count(LOG) == 1


def test_the_same_people_at_two_levels_hide_the_current_one(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[ON_CALL] = on_call((3, ANA), (2, BEN), (1, ANA))
    assert "the same people are on call at levels 1, 3. Levels: 1: Ana" in task(AT_1, "next").run()["msg"]


def test_after_a_lost_response_the_next_level_stays_the_same(task: Tasks, http: ScriptedHttp) -> None:
    http.answers |= {GET: [{"incident": AT_1}, {"incident": AT_2}], PUT: OutcomeUnknown("lost")}
    http.answers[ON_CALL] = on_call(*LEVELS, (3, named("PU4", "Dora")))
    result = task(AT_1, "next").run()
    assert (result["changed"], result["msg"]) == (True, "Incident Q1 (#1): escalated to level 2; paged Ben, Carla.")
    assert len(http.writes) == 1


def held_at_2(taker: Record) -> tuple[Record, Record]:
    """An incident that was acknowledged at level 2, and its log."""
    at = "2026-01-31T12:05:00Z"
    log = [
        {"type": "acknowledge_log_entry", "created_at": at, "agent": taker},
        {"type": "assign_log_entry", "created_at": at, "agent": taker, "assignees": [taker]},
        {"type": "escalate_log_entry", "created_at": "2026-01-31T12:00:00Z", "assignees": [BEN, CARLA]},
    ]
    return incident(status="acknowledged", assignments=assigned_to(taker)), {"log_entries": log}


@pytest.mark.parametrize("taker", [BOT, BEN], ids=["a bot", "one of two"])
def test_nobody_is_paged_again_for_an_incident_that_was_acknowledged_at_that_level(
    taker: Record, task: Tasks, http: ScriptedHttp
) -> None:
    held, http.answers[LOG] = held_at_2(taker)
    result = task(held, 2).run()
    assert (result["changed"], result["msg"]) == (False, "Incident Q1 (#1): already at level 2.")
    assert task(held, 1).plan().is_needed


def test_a_log_that_cannot_be_read_keeps_nobody_from_being_paged(task: Tasks, http: ScriptedHttp) -> None:
    held, _log = held_at_2(BOT)
    http.answers[LOG] = (403, {"error": {"message": "Access Denied", "code": 2010}})
    assert task(held, 2).run()["changed"]


def test_an_escalation_that_was_lost_is_not_sent_again_if_somebody_has_acknowledged_since(
    task: Tasks, http: ScriptedHttp
) -> None:
    held, http.answers[LOG] = held_at_2(BEN)
    http.answers |= {GET: [{"incident": AT_1}, {"incident": held}], PUT: OutcomeUnknown("lost")}
    http.answers[ON_CALL] = on_call(*LEVELS, (3, named("PU4", "Dora")))
    assert task(AT_1, "next").run()["changed"]
    assert len(http.writes) == 1


def test_who_is_on_call_is_read_anew_after_a_lost_response(task: Tasks, http: ScriptedHttp) -> None:
    """A shift has changed between the two reads."""
    moved = incident(assignments=assigned_to(CARLA))
    http.answers |= {GET: [{"incident": AT_1}, {"incident": moved}], PUT: OutcomeUnknown("lost")}
    http.answers[ON_CALL] = [on_call(*LEVELS), on_call((1, ANA), (2, CARLA))]
    assert task(AT_1, 2).run()["changed"]


def test_several_incidents_of_a_policy_are_escalated_in_one_call(task: Tasks, http: ScriptedHttp) -> None:
    http.answers["GET /incidents/Q2"] = {"incident": {**AT_1, "id": "Q2", "incident_number": 2}}
    http.answers[PUT] = {"incidents": [AT_2, {**AT_2, "id": "Q2", "incident_number": 2}]}
    asked = task(AT_1, 2)
    asked.options["incident_id"] = ["Q1", "Q2"]
    said = "2 incidents: 2 changed (escalated to level 2); paged Ben (2 times), Carla (2 times)."
    assert asked.run()["msg"] == said
    assert http.calls.count(ON_CALL) == len(http.writes) == 1


@pytest.mark.parametrize(
    ("record", "level", "named", "levels"),
    [
        (AT_1, "next", "Q1", {"Q1": 2}),
        (AT_1, "next", "1", {"1": 2}),
        (AT_2, 2, "Q1", {"Q1": 2}),
        (AT_2, "next", "Q1", {}),
    ],
)
def test_the_result_has_the_level_by_what_the_task_calls_the_incident(
    record: Record, level: object, named: str, levels: dict[str, int], task: Tasks, http: ScriptedHttp
) -> None:
    http.answers["GET /incidents/1"] = {"incident": record}
    asked = task(record, level)
    asked.options["incident_id"] = [named]
    assert asked.run(check_mode=True)["levels"] == levels


def test_the_level_is_known_also_if_the_escalation_fails(task: Tasks, http: ScriptedHttp) -> None:
    http.answers[PUT] = (403, {"error": {"message": "Access Denied", "code": 2010}})
    result = task(AT_1, "next").run()
    assert (result["failed"], result["levels"]) == (True, {"Q1": 2})


FORETOLD = "would-be-opened:disk"
KNOWN = {"escalation_policy": POLICY}


@pytest.mark.parametrize(
    ("level", "known", "says"),
    [
        ("2", {}, "would escalate to level 2; would page whoever is on call at level 2 of its escalation policy"),
        ("next", {}, "would escalate to the next level; would page whoever is on call at the next level of its"),
        ("2", KNOWN, "would escalate to level 2; would page Ben, Carla."),
        ("next", KNOWN, "would escalate to level 2; would page Ben, Carla."),
        ("next", {**KNOWN, "assignments": assigned_to(BEN, CARLA)}, "level 3 of escalation policy Web Operations has"),
        ("9", KNOWN, "level 9 of escalation policy Web Operations does not exist."),
        ("2", {"urgency": "low"}, "has low urgency"),
    ],
)
def test_an_incident_that_would_be_opened_is_at_the_first_level(
    level: str, known: dict[str, t.Any], says: str, task: Tasks, http: ScriptedHttp
) -> None:
    client = task(incident(), 1).client
    given = as_text({"id": FORETOLD, **known})
    result = Task("incident_escalation", client, incident_id=[given], level=level).run(check_mode=True)
    assert says in result["msg"]
    assert not [call for call in http.calls if call.startswith("GET /incidents")]
