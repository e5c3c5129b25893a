# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control API: resets, and a journal without secrets."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import typing as t
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from simulator import account
from simulator.client import Client
from simulator.clock import time_of
from simulator.launch import Simulator, SimulatorError


def test_the_journal_keeps_no_secret(simulator: Simulator, call: Client) -> None:
    secret_routing_key = "f00dfeedf00dfeedf00dfeedf00dfeed"
    call("POST", "/v2/enqueue", {"routing_key": account.ROUTING_KEY, "event_action": "resolve", "dedup_key": "key"})
    call("POST", "/v2/enqueue", {"routing_key": secret_routing_key, "event_action": "resolve", "dedup_key": "key"})
    call("GET", "/services", query=[("include[]", "integrations"), ("query", account.ACCOUNT_KEY)])
    call("GET", f"/services/{account.CHECKOUT.id}", query=[("include[]", "integrations")])
    call("GET", f"/users/{account.USER_KEY}", headers={"Authorization": f"Bearer {account.OAUTH_TOKEN}"})
    kept = json.dumps(simulator.journal())
    assert [secret for secret in (*account.SECRETS, secret_routing_key) if secret in kept] == []
    assert "***" in kept


def test_the_journal_counts_reads_and_writes(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    call("GET", "/incidents", query=[("limit", "1")])
    call("POST", f"/incidents/{incident}/notes", {"note": {"content": "text"}})
    journal = simulator.journal()
    assert (journal["reads"], journal["writes"]) == (1, 1)
    read, write = journal["entries"]
    assert (read["n"], read["method"], read["path"], read["query"]) == (1, "GET", "/incidents", [["limit", "1"]])
    assert (write["body"], write["status"], write["from"]) == ({"note": {"content": "text"}}, 200, account.FROM_EMAIL)
    assert write["answer"]["note"]["content"] == "text"
    taken = Client(simulator.url)("DELETE", "/_simulator/journal").body
    assert taken == journal
    assert simulator.journal() == {"entries": [], "reads": 0, "writes": 0}


def test_a_reset_gives_the_same_ids_again(simulator: Simulator) -> None:
    assert simulator.reset(incidents=3) == simulator.reset(incidents=3)


def test_a_reset_opens_incidents_with_the_given_fields(simulator: Simulator) -> None:
    options = {
        "title": "Disk full",
        "status": "acknowledged",
        "urgency": "low",
        "service": account.DATABASE.id,
        "priority": "PPRIOR1",
        "notes": ["one", "two"],
    }
    simulator.reset(incidents=1, incident=options)
    (incident,) = simulator.state()["incidents"]
    assert {name: incident[name] for name in ("title", "status", "urgency", "service", "priority")} == {
        **{name: options[name] for name in ("title", "status", "urgency", "service")},
        "priority": "P1",
    }
    assert [note["content"] for note in incident["notes"]] == ["one", "two"]


@pytest.mark.parametrize("options", [{"colour": "red"}, {"service": "PNOSERV"}, {"created_at": "once"}])
def test_a_reset_refuses_invalid_options(options: dict[str, str], simulator: Simulator) -> None:
    with pytest.raises(SimulatorError):
        simulator.reset(incidents=1, incident=options)


def test_twelve_thousand_incidents_are_seeded_quickly(simulator: Simulator) -> None:
    begun = time.process_time()
    assert len(set(simulator.reset(incidents=12_000)["incidents"])) == 12_000
    assert time.process_time() - begun < 1


def test_it_prints_one_line_and_stops_with_exit_code_0() -> None:
    simulator = Simulator()
    assert simulator.url.startswith("http://127.0.0.1:")
    assert simulator.stop() == 0


def test_a_wrong_command_line_is_refused() -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "simulator", "--certfile", "certificate.pem"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--certfile and --keyfile go together" in done.stderr


def test_the_clock_can_be_put_forward_until_a_reset(simulator: Simulator, call: Client) -> None:
    simulator.reset(incidents=1, incident={"status": "acknowledged", "acknowledgement_timeout": 86_400})
    before = time_of(simulator.state()["now"])
    simulator.advance(86_400)
    assert simulator.state()["incidents"][0]["status"] == "triggered"
    assert simulator.state()["pages"][-1]["reason"] == "unacknowledged"
    date = parsedate_to_datetime(call("GET", "/incidents").headers["date"]).timestamp()
    assert date - before == pytest.approx(86_400, abs=60)
    simulator.reset()
    assert time_of(simulator.state()["now"]) - before < 60


@pytest.mark.parametrize("seconds", ["soon", -1, None, 1e12, float("nan")])
def test_only_a_number_of_seconds_puts_the_clock_forward(seconds: t.Any, simulator: Simulator) -> None:
    with pytest.raises(SimulatorError, match="advance"):
        simulator.advance(seconds)
