# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the filter puts together an incident and the parts that were read separately."""

from __future__ import annotations

from ansible_collections.oncall.pagerduty.plugins.filter.incident_report import FilterModule

INCIDENT = {"id": "Q1", "title": "Disk full", "notes": [{"content": "Looking"}]}
make = FilterModule().filters()["incident_report"]


def test_an_incident_is_enough() -> None:
    assert "> Looking\n" in make(INCIDENT)


def test_parts_are_added_and_refused_ones_are_named() -> None:
    alert = {"summary": "No space"}
    parts = [
        {"item": "alerts", "incident": {"id": "Q1", "alerts": [alert]}},
        {"item": "notes", "incident": {"id": "Q1", "notes": []}},
        {"item": "related_change_events", "msg": "GET /x: Forbidden (HTTP 403).", "failed": False},
        {"item": "log_entries", "incident": None},
    ]
    text = make(INCIDENT, parts)
    assert "at an unknown time: No space\n" in text
    assert "## Notes\n\nNone.\n" in text
    assert "## Changes\n\nThis could not be read: GET /x: Forbidden (HTTP 403).\n" in text
    assert "## Who did what\n\nThis could not be read: unknown\n" in text
    assert "## Who was notified\n\nThis could not be read: unknown\n" in text


def test_who_was_notified_comes_with_the_log_entries() -> None:
    notified = [{"who": {"id": "PUSER01", "summary": "Ann"}, "channel": "sms", "at": "2026-01-31T11:07:00Z"}]
    part = {"item": "log_entries", "incident": {"id": "Q1", "log_entries": [], "notified": notified}}
    assert "- Ann: 2026-01-31 11:07:00 UTC by sms\n" in make(INCIDENT, [part])
