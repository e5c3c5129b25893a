# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result as a file that may be shown to anybody: it has no names, ids, keys or e-mail addresses in it.

What was seen may hold anything of the account, so nothing is taken from it but what is known to be harmless: numbers as
small as statuses, error codes and counts, and words that are PagerDuty's own or expected.
"""

from __future__ import annotations

import typing as t

from beliefs.account import CallError
from beliefs.belief import Seen

MAX_NUMBER = 10_000
"""Numbers below are statuses, codes and counts."""
WORDS = frozenset(
    (
        *("triggered", "acknowledged", "resolved", "suppressed"),
        *("pending", "joined", "declined", "user_cancelled", "cancelled", "not_found"),
        *("success", "duplicate", "unauthorized"),
        *("active", "warning", "critical", "error", "info", "maintenance", "disabled", "high", "low"),
        *("direct_assignment", "escalation_policy", "invalid event"),
    )
)
"""PagerDuty's own words, which a check may see although it expects others."""


def harmless(seen: Seen) -> str:
    """Return what was seen, without anything of the account; of a check that was not tried the reason, a constant."""
    if seen.verdict == "not tried":
        return seen.seen
    return _shown(seen.value, WORDS | set(_texts(seen.belief.expected)))


def _shown(value: object, known: t.Collection[str]) -> str:
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < MAX_NUMBER):
        return repr(value)
    if isinstance(value, str):
        return repr(value) if value in known else "(another text)"
    if isinstance(value, dict):
        pairs = (f"{_shown(name, known)}: {_shown(each, known)}" for name, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple | set | frozenset):
        items = [_shown(each, known) for each in value]
        return f"[{', '.join(sorted(items) if isinstance(value, set | frozenset) else items)}]"
    if isinstance(value, CallError) and value.status:
        return f"(a call was answered with status {value.status})"
    return f"({type(value).__name__})"


def _texts(value: object) -> t.Iterator[str]:
    """Yield all texts in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from (*_texts(name), *_texts(each))
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _texts(each)
