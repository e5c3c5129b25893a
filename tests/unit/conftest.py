# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A PagerDuty client without a server: what is not scripted is an error, and every call is kept."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api import client as client_module
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import VARIABLES, settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import locks
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.http_client import Request, Response
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import AUTH
from ansible_collections.oncall.pagerduty.tests.unit.zones import only_zones
from hypothesis import settings as settings_of_hypothesis

# How long an example takes says how busy the machine is, not whether it is right.
settings_of_hypothesis.register_profile("busy", deadline=None)
settings_of_hypothesis.load_profile("busy")

API_URL = "https://api.pagerduty.com"
EVENTS_URL = "https://events.pagerduty.com"


ACCOUNT_TOKEN = {"GET /users/me": (400, {"error": {"message": "Account-level token", "code": 2001}})}
"""The token is an account's, unless the script has a user for it."""


class ScriptedHttp:
    """Takes the place of HTTP.

    `answers` has, for a call such as `GET /incidents/Q1`, the body of the response; or a pair of status and body, an
    exception, or a function of the request that returns one of these. A list has one of them for each call.
    """

    def __init__(self) -> None:
        self.answers: dict[str, t.Any] = {}
        self.date = ""
        """The header Date of every response."""
        self.requests: list[Request] = []
        self.warnings: list[str] = []

    @property
    def calls(self) -> list[str]:
        """The calls so far, such as `GET /incidents/Q1`."""
        return [_name(request) for request in self.requests]

    @property
    def writes(self) -> list[tuple[str, t.Any]]:
        """The writes so far, each with its body."""
        return [(_name(request), request.body) for request in self.requests if request.method != "GET"]

    def send(self, request: Request) -> Response:
        """Answer as scripted."""
        self.requests.append(request)
        answer = {**ACCOUNT_TOKEN, **self.answers}[_name(request)]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        headers = {"content-type": "application/json", "Date": self.date}
        return Response(status, headers, json.dumps(body).encode())


def _name(request: Request) -> str:
    return f"{request.method} {request.url.removeprefix(API_URL).removeprefix(EVENTS_URL)}"


@pytest.fixture
def http() -> ScriptedHttp:
    """The script and the calls."""
    return ScriptedHttp()


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No environment variable sets an option."""
    for variables in VARIABLES.values():
        for name in variables:
            monkeypatch.delenv(name, raising=False)


@pytest.fixture
def pagerduty(http: ScriptedHttp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> PagerDuty:
    """A client that calls the script; it never waits, and no other process holds its locks."""
    monkeypatch.setattr(locks, "TEMPORARY", str(tmp_path))
    monkeypatch.setattr(client_module, "HttpClient", lambda _timeout, _verify: http)
    defaults = {name: spec.get("default") for name, spec in AUTH.items()}
    connection = settings({**defaults, "api_token": "a-token", "from_email": "someone@example.com"})
    budget = RetryBudget(0, http.warnings.append, lambda _line: None, sleep=lambda _seconds: None)
    return PagerDuty(connection, budget, http.warnings.append)


@pytest.fixture
def zones(tmp_path: Path) -> t.Iterator[None]:
    """The machine knows Europe/Berlin and Asia/Tokyo, and no other time zone."""
    folder = tmp_path / "zones"
    folder.mkdir()
    yield from only_zones(folder)
