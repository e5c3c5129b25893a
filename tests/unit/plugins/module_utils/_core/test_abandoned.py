# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task notices that the run it belongs to has ended, and only then. Processes are really killed."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import abandoned
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import NotSent

COLLECTIONS = Path(abandoned.__file__).parents[6]
"""Where `ansible_collections` is, as ansible-test finds it by an import hook that another process does not have."""
FORK = """
import os, sys
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import abandoned
if os.fork():
    sys.stdin.read()
else:
    abandoned.watch_parent()
    print(abandoned.is_abandoned(), flush=True)
    abandoned.sleep(3600)
    print(abandoned.is_abandoned(), flush=True)
"""
"""A process with a child that waits, as Ansible has a worker."""


@pytest.fixture(autouse=True)
def nothing_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """No earlier test watches anything."""
    monkeypatch.setattr(abandoned, "_tests", [])
    monkeypatch.delenv(abandoned.RUN_VARIABLE, raising=False)


@contextlib.contextmanager
def process(*arguments: str) -> t.Iterator[subprocess.Popen[str]]:
    """Start a Python that ends when its input does."""
    environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS)}
    command = [sys.executable, *arguments]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        yield started
        started.kill()


def test_a_worker_that_waits_ends_its_wait_when_its_parent_is_killed() -> None:
    with process("-c", FORK) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "False\n"
        parent.kill()
        assert parent.stdout.readline() == "True\n"


def test_a_module_notices_that_its_run_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    with process("-c", "import sys; sys.stdin.read()") as run:
        monkeypatch.setenv(abandoned.RUN_VARIABLE, str(run.pid))
        abandoned.watch_run()
        assert not abandoned.is_abandoned()
        run.kill()
        run.wait()
        assert abandoned.is_abandoned()


def ended() -> str:
    """Return the number of a process that has ended."""
    with process("-c", "") as done:
        done.wait()
    return str(done.pid)


@pytest.mark.parametrize("run", ["", "text", "-1", "1"])
def test_what_is_no_run_that_can_be_watched_stops_nothing(run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(abandoned.RUN_VARIABLE, run)
    abandoned.watch_run()
    assert not abandoned.is_abandoned()


def test_a_run_that_a_container_cannot_see_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(abandoned.RUN_VARIABLE, ended())
    abandoned.watch_run()
    assert not abandoned.is_abandoned()


def test_a_run_of_another_user_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_process: int, _signal: int) -> t.NoReturn:
        raise PermissionError

    monkeypatch.setattr(abandoned.os, "kill", refuse)
    monkeypatch.setenv(abandoned.RUN_VARIABLE, "1")
    abandoned.watch_run()
    assert not abandoned.is_abandoned()


def pipe() -> tuple[int, int]:
    reader, writer = os.pipe()
    return reader, writer


def connection() -> tuple[int, int]:
    reader, writer = socket.socketpair()
    return reader.detach(), writer.detach()


@pytest.mark.parametrize("ends", [pipe, connection, os.openpty])
def test_nobody_reads_what_has_no_other_end(ends: t.Callable[[], tuple[int, int]]) -> None:
    reader, writer = ends()
    assert not abandoned.is_unread(writer)
    os.close(reader)
    assert abandoned.is_unread(writer)
    os.close(writer)


@pytest.mark.parametrize("path", [os.devnull, __file__])
def test_a_file_needs_no_reader(path: str) -> None:
    with Path(path).open("rb") as file:
        assert not abandoned.is_unread(file.fileno())


def test_a_change_is_refused_only_if_the_run_has_ended_and_the_log_of_the_system_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logged: list[str] = []
    monkeypatch.setattr("syslog.syslog", lambda _priority, line: logged.append(line))
    abandoned.check("PUT /incidents")
    monkeypatch.setattr(abandoned, "_tests", [lambda: False, lambda: True])
    message = "PUT /incidents: not sent, because the run of Ansible that this task belongs to has ended."
    with pytest.raises(NotSent) as caught:
        abandoned.check("PUT /incidents")
    assert (caught.value.message, caught.value.retryable) == (message, False)
    assert logged == [f"oncall.pagerduty: {message}"]


def test_a_wait_has_its_length() -> None:
    abandoned.sleep(0.01)
    assert not abandoned.is_abandoned()
