# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module as Ansible's target machine does: a process of its own, options on its input, JSON on its output.

ansible-core reads the options from the input when a module is started by hand, with the profile `legacy` from 2.19 on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

from simulator import account

TIME_LIMIT = 120.0
"""Seconds for one module; a guard against a hang, far above what any needs."""
TRACEBACKS = ("Traceback (most recent call last)", "MODULE FAILURE")
PEAK = Path(__file__).with_name("peak.py")


@dataclass(frozen=True)
class Ran:
    """A module that has run.

    Args:
        result: its JSON; None where the output was none.
    """

    code: int
    output: str
    result: dict[str, t.Any] | None

    @property
    def crashed(self) -> bool:
        """Whether it left a traceback, or anything but one JSON object."""
        return self.result is None or any(words in self.output for words in TRACEBACKS)

    @property
    def failures(self) -> list[dict[str, t.Any]]:
        """What it says has failed, target by target."""
        return list((self.result or {}).get("failures", []))

    @property
    def changed(self) -> bool:
        """Whether it reports a change."""
        return bool((self.result or {}).get("changed"))

    @property
    def failed(self) -> bool:
        """Whether it reports a failure."""
        return bool((self.result or {}).get("failed"))

    @property
    def unknown(self) -> bool:
        """Whether it says that the outcome of something is unknown."""
        return any(failure.get("outcome") == "unknown" for failure in self.failures)


class Running:
    """A module that has been started.

    Args:
        options: its own; the connection's are added where they are not given.
        url: of the simulator, or of what stands before it.
        peak: whether it is to write its largest memory to its error output, in KiB.
        machine: a folder for its temporary files, which tasks on one machine share; the system's own by default.
    """

    def __init__(
        self, module: str, options: t.Mapping[str, t.Any], url: str, *, peak: bool = False, machine: str | None = None
    ) -> None:
        name = f"ansible_collections.oncall.pagerduty.plugins.modules.{module}"
        command = [str(PEAK), name] if peak else ["-m", name]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PAGERDUTY_")}
        self._process = subprocess.Popen(
            [sys.executable, *command],
            env={**environment, "TMPDIR": machine} if machine else environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._input = json.dumps({"ANSIBLE_MODULE_ARGS": {**connection(module, url), **options}})

    def wait(self) -> Ran:
        """Hand over the options and wait for the end."""
        output, errors = self._process.communicate(self._input, timeout=TIME_LIMIT)
        try:
            result = json.loads(output)
        except ValueError:
            result = None
        return Ran(self._process.returncode, output + errors, result if isinstance(result, dict) else None)


def run(module: str, options: t.Mapping[str, t.Any], url: str, **how: t.Any) -> Ran:
    """Run a module from its start to its end; the arguments are those of `Running`."""
    return Running(module, options, url, **how).wait()


def connection(module: str, url: str) -> dict[str, t.Any]:
    """The options that say where PagerDuty is and who asks."""
    options = {"api_url": url, "events_url": url, "api_token": account.ACCOUNT_KEY, "from_email": account.FROM_EMAIL}
    return {**options, "routing_key": account.ROUTING_KEY} if module == "event" else options
