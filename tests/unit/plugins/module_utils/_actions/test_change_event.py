# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a change event says, how it is found again, and when it is never sent a second time."""

from __future__ import annotations

import json
import time
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._events.limits import MAX_BYTES
from ansible_collections.oncall.pagerduty.tests.unit.records import named
from ansible_collections.oncall.pagerduty.tests.unit.tasks import Task

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
Tasks = t.Callable[..., Task]

ONCE = {"change_key": "shop 1.2", "service": "PSHOP01"}
LIST = "GET /services/PSHOP01/change_events"
ENQUEUE = "POST /v2/change/enqueue"
OWN = {"id": "3", "summary": "Deployed", "source": "ci", "custom_details": {"change_key": "shop 1.2"}}


@pytest.fixture
def task(pagerduty: PagerDuty, http: ScriptedHttp) -> Tasks:
    """Make a task, given the change events of the service."""

    def make(*events: Record, **options: t.Any) -> Task:
        http.answers = {
            "GET /services/PSHOP01": {"service": named("PSHOP01", "Shop")},
            LIST: {"change_events": list(events), "more": False},
            ENQUEUE: (202, {"status": "success"}),
        }
        described = {"routing_key": "0" * 32, "summary": "Deployed shop 1.2", "source": "shop-1"}
        return Task("change_event", pagerduty, **{**described, **options})

    return make


