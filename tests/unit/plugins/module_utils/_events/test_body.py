# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bodies of events: what is sent, what is mended, and the automatic dedup key."""

from __future__ import annotations

import json
import platform
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._events.body import (
    build_change_event,
    build_event,
    key_within_limit,
)
from ansible_collections.oncall.pagerduty.plugins.modules import change_event as change_event_module
from ansible_collections.oncall.pagerduty.plugins.modules import event as event_module
from hypothesis import given
from hypothesis import strategies as st

Options = dict[str, t.Any]
LONG = "kube-prod-eu-west-1/checkout/" + "x" * 240
TIMES = {
    "2018-08-03T09:52:26.739266876+02:00": "2018-08-03T07:52:26.739266Z",
    "2011-05-06T17:00Z": "2011-05-06T17:00:00Z",
    "2011-05-06T03:30-07": "2011-05-06T10:30:00Z",
    "2011-05-06": "2011-05-06T00:00:00Z",
    "2015-07-17T08:42:58.315+0000": "2015-07-17T08:42:58.315000Z",
    "2026-11-27T10:00:00": "2026-11-27T10:00:00Z",
    " 2026-11-27 10:00:00 UTC\n": "2026-11-27T10:00:00Z",
    1764237600: "2025-11-27T10:00:00Z",
}


def options_of(module: t.Any, **options: t.Any) -> Options:
    defaults = {name: spec.get("default") for name, spec in module.DEFINITION.options.items()}
    return {**defaults, "summary": "Disk full", "source": "web-1", "routing_key": "0" * 32, **options}


def mended(**options: t.Any) -> tuple[Options, list[str]]:
    """Return an event and the warnings."""
    warnings: list[str] = []
    return build_event(options_of(event_module, **options), warnings.append), warnings


def event(**options: t.Any) -> Options:
    return mended(**options)[0]


def change(**options: t.Any) -> tuple[Options, list[str]]:
    """Return a change event and the warnings."""
    warnings: list[str] = []
    return build_change_event(options_of(change_event_module, **options), warnings.append), warnings


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


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
@pytest.mark.parametrize("given", [None, "", " "])
def test_and_an_empty_one_is_none(action: str, given: str | None) -> None:
    with pytest.raises(InvalidOption, match=f"dedup_key: required with action={action}"):
        event(action=action, dedup_key=given)


@pytest.mark.parametrize("build", [event, change])
@pytest.mark.parametrize("key", [None, "", "short", "0" * 31 + "-"])
def test_only_a_routing_key_that_is_none_stops_an_event(build: t.Callable[..., t.Any], key: str | None) -> None:
    with pytest.raises(InvalidOption, match=r"^routing_key: "):
        build(routing_key=key)


@pytest.mark.parametrize("build", [event, lambda **options: change(**options)[0]])
def test_a_routing_key_is_taken_without_the_space_around_it(build: t.Callable[..., Options]) -> None:
    assert build(routing_key=f" {'0' * 32}\n")["routing_key"] == "0" * 32


@pytest.mark.parametrize("empty", [None, "", " \n"])
@pytest.mark.parametrize(
    ("option", "sent"), [("summary", "An event without a summary"), ("source", platform.node() or "unknown")]
)
def test_what_must_be_said_has_a_default(option: str, sent: str, empty: str | None) -> None:
    assert event(**{option: empty})["payload"][option] == sent


@pytest.mark.parametrize(
    "option",
    ["component", "group", "class", "custom_details", "timestamp", "client", "client_url", "links", "images"],
)
@pytest.mark.parametrize("empty", [None, "", " "])
def test_what_is_empty_is_not_sent(option: str, empty: str | None) -> None:
    assert mended(dedup_key="k", **{option: empty}) == (event(dedup_key="k"), [])


@pytest.mark.parametrize("name", ["summary", "source", "component", "group", "class"])
def test_other_values_become_text(name: str) -> None:
    sent = [event(**{name: value})["payload"][name] for value in (42, True, ["a"], {"a": 1})]
    assert sent == ["42", "true", '["a"]', '{"a": 1}']


@pytest.mark.parametrize(("given", "sent"), TIMES.items(), ids=str)
def test_times_are_taken_as_monitoring_tools_write_them(given: t.Any, sent: str) -> None:
    result, warnings = mended(timestamp=given)
    assert (result["payload"]["timestamp"], warnings) == (sent, [])
    assert change(timestamp=given)[0]["payload"]["timestamp"] == sent


