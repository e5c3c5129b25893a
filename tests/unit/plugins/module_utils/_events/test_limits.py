# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an event is cut that PagerDuty would refuse for its length."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._events.limits import MAX_BYTES, cut_to_fit


def cut(details: dict[str, t.Any] | None = None, **fields: t.Any) -> tuple[dict[str, t.Any], list[str]]:
    """Return an event that was cut, and the warnings."""
    payload = {"summary": "Disk full", "source": "web-1", **({"custom_details": details} if details else {})}
    event = {"payload": {**payload, **fields.pop("payload", {})}, **fields}
    warnings: list[str] = []
    cut_to_fit(event, warnings.append)
    return event, warnings


@pytest.mark.parametrize(("length", "sent"), [(1024, "x" * 1024), (1025, "x" * 1023 + "…")])
def test_a_long_summary_is_cut_and_kept_in_the_details(length: int, sent: str) -> None:
    event, warnings = cut({"free": 0}, payload={"summary": "x" * length})
    assert event["payload"]["summary"] == sent
    is_cut = length > 1024
    assert event["payload"]["custom_details"] == {**({"full_summary": "x" * length} if is_cut else {}), "free": 0}
    words = f"summary was cut from {length} to 1024 characters; the full text is in custom_details."
    assert warnings == [words] * is_cut


@pytest.mark.parametrize(
    "details",
    [
        {"log": "x" * 600_000, "free": 0},
        {"log": "é" * 600_000},
        {"log": list(range(200_000)), "free": 0},
        {str(number): "x" * 1000 for number in range(1000)},
    ],
    ids=["text", "accents", "list", "many"],
)
def test_an_event_that_is_too_large_loses_details(details: dict[str, t.Any]) -> None:
    before = dict(details)
    event, warnings = cut(details)
    assert len(json.dumps(event)) <= MAX_BYTES
    assert event["payload"]["summary"] == "Disk full"
    assert warnings == ["The event was larger than 512 KB; cut: custom_details."]
    assert details == before


def test_the_largest_details_are_cut_first_and_as_little_as_needed() -> None:
    sent = cut({"log": "x" * 600_000, "free": 0})[0]["payload"]["custom_details"]
    assert sent["free"] == 0
    assert 500_000 < len(sent["log"]) < MAX_BYTES


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"links": [{"href": f"https://example.com/{number}"} for number in range(30_000)]}, "links"),
        ({"payload": {"source": "x" * 600_000}}, "source"),
        ({"client": "x" * 600_000, "payload": {"component": "y" * 600_000}}, "component, client"),
    ],
    ids=["links", "source", "two"],
)
def test_without_details_other_fields_are_cut(fields: dict[str, t.Any], words: str) -> None:
    event, warnings = cut(**fields)
    assert len(json.dumps(event)) <= MAX_BYTES
    assert warnings == [f"The event was larger than 512 KB; cut: {words}."]
