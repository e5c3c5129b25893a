# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs ansible-rulebook.

The environment variable ANSIBLE_RULEBOOK has the path of ansible-rulebook; `nox -s eda` sets it. Drools needs Java.
"""

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import subprocess
import threading
import time
import typing as t
from pathlib import Path

import pytest

from simulator import account

ANSIBLE_RULEBOOK = os.environ.get("ANSIBLE_RULEBOOK", "")
TIME_LIMIT = 120.0
"""Seconds for anything to happen; far above what is needed."""
LISTENING = re.compile(r"Listening on port (\d+)")
NEEDS_ANSIBLE_RULEBOOK = [
    pytest.mark.skipif(not ANSIBLE_RULEBOOK, reason="ANSIBLE_RULEBOOK is not set: run nox -s eda"),
    pytest.mark.skipif(
        not shutil.which("java"), reason="ansible-rulebook needs Java 17, as in Debian's package default-jre-headless"
    ),
]


class Rulebook:
    """A running ansible-rulebook.

    Args:
        rulebook: a path, or the name of one in the collection.
        folder: for its inventory.
        url: the simulator's.
        arguments: further ones.
        variables: of the environment, for the rulebook.
    """

    def __init__(
        self, rulebook: str, folder: Path, url: str, arguments: t.Sequence[str] = (), **variables: str
    ) -> None:
        inventory = folder / "inventory.yml"
        inventory.write_text("all: {hosts: {localhost: {ansible_connection: local}}}\n")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PAGERDUTY_"))},
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "ANSIBLE_HOME": str(folder / "ansible-home"),
            # Java starts faster, and never runs for long.
            "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            # What it has printed before it is killed is read.
            "PYTHONUNBUFFERED": "1",
            # The modules and ansible-galaxy of the same environment.
            "PATH": f"{Path(ANSIBLE_RULEBOOK).parent}:{os.environ['PATH']}",
            "PAGERDUTY_API_TOKEN": account.ACCOUNT_KEY,
            "PAGERDUTY_API_URL": url,
            "PAGERDUTY_FROM_EMAIL": account.FROM_EMAIL,
            **variables,
        }
        command = [ANSIBLE_RULEBOOK, "--rulebook", rulebook, "--inventory", str(inventory), "-v"]
        self._process = subprocess.Popen(
            [*command, *(["--env-vars", ",".join(variables)] if variables else []), *arguments],
            env=environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._output: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Rulebook:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._reader.join()
        t.cast("t.IO[str]", self._process.stdout).close()

    def _read(self) -> None:
        for line in t.cast("t.IO[str]", self._process.stdout):
            self._output.append(line)
            self._lines.put(line)

    @property
    def output(self) -> str:
        """What it has printed."""
        return "".join(self._output)

    def fail(self, reason: str) -> t.NoReturn:
        """Fail, and show what it has printed."""
        pytest.fail(f"{reason}:\n{self.output}")

    def url(self) -> str:
        """The address of its webhook source, as soon as it listens."""
        while not (found := LISTENING.search(self._next_line())):
            pass
        return f"http://127.0.0.1:{found[1]}/"

    def _next_line(self) -> str:
        try:
            return self._lines.get(timeout=TIME_LIMIT)
        except queue.Empty:
            self.fail("it does not listen")


def until(condition: t.Callable[[], bool], rulebook: Rulebook) -> None:
    """Wait for something that a rule does."""
    deadline = time.monotonic() + TIME_LIMIT
    while not condition():
        if time.monotonic() > deadline:
            rulebook.fail("it did not happen")
        threading.Event().wait(0.05)