@pytest.mark.parametrize(
    ("option", "given", "warning"),
    [
        ("timestamp", "yesterday", "timestamp 'yesterday' is no ISO 8601 time; see custom_details."),
        ("timestamp", "2026-02-30", "timestamp '2026-02-30' is no ISO 8601 time; see custom_details."),
        ("client_url", "nowhere", "client_url needs a URL that starts with https:// or http://; see custom_details."),
        ("severity", "purple", "severity 'purple' is not known, so error is used; see custom_details."),
        ("dedup_key", LONG, "dedup_key has 269 characters, so its end is sent as a hash; see custom_details."),
    ],
)
def test_what_cannot_be_sent_as_what_it_is_can_be_read_in_the_details(option: str, given: str, warning: str) -> None:
    result, warnings = mended(**{option: given}, custom_details={"free": 0})
    assert (result["payload"]["custom_details"], warnings) == ({"free": 0, option: given}, [warning])
    assert option not in result or option == "dedup_key"
    assert option not in result["payload"] or option == "severity"


@pytest.mark.parametrize(
    ("given", "details"),
    [
        ("free: 0 %", {"details": "free: 0 %"}),
        ('{"free": 0}', {"free": 0}),
        ("[1]", {"details": [1]}),
        ([1, 2], {"details": [1, 2]}),
        (7, {"details": 7}),
        (False, {"details": False}),
        ({1: "one", None: 0}, {"1": "one", "null": 0}),
    ],
    ids=repr,
)
def test_details_may_be_any_value(given: t.Any, details: Options) -> None:
    assert event(custom_details=given)["payload"]["custom_details"] == details
    assert change(custom_details=given)[0]["payload"]["custom_details"] == details


def test_a_key_that_is_too_long_ends_with_a_hash() -> None:
    assert key_within_limit("x" * 255) == "x" * 255
    keys = [key_within_limit("x" * 300 + end) for end in ("a", "b", "a")]
    assert [len(key) for key in keys] == [255] * 3
    assert keys[0] == keys[2] != keys[1]
    sent = [event(action=action, dedup_key=LONG)["dedup_key"] for action in ("trigger", "acknowledge", "resolve")]
    assert sent == [key_within_limit(LONG)] * 3
    assert sent[0].startswith("kube-prod-eu-west-1/checkout/")


@pytest.mark.parametrize(
    ("key", "details", "sent"),
    [
        ("shop 1", {"a": 1}, {"a": 1, "change_key": "shop 1"}),
        ("shop 1", {"change_key": "another"}, {"change_key": "shop 1"}),
        (LONG, {}, {"change_key": key_within_limit(LONG)}),
        (None, {"change_key": "mine"}, {"change_key": "mine"}),
        (" ", None, None),
    ],
    ids=["added", "replaced", "too long", "in the details", "empty"],
)
def test_a_change_key_is_kept_in_the_details(key: str | None, details: Options | None, sent: Options | None) -> None:
    result, warnings = change(change_key=key, custom_details=details)
    assert (result["payload"].get("custom_details"), warnings) == (sent, [])


def test_two_long_summaries_with_the_same_beginning_are_two_alerts() -> None:
    first, second = (event(summary="x" * 1024 + end) for end in "ab")
    assert first["payload"]["summary"] == second["payload"]["summary"]
    assert first["dedup_key"] != second["dedup_key"]


@given(
    action=st.sampled_from(["trigger", "acknowledge", "resolve"]),
    options=st.fixed_dictionaries(
        {"dedup_key": st.text(min_size=1).filter(str.strip)},
        optional=dict.fromkeys(
            ("summary", "source", "severity", "class", "timestamp", "client_url", "links", "images", "custom_details"),
            st.none() | st.text() | st.integers() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()),
        ),
    ),
)
def test_any_event_is_within_pagerdutys_limits(action: str, options: Options) -> None:
    sent = event(action=action, **options)
    assert 0 < len(sent["dedup_key"]) <= 255
    json.dumps(sent)
    if action == "trigger":
        assert 0 < len(sent["payload"]["summary"]) <= 1024
        assert sent["payload"]["source"].strip()
        assert sent["payload"]["severity"] in ("critical", "error", "warning", "info")
