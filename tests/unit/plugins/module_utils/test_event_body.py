# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The body of an event: what is checked, what is cut, and the automatic dedup key."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._event_body import MAX_BYTES, build_event
from ansible_collections.oncall.pagerduty.plugins.modules.event import DEFINITION
from hypothesis import given
from hypothesis import strategies as st

DEFAULTS: dict[str, t.Any] = {
    **{name: spec.get("default") for name, spec in DEFINITION.options.items()},
    "summary": "Disk full",
    "source": "web-1",
}
TEXTS = st.text(min_size=1).filter(str.strip)


def event(**options: t.Any) -> dict[str, t.Any]:
    return build_event({**DEFAULTS, "routing_key": "0" * 32, **options}, lambda _warning: None)


def warnings_of(**options: t.Any) -> list[str]:
    warnings: list[str] = []
    build_event({**DEFAULTS, "routing_key": "0" * 32, **options}, warnings.append)
    return warnings


def test_a_minimal_trigger_has_what_pagerduty_requires() -> None:
    payload = event()["payload"]
    assert payload["severity"] == "error"
    assert payload["summary"]
    assert payload["source"]


def test_everything_given_is_sent() -> None:
    options: dict[str, t.Any] = {
        "summary": "Disk full",
        "source": "web-1",
        "severity": "critical",
        "component": "storage",
        "group": "web",
        "class": "disk",
        "custom_details": {"free": 0},
        "timestamp": "2026-01-31T23:59:59Z",
    }
    sent = event(
        **options, dedup_key="k", client="Probe", client_url="https://probe.example.com", images=["https://x/a.png"]
    )
    assert sent == {
        "routing_key": "0" * 32,
        "event_action": "trigger",
        "dedup_key": "k",
        "payload": options,
        "client": "Probe",
        "client_url": "https://probe.example.com",
        "images": [{"src": "https://x/a.png"}],
    }


def test_a_resolve_event_has_only_the_key() -> None:
    sent = event(action="resolve", dedup_key="k", summary="Disk full", links=["https://example.com/"])
    assert sent == {"routing_key": "0" * 32, "event_action": "resolve", "dedup_key": "k"}


def test_the_automatic_dedup_key_does_not_depend_on_the_severity() -> None:
    first, second = (
        event(summary="Disk full", source="web-1", severity=severity) for severity in ("error", "critical")
    )
    assert first["dedup_key"] == second["dedup_key"]


@pytest.mark.parametrize("option", ["summary", "source", "component", "group", "class"])
def test_the_automatic_dedup_key_depends_on_what_identifies_the_problem(option: str) -> None:
    assert event(**{option: "this"})["dedup_key"] != event(**{option: "that"})["dedup_key"]


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_acknowledge_and_resolve_require_a_dedup_key(action: str) -> None:
    with pytest.raises(InvalidOption, match=f"dedup_key: required with action={action}"):
        event(action=action)


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("summary", "", "must not be empty"),
        ("summary", "  ", "must not be empty"),
        ("source", "", "must not be empty"),
        ("dedup_key", " ", "must not be empty"),
        ("dedup_key", "x" * 256, "at most 255 characters, but has 256"),
        ("timestamp", "yesterday", "ISO 8601"),
        ("timestamp", "2026-02-30T00:00:00Z", "ISO 8601"),
        ("timestamp", "2026-01-31", "ISO 8601"),
        ("client_url", "probe.example.com", "must be a URL"),
        ("images", ["http://x/a.png"], "starts with https://"),
        ("images", [{"href": "https://x/"}], "a dictionary of src, href, alt with src"),
        ("images", [{"src": "https://x/", "size": 1}], "a dictionary of"),
        ("images", [17], "a URL, or a dictionary"),
        ("links", ["nowhere"], "must be a URL"),
        ("links", [{"src": "https://x/"}], "a dictionary of href, text with href"),
        ("links", [{"href": 17}], "a dictionary of"),
        ("timestamp", "2026-01-31T23:59:59", "time zone"),
        ("timestamp", "2026-01-31 23:59:59", "time zone"),
    ],
)
def test_an_invalid_option_is_refused(option: str, value: t.Any, problem: str) -> None:
    with pytest.raises(InvalidOption, match=option) as caught:
        event(**{option: value})
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "timestamp",
    ["2026-01-31T23:59:59Z", "2026-01-31T23:59:59.123+01:00", "2015-07-17T08:42:58.315+0000"],
)
def test_timestamps_are_accepted_as_monitoring_tools_write_them(timestamp: str) -> None:
    assert event(timestamp=timestamp)["payload"]["timestamp"] == timestamp


