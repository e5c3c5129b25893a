# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input is refused before any call, and the message names the option."""

from __future__ import annotations

import typing as t

import pytest

from integration.playbook_runner import NO_CREDENTIALS, PlaybookRunner
from modules import MODULES, ON_INCIDENTS, step
from modules.rows import ID

SHARED: tuple[tuple[dict[str, t.Any], str], ...] = (
    ({"auth_type": "basic"}, "value of auth_type must be one of: token, bearer, got: basic"),
    ({"region": "asia"}, "value of region must be one of: us, eu, got: asia"),
    ({"from_email": "nobody"}, "from_email: "),
    ({"from_email": "me@example.com\r\nX-Evil: 1"}, "from_email: "),
    ({"api_token": "two words"}, "api_token: "),
    ({"api_url": "http://example.com"}, "api_url: "),
    ({"api_url": "pagerduty"}, "api_url: "),
    ({"validate_certs": "perhaps"}, "validate_certs"),
    ({"ca_path": "/no/such/bundle.pem"}, "ca_path: "),
    ({"ca_path": __file__}, "ca_path: "),
    ({"timeout": 0}, "timeout: "),
    ({"timeout": "soon"}, "timeout"),
    ({"max_wait": -1}, "max_wait: must be 0 or greater"),
)
ANY = "incident_note"
"""The module with which the options that all modules share are tried: they check them in one place."""
INCIDENT_ID: tuple[tuple[dict[str, t.Any], str], ...] = (
    ({"incident_id": [""]}, "incident_id: "),
    ({"incident_id": ""}, "incident_id: "),
    ({"incident_id": "../users"}, "incident_id: "),
    ({"incident_id": ["Q1?include=x"]}, "incident_id: "),
)


def test_bad_input_never_reaches_the_network(play: PlaybookRunner, subtests: pytest.Subtests) -> None:
    rows = [
        *[(ANY, *row) for row in (*SHARED, *INCIDENT_ID)],
        *[(module, *INCIDENT_ID[0]) for module in MODULES if module in ON_INCIDENTS],
        *[(module, *row) for module, tests in MODULES.items() for row in tests.bad_input],
    ]
    result = play(*[step(module, ID, **options) for module, options, _words in rows])
    for (module, options, words), task in zip(rows, result.tasks, strict=True):
        with subtests.test(f"{module} {options}"):
            assert task.outcome == "failed"
            assert words in task.msg
            assert task.journal == []
            assert "Traceback" not in str(task.result)


def test_missing_credentials_are_reported_with_their_variable(play: PlaybookRunner) -> None:
    needed = dict.fromkeys(("incident_status", "incident_info", "incident_note"), "PAGERDUTY_API_TOKEN")
    needed["event"] = "PAGERDUTY_ROUTING_KEY"
    played = play(*[step(module, ID) for module in needed], environment=NO_CREDENTIALS)
    for variable, task in zip(needed.values(), played.tasks, strict=True):
        assert variable in task.msg
        assert task.journal == []
