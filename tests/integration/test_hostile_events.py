# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile values: whatever an event holds, it is sent exactly once, in the form that PagerDuty accepts.

The values are those that monitoring tools, surveys, and people in a hurry send; many are from public bug reports.
"""

from __future__ import annotations

import json
import typing as t

import pytest

from integration.playbook_runner import PlaybookRunner
from simulator.launch import Simulator

Options = dict[str, t.Any]
Row = tuple[Options, str]
"""Options of a task, and a text that the event must hold."""

LONG = "kube-prod-eu-west-1/checkout/" + "x" * 240
NAN, INFINITE, SURROGATE = "{{ 'nan' | float }}", "{{ 'inf' | float }}", "{{ 'caf\\ud800' }}"

BOTH: tuple[Row, ...] = (
    ({"summary": ""}, "Ansible play"),
    ({"summary": " \n"}, "Ansible play"),
    ({"summary": None}, "Ansible play"),
    ({"summary": "x" * 5000}, "x" * 5000),
    ({"summary": 42}, "42"),
    ({"summary": ["Disk", "full"]}, "Disk"),
    ({"summary": SURROGATE}, "caf"),
    ({"source": ""}, ""),
    ({"source": 17}, "17"),
    ({"timestamp": ""}, ""),
    ({"timestamp": "2018-08-03T09:52:26.739266876+02:00"}, "2018-08-03T07:52:26.739266Z"),
    ({"timestamp": "2026-11-27T10:00:00"}, "2026-11-27T10:00:00Z"),
    ({"timestamp": "2026-11-27"}, "2026-11-27T00:00:00Z"),
    ({"timestamp": "2011-05-06T03:30-07"}, "2011-05-06T10:30:00Z"),
    ({"timestamp": 1764237600}, "2025-11-27T10:00:00Z"),
    ({"timestamp": 1764237600.5}, "2025-11-27T10:00:00.500000Z"),
    ({"timestamp": "1764237600123"}, "2025-11-27T10:00:00.123000Z"),
    ({"timestamp": "yesterday"}, "yesterday"),
    ({"timestamp": "2026-02-30T00:00:00Z"}, "2026-02-30T00:00:00Z"),
    ({"custom_details": "free: 0 %"}, "free: 0 %"),
    ({"custom_details": ["a", 1]}, '["a", 1]'),
    ({"custom_details": 7}, '{"details": 7}'),
    ({"custom_details": '{"free": "0 %"}'}, '{"free": "0 %"}'),
    ({"custom_details": {"free": NAN}}, "NaN"),
    ({"custom_details": {"rate": INFINITE}}, "Infinity"),
    ({"custom_details": {"name": SURROGATE}}, "caf"),
    ({"custom_details": {"log": "é" * 600_000}}, "é" * 1000),
    ({"links": ""}, ""),
    ({"links": [""]}, ""),
    ({"links": [{"href": "", "text": "runbook"}]}, "runbook"),
    ({"links": [{"href": "https://x.example.com", "text": "t", "type": "link"}]}, "https://x.example.com"),
    ({"links": {"href": "https://x.example.com"}}, "https://x.example.com"),
    ({"links": "wiki/disk"}, "wiki/disk"),
    ({"links": [f"https://x.example.com/{number}" for number in range(60)]}, "https://x.example.com/49"),
    ({"links": [17, None, True]}, "17"),
    ({"images": "http://graphite.example.com/g.png"}, "http://graphite.example.com/g.png"),
    ({"images": [{"href": "https://x.example.com"}]}, "https://x.example.com"),
    ({"images": [f"https://x.example.com/{number}" for number in range(51)]}, "https://x.example.com/49"),
    ({"api_token": "two words"}, ""),
    ({"api_token": "no-such-token"}, ""),
    ({"from_email": "Ops Bot <ops@example.com>"}, ""),
    ({"from_email": "nobody"}, ""),
    ({"api_url": "pagerduty"}, ""),
    ({"api_url": "http://127.0.0.1:9"}, ""),
    ({"region": "asia"}, ""),
    ({"auth_type": "basic"}, ""),
    ({"ca_path": "/etc/pki/nope.pem"}, ""),
    ({"timeout": "soon"}, ""),
    ({"timeout": "nan"}, ""),
    ({"max_wait": "nan"}, ""),
    ({"max_wait": INFINITE}, ""),
    ({"max_wait": 10**400}, ""),
    ({"timeout": 0}, ""),
    ({"max_wait": -1}, ""),
    ({"validate_certs": "perhaps"}, ""),
    ({"colour": "red"}, ""),
    ({"routing_key": "SIMULATEDCHECKOUTROUTINGKEY00001\n"}, ""),
)
"""For both modules."""
EVENT: tuple[Row, ...] = (
    ({"dedup_key": LONG}, LONG),
    ({"dedup_key": ""}, "ansible-"),
    ({"dedup_key": 42}, '"42"'),
    ({"severity": "CRITICAL"}, "critical"),
    ({"severity": "P1"}, "critical"),
    ({"severity": 2}, '"error"'),
    ({"severity": "purple"}, "purple"),
    ({"severity": ""}, '"error"'),
    ({"component": 1.5}, "1.5"),
    ({"component": "  "}, ""),
    ({"group": ["a"]}, "a"),
    ({"class": "x" * 600_000}, "x" * 1000),
    ({"client": "AM", "client_url": ""}, "AM"),
    ({"client_url": "monitoring/alerts"}, "monitoring/alerts"),
    ({"client": 3, "client_url": "https://m.example.com/a b"}, "a%20b"),
)
CHANGE: tuple[Row, ...] = (
    ({"change_key": LONG}, LONG[:100]),
    ({"change_key": ""}, ""),
    ({"change_key": "a", "custom_details": {"change_key": "b"}}, '"change_key": "a"'),
    ({"change_key": "a", "service": "No such service"}, '"change_key": "a"'),
)
ROWS = {
    "event": ("POST /v2/enqueue", {"summary": "Disk full", "source": "web-1", "dedup_key": "k"}, (*BOTH, *EVENT)),
    "change_event": ("POST /v2/change/enqueue", {"summary": "Deployed", "source": "web-1"}, (*BOTH, *CHANGE)),
}
ENVIRONMENT = {
    "PAGERDUTY_TIMEOUT": "soon",
    "PAGERDUTY_MAX_WAIT": " ",
    "PAGERDUTY_REGION": "asia",
    "PAGERDUTY_CA_PATH": "/no/such/file",
    "REQUESTS_CA_BUNDLE": "/no/such/bundle",
    "PAGERDUTY_FROM_EMAIL": "nobody",
    "PAGERDUTY_API_TOKEN": "two words",
}


@pytest.mark.parametrize("module", ROWS)
def test_whatever_an_event_holds_it_is_sent_once(
    module: str, play_both_ways: PlaybookRunner, simulator: Simulator, subtests: pytest.Subtests
) -> None:
    call, plain, rows = ROWS[module]
    simulator.reset()
    unread = {"api_token": ""} if module == "event" else {}
    if play_both_ways.environment["PAGERDUTY_IN_PROCESS"] == "False":
        # Each one takes a new process.
        rows = rows[::12]
    played = play_both_ways(
        *[{f"oncall.pagerduty.{module}": {**plain, **unread, **options}} for options, _words in rows],
        environment={"PAGERDUTY_API_TOKEN": None} if module == "event" else {},
    )
    for (options, held), done in zip(rows, played.tasks, strict=True):
        with subtests.test(f"{module} {str(options)[:80]}"):
            assert (done.outcome, done.changed, done.writes) == ("ok", True, [call]), done.result
            (sent,) = [entry for entry in done.journal if entry["method"] == "POST"]
            assert (sent["status"], sent["contract"] or []) == (202, [])
            assert held in json.dumps(sent["body"], ensure_ascii=False)
            assert "Traceback" not in str(done.result)


@pytest.mark.parametrize("module", ROWS)
def test_whatever_the_environment_holds_an_event_is_sent(module: str, play_both_ways: PlaybookRunner) -> None:
    call, plain, _rows = ROWS[module]
    done = play_both_ways({f"oncall.pagerduty.{module}": plain}, environment=ENVIRONMENT).only
    assert (done.outcome, done.writes) == ("ok", [call]), done.result
    for name in ("PAGERDUTY_TIMEOUT", "PAGERDUTY_REGION", "from_email", "api_token", "ca_path"):
        assert any(name in str(warning) for warning in done.result["warnings"]), name
