# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens and routing keys appear nowhere, at any verbosity, whether a task succeeds or fails."""

from __future__ import annotations

import base64
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from integration.playbook_runner import NO_CREDENTIALS, PlaybookResult, PlaybookRunner
from integration.run_processes import processes_of
from modules import MODULES, ON_INCIDENTS, SETTING, step
from simulator import account
from simulator.connect_proxy import ConnectProxy
from simulator.launch import Simulator

SECRETS = (account.ACCOUNT_KEY, account.ROUTING_KEY)
WAYS = ("in the worker", "in a process")


IN_A_PROCESS = ("event", "incident_note", "incident_info")
"""One for each kind of call. What a process prints is the same for all modules."""


EVENTS = ("event", "change_event")
"""They are sent whatever the region is."""


@pytest.mark.parametrize(("modules", "in_worker"), [(tuple(MODULES), True), (IN_A_PROCESS, False)], ids=WAYS)
@pytest.mark.parametrize("down", [False, True], ids=["well", "down"])
def test_no_secret_is_ever_shown(
    modules: tuple[str, ...], in_worker: bool, down: bool, simulator: Simulator, tmp_path: Path
) -> None:
    incident = simulator.reset(**SETTING)["incidents"][0]
    if down:
        simulator.faults([{"method": "*", "path": ".*", "fault": "status_before", "status": 500, "times": 1000}])
    play = PlaybookRunner(simulator, tmp_path, in_worker=in_worker)
    played = play(
        *[step(module, incident) for module in modules],
        *[step(module, incident, region="nowhere") for module in modules if module not in EVENTS],
        *[step(module, "Q9999999999999") for module in modules if module in ON_INCIDENTS],
        arguments=["-vvvv", "--diff"],
    )
    good = {done.outcome for done in played.tasks[: len(modules)]}
    assert good == ({"failed"} if down else {"ok"})
    assert {done.outcome for done in played.tasks[len(modules) :]} == {"failed"}
    journal = json.dumps([done.journal for done in played.tasks])
    assert not any(secret in journal for secret in SECRETS)
    assert_hidden(played, tmp_path, *SECRETS)


@pytest.mark.parametrize("option", ["api_token", "routing_key"])
def test_a_secret_given_as_an_option_is_masked_in_the_result(option: str, play_both_ways: PlaybookRunner) -> None:
    secret = {"api_token": account.ACCOUNT_KEY, "routing_key": account.ROUTING_KEY}[option]
    done = play_both_ways(
        {"oncall.pagerduty.event": {"dedup_key": "key", option: "{{ lookup('env', 'GIVEN') }}"}},
        environment={"GIVEN": secret},
        arguments=["-vvvv"],
    ).only
    assert done.result["invocation"]["module_args"][option] in ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "$REDACTED$")
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
    given: dict[str, str],
    play_both_ways: PlaybookRunner,
    simulator: Simulator,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    # Not in `tmp_path`: Ansible creates sockets there, whose paths may have 107 characters at most.
    temporary = tmp_path_factory.mktemp("tmp")
    token = {"api_token": given["api_token"], "from_email": account.FROM_EMAIL}
    played = play_both_ways(
        step("event", None, **given),
        step("incident_note", incident, **token),
        step("incident_note", "Q9999999999999", **token),
        arguments=["-vvvv", "--diff"],
        environment={
            **NO_CREDENTIALS,
            "ANSIBLE_CALLBACKS_ENABLED": "recorder,ansible.builtin.junit,ansible.builtin.tree,oncall.pagerduty.log",
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
            "ANSIBLE_CALLBACK_TREE_DIR": str(tmp_path / "tree"),
            "ANSIBLE_LOG_PATH": str(tmp_path / "ansible.log"),
            "ANSIBLE_PIPELINING": "false",
            "ANSIBLE_REMOTE_TEMP": str(tmp_path / "remote"),
            "JUNIT_OUTPUT_DIR": str(tmp_path / "junit"),
            "TMPDIR": str(temporary),
        },
    )
    assert [done.outcome for done in played.tasks] == ["ok", "ok", "failed"]
    assert {"junit", "tree", "ansible.log"} <= {file.name for file in tmp_path.iterdir()}
    for folder in (tmp_path, temporary):
        assert_hidden(played, folder, *SECRETS)