def test_everything_given_is_sent(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(
        timestamp="2026-01-31T23:59:59Z",
        custom_details={"version": "1.2"},
        links=["https://git.example.com/"],
        images=["https://graphs.example.com/a.png"],
        **ONCE,
    )
    payload = {
        "summary": "Deployed shop 1.2",
        "source": "shop-1",
        "timestamp": "2026-01-31T23:59:59Z",
        "custom_details": {"version": "1.2", "change_key": "shop 1.2"},
    }
    attachments = {
        "links": [{"href": "https://git.example.com/"}],
        "images": [{"src": "https://graphs.example.com/a.png"}],
    }
    foreseen, result = asked.run(check_mode=True), asked.run()
    assert http.writes == [(ENQUEUE, {"routing_key": "0" * 32, "payload": payload, **attachments})]
    assert result["change_event"] == foreseen["change_event"] == {**payload, **attachments}
    assert result["change_key"] == "shop 1.2"


def test_what_is_not_given_is_not_sent_and_is_null_in_the_result(task: Tasks, http: ScriptedHttp) -> None:
    result = task().run()
    payload = {"summary": "Deployed shop 1.2", "source": "shop-1"}
    assert http.writes == [(ENQUEUE, {"routing_key": "0" * 32, "payload": payload})]
    absent = dict.fromkeys(("timestamp", "custom_details", "links", "images"))
    assert result["change_event"] == {**payload, **absent}
    assert result["change_key"] is None


@pytest.mark.parametrize(
    ("events", "would", "says", "writes"),
    [
        ([], "would record", "recorded", [ENQUEUE]),
        ([{**OWN, "custom_details": {"change_key": "shop 1.2.3"}}], "would record", "recorded", [ENQUEUE]),
        ([OWN], "recorded already", "recorded already", []),
    ],
    ids=["none", "another one", "there"],
)
def test_an_event_is_sent_once(
    events: list[Record], would: str, says: str, writes: list[str], task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(*events, **ONCE)
    assert asked.run(check_mode=True)["msg"] == f"Change shop 1.2: {would}."
    assert http.writes == []
    result = asked.run(diff_mode=True)
    assert (result["msg"], [call for call, _body in http.writes]) == (f"Change shop 1.2: {says}.", writes)
    shown = {"summary": "Deployed shop 1.2", "source": "shop-1"}
    assert [(each["before"], each["after"]) for each in result["diff"]] == [(dict.fromkeys(shown), shown)] * len(writes)


def test_the_event_with_the_key_is_found_among_all_of_the_service(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(**ONCE)
    others = [{"id": "1", "custom_details": None}, {"id": "2", "custom_details": {"change_key": "shop 1"}}]
    http.answers[LIST] = [{"change_events": others, "more": True}, {"change_events": [OWN], "more": False}]
    result = asked.run()
    assert (result["changed"], result["change_key"]) == (False, "shop 1.2")
    assert result["change_event"] == {
        "summary": "Deployed",
        "source": "ci",
        "custom_details": {"change_key": "shop 1.2"},
        **dict.fromkeys(("timestamp", "links", "images")),
    }


@pytest.mark.parametrize(
    ("timestamp", "span"),
    [
        ("2026-01-31T23:59:59+01:00", [("since", "2026-01-30T22:59:59Z"), ("until", "2026-02-01T22:59:59Z")]),
        ("1769900399", [("since", "2026-01-30T22:59:59Z"), ("until", "2026-02-01T22:59:59Z")]),
        ("0001-01-01T00:00:00Z", []),
        ("9999-12-31T23:59:59Z", []),
        ("yesterday", []),
        (None, []),
    ],
)
def test_an_event_with_a_time_is_looked_for_around_it(
    timestamp: str | None, span: list[tuple[str, str]], task: Tasks, http: ScriptedHttp
) -> None:
    assert task(OWN, timestamp=timestamp, **ONCE).run(check_mode=True)["msg"] == "Change shop 1.2: recorded already."
    assert [pair for pair in http.requests[-1].query if pair[0] in ("since", "until")] == span


@pytest.mark.parametrize("missing", ["change_key", "service"])
def test_without_a_key_or_a_service_nothing_is_read(missing: str, task: Tasks, http: ScriptedHttp) -> None:
    assert task(OWN, **{**ONCE, missing: None}).plan().is_needed
    assert http.calls == []


def test_without_a_token_nothing_is_read(task: Tasks, pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    pagerduty.settings = pagerduty.settings._replace(api_token=None)
    assert task(OWN, **ONCE).plan().is_needed
    assert http.calls == []


@pytest.mark.parametrize(
    ("options", "target"),
    [({"change_key": "shop 1.2"}, "shop 1.2"), ({}, "Deployed shop 1.2"), ({"summary": "x" * 81}, "x" * 79 + "…")],
    ids=["key", "summary", "long summary"],
)
def test_an_event_without_a_key_is_called_by_its_summary(options: Record, target: str, task: Tasks) -> None:
    assert task(**options).plan().target == target


@pytest.mark.parametrize(("options", "locks"), [(ONCE, ["change event shop 1.2"]), ({}, [])], ids=["key", "no key"])
def test_tasks_with_one_key_wait_for_each_other(options: Record, locks: list[str], task: Tasks) -> None:
    action = task(**options).action
    action.check()
    assert action.locks() == locks


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (ONCE, "Wait a few minutes, then run the task again: it sends the event unless the service shows it by then."),
        (
            {"change_key": "shop 1.2"},
            "Look at the recent changes of the service: another run sends the event again.",
        ),
    ],
    ids=["readable", "unreadable"],
)
def test_after_a_lost_response_an_event_is_never_sent_again(
    options: Record, hint: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(**options)
    asked.client.budget.max_wait = 60
    http.answers[ENQUEUE] = (500, {})
    result = asked.run()
    assert (result["changed"], result["failures"][0]["outcome"], len(http.writes)) == (False, "unknown", 1)
    assert "It is not known whether Change shop 1.2 was changed. " in result["msg"]
    assert result["msg"].endswith(hint)
    assert (result["change_event"], result["change_key"]) == (None, None)


def test_an_event_that_shows_after_a_lost_response_was_recorded(task: Tasks, http: ScriptedHttp) -> None:
    asked = task(**ONCE)
    http.answers[ENQUEUE] = (500, {})
    http.answers[LIST] = [{"change_events": []}, {"change_events": [OWN]}]
    result = asked.run()
    assert (result["changed"], result["msg"]) == (True, "Change shop 1.2: recorded.")


@pytest.mark.parametrize(
    ("service", "answers", "problem"),
    [
        ("PSHOP01", {LIST: (403, {"error": {"message": "Access Denied"}})}, "Access Denied"),
        ("PSHOP01", {LIST: (500, {})}, "HTTP 500"),
        ("Shop", {"GET /services": {"services": []}}, "No service is called 'Shop'."),
    ],
    ids=["forbidden", "down", "unknown"],
)
def test_what_cannot_be_read_is_a_warning_and_the_event_is_sent(
    service: str, answers: Record, problem: str, task: Tasks, http: ScriptedHttp
) -> None:
    asked = task(**{**ONCE, "service": service})
    http.answers.update(answers)
    result = asked.run()
    assert (result["changed"], len(http.writes)) == (True, 1)
    (warning,) = http.warnings
    assert warning.startswith("Could not read the service's change events, so one is sent: ")
    assert problem in warning


def test_all_reads_before_the_event_have_five_seconds_together(
    task: Tasks, http: ScriptedHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def slow(_request: t.Any) -> Record:
        clock[0] += 1
        return {"change_events": [], "more": True}

    asked = task(**ONCE)
    http.answers[LIST] = slow
    assert (asked.run()["changed"], clock[0]) == (True, 5)
    assert "would have taken too long" in http.warnings[0]


def test_a_long_summary_is_cut_with_a_warning_and_kept_in_the_details(task: Tasks, http: ScriptedHttp) -> None:
    task(summary="x" * 1025, **ONCE).run()
    ((_call, body),) = http.writes
    assert len(body["payload"]["summary"]) == 1024
    assert body["payload"]["custom_details"] == {"full_summary": "x" * 1025, "change_key": "shop 1.2"}
    assert http.warnings == ["summary was cut from 1025 to 1024 characters; the full text is in custom_details."]


def test_the_change_key_outlives_any_cut(task: Tasks, http: ScriptedHttp) -> None:
    details = {str(number): number for number in range(60_000)}
    task(custom_details=details, change_key="k" * 255).run()
    ((_call, body),) = http.writes
    assert len(json.dumps(body)) <= MAX_BYTES
    assert body["payload"]["custom_details"]["change_key"] == "k" * 255


def test_only_the_routing_key_is_refused(task: Tasks, http: ScriptedHttp) -> None:
    """What is mended is tested in _events/test_body.py."""
    with pytest.raises(InvalidOption, match=r"^routing_key: "):
        task(routing_key=None).action.check()
    assert http.calls == []


def test_the_key_in_the_details_names_the_change(task: Tasks) -> None:
    assert not task(OWN, service="PSHOP01", custom_details={"change_key": "shop 1.2"}).plan().is_needed
