# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentences: what a person reads in a job's log."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import Notification, Outcome
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import PartlyDone
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.sentences import (
    MAX_MESSAGE,
    message,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import (
    ACKNOWLEDGE,
    ASSIGN,
    INVITE,
    NOTIFY,
    REQUEST,
    SET,
)
from ansible_collections.oncall.pagerduty.tests.unit.outcomes import NOTE, done, failed, person, read, same

UNKNOWN = Notification(None, "on call for the service, which could not be read")


@pytest.mark.parametrize(
    ("outcome", "sentence", "in_check_mode"),
    [
        (done(NOTE), "Incident Q1 (#1): added a note.", "Incident Q1 (#1): would add a note."),
        (
            done(ACKNOWLEDGE(), SET("title to Disk full", "urgency to high")),
            "Incident Q1 (#1): acknowledged, set title to Disk full, urgency to high.",
            "Incident Q1 (#1): would acknowledge, set title to Disk full, urgency to high.",
        ),
        (
            done(SET("level to 2"), notifies=[person("Ana"), person("Ben"), person("Ana", "assigned")]),
            "Incident Q1 (#1): set level to 2; paged Ana, Ben.",
            "Incident Q1 (#1): would set level to 2; would page Ana, Ben.",
        ),
        (
            done(REQUEST("Ben", "Ana"), notifies=[person("Ana"), person("Ben")]),
            "Incident Q1 (#1): requested and paged Ben, Ana.",
            "Incident Q1 (#1): would request and page Ben, Ana.",
        ),
        (
            done(SET("title to x"), ASSIGN("Ana"), notifies=[person("Ana"), person("Ben", how=NOTIFY)]),
            "Incident Q1 (#1): set title to x, assigned to and paged Ana; notified Ben.",
            "Incident Q1 (#1): would set title to x, assign to and page Ana; would notify Ben.",
        ),
        (
            done(REQUEST("Database"), notifies=[person("Ana")]),
            "Incident Q1 (#1): requested Database; paged Ana.",
            "Incident Q1 (#1): would request Database; would page Ana.",
        ),
        (
            done(NOTE, notifies=[UNKNOWN, person("n@example.com", how=INVITE)]),
            "Incident Q1 (#1): added a note; paged whoever is on call for the service, which could not be read; "
            "invited n@example.com.",
            "Incident Q1 (#1): would add a note; would page whoever is on call for the service, which could not be "
            "read; would invite n@example.com.",
        ),
        (same(), "Incident Q1 (#1): already as wanted.", "Incident Q1 (#1): already as wanted."),
        (read(), "Found incident Q1 (#1): triggered.", "Found incident Q1 (#1): triggered."),
        (failed(), "Q1 is resolved. Re-open it.", "Q1 is resolved. Re-open it."),
        (
            done()._replace(error=PartlyDone("POST /snooze: Access Denied.", hint="Ask for it.")),
            'Incident Q1 (#1): done in part (status "triggered" → "acknowledged"). POST /snooze: Access Denied. '
            "Ask for it.",
            'Incident Q1 (#1): done in part (status "triggered" → "acknowledged"). POST /snooze: Access Denied. '
            "Ask for it.",
        ),
    ],
    ids=lambda value: "" if isinstance(value, Outcome) else None,
)
def test_the_sentence_about_one_target(outcome: Outcome, sentence: str, in_check_mode: str) -> None:
    assert message("incident", [outcome], check_mode=False) == sentence
    assert message("incident", [outcome], check_mode=True) == in_check_mode


def test_a_long_value_is_cut() -> None:
    outcome = done()._replace(before={"text": ""}, after={"text": "x" * 1000}, error=PartlyDone("Denied."))
    assert len(message("incident", [outcome], check_mode=False)) < 400


@pytest.mark.parametrize("people", [1, 10, 300])
def test_a_message_stays_short_however_many_people_are_told(people: int) -> None:
    told = [person(f"Person {number}") for number in range(people)]
    requested = done(REQUEST(*(each.name for each in told)), ASSIGN("Ana"), notifies=told)
    said = message("incident", [requested], check_mode=False)
    names = ", ".join(each.name for each in told[:10])
    more = ", and 290 more" if people == 300 else ""
    assert said == f"Incident Q1 (#1): requested and paged {names}{more}, assigned to Ana."


def test_an_error_of_any_length_makes_a_short_message() -> None:
    assert len(message("incident", [failed(text="no " * MAX_MESSAGE)], check_mode=False)) == MAX_MESSAGE
