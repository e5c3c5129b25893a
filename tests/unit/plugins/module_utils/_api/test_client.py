# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client: headers, pages, and what a response must hold."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api import client as client_module
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty, path_of
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import abandoned
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    TaskError,
)
from hypothesis import given
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

NOTES = "/incidents/Q1/notes"
NOTE = {"id": "P1", "content": "text", "user": {"id": "PUSER01", "type": "user_reference"}, "created_at": "2026-01-01"}

PROXY = "https://proxy.example.com/pagerduty"
CALLS: dict[str, t.Callable[[PagerDuty], t.Any]] = {
    f"GET {PROXY}/users": lambda client: client.get_list("/users", "users", [("query", "Ana")]),
    f"GET {PROXY}/oncalls": lambda client: list(client.pages("/oncalls", "oncalls", [("query", "Ana")])),
    f"PUT {PROXY}/incidents": lambda client: client.write_and_get_list("PUT", "/incidents", {"by": "Ana"}, "incidents"),
    f"POST {PROXY}/v2/enqueue": lambda client: client.send_event("/v2/enqueue", {"routing_key": "R" * 32}),
}
FAILURES: list[t.Any] = [
    (400, {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["No."]}}),
    (404, {}),
    (302, {}),
    (408, {}),
    (429, {}),
    (500, {}),
    (504, {}),
    (200, "no object"),
]


