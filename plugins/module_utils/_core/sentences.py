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
from .words import Phrase, Verb

MAX_ERRORS = 3
"""How many errors a message shows; `failures` has all."""
MAX_DEEDS = 3
"""How many different deeds the message about several targets shows."""


def message(noun: str, outcomes: t.Sequence[Outcome], *, check_mode: bool) -> str:
    """Return what a task has to say, for a job's log.

    Args:
        noun: what a target is.
    """
    if not outcomes:
        return f"No {noun} found."
    if len(outcomes) > 1:
        return _several(noun, outcomes, check_mode)
    (outcome,) = outcomes
    if outcome.error:
        return _failed(outcome)
    if outcome.says == FOUND:
        return f"Found {outcome.name}."
    if isinstance(outcome.says, str):
        return f"{outcome.name}: {outcome.says}."
    return f"{outcome.name}: {_done(outcome.says, outcome.notifies, check_mode)}."


def difference(noun: str, outcome: Outcome) -> dict[str, t.Any]:
    """Return the entry of a target in diff mode."""
    header = f"{noun} {outcome.target}"
    people = [each.shown for each in outcome.notifies]
    after = {**outcome.after, "notifies": people} if people else outcome.after
    return {"before_header": header, "after_header": header, "before": outcome.before, "after": after}


def _done(phrases: t.Sequence[Phrase], notifies: t.Sequence[Notification], check_mode: bool) -> str:
    """Return the deeds and who is told. About the same people the verbs join: "requested and paged Ana"."""
    told = _told(notifies)
    deeds = []
    for verb, about in phrases:
        verbs = verb.form(check_mode)
        same = next((how for how, names in told.items() if set(names) == set(about)), None)
        if same:
            del told[same]
            verbs += f" and {same.form(check_mode)}"
        deeds.append(f"{verbs} {', '.join(about)}".rstrip())
    would = "would " if check_mode else ""
    return "; ".join([would + ", ".join(deeds), *_people(told, check_mode)])


def _told(notifies: t.Iterable[Notification]) -> dict[Verb, list[str]]:
    """Return the names of those who are told, nobody twice, by how."""
    told: dict[Verb, dict[str, None]] = {}
    for each in notifies:
        told.setdefault(each.how, {})[each.name] = None
    return {how: list(names) for how, names in told.items()}


def _people(told: t.Mapping[Verb, t.Sequence[str]], check_mode: bool) -> list[str]:
    would = "would " if check_mode else ""
    return [f"{would}{how.form(check_mode)} {', '.join(names)}" for how, names in told.items()]


def _several(noun: str, outcomes: t.Sequence[Outcome], check_mode: bool) -> str:
    failed = [outcome for outcome in outcomes if outcome.error]
    done = [outcome for outcome in outcomes if not outcome.error]
    if done and all(outcome.says == FOUND for outcome in done):
        summary = f"Found {len(done)} {noun}{'' if len(done) == 1 else 's'}"
    else:
        summary = f"{len(outcomes)} {noun}s: {_counts(done, len(failed), check_mode)}"
    return " ".join([f"{summary}.", *_errors(noun, failed)])


def _counts(done: t.Sequence[Outcome], failed: int, check_mode: bool) -> str:
    changed = [outcome for outcome in done if outcome.changed]
    unchanged = len(done) - len(changed)
    if not (changed or failed):
        return "no change needed"
    counts = []
    if changed:
        counts.append(f"{len(changed)} {'would change' if check_mode else 'changed'}{_deeds(changed, check_mode)}")
    if unchanged:
        counts.append(f"{unchanged} unchanged")
    if failed:
        counts.append(f"{failed} failed")
    told = _told(each for outcome in changed for each in outcome.notifies)
    return "; ".join([", ".join(counts), *_people(told, check_mode)])


def _deeds(changed: t.Iterable[Outcome], check_mode: bool) -> str:
    """Return in brackets what was done, unless it was too many different things."""
    deeds = dict.fromkeys(
        _done(outcome.says, (), check_mode).removeprefix("would ")
        for outcome in changed
        if not isinstance(outcome.says, str)
    )
    return f" ({'; '.join(deeds)})" if 0 < len(deeds) <= MAX_DEEDS else ""


def _errors(noun: str, failed: t.Sequence[Outcome]) -> t.Iterator[str]:
    """Yield few of the errors, one of each kind: a message must stay short."""
    kinds: dict[str, Outcome] = {}
    for outcome in failed:
        kinds.setdefault(str(outcome.error).replace(outcome.target, ""), outcome)
    shown = list(kinds.values())[:MAX_ERRORS]
    for outcome in shown:
        text = _failed(outcome)
        name = outcome.name or f"{noun.capitalize()} {outcome.target}"
        yield text if outcome.target in text else f"{name}: {text}"
    if len(failed) > len(shown):
        yield f"And {len(failed) - len(shown)} more: see failures."


def _failed(outcome: Outcome) -> str:
    """Return the sentence about a target that was not changed, or not in full."""
    names = [name for name in outcome.after if outcome.before.get(name) != outcome.after[name]]
    if not (outcome.changed and names):
        return str(outcome.error)
    done = ", ".join(f"{name} {_json(outcome.before.get(name))} → {_json(outcome.after[name])}" for name in names)
    return f"{outcome.name}: done in part ({done}). {outcome.error}"


def _json(value: t.Any) -> str:
    return shorten(json.dumps(value, ensure_ascii=False))
