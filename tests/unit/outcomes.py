# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outcomes of targets, as sentences are made of them."""

from __future__ import annotations

import typing as t

from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import Fields, Notification, Outcome
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import ADD, PAGE, Phrase, Verb

BEFORE: Fields = {"status": "triggered", "title": "a"}
AFTER: Fields = {"status": "acknowledged", "title": "a"}
NOTE = ADD("a note")


def person(name: str, why: str = "on call", how: Verb = PAGE) -> Notification:
    """Return somebody who is told."""
    return Notification({"id": f"P{name.upper()}", "type": "user_reference", "summary": name}, why, how)


def done(*says: Phrase, target: str = "Q1", notifies: t.Sequence[Notification] = ()) -> Outcome:
    """Return an incident that was changed."""
    return Outcome(
        target, {}, BEFORE, AFTER, changed=True, notifies=notifies, name=f"Incident {target} (#{target[1:]})", says=says
    )


def same(target: str = "Q1") -> Outcome:
    """Return an incident that needed no change."""
    return Outcome(target, {}, AFTER, AFTER, name=f"Incident {target} (#{target[1:]})", says="already as wanted")


def read(target: str = "Q1") -> Outcome:
    """Return an incident that was only read."""
    return Outcome(target, {}, name=f"incident {target} (#{target[1:]}): triggered")


def failed(target: str = "Q1", text: str = "") -> Outcome:
    """Return an incident that could not be changed."""
    return Outcome(target, error=Refused(text or f"{target} is resolved.", hint="Re-open it."))
