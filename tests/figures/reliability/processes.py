# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module as a separate process, as a target machine does: options as JSON in, result as JSON out.

The processes are forks of one that has imported the modules. They start within milliseconds, many at the same moment.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import multiprocessing
import os
import sys
import traceback
import typing as t
from dataclasses import dataclass

from ansible_collections.oncall.pagerduty.plugins.module_utils._core import locks

from modules import MODULES as TABLE
from simulator import account

if t.TYPE_CHECKING:
    from multiprocessing.connection import Connection

MODULES = "ansible_collections.oncall.pagerduty.plugins.modules"
TIME_LIMIT = 900.0
"""Seconds for one module; longer than any max_wait in the tests."""
PROXY_VARIABLES = ("https_proxy", "all_proxy", "no_proxy")
TRACEBACKS = ("Traceback (most recent call last)", "MODULE FAILURE")

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, *(f"{MODULES}.{module}" for module in TABLE)])


def _import_codecs() -> None:
    """Import what a module uses to read its options and to write its result, in the process that is forked."""
    try:
        from ansible.module_utils.common.json import Direction, get_module_decoder, get_module_encoder
    except ImportError:
        # ansible-core before 2.19 has only one way.
        return
    get_module_decoder("legacy", Direction.CONTROLLER_TO_MODULE)
    get_module_encoder("legacy", Direction.MODULE_TO_CONTROLLER)


_import_codecs()


@dataclass(frozen=True)
class ModuleRun:
    """The result of a module.

    Args:
        result: its JSON; None if it printed none.
    """

    code: int | None
    output: str
    result: dict[str, t.Any] | None

    @property
    def crashed(self) -> bool:
        """Whether it printed a traceback, or anything but one JSON object."""
        return self.result is None or any(words in self.output for words in TRACEBACKS)

    @property
    def failures(self) -> list[dict[str, t.Any]]:
        """The failures, by target."""
        return list((self.result or {}).get("failures", []))

    @property
    def msg(self) -> str:
        """The message."""
        return str((self.result or {}).get("msg"))

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
        """Whether it reports an unknown outcome."""
        return any(failure.get("outcome") == "unknown" for failure in self.failures)


@dataclass(frozen=True)
class Route:
    """How a module reaches the simulator.

    Args:
        proxy: the address of an HTTPS proxy; empty for none.
        ca_path: the certificate authority of the simulator, if it is behind TLS.
    """

    proxy: str = ""
    ca_path: str = ""


DIRECT = Route()


def run(
    module: str, options: t.Mapping[str, t.Any], url: str, *, machine: str | None = None, route: Route = DIRECT
) -> ModuleRun:
    """Run a module.

    Args:
        options: its options, without those of the connection.
        url: the simulator's, or that of a proxy before it.
        machine: a folder for temporary files, shared by the tasks of one machine; by default the system's.
    """
    receiving, sending = _FORKS.Pipe(duplex=False)
    given = {**options, "ca_path": route.ca_path} if route.ca_path else options
    process = _FORKS.Process(target=_perform, args=(sending, module, written(module, given, url), machine, route.proxy))
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


def ran(code: int | None, output: str) -> ModuleRun:
    """Return a run by its exit code and output."""
    try:
        result = json.loads(output)
    except ValueError:
        result = None
    return ModuleRun(code, output, result if isinstance(result, dict) else None)


def written(module: str, options: t.Mapping[str, t.Any], url: str) -> str:
    """Return options as a module reads them, with those of the connection."""
    return json.dumps({"ANSIBLE_MODULE_ARGS": {**connection(module, url), **options}})


def connection(module: str, url: str) -> dict[str, t.Any]:
    """Return the options for the connection."""
    options = {"api_url": url, "events_url": url, "api_token": account.ACCOUNT_KEY, "from_email": account.FROM_EMAIL}
    described = {"routing_key": account.ROUTING_KEY, "summary": "A test", "source": "tests"}
    return {**options, **described} if module in ("change_event", "event") else options


def _perform(sending: Connection, module: str, options: str, machine: str | None, proxy: str) -> None:
    """Run a module in this process, and send its exit code and output."""
    for name in [name for name in os.environ if name.startswith("PAGERDUTY_") or name.lower() in PROXY_VARIABLES]:
        del os.environ[name]
    if proxy:
        os.environ["HTTPS_PROXY"] = proxy
    if machine:
        locks.TEMPORARY = machine
    # A module without a wrapper reads its options from the standard input.
    sys.argv = [module]
    sys.stdin = io.TextIOWrapper(io.BytesIO(options.encode()))
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
