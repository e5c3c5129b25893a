# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences of a result: what was done, or would be, to what; and who is told.

Private to the collection.
"""

from __future__ import annotations

import json
import typing as t

from .change import FOUND, Notification, Outcome
from .errors import shorten
from .words import Phrase, Verb, few

MAX_MESSAGE = 2000
"""Characters of a message, however many targets, people and errors there are; the rest of the result has them all."""


def message(noun: str, outcomes: t.Sequence[Outcome], *, check_mode: bool) -> str:
    """Return what a task has to say, for a job's log.

    Args:
        noun: what a target is.
    """
    return shorten(_message(noun, outcomes, check_mode), MAX_MESSAGE)


def _message(noun: str, outcomes: t.Sequence[Outcome], check_mode: bool) -> str:
    if not outcomes:
        return f"No {noun} found."
    if len(outcomes) > 1:
        # Most tasks have one target.
        from .summary import summary

        return summary(noun, outcomes, check_mode)
    (outcome,) = outcomes
    if outcome.error:
        return failed(outcome)
    if outcome.says == FOUND:
        return f"Found {outcome.name}."
    if isinstance(outcome.says, str):
        return f"{outcome.name}: {outcome.says}."
    return f"{outcome.name}: {done(outcome.says, outcome.notifies, check_mode)}."


def done(phrases: t.Sequence[Phrase], notifies: t.Sequence[Notification], check_mode: bool) -> str:
    """Return the deeds and who is told. About the same people the verbs join: "requested and paged Ana"."""
    told = told_by(notifies)
    deeds = []
    for verb, about in phrases:
        verbs = verb.form(check_mode)
        same = next((how for how, names in told.items() if set(names) == set(about)), None)
        if same:
            del told[same]
            verbs += f" and {same.form(check_mode)}"
        deeds.append(f"{verbs} {few(about)}".rstrip())
    would = "would " if check_mode else ""
    return "; ".join([would + ", ".join(deeds), *people(told, check_mode)])


def told_by(notifies: t.Iterable[Notification]) -> dict[Verb, list[str]]:
    """Return the names of those who are told, nobody twice, by how."""
    told: dict[Verb, dict[str, None]] = {}
    for each in notifies:
        told.setdefault(each.how, {})[each.name] = None
    return {how: list(names) for how, names in told.items()}


def people(told: t.Mapping[Verb, t.Sequence[str]], check_mode: bool) -> list[str]:
    """Return a clause for each way in which people are told."""
    would = "would " if check_mode else ""
    return [f"{would}{how.form(check_mode)} {few(names)}" for how, names in told.items()]


def failed(outcome: Outcome) -> str:
    """Return the sentence about a target that was not changed, or not in full."""
    names = [name for name in outcome.after if outcome.before.get(name) != outcome.after[name]]
    if not (outcome.changed and names):
        return str(outcome.error)
    done = ", ".join(f"{name} {_json(outcome.before.get(name))} → {_json(outcome.after[name])}" for name in names)
    return f"{outcome.name}: done in part ({done}). {outcome.error}"


def _json(value: t.Any) -> str:
    return shorten(json.dumps(value, ensure_ascii=False))