def test_a_summary_of_the_maximum_length_is_not_cut() -> None:
    assert event(summary="x" * 1024)["payload"]["summary"] == "x" * 1024
    assert warnings_of(summary="x" * 1024) == []


def test_a_longer_summary_is_cut_with_a_warning_and_kept_in_the_details() -> None:
    sent = event(summary="x" * 1025, custom_details={"free": 0})["payload"]
    assert len(sent["summary"]) == 1024
    assert sent["custom_details"] == {"full_summary": "x" * 1025, "free": 0}
    assert "summary" in warnings_of(summary="x" * 1025)[0]


def test_two_long_summaries_with_the_same_beginning_are_two_alerts() -> None:
    first, second = (event(summary="x" * 1024 + end) for end in "ab")
    assert first["payload"]["summary"] == second["payload"]["summary"]
    assert first["dedup_key"] != second["dedup_key"]


@pytest.mark.parametrize(
    "details",
    [
        {"log": "x" * 600_000, "free": 0},
        {"log": "é" * 600_000},
        {"log": list(range(200_000)), "free": 0},
        {str(number): "x" * 1000 for number in range(1000)},
    ],
)
def test_an_event_that_is_too_large_loses_details_and_is_still_sent(details: dict[str, t.Any]) -> None:
    sent = event(custom_details=details)
    assert len(json.dumps(sent)) <= MAX_BYTES
    assert sent["payload"]["summary"] == "Disk full"
    assert "custom_details" in warnings_of(custom_details=details)[0]


def test_the_largest_details_are_cut_first_and_as_little_as_needed() -> None:
    sent = event(custom_details={"log": "x" * 600_000, "free": 0})["payload"]["custom_details"]
    assert sent["free"] == 0
    assert 500_000 < len(sent["log"]) < MAX_BYTES


def test_the_options_of_the_task_are_left_as_they_are() -> None:
    details = {"log": "x" * 600_000}
    event(custom_details=details)
    assert len(details["log"]) == 600_000


@pytest.mark.parametrize(
    "options",
    [
        {"links": [f"https://example.com/{number}" for number in range(30_000)]},
        {"source": "x" * 600_000},
        {"client": "x" * 600_000, "component": "y" * 600_000},
    ],
)
def test_whatever_is_too_large_the_event_is_sent(options: dict[str, t.Any]) -> None:
    assert len(json.dumps(event(**options))) <= MAX_BYTES
    assert warnings_of(**options)


def test_links_are_urls_or_dictionaries() -> None:
    sent = event(links=[" https://a.example.com/ ", {"href": "http://b.example.com/", "text": "B"}])
    assert sent["links"] == [{"href": "https://a.example.com/"}, {"href": "http://b.example.com/", "text": "B"}]


@given(summary=TEXTS, source=TEXTS, details=st.dictionaries(st.text(), st.text()))
def test_any_event_is_within_pagerdutys_limits(summary: str, source: str, details: dict[str, str]) -> None:
    sent = event(summary=summary, source=source, custom_details=details)
    assert len(sent["payload"]["summary"]) <= 1024
    assert 0 < len(sent["dedup_key"]) <= 255
