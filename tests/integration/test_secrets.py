# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens and routing keys turn up nowhere, at any verbosity, whether a task goes well or not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from integration.cases import SIMPLEST, step
from integration.playing import Player
from simulator import account
from simulator.launch import Simulator

SECRETS = (account.ACCOUNT_KEY, account.ROUTING_KEY)


@pytest.mark.parametrize("module", SIMPLEST)
def test_no_secret_is_ever_shown(module: str, play: Player, simulator: Simulator, tmp_path: Path) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    simulator.faults([{"method": "*", "path": ".*", "fault": "status_before", "status": 500, "skip": 8, "times": 9}])
    played = play(
        step(module, incident),
        step(module, incident, region="nowhere"),
        step(module, "Q9999999999999"),
        *[step(module, incident)] * 9,
        arguments=["-vvvv", "--diff"],
    )
    assert {done.outcome for done in played.tasks} == {"ok", "failed"}
    left = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    journal = json.dumps([done.journal for done in played.tasks])
    for secret in SECRETS:
        assert secret not in played.output
        assert secret not in journal
        assert secret.encode() not in left


@pytest.mark.parametrize("option", ["api_token", "routing_key"])
def test_a_secret_given_as_an_option_is_masked_in_the_result(option: str, play: Player) -> None:
    secret = {"api_token": account.ACCOUNT_KEY, "routing_key": account.ROUTING_KEY}[option]
    done = play(
        {"oncall.pagerduty.event": {"dedup_key": "key", option: "{{ lookup('env', 'GIVEN') }}"}},
        environment={"GIVEN": secret},
        arguments=["-vvvv"],
    ).only
    assert done.result["invocation"]["module_args"][option] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert secret not in json.dumps(done.result)


def test_netrc_does_not_replace_the_token(play: Player, simulator: Simulator, tmp_path: Path) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    done = play(step("incident_info", incident), environment={"HOME": str(tmp_path), "NETRC": str(netrc)}).only
    assert done.outcome == "ok", done.msg


def test_a_proxy_never_sees_what_stays_on_this_machine(play: Player, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    done = play(step("incident_info", incident), environment={"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}).only
    assert done.outcome == "ok", done.msg
