# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words for severities."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._events.repairs import Repairs
from ansible_collections.oncall.pagerduty.plugins.module_utils._events.severity import OTHER_WORDS, severity_of

MEANT = {
    "critical": [
        "critical",
        "CRITICAL",
        " Critical\n",
        "P1",
        "p0",
        "SEV1",
        "sev-1",
        "S1",
        1,
        0,
        "1 - Critical",
        "page",
    ],
    "error": ["error", "Error", "P2 (High)", "sev 2", 2, "HIGH", "", None],
    "warning": ["warning", "Warn", "prio3", 3, "severity_3", "average"],
    "info": ["info", "INFO", "P5", 4, "5", "ok", "Informational"],
}


def severity(given: t.Any) -> tuple[str, list[str], dict[str, t.Any]]:
    """Return the severity, the warnings, and what is added to the details."""
    warnings: list[str] = []
    repairs = Repairs(warnings.append)
    return severity_of(given, repairs), warnings, repairs.details({})


@pytest.mark.parametrize(("meant", "given"), [(meant, given) for meant in MEANT for given in MEANT[meant]])
def test_a_severity_is_known_in_the_words_of_many_tools(meant: str, given: t.Any) -> None:
    assert severity(given) == (meant, [], {})


@pytest.mark.parametrize(("meant", "given"), [(meant, word) for meant, words in OTHER_WORDS.items() for word in words])
def test_each_word_of_the_table_is_known(meant: str, given: str) -> None:
    assert severity(given.upper()) == (meant, [], {})


@pytest.mark.parametrize("given", ["purple", "P7", "12", True, "web-5 is down", "sev"])
def test_an_unknown_word_counts_as_the_default_and_is_kept(given: t.Any) -> None:
    warning = f"severity {given!r} is not known, so error is used; see custom_details."
    assert severity(given) == ("error", [warning], {"severity": given})
