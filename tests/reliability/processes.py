# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module as Ansible's target machine does: a process of its own, options in, JSON out.

The processes are forks of one that has the modules imported already, so that starting one takes milliseconds and what
is to happen at the same moment does.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import multiprocessing
import os
import tempfile
import traceback
import typing as t
from dataclasses import dataclass

from ansible.module_utils import basic

from integration.cases import SIMPLEST
from simulator import account

if t.TYPE_CHECKING:
    from multiprocessing.connection import Connection

MODULES = "ansible_collections.oncall.pagerduty.plugins.modules"
TIME_LIMIT = 900.0
"""Seconds for one module; a guard against a hang, above what any may wait."""
TRACEBACKS = ("Traceback (most recent call last)", "MODULE FAILURE")

_FORKS = multiprocessing.get_context("forkserver")
# What a module imports when it reads its options and writes its result, among it.
_FORKS.set_forkserver_preload(
    [
        __name__,
        *(f"{MODULES}.{module}" for module in SIMPLEST),
        *(f"ansible.module_utils._internal._json._profiles._module_legacy_{way}" for way in ("c2m", "m2c")),
    ]
)


@dataclass(frozen=True)
class Ran:
    """A module that has run.

    Args:
        result: its JSON; None where the output was none.
    """

    code: int | None
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


def run(module: str, options: t.Mapping[str, t.Any], url: str, *, machine: str | None = None) -> Ran:
    """Run a module from its start to its end.

    Args:
        options: its own; the connection's are added where they are not given.
        url: of the simulator, or of what stands before it.
        machine: a folder for its temporary files, which tasks on one machine share; the system's own by default.
    """
    receiving, sending = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_perform, args=(sending, module, written(module, options, url), machine))
    process.start()
    sending.close()
    try:
        if not receiving.poll(TIME_LIMIT):
            process.kill()
        code, output = receiving.recv()
    except EOFError:
        code, output = None, "died, or was killed because it hung"
    process.join()
    process.close()
    receiving.close()
    return ran(code, output)


def ran(code: int | None, output: str) -> Ran:
    """What a module has left behind, read."""
    try:
        result = json.loads(output)
    except ValueError:
        result = None
    return Ran(code, output, result if isinstance(result, dict) else None)


def written(module: str, options: t.Mapping[str, t.Any], url: str) -> str:
    """Options as a module reads them, with those of the connection where they are not given."""
    return json.dumps({"ANSIBLE_MODULE_ARGS": {**connection(module, url), **options}})


def connection(module: str, url: str) -> dict[str, t.Any]:
    """The options that say where PagerDuty is and who asks."""
    options = {"api_url": url, "events_url": url, "api_token": account.ACCOUNT_KEY, "from_email": account.FROM_EMAIL}
    return {**options, "routing_key": account.ROUTING_KEY} if module == "event" else options


def _perform(sending: Connection, module: str, options: str, machine: str | None) -> None:
    """Run a module in this process, and send its exit code and output."""
    for name in [name for name in os.environ if name.startswith("PAGERDUTY_")]:
        del os.environ[name]
    if machine:
        tempfile.tempdir = machine
    # ansible-core reads the profile from 2.19 on.
    basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = options.encode(), "legacy"
    code: t.Any = 0
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            importlib.import_module(f"{MODULES}.{module}").main()
        except SystemExit as end:
            code = end.code
        except Exception:
            traceback.print_exc()
            code = 1
    sending.send((code, output.getvalue()))
