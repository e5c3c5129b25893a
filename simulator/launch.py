# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts a simulator for a test or a demo, and calls its control API. Needs only the standard library."""

from __future__ import annotations

import http.client
import json
import select
import ssl
import subprocess
import sys
import typing as t
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from simulator import account

FOLDER = Path(__file__).resolve().parents[1]
"""Where Python finds this package, installed or not."""
READY = "PagerDuty simulator listening on "


def environment(url: str) -> dict[str, str]:
    """Return the environment variables that send the modules to a simulator."""
    return {
        "PAGERDUTY_API_TOKEN": account.ACCOUNT_KEY,
        "PAGERDUTY_API_URL": url,
        "PAGERDUTY_EVENTS_URL": url,
        "PAGERDUTY_FROM_EMAIL": account.FROM_EMAIL,
        "PAGERDUTY_ROUTING_KEY": account.ROUTING_KEY,
    }


class SimulatorError(Exception):
    """The simulator did not start, or refused a command."""


class NotStarted(SimulatorError):
    """The simulator has ended at once; its own error output has said why."""


class Simulator:
    """Starts a simulator; a context manager that stops it. It also ends when this process does, however that ends.

    Args:
        contract: the folder with the OpenAPI files; None to check nothing.
        port: 0 for a free one.
        time_limit: seconds for its start, its stop and each command.
        options: further options of the command line, such as `rest_limit=10`. Paths may be relative.

    Raises:
        NotStarted: it has ended at once.
        SimulatorError: it does not listen in time.
    """

    def __init__(
        self, *, contract: Path | None = None, port: int = 0, time_limit: float = 30.0, **options: t.Any
    ) -> None:
        self._time_limit = time_limit
        given = {"port": port, "contract": contract, **options}
        arguments = [_argument(name, value) for name, value in given.items() if value is not None]
        # Nothing is ever written to its input, which closes when this process ends.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "--until-stdin-closes", *arguments],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._ready()
        # The certificate is the caller's own; whether clients trust it is for the tests to check.
        self._tls = unverified() if self.url.startswith("https:") else None

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _ready(self) -> str:
        """Wait for the line that it prints, and return the address in it."""
        stdout = t.cast("t.IO[str]", self._process.stdout)
        readable = select.select([stdout], [], [], self._time_limit)[0]
        line = stdout.readline() if readable else ""
        if not line.startswith(READY):
            self.stop()
            if readable:
                raise NotStarted("The simulator did not start; its error output says why.")
            raise SimulatorError(f"The simulator did not start within {self._time_limit:g} s.")
        return line.removeprefix(READY).strip()

    def reset(self, **options: t.Any) -> dict[str, t.Any]:
        """Start again; `incidents=2` opens two. README.md lists the other options."""
        return t.cast("dict[str, t.Any]", self._command("POST", "reset", options))

    def state(self) -> dict[str, t.Any]:
        """Return incidents, pages, change events and workflow instances."""
        return t.cast("dict[str, t.Any]", self._command("GET", "state"))

    def journal(self) -> dict[str, t.Any]:
        """Return all requests so far, and how many read and wrote."""
        return t.cast("dict[str, t.Any]", self._command("GET", "journal"))

    def empty_journal(self) -> None:
        """Empty the journal."""
        self._command("DELETE", "journal")

    def faults(self, faults: t.Sequence[t.Mapping[str, t.Any]]) -> None:
        """Add faults for the next requests."""
        self._command("POST", "faults", faults)

    def clear_faults(self) -> None:
        """Remove the faults that are left, and end all delays."""
        self._command("DELETE", "faults")

    def optional_keys(self, wanted: str) -> None:
        """Let the REST API answer with optional keys `omitted`, `null` or `present`, until the next reset."""
        self._command("POST", "optional_keys", {"optional_keys": wanted})

    def upgrade_schedule(self, schedule: str) -> None:
        """Make a layer-based schedule a shift-based one, with the same id, until the next reset."""
        self._command("POST", "upgrade_schedule", {"schedule": schedule})

    def advance(self, seconds: float) -> None:
        """Put the simulator's clock forward, as if that much time had passed."""
        self._command("POST", "clock", {"advance": seconds})

    def deliveries(self) -> list[dict[str, t.Any]]:
        """What was delivered to webhook subscriptions so far, and what waits."""
        return t.cast("list[dict[str, t.Any]]", self._command("GET", "webhooks")["deliveries"])

    def sign_webhooks(self, subscription: str, *secrets: str) -> None:
        """Sign the deliveries of a webhook subscription with these secrets."""
        self._command("POST", "webhook_secrets", {"subscription": subscription, "secrets": secrets})

    def webhook_faults(self, *faults: str) -> None:
        """Let `lose_answer` or `duplicate` happen to the next attempts to deliver a webhook."""
        self._command("POST", "webhook_faults", {"faults": faults})

    def elsewhere(self, event_type: str, incident: str) -> None:
        """Let something happen to an incident in the web interface or by automation, such as `task.created`."""
        self._command("POST", "elsewhere", {"event_type": event_type, "incident": incident})

    def stop(self) -> int:
        """Stop it and return its exit code."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(self._time_limit)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()

    def _command(self, method: str, name: str, body: t.Any = None) -> t.Any:
        content = None if body is None else json.dumps(body)
        # Not urllib.request: it reads all the certificates of the system, each time.
        connection = self._connection()
        try:
            connection.request(method, f"/_simulator/{name}", content)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise SimulatorError(f"{method} {name}: {text}")
        return json.loads(text)

    def _connection(self) -> http.client.HTTPConnection:
        host = urlsplit(self.url).netloc
        if self._tls:
            return http.client.HTTPSConnection(host, timeout=self._time_limit, context=self._tls)
        return http.client.HTTPConnection(host, timeout=self._time_limit)


def _argument(name: str, value: t.Any) -> str:
    """Return an option of the command line; paths are absolute, as the simulator runs in another folder."""
    return f"--{name.replace('_', '-')}={value.absolute() if isinstance(value, Path) else value}"


def unverified() -> ssl.SSLContext:
    """Return a context that trusts any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
