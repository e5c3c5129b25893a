# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an event may hold, and what it says when the user says little."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._errors import BadInput
from ansible_collections.oncall.pagerduty.plugins.module_utils._events import build_event
from ansible_collections.oncall.pagerduty.plugins.modules.event import ACTION
from hypothesis import given
from hypothesis import strategies as st

DEFAULTS: dict[str, t.Any] = {name: spec.get("default") for name, spec in ACTION.options.items()}
TEXTS = st.text(min_size=1).filter(str.strip)


def event(**options: t.Any) -> dict[str, t.Any]:
    return build_event({**DEFAULTS, "routing_key": "0" * 32, **options})


def test_the_shortest_trigger_has_all_that_pagerduty_requires() -> None:
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


def test_acknowledge_and_resolve_carry_the_key_alone() -> None:
    sent = event(action="resolve", dedup_key="k", summary="Disk full", links=["https://example.com/"])
    assert sent == {"routing_key": "0" * 32, "event_action": "resolve", "dedup_key": "k"}


def test_the_same_trouble_has_the_same_key_however_often_it_is_reported() -> None:
    first, second = (
        event(summary="Disk full", source="web-1", severity=severity) for severity in ("error", "critical")
    )
    assert first["dedup_key"] == second["dedup_key"]


@pytest.mark.parametrize("option", ["summary", "source", "component", "group", "class"])
def test_other_trouble_has_another_key(option: str) -> None:
    assert event(**{option: "this"})["dedup_key"] != event(**{option: "that"})["dedup_key"]


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_a_key_is_required_to_act_on_an_alert(action: str) -> None:
    with pytest.raises(BadInput, match=f"dedup_key is not valid: it is required to {action}"):
        event(action=action)


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("summary", "", "must not be empty"),
        ("summary", "  ", "must not be empty"),
        ("summary", "x" * 1025, "at most 1024 characters, and has 1025"),
        ("source", "", "must not be empty"),
        ("dedup_key", " ", "must not be empty"),
        ("dedup_key", "x" * 256, "at most 255 characters, and has 256"),
        ("timestamp", "yesterday", "ISO 8601"),
        ("timestamp", "2026-02-30T00:00:00Z", "ISO 8601"),
        ("timestamp", "2026-01-31", "ISO 8601"),
        ("client_url", "probe.example.com", "must be a URL"),
        ("images", ["http://x/a.png"], "starts with https://"),
        ("images", [{"href": "https://x/"}], "a mapping of alt, href, src with src"),
        ("images", [{"src": "https://x/", "size": 1}], "a mapping of"),
        ("images", [17], "a URL, or a mapping"),
        ("links", ["nowhere"], "must be a URL"),
        ("links", [{"src": "https://x/"}], "a mapping of href, text with href"),
        ("links", [{"href": 17}], "a mapping of"),
        ("custom_details", {"x": "x" * 600_000}, "512 KB"),
    ],
)
def test_what_pagerduty_would_refuse_is_refused_before(option: str, value: t.Any, told: str) -> None:
    with pytest.raises(BadInput, match=option) as caught:
        event(**{option: value})
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "timestamp",
    ["2026-01-31T23:59:59Z", "2026-01-31T23:59:59.123+01:00", "2015-07-17T08:42:58.315+0000", "2026-01-31 23:59:59"],
)
def test_times_are_taken_as_monitoring_tools_write_them(timestamp: str) -> None:
    assert event(timestamp=timestamp)["payload"]["timestamp"] == timestamp


def test_a_summary_may_have_exactly_the_most_characters() -> None:
    assert event(summary="x" * 1024)["payload"]["summary"] == "x" * 1024


def test_links_take_urls_and_mappings() -> None:
    sent = event(links=[" https://a.example.com/ ", {"href": "http://b.example.com/", "text": "B"}])
    assert sent["links"] == [{"href": "https://a.example.com/"}, {"href": "http://b.example.com/", "text": "B"}]


@given(summary=TEXTS, source=TEXTS, details=st.dictionaries(st.text(), st.text()))
def test_any_event_is_either_refused_or_within_pagerdutys_limits(
    summary: str, source: str, details: dict[str, str]
) -> None:
    try:
        sent = event(summary=summary, source=source, custom_details=details)
    except BadInput:
        assert len(summary) > 1024
        return
    assert len(sent["payload"]["summary"]) <= 1024
    assert 0 < len(sent["dedup_key"]) <= 255