def test_a_call_says_who_asks_and_which_version_is_wanted(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {f"GET {NOTES}": {"notes": []}}
    assert pagerduty.get_list(NOTES, "notes") == []
    headers = http.requests[0].headers
    assert headers["Authorization"] == "Token token=a-token"
    assert headers["From"] == "someone@example.com"
    assert headers["Accept"] == "application/vnd.pagerduty+json;version=2"


def test_a_token_goes_only_to_the_rest_api_and_a_routing_key_only_to_the_events_api(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    key = "R" * 32
    http.answers = {f"GET {NOTES}": {"notes": []}, "PUT /incidents/Q1": {}, "POST /v2/enqueue": (202, {})}
    pagerduty.get_list(NOTES, "notes")
    pagerduty.write("PUT", "/incidents/Q1", {})
    pagerduty.send_event("/v2/enqueue", {"routing_key": key})
    to_events = [request.url.startswith(pagerduty.settings.events_url) for request in http.requests]
    assert to_events == [False, False, True]
    assert ["a-token" in str(request._asdict()) for request in http.requests] == [True, True, False]
    assert [key in str(request._asdict()) for request in http.requests] == [False, False, True]


def test_after_the_run_of_ansible_has_ended_everything_is_read_and_nothing_changed(
    pagerduty: PagerDuty, http: ScriptedHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(abandoned, "_tests", [lambda: True])
    http.answers = {f"GET {NOTES}": {"notes": []}}
    assert pagerduty.get_list(NOTES, "notes") == []
    changes: list[t.Callable[[], t.Any]] = [
        lambda: pagerduty.write("PUT", "/incidents/Q1", {}),
        lambda: pagerduty.write_and_get("POST", NOTES, {}, "note"),
        lambda: pagerduty.write_each("/responder_requests", {}, "responder_requests"),
        lambda: pagerduty.send_event("/v2/enqueue", {"dedup_key": "disk"}),
    ]
    for change in changes:
        with pytest.raises(NotSent, match="the run of Ansible that this task belongs to has ended"):
            change()
    assert http.writes == []


def test_calls_can_be_made_in_the_name_of_another_user(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"PUT /incidents/Q1": {}}
    for email in ("ana@example.com", None):
        with pagerduty.acting_for(email):
            pagerduty.write("PUT", "/incidents/Q1")
    pagerduty.write("PUT", "/incidents/Q1")
    names = [request.headers["From"] for request in http.requests]
    assert (names, pagerduty.accepted) == (["ana@example.com", "someone@example.com", "someone@example.com"], 3)


def test_pages_are_read_until_there_are_no_more(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users": [{"users": [], "more": True}, {"users": [], "more": False}]}
    assert len(list(pagerduty.pages("/users", "users"))) == 2
    assert [dict(request.query)["offset"] for request in http.requests] == ["0", "100"]


def test_a_list_ends_at_pagerdutys_limit_with_a_warning(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {"GET /users": lambda _request: {"users": [], "more": True}}
    assert len(list(pagerduty.pages("/users", "users"))) == 100
    assert max(int(dict(request.query)["offset"]) for request in http.requests) == 9_900
    assert "at most 10000 entries" in http.warnings[0]


def test_a_malformed_response_is_an_error(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {f"GET {NOTES}": {"notes": "none"}}
    with pytest.raises(OutcomeUnknown, match="'notes' is missing or malformed"):
        pagerduty.get_list(NOTES, "notes")


@pytest.mark.parametrize(
    ("notes", "field", "hint"),
    [
        (None, "'notes'", "Check that api_url is the address of PagerDuty's REST API."),
        (
            [NOTE, {"id": "P2"}],
            "'notes[].content'",
            "Run the task again. If that does not help, tell PagerDuty's support.",
        ),
    ],
    ids=["all of it", "a field"],
)
def test_what_a_response_lacks_is_named(
    notes: object, field: str, hint: str, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {f"GET {NOTES}": {"notes": notes}}
    with pytest.raises(OutcomeUnknown) as caught:
        pagerduty.get_list(NOTES, "notes")
    assert (
        caught.value.message
        == f"GET https://api.pagerduty.com{NOTES}: {field} is missing or malformed in the response."
    )
    assert caught.value.hint == hint


def test_a_write_without_its_result_may_have_been_applied(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {f"POST {NOTES}": {}}
    with pytest.raises(OutcomeUnknown):
        pagerduty.write_and_get("POST", NOTES, {"note": {"content": "text"}}, "note")
    assert len(http.requests) == 1


def test_a_missing_scope_is_named_for_both_kinds_of_oauth_token(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {f"POST {NOTES}": (403, {"error": {"message": "Access Denied", "code": 2010}})}
    pagerduty.settings = pagerduty.settings._replace(is_bearer=True)
    with pytest.raises(Refused) as caught:
        pagerduty.write("POST", NOTES, {})
    words = " An OAuth token needs the scope incidents.write, or write if it is of Classic User OAuth."
    assert caught.value.hint.endswith(words)


def test_an_event_is_sent_again_if_the_response_was_lost(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    pagerduty.budget.max_wait = 60
    lost = OutcomeUnknown("the connection closed before the response was complete")
    http.answers = {"POST /v2/enqueue": [lost, (202, {"status": "success", "dedup_key": "key"})]}
    assert pagerduty.send_event("/v2/enqueue", {"dedup_key": "key"})["dedup_key"] == "key"
    assert [request.body for request in http.requests] == [{"dedup_key": "key"}] * 2


def test_a_write_is_not_sent_again_if_the_response_was_lost(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    pagerduty.budget.max_wait = 60
    http.answers = {f"POST {NOTES}": OutcomeUnknown("the connection closed before the response was complete")}
    with pytest.raises(OutcomeUnknown):
        pagerduty.write("POST", NOTES, {})
    assert len(http.requests) == 1


def test_a_write_is_sent_again_if_it_never_left(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    pagerduty.budget.max_wait = 60
    http.answers = {f"POST {NOTES}": [NotSent("cannot connect"), {"note": NOTE}]}
    assert pagerduty.write_and_get("POST", NOTES, {}, "note") == NOTE


def test_writes_are_counted_once_pagerduty_has_accepted_them(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    http.answers = {
        f"GET {NOTES}": {"notes": []},
        f"POST {NOTES}": [{"note": NOTE}, {"note": NOTE}, {}, (403, {}), OutcomeUnknown("lost"), (200, {"note": None})],
        "POST /v2/enqueue": (202, {}),
    }
    pagerduty.get_list(NOTES, "notes")
    assert pagerduty.accepted == 0
    pagerduty.write("POST", NOTES, {})
    assert pagerduty.accepted == 1
    pagerduty.write_and_get("POST", NOTES, {}, "note", is_effect=False)
    assert pagerduty.accepted == 1
    # PagerDuty has accepted it, although the response lacks what it should hold.
    with pytest.raises(OutcomeUnknown):
        pagerduty.write_and_get("POST", NOTES, {}, "note")
    assert pagerduty.accepted == 2
    for _time in range(2):
        with pytest.raises((Refused, OutcomeUnknown)):
            pagerduty.write("POST", NOTES, {})
    assert pagerduty.accepted == 2
    pagerduty.send_event("/v2/enqueue", {"dedup_key": "key"})
    assert pagerduty.accepted == 3


def test_a_quick_client_tries_each_call_once(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    pagerduty.budget.max_wait = 60
    http.answers = {f"GET {NOTES}": NotSent("cannot connect")}
    with pytest.raises(NotSent):
        pagerduty.quick(5).get_list(NOTES, "notes")
    assert len(http.requests) == 1


def test_all_calls_of_a_quick_client_share_its_seconds(
    pagerduty: PagerDuty, http: ScriptedHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, timeouts = [0.0], list[float]()

    def read(_request: t.Any) -> dict[str, t.Any]:
        clock[0] += 3
        return {"notes": []}

    monkeypatch.setattr(client_module.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(client_module, "HttpClient", lambda timeout, _verify: timeouts.append(timeout) or http)
    http.answers = {f"GET {NOTES}": read}
    quick = pagerduty.quick(5)
    for _time in range(2):
        quick.get_list(NOTES, "notes")
    with pytest.raises(NotSent, match="would have taken too long"):
        quick.get_list(NOTES, "notes")
    with pytest.raises(NotSent):
        quick.quick(60).get_list(NOTES, "notes")
    assert timeouts == [5, 2]


@pytest.mark.parametrize("answer", FAILURES)
@pytest.mark.parametrize("call", CALLS)
def test_every_error_names_the_address_that_was_called_but_no_secret_and_nobody(
    call: str, answer: t.Any, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    pagerduty.settings = pagerduty.settings._replace(api_url=PROXY, events_url=PROXY)
    http.answers = {call: answer}
    with pytest.raises(TaskError) as caught:
        CALLS[call](pagerduty)
    assert caught.value.message.startswith(f"{call}: ")
    for hidden in ("Ana", "a-token", "R" * 32):
        assert hidden not in str(caught.value.as_result())


@given(st.text(min_size=1))
def test_a_path_keeps_its_segments_apart(segment: str) -> None:
    path = path_of("incidents", segment)
    assert path.count("/") == 2
    assert not set(path) & set("?# ")
