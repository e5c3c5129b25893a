# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What diff mode shows: equal changes of several targets once, with the names of all of them.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .action import Action
from .change import Outcome

Difference = dict[str, t.Any]


def differences(action: Action[t.Any], outcomes: t.Iterable[Outcome]) -> list[Difference]:
    """Return the entries of diff mode, as Ansible's callbacks print them, for the targets that were changed."""
    equal: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.changed:
            equal.setdefault(repr((outcome.before, _after(outcome))), []).append(outcome)
    return [
        {**_headers(action, alike), "before": alike[0].before, "after": _after(alike[0])} for alike in equal.values()
    ]


def _after(outcome: Outcome) -> Difference:
    notified = [each.shown for each in outcome.notifies]
    return {**outcome.after, "notifies": notified} if notified else outcome.after


def _headers(action: Action[t.Any], alike: t.Sequence[Outcome]) -> Difference:
    if len(alike) == 1:
        heading = action.heading(alike[0])
        return {"before_header": heading, "after_header": heading}
    count = f"{len(alike)} {action.noun}s"
    # The names may take more than one line, but only once.
    names = ", ".join(action.short_name(outcome) for outcome in alike)
    return {"before_header": count, "after_header": f"{count}: {names}"}
