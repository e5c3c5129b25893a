# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is requested, who was requested before, and whose request is cancelled."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import CAREFULLY
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, Refused
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

ANA, BEN = named("PUSER1", "Ana", email="someone@example.com"), named("PUSER2", "Ben")
ZOE = named("PUSER9", "Zoe")
ON_CALL = {"escalation_level": 1, "user": ZOE, "escalation_policy": named("PE1", "Database")}
REQUESTS = "/incidents/Q1/responder_requests"
CANCEL = f"PUT {REQUESTS}/cancel"
POST = f"POST {REQUESTS}"
Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]


def request(*ids: str, **target: t.Any) -> Record:
    targets = [{"responder_request_target": {"id": each, "type": "user_reference", **target}} for each in ids]
    return {"responder_request_targets": targets}


def answered(user: Record, state: str) -> Record:
    return {"user": user, "state": state}


def policy(*states: str) -> Record:
    """Return an incident on which a policy was requested, with the answers of those whom it reached."""
    return incident(responder_requests=[reached(*states)])


def reached(*states: str) -> Record:
    responders = [answered(user, state) for user, state in zip((ANA, ZOE), states, strict=False)]
    return request("PE1", incidents_responders=responders)


def responders(*answers: tuple[Record, str], **fields: t.Any) -> Record:
    return incident(incidents_responders=[answered(*each) for each in answers], **fields)


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task on an incident."""

    def make(record: Record, *after: Record, **options: t.Any) -> Task:
        http.answers = {
            "GET /incidents/Q1": [{"incident": each} for each in (record, *after)] if after else {"incident": record},
            "GET /users": {"users": [ANA, BEN]},
            "GET /users/PUSER2": {"user": BEN},
            "GET /users/me": {"user": BEN},
            "GET /escalation_policies": {"escalation_policies": [named("PE1", "Database")]},
            "GET /oncalls": {"oncalls": [ON_CALL]},
            POST: {"responder_request": request("PUSER2")},
        }
        return Task("incident_responders", pagerduty, **options)

    return make


def test_only_those_who_were_not_requested_are(task: Tasks) -> None:
    record = responders((ANA, "joined"))
    change = task(record, users=["Ana", "Ben", "PUSER2"], escalation_policies=["Database"]).plan()
    targets = [each["responder_request_target"] for each in change.body["responder_request_targets"]]
    assert targets == [
        {"id": "PUSER2", "type": "user_reference"},
        {"id": "PE1", "type": "escalation_policy_reference"},
    ]
    assert change.before == {
        "responders": {"Ana (PUSER1)": "joined", "Ben (PUSER2)": "not requested", "Database (PE1)": "not requested"}
    }
    assert change.after == {
        "responders": {"Ana (PUSER1)": "joined", "Ben (PUSER2)": "pending", "Database (PE1)": "pending"}
    }
    assert change.resend == CAREFULLY


@pytest.mark.parametrize(
    ("state", "renotify", "paged"),
    [
        ("pending", False, False),
        ("joined", False, False),
        ("declined", False, False),
        ("user_cancelled", False, True),
        ("cancelled", False, True),
        ("pending", True, False),
        ("joined", True, False),
        ("declined", True, True),
        ("user_cancelled", True, True),
    ],
)
def test_nobody_is_asked_twice_unless_the_request_was_cancelled_or_renotify_is_set(
    state: str, renotify: bool, paged: bool, task: Tasks, http: ScriptedHttp
) -> None:
    change = task(responders((BEN, state)), users=["Ben"], renotify=renotify).plan()
    assert change.is_needed is paged
    assert http.warnings == [
        "Incident Q1 (#1): Ben (PUSER2) declined; not requested again. Set renotify: true to ask again."
    ] * (state == "declined" and not renotify)


@pytest.mark.parametrize(
    ("record", "options", "would", "did"),
    [
        (incident(), {"users": ["Ben"]}, "would request and page Ben", "requested and paged Ben"),
        (
            incident(),
            {"users": ["Ana", "Ben"]},
            "would request and page Ana, Ben",
            "requested and paged Ana, Ben",
        ),
        (
            incident(),
            {"escalation_policies": ["Database"]},
            "would request Database; would page Zoe",
            "requested Database; paged Zoe",
        ),
        (responders((BEN, "pending")), {"users": ["Ben"]}, *["everybody was requested before"] * 2),
        (
            responders((BEN, "pending")),
            {"users": ["Ben"], "state": "absent"},
            "would cancel the request to Ben",
            "cancelled the request to Ben",
        ),
        (
            responders((ANA, "pending"), (BEN, "pending")),
            {"users": ["Ana", "Ben"], "state": "absent"},
            "would cancel the requests to Ana, Ben",
            "cancelled the requests to Ana, Ben",
        ),
        (responders(), {"users": ["Ben"], "state": "absent"}, *["no request is pending"] * 2),
    ],
)
def test_what_is_said(record: Record, options: Record, would: str, did: str, task: Tasks) -> None:
    asked = task(record, **options)
    assert asked.says(check_mode=True) == f"Incident Q1 (#1): {would}."
    assert asked.says() == f"Incident Q1 (#1): {did}."


@pytest.mark.parametrize(
    ("given", "message"), [("Please join.", "Please join."), (None, "Please help with Disk full")], ids=str
)
def test_the_message_asks_for_help_unless_there_is_another(given: str | None, message: str, task: Tasks) -> None:
    assert task(incident(), users=["Ben"], responders_message=given).plan().body["message"] == message


def test_an_incident_without_a_title_is_called_by_its_number(task: Tasks) -> None:
    body = task(incident(title=None), users=["Ben"]).plan().body
    assert body["message"] == "Please help with Incident Q1 (#1)"


def test_check_mode_predicts_the_request_and_a_task_without_change_predicts_none(task: Tasks) -> None:
    before = request("PUSER1")
    change = task(incident(responder_requests=[before]), users=["Ana", "Ben"]).plan()
    target = {"id": "PUSER2", "type": "user_reference", "summary": "Ben", "incidents_responders": None}
    assert change.predicted == {
        **change.record,
        "responder_requests": [
            before,
            {
                "id": None,
                "incident": None,
                "requester": None,
                "requested_at": None,
                "message": "Please help with Disk full",
                "responder_request_targets": [{"responder_request_target": target}],
            },
        ],
    }
    settled = task(responders((BEN, "joined")), users=["Ben"]).plan()
    assert settled.predicted == settled.record


def test_whoever_declined_is_left_out_of_what_is_shown(task: Tasks) -> None:
    change = task(responders((ANA, "declined")), users=["Ana", "Ben"]).plan()
    assert change.after == {"responders": {"Ben (PUSER2)": "pending"}}


@pytest.mark.parametrize(
    ("options", "requester"),
    [({}, "PUSER1"), ({"requester": "PUSER2"}, "PUSER2"), ({"from_email": None}, "PUSER2")],
    ids=["of from_email", "given", "of the token"],
)
def test_who_requests(options: Record, requester: str, task: Tasks, pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    asked = task(incident(), users=["Ana"], requester=options.get("requester"))
    if "from_email" in options:
        pagerduty.settings = pagerduty.settings._replace(from_email=None)
    asked.send()
    assert http.writes[0][1]["requester_id"] == requester


def test_an_unknown_requester_does_not_keep_the_responders_away(task: Tasks, http: ScriptedHttp) -> None:
    result = task(incident(), users=["Ben"], requester="Carla").run()
    assert result["changed"]
    assert http.writes[0][1]["requester_id"] == "PUSER1"
    assert http.warnings[0] == "No user is called 'Carla'. Ana (PUSER1) requests the responders instead."


@pytest.mark.parametrize(
    ("record", "options", "call", "answer"),
    [
        (incident(), {}, POST, {"responder_request": request("PUSER2")}),
        (responders((BEN, "pending")), {"state": "absent"}, CANCEL, {"responder_request_targets": []}),
    ],
    ids=["request", "cancel"],
)
def test_the_user_of_the_token_asks_where_nobody_else_may(
    record: Record, options: Record, call: str, answer: Record, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(record, users=["Ben"], **options)
    http.answers[call] = [(403, {"error": {"message": "Requester Not Authorized", "code": 1018}}), answer]
    result = asked.run()
    assert (result["failed"], result["changed"]) == (False, True)
    assert [body["requester_id"] for _call, body in http.writes] == ["PUSER1", "PUSER2"]
    refused, instead = "Requester Not Authorized (HTTP 403, code 1018).", "Ben (PUSER2), to whom the token belongs,"
    assert http.warnings[-1].endswith(f"{refused} {instead} asks instead.")


@pytest.mark.parametrize("own", [(400, {"error": {"message": "no user's key"}}), {"user": ANA}])
def test_a_refused_requester_without_another_is_an_error(own: t.Any, task: Tasks, http: ScriptedHttp) -> None:
    asked = task(incident(), users=["Ben"])
    http.answers |= {
        POST: (403, {"error": {"message": "Requester Not Authorized", "code": 1018}}),
        "GET /users/me": own,
    }
    assert "Requester Not Authorized" in asked.run()["msg"]
    assert len(http.writes) == 1


def test_if_nobody_can_request_the_error_says_what_to_set(
    task: Tasks, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    asked = task(incident(), users=["Ben"], requester="Carla")
    pagerduty.settings = pagerduty.settings._replace(from_email=None)
    http.answers["GET /users/me"] = (400, {"error": {"message": "no user's key"}})
    with pytest.raises(Refused, match="No user is called 'Carla'") as caught:
        asked.plan()
    assert caught.value.hint == (
        "Use the exact email or name that PagerDuty shows, or the id. "
        "Set requester or from_email to a user of this PagerDuty account."
    )


def test_a_name_is_looked_up_once(task: Tasks, http: ScriptedHttp) -> None:
    task(incident(), users=["someone@example.com", "someone@example.com"]).plan()
    assert http.calls == ["GET /users", "GET /incidents/Q1"]


def test_a_resolved_incident_is_refused_but_not_if_there_is_nothing_to_do(task: Tasks) -> None:
    with pytest.raises(Refused, match=r"^Incident Q1 \(#1\) is resolved; responders cannot be requested\."):
        task(incident(status="resolved"), users=["Ben"]).plan()
    assert not task(responders((BEN, "joined"), status="resolved"), users=["Ben"]).plan().is_needed


@pytest.mark.parametrize(("requests", "is_warned"), [(1, False), (2, True)])
def test_after_a_request_the_incident_is_read_and_a_double_request_is_a_warning(
    requests: int, is_warned: bool, task: Tasks, http: ScriptedHttp
) -> None:
    earlier = request("PUSER2", incidents_responders=[answered(BEN, "declined")])
    after = incident(responder_requests=[earlier, *[request("PUSER2")] * requests])
    asked = task(responders((BEN, "user_cancelled"), responder_requests=[earlier]), after, users=["Ben"])
    assert asked.send() == after
    assert http.writes == [
        (
            POST,
            {
                "requester_id": "PUSER1",
                "message": "Please help with Disk full",
                "responder_request_targets": [{"responder_request_target": {"id": "PUSER2", "type": "user_reference"}}],
            },
        )
    ]
    warning = (
        "Incident Q1 (#1): another task requested Ben (PUSER2) at the same moment, so they may have been paged twice. "
        "Run the task on one host (run_once) to avoid that."
    )
    assert http.warnings == [warning] * is_warned


def test_a_request_that_cannot_be_read_back_at_once_was_made(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(incident(), users=["Ben"])
    requested = {"incident": incident(responder_requests=[request("PUSER2")])}
    http.answers["GET /incidents/Q1"] = [{"incident": incident()}, (500, {}), requested]
    result = asked.run()
    assert (result["failed"], result["changed"], len(http.writes)) == (False, True, 1)
    assert result["msg"] == "Incident Q1 (#1): requested and paged Ben."


def test_a_request_that_is_not_seen_afterwards_is_not_sent_again(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(incident(), users=["Ben"])
    http.answers["GET /incidents/Q1"] = [{"incident": incident()}, *[(500, {})] * 3]
    result = asked.run()
    assert (result["failed"], result["failures"][0]["outcome"], len(http.writes)) == (True, "unknown", 1)
    words = "It is not known whether Incident Q1 (#1) was changed in full: GET https://api.pagerduty.com/incidents/Q1: "
    assert words in result["msg"]


def test_those_who_may_have_been_requested_before_are_requested_with_a_warning(task: Tasks, http: ScriptedHttp) -> None:
    change = task(incident(), users=["Ben"]).plan()
    assert change.is_needed
    assert http.warnings == [
        "Incident Q1 (#1): PagerDuty's response has neither 'responder_requests' nor 'incidents_responders', so some "
        "may have been requested before, and are paged again."
    ]


def test_a_responder_without_a_state_is_not_requested_again(task: Tasks) -> None:
    nobody = {"user": None, "state": "pending"}
    record = incident(incidents_responders=[{**answered(BEN, "pending"), "state": None}, nobody])
    assert not task(record, users=["Ben"]).plan().is_needed


@pytest.mark.parametrize(
    ("record", "cancelled"),
    [
        (responders(), []),
        # Nobody knows what is pending, so PagerDuty has to say.
        (incident(), ["PUSER2", "PE1"]),
        (responders((BEN, "pending")), ["PUSER2"]),
        (responders((BEN, "joined")), []),
        (responders((BEN, "user_cancelled")), []),
        (policy(), ["PE1"]),
        (policy("joined", "pending"), ["PE1"]),
        (policy("joined"), []),
        (policy("declined"), []),
        (incident(responder_requests=[reached("declined"), reached()]), ["PE1"]),
    ],
)
def test_what_is_pending_is_cancelled(record: Record, cancelled: list[str], task: Tasks) -> None:
    change = task(record, users=["Ben"], escalation_policies=["Database"], state="absent").plan()
    assert change.body == cancelled
    assert change.is_needed is bool(cancelled)
    assert change.notifies == ()


def test_a_cancellation_shows_the_answers_and_names_who_has_joined(task: Tasks, http: ScriptedHttp) -> None:
    record = responders((ANA, "pending"), (BEN, "joined"), responder_requests=[reached("declined", "joined")])
    change = task(record, users=["Ana", "Ben"], escalation_policies=["Database"], state="absent").plan()
    assert change.before == {
        "responders": {"Ana (PUSER1)": "pending", "Ben (PUSER2)": "joined", "Database (PE1)": "joined"}
    }
    assert change.after == {
        "responders": {"Ana (PUSER1)": "user_cancelled", "Ben (PUSER2)": "joined", "Database (PE1)": "joined"}
    }
    assert http.warnings == [
        f"Incident Q1 (#1): {name} has already joined; the request can no longer be cancelled."
        for name in ("Ben (PUSER2)", "Database (PE1)")
    ]


def cancel(task: Tasks, http: ScriptedHttp, *results: str) -> Record:
    """Cancel the requests of Ana and Ben, with these results; afterwards they are in these states."""
    states = [result.replace("cancelled", "user_cancelled") for result in results]
    after = responders(*zip((ANA, BEN), states, strict=True))
    asked = task(responders((ANA, "pending"), (BEN, "pending")), after, after, users=["Ana", "Ben"], state="absent")
    listed = [{"id": user["id"], "result": result} for user, result in zip((ANA, BEN), results, strict=True)]
    http.answers[CANCEL] = {"responder_request_targets": listed}
    return asked.run()


def test_a_cancellation_names_each_with_its_type_and_reads_the_incident(task: Tasks, http: ScriptedHttp) -> None:
    result = cancel(task, http, "cancelled", "cancelled")
    assert result["msg"] == "Incident Q1 (#1): cancelled the requests to Ana, Ben."
    assert result["incident"]["incidents_responders"][0]["state"] == "user_cancelled"
    targets = [{"type": "user_reference", "id": user["id"]} for user in (ANA, BEN)]
    assert http.writes == [(CANCEL, {"requester_id": "PUSER1", "responder_request_targets": targets})]
    assert http.warnings == []


def test_who_has_joined_in_the_meantime_is_named(task: Tasks, http: ScriptedHttp) -> None:
    result = cancel(task, http, "cancelled", "joined")
    assert (result["changed"], result["failed"]) == (True, False)
    assert http.warnings == ["Incident Q1 (#1): PagerDuty did not cancel every request (Ben (PUSER2): joined)."]


def test_if_all_have_joined_in_the_meantime_nothing_was_changed(task: Tasks, http: ScriptedHttp) -> None:
    result = cancel(task, http, "joined", "joined")
    assert (result["changed"], result["failed"]) == (False, False)
    assert result["msg"] == "Incident Q1 (#1): no request is pending."


def test_a_refused_cancellation_says_who_could_not_be_cancelled(task: Tasks, http: ScriptedHttp) -> None:
    pending = responders((ANA, "pending"))
    asked = task(pending, *[pending] * 3, users=["Ana"], state="absent")
    http.answers[CANCEL] = {"responder_request_targets": [{"id": "PUSER9", "result": "not_found"}]}
    result = asked.run()
    assert result["failures"][0]["outcome"] == "not_done"
    assert result["msg"] == (
        "Incident Q1 (#1): PagerDuty did not cancel every request (PUSER9: not_found). "
        "Run the task again to see who has joined."
    )


def test_a_cancellation_that_cannot_be_read_back_was_made(task: Tasks, http: ScriptedHttp) -> None:
    cancelled = {"incident": responders((BEN, "user_cancelled"))}
    asked = task(incident(), users=["Ben"], state="absent")
    http.answers["GET /incidents/Q1"] = [{"incident": responders((BEN, "pending"))}, (404, {}), cancelled]
    http.answers[CANCEL] = {"responder_request_targets": [{"id": "PUSER2", "result": "cancelled"}]}
    result = asked.run()
    assert (result["changed"], result["failed"]) == (True, False)
    assert "a call after that failed" in http.warnings[0]


def test_on_several_incidents_each_is_told_once(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(responders((BEN, "joined")), users=["Ben"], incident_id=["Q1", "Q2"])
    requested = incident("Q2", responder_requests=[request("PUSER2")])
    http.answers["GET /incidents/Q2"] = [{"incident": incident("Q2")}, {"incident": requested}]
    http.answers["POST /incidents/Q2/responder_requests"] = {"responder_request": request("PUSER2")}
    assert asked.run()["msg"] == "2 incidents: 1 changed (requested Ben), 1 unchanged; paged Ben."


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "users: set users, escalation_policies, or both"),
        ({"users": [], "escalation_policies": []}, "users: set users, escalation_policies, or both"),
        ({"users": ["Ben"], "incident_id": [""]}, "incident_id: "),
        ({"users": ["Ben"], "state": "absent", "renotify": True}, "renotify: cannot be combined with state=absent"),
        (
            {"users": ["Ben"], "state": "absent", "responders_message": "Go."},
            "responders_message: cannot be combined with state=absent",
        ),
    ],
    ids=str,
)
def test_an_unusable_option_is_refused_before_any_call(
    options: Record, problem: str, task: Tasks, http: ScriptedHttp
) -> None:
    with pytest.raises(InvalidOption, match=f"^{problem}"):
        task(incident(), **options).action.check()
    assert http.calls == []


def test_a_cancellation_needs_no_other_option(task: Tasks) -> None:
    task(incident(), users=["Ben"], state="absent").action.check()
