# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shared options: no name stands for two of them, none that is secret can be printed, and which variable counts."""

from __future__ import annotations

from collections import Counter

import pytest
from ansible.module_utils.errors import AnsibleFallbackNotFound
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import (
    AUTH,
    EVENTS,
    INCIDENT_ID,
    environment_fallback,
)

SHARED = {**AUTH, **EVENTS, **INCIDENT_ID}


def test_no_name_stands_for_two_options() -> None:
    names = Counter(name for option, spec in SHARED.items() for name in (option, *spec.get("aliases", ())))
    assert set(names.values()) == {1}


def test_secrets_are_never_printed() -> None:
    assert {name for name, spec in SHARED.items() if spec.get("no_log")} == {"api_token", "routing_key"}


def test_the_first_variable_that_is_not_empty_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"FIRST": "", "SECOND": " ", "THIRD": " a\n", "FOURTH": "b"}.items():
        monkeypatch.setenv(name, value)
    assert environment_fallback("MISSING", "FIRST", "SECOND", "THIRD", "FOURTH") == "a"
    with pytest.raises(AnsibleFallbackNotFound):
        environment_fallback("MISSING", "FIRST", "SECOND")
    monkeypatch.setenv("PAGERDUTY_REGION", "EU")
    assert environment_fallback("PAGERDUTY_REGION") == "eu"