def test_the_process_list_shows_no_secret(
    given: dict[str, str], play_both_ways: PlaybookRunner, simulator: Simulator, tmp_path: Path
) -> None:
    simulator.reset()
    simulator.faults([{"method": "POST", "path": ".*", "fault": "delay_before", "seconds": 3}])
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            play_both_ways, step("event", None, **given), environment={**NO_CREDENTIALS, "ANSIBLE_PIPELINING": "false"}
        )
        while "POST" not in {entry["method"] for entry in simulator.journal()["entries"]}:
            assert not running.done()
        seen = list(processes_of(tmp_path))
        assert not running.done()
        assert running.result().only.outcome == "ok"
    assert any(b"ansible-playbook" in shown for shown in seen)
    assert not any(secret.encode() in shown for secret in SECRETS for shown in seen)


PASSWORD = "pr0xy-s3cret"
CREDENTIALS = base64.b64encode(f"someone:{PASSWORD}".encode()).decode()


def refuse_password(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")


def through(proxy: ConnectProxy) -> dict[str, str | None]:
    """Return the environment that sends everything through a proxy."""
    address = f"http://someone:{PASSWORD}@127.0.0.1:{proxy.port}"
    return {"HTTPS_PROXY": address, "https_proxy": address, "NO_PROXY": None, "no_proxy": None}


def test_a_proxy_hears_its_password_and_no_secret(
    play: PlaybookRunner, tls_simulator: Simulator, ca_path: str, tmp_path: Path
) -> None:
    (incident,) = tls_simulator.reset(incidents=1)["incidents"]
    to = {"api_url": tls_simulator.url, "ca_path": ca_path}
    with ConnectProxy(int(tls_simulator.url.rpartition(":")[2])) as proxy:
        played = play(
            step("incident_info", incident, **to),
            step("event", None, events_url=tls_simulator.url, **to),
            arguments=["-vvvv"],
            environment=through(proxy),
        )
    assert [done.outcome for done in played.tasks] == ["ok", "ok"]
    assert CREDENTIALS.encode() in proxy.received
    assert not any(secret.encode() in proxy.received for secret in SECRETS)
    assert_hidden(played, tmp_path, PASSWORD, CREDENTIALS)


def test_the_password_of_a_proxy_that_lets_nobody_through_is_not_shown(play: PlaybookRunner, tmp_path: Path) -> None:
    address = "https://pagerduty.invalid"
    with ConnectProxy(0, answer=refuse_password) as proxy:
        played = play(
            step("incident_info", "Q1", api_url=address),
            step("event", None, events_url=address, api_url=address),
            arguments=["-vvvv"],
            environment=through(proxy),
        )
    for done in played.tasks:
        assert f"the proxy 127.0.0.1:{proxy.port} did not connect to pagerduty.invalid: 407" in done.msg
    assert CREDENTIALS.encode() in proxy.received
    assert_hidden(played, tmp_path, PASSWORD, CREDENTIALS)


def assert_hidden(played: PlaybookResult, folder: Path, *secrets: str) -> None:
    """No secret stands in the output or in any file that the run has left."""
    left = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    for secret in secrets:
        assert secret not in played.output
        assert [file for file, content in left.items() if secret.encode() in content] == []


def test_netrc_does_not_replace_the_token(play: PlaybookRunner, simulator: Simulator, tmp_path: Path) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    done = play(step("incident_info", incident), environment={"HOME": str(tmp_path), "NETRC": str(netrc)}).only
    assert done.outcome == "ok", done.msg


def test_a_proxy_never_sees_what_stays_on_this_machine(play: PlaybookRunner, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    done = play(step("incident_info", incident), environment={"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}).only
    assert done.outcome == "ok", done.msg
