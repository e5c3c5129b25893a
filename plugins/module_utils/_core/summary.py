# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The message about several targets: what was done to how many, and few of the errors.

Private to the collection.
"""

from __future__ import annotations

import re
import typing as t
from collections import Counter

from .change import FOUND, Outcome
from .errors import shorten
from .sentences import done, failed, people, told_by
from .words import Verb, counted

MAX_ERRORS = 3
"""How many errors are shown; `failures` has all."""
MAX_ERROR = 400
"""Characters of each."""
MAX_DEEDS = 3
"""How many different deeds are shown."""


def summary(noun: str, outcomes: t.Sequence[Outcome], check_mode: bool) -> str:
    """Return what a task has to say about several targets."""
    failures = [outcome for outcome in outcomes if outcome.error]
    others = [outcome for outcome in outcomes if not outcome.error]
    if others and all(outcome.says == FOUND for outcome in others):
        text = f"Found {len(others)} {noun}{'' if len(others) == 1 else 's'}"
    else:
        text = f"{len(outcomes)} {noun}s: {_counts(others, len(failures), check_mode)}"
    return " ".join([f"{text}.", *_errors(noun, failures)])


def _counts(others: t.Sequence[Outcome], failures: int, check_mode: bool) -> str:
    changed = [outcome for outcome in others if outcome.changed]
    unchanged = len(others) - len(changed)
    if not (changed or failures):
        return "no change needed"
    counts = []
    if changed:
        counts.append(f"{len(changed)} {'would change' if check_mode else 'changed'}{_deeds(changed, check_mode)}")
    if unchanged:
        counts.append(f"{unchanged} unchanged")
    if failures:
        counts.append(f"{failures} failed")
    return "; ".join([", ".join(counts), *people(_told(changed), check_mode)])


def _told(changed: t.Iterable[Outcome]) -> dict[Verb, list[str]]:
    """Return those who are told by how: each once, with the number of targets."""
    targets: dict[Verb, Counter[str]] = {}
    for outcome in changed:
        for how, names in told_by(outcome.notifies).items():
            targets.setdefault(how, Counter()).update(names)
    return {how: counted(names) for how, names in targets.items()}


def _deeds(changed: t.Iterable[Outcome], check_mode: bool) -> str:
    """Return in brackets what was done, unless it was too many different things."""
    deeds = dict.fromkeys(
        done(outcome.says, (), check_mode).removeprefix("would ")
        for outcome in changed
        if not isinstance(outcome.says, str)
    )
    return f" ({'; '.join(deeds)})" if 0 < len(deeds) <= MAX_DEEDS else ""


def _errors(noun: str, failures: t.Sequence[Outcome]) -> t.Iterator[str]:
    """Yield few of the errors, one of each kind."""
    targets = {outcome.target for outcome in failures}
    kinds: dict[str, Outcome] = {}
    for outcome in failures:
        kinds.setdefault(_kind(outcome, targets), outcome)
    shown = list(kinds.values())[:MAX_ERRORS]
    for outcome in shown:
        text = shorten(failed(outcome), MAX_ERROR)
        name = outcome.name or f"{noun.capitalize()} {outcome.target}"
        yield text if outcome.target in text else f"{name}: {text}"
    if len(failures) > len(shown):
        yield f"And {len(failures) - len(shown)} more: see failures."


def _kind(outcome: Outcome, targets: t.Collection[str]) -> str:
    """Return an error without what differs from target to target: names, ids, numbers, and the id of the call.

    Args:
        targets: all that failed.
    """
    request_id = outcome.error.request_id if outcome.error else None

    def common(word: re.Match[str]) -> str:
        return "" if word[0] in targets or word[0] == request_id or word[0].startswith("#") else word[0]

    text = str(outcome.error)
    return re.sub(r"#?[\w-]+", common, text.replace(outcome.name, "") if outcome.name else text)
