# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentences: what a person reads in a job's log."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import Fields, Notification, Outcome
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import PartlyDone, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.sentences import difference, message
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import (
    ACKNOWLEDGE,
    ADD,
    ASSIGN,
    INVITE,
    NOTIFY,
    PAGE,
    REQUEST,
    SET,
    Phrase,
    Verb,
)

BEFORE: Fields = {"status": "triggered", "title": "a"}
AFTER: Fields = {"status": "acknowledged", "title": "a"}
NOTE = ADD("a note")


def person(name: str, why: str = "on call", how: Verb = PAGE) -> Notification:
    return Notification({"id": f"P{name.upper()}", "type": "user_reference", "summary": name}, why, how)


def done(*says: Phrase, target: str = "Q1", notifies: t.Sequence[Notification] = ()) -> Outcome:
    return Outcome(
        target, {}, BEFORE, AFTER, changed=True, notifies=notifies, name=f"Incident {target} (#{target[1:]})", says=says
    )


def same(target: str = "Q1") -> Outcome:
    return Outcome(target, {}, AFTER, AFTER, name=f"Incident {target} (#{target[1:]})", says="already as wanted")


def read(target: str = "Q1") -> Outcome:
    return Outcome(target, {}, name=f"incident {target} (#{target[1:]}): triggered")


def failed(target: str = "Q1", text: str = "") -> Outcome:
    return Outcome(target, error=Refused(text or f"{target} is resolved.", hint="Re-open it."))


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


@pytest.mark.parametrize(
    ("outcomes", "sentence", "in_check_mode"),
    [
        ([], "No incident found.", None),
        ([read("Q1"), read("Q2")], "Found 2 incidents.", None),
        ([read("Q1"), failed("Q2")], "Found 1 incident. Q2 is resolved. Re-open it.", None),
        ([same("Q1"), same("Q2")], "2 incidents: no change needed.", None),
        (
            [done(NOTE), done(NOTE, target="Q2"), same("Q3"), failed("Q4")],
            "4 incidents: 2 changed (added a note), 1 unchanged, 1 failed. Q4 is resolved. Re-open it.",
            "4 incidents: 2 would change (add a note), 1 unchanged, 1 failed. Q4 is resolved. Re-open it.",
        ),
        (
            [done(ASSIGN("Ana"), notifies=[person("Ana")]), done(ASSIGN("Ana"), target="Q2", notifies=[person("Ana")])],
            "2 incidents: 2 changed (assigned to Ana); paged Ana.",
            "2 incidents: 2 would change (assign to Ana); would page Ana.",
        ),
        (
            [done(ADD(f"note {number}"), target=f"Q{number}") for number in range(3)],
            "3 incidents: 3 changed (added note 0; added note 1; added note 2).",
            "3 incidents: 3 would change (add note 0; add note 1; add note 2).",
        ),
        (
            [done(ADD(f"note {number}"), target=f"Q{number}") for number in range(4)],
            "4 incidents: 4 changed.",
            "4 incidents: 4 would change.",
        ),
        ([failed("Q1"), failed("Q2", "It is stuck.")], None, None),
        (
            [same("Q1"), done()._replace(target="Q2", name="Incident Q2", error=PartlyDone("Denied."))],
            '2 incidents: 1 unchanged, 1 failed. Incident Q2: done in part (status "triggered" → "acknowledged"). '
            "Denied.",
            None,
        ),
    ],
)
def test_the_sentence_about_several_targets(
    outcomes: list[Outcome], sentence: str | None, in_check_mode: str | None
) -> None:
    sentence = sentence or "2 incidents: 2 failed. Q1 is resolved. Re-open it. Incident Q2: It is stuck. Re-open it."
    assert message("incident", outcomes, check_mode=False) == sentence
    assert message("incident", outcomes, check_mode=True) == (in_check_mode or sentence)


def test_errors_of_one_kind_are_told_once() -> None:
    outcomes = [failed(f"Q{number}", f"GET /incidents/Q{number}: Not Found.") for number in range(100, 400)]
    said = message("incident", outcomes, check_mode=False)
    assert said == (
        "300 incidents: 300 failed. GET /incidents/Q100: Not Found. Re-open it. And 299 more: see failures."
    )


@pytest.mark.parametrize(
    ("count", "more"), [(3, ""), (4, " And 1 more: see failures."), (9, " And 6 more: see failures.")]
)
def test_at_most_three_errors_are_told(count: int, more: str) -> None:
    outcomes = [failed(f"Q{number}", f"Reason {chr(97 + number)}.") for number in range(count)]
    shown = " ".join(f"Incident Q{number}: Reason {chr(97 + number)}. Re-open it." for number in range(3))
    assert message("incident", outcomes, check_mode=False) == f"{count} incidents: {count} failed. {shown}{more}"


def test_a_long_value_is_cut() -> None:
    outcome = done()._replace(before={"text": ""}, after={"text": "x" * 1000}, error=PartlyDone("Denied."))
    assert len(message("incident", [outcome], check_mode=False)) < 400


def test_a_difference_has_the_fields_and_the_people_with_their_ids() -> None:
    header = {"before_header": "incident Q1", "after_header": "incident Q1"}
    assert difference("incident", done(NOTE)) == {**header, "before": BEFORE, "after": AFTER}
    shown = difference("incident", done(NOTE, notifies=[person("Ana"), UNKNOWN]))
    assert shown == {
        **header,
        "before": BEFORE,
        "after": {
            **AFTER,
            "notifies": ["Ana (PANA): on call", "whoever is on call for the service, which could not be read"],
        },
    }
