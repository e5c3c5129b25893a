# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Severities: PagerDuty's own, and the words of other tools for them.

Private to the collection.
"""

from __future__ import annotations

import re
import typing as t

from .._api.auth import is_unset
from .repairs import Repairs

SEVERITIES = ("critical", "error", "warning", "info")
"""Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, `Payload`."""
DEFAULT_SEVERITY = "error"
OTHER_WORDS = {
    "critical": ("alert", "blocker", "crit", "disaster", "emerg", "emergency", "fatal", "page", "panic", "urgent"),
    "error": ("err", "fail", "failed", "failure", "high", "major"),
    "warning": ("average", "medium", "minor", "moderate", "warn"),
    "info": ("debug", "information", "informational", "low", "none", "normal", "notice", "ok", "trivial"),
}
"""INFERRED: PagerDuty does not say how the words of other tools are meant."""
LEVEL = re.compile(r"(?:p|prio|priority|s|sev|severity)?[ _-]?([0-5])")
"""Such as `P1`, `sev-2` and `3`."""
BY_LEVEL = ("critical", "critical", "error", "warning", "info", "info")

_BY_WORD = {
    **{severity: severity for severity in SEVERITIES},
    **{word: severity for severity, words in OTHER_WORDS.items() for word in words},
}


def severity_of(given: t.Any, repairs: Repairs) -> str:
    """Return the severity that an option means: the default if it is not known."""
    if is_unset(given):
        return DEFAULT_SEVERITY
    text = str(given).strip().lower()
    # The first word counts as well: "P1 - Critical".
    for candidate in (text, *re.findall(r"\w+", text)[:1]):
        level = LEVEL.fullmatch(candidate)
        if level:
            return BY_LEVEL[int(level[1])]
        if candidate in _BY_WORD:
            return _BY_WORD[candidate]
    repairs.move("severity", given, f"{given!r} is not known, so {DEFAULT_SEVERITY} is used")
    return DEFAULT_SEVERITY
