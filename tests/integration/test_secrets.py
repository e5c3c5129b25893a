# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens and routing keys turn up nowhere, at any verbosity, whether a task goes well or not."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from integration.cases import SIMPLEST, step
from integration.playing import NO_CREDENTIALS, Player
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


@pytest.fixture
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Options that read the secrets from files, which are not among those that a run leaves."""
    folder = tmp_path_factory.mktemp("given")
    secrets = {"api_token": account.ACCOUNT_KEY, "routing_key": account.ROUTING_KEY}
    for name, secret in secrets.items():
        (folder / name).write_text(secret)
    return {name: f"{{{{ lookup('file', '{folder / name}') }}}}" for name in secrets}


def test_no_callback_log_or_temporary_file_keeps_a_secret(
    given: dict[str, str], play: Player, simulator: Simulator, tmp_path: Path
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    (tmp_path / "tmp").mkdir()
    token = {"api_token": given["api_token"], "from_email": account.FROM_EMAIL}
    played = play(
        step("event", None, **given),
        step("incident_note", incident, **token),
        step("incident_note", "Q9999999999999", **token),
        arguments=["-vvvv", "--diff"],
        environment={
            **NO_CREDENTIALS,
            "ANSIBLE_CALLBACKS_ENABLED": "recorder,ansible.builtin.junit,ansible.builtin.tree",
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
            "ANSIBLE_CALLBACK_TREE_DIR": str(tmp_path / "tree"),
            "ANSIBLE_LOG_PATH": str(tmp_path / "ansible.log"),
            "ANSIBLE_PIPELINING": "false",
            "ANSIBLE_REMOTE_TEMP": str(tmp_path / "remote"),
            "JUNIT_OUTPUT_DIR": str(tmp_path / "junit"),
            "TMPDIR": str(tmp_path / "tmp"),
        },
    )
    assert [done.outcome for done in played.tasks] == ["ok", "ok", "failed"]
    left = {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert {"junit", "tree", "ansible.log"} <= {file.parts[0] for file in left}
    for secret in SECRETS:
        assert secret not in played.output
        assert [file for file, content in left.items() if secret.encode() in content] == []


def test_the_process_list_shows_no_secret(given: dict[str, str], play: Player, simulator: Simulator) -> None:
    simulator.reset()
    simulator.faults([{"method": "POST", "path": ".*", "fault": "delay_before", "seconds": 3}])
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            play, step("event", None, **given), environment={**NO_CREDENTIALS, "ANSIBLE_PIPELINING": "false"}
        )
        while "POST" not in {entry["method"] for entry in simulator.journal()["entries"]}:
            assert not running.done()
        seen = list(_processes())
        assert not running.done()
        assert running.result().only.outcome == "ok"
    assert any(b"ansible-playbook" in shown for shown in seen)
    assert not any(secret.encode() in shown for secret in SECRETS for shown in seen)


def _processes() -> t.Iterator[bytes]:
    """The command line and the environment of every process, but for the tests' own."""
    for folder in Path("/proc").glob("[0-9]*"):
        if folder.name == str(os.getpid()):
            continue
        # Processes end while we look.
        with contextlib.suppress(OSError):
            yield (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()


class Proxy(HTTPServer):
    """Wants another password than the one it is given."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _ProxyHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _ProxyHandler(BaseHTTPRequestHandler):
    server: Proxy

    def do_CONNECT(self) -> None:
        self.server.asked.append(f"{self.requestline}\n{self.headers}")
        self.send_error(407)

    def log_message(self, format: str, *arguments: t.Any) -> None:
        """Say nothing."""


def test_a_proxy_is_told_its_password_and_no_secret_and_nobody_else_is(play: Player, tmp_path: Path) -> None:
    password = "pr0xy-s3cret"
    credentials = base64.b64encode(f"someone:{password}".encode()).decode()
    with Proxy() as proxy:
        address = f"http://someone:{password}@127.0.0.1:{proxy.server_port}"
        played = play(
            step("incident_info", "Q1", api_url="https://pagerduty.invalid"),
            step("event", None, events_url="https://pagerduty.invalid", api_url="https://pagerduty.invalid"),
            arguments=["-vvvv"],
            environment={"HTTPS_PROXY": address, "https_proxy": address, "NO_PROXY": None, "no_proxy": None},
        )
        proxy.shutdown()
    for done in played.tasks:
        assert "the proxy does not connect us to pagerduty.invalid" in done.msg
    assert proxy.asked
    assert all(credentials in asked for asked in proxy.asked)
    assert not any(secret in asked for asked in proxy.asked for secret in SECRETS)
    left = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for secret in (password, credentials):
        assert secret not in played.output
        assert secret.encode() not in left


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
