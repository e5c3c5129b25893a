# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The message about several targets: short, however many there are."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import Outcome
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import PartlyDone, Refused
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.sentences import MAX_MESSAGE, message
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import ADD, ASSIGN, NOTIFY
from ansible_collections.oncall.pagerduty.tests.unit.outcomes import NOTE, done, failed, person, read, same


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
            "2 incidents: 2 changed (assigned to Ana); paged Ana (2 times).",
            "2 incidents: 2 would change (assign to Ana); would page Ana (2 times).",
        ),
        (
            [
                done(NOTE, notifies=[person("Ana"), person("Ana", "requested"), person("Ben", how=NOTIFY)]),
                done(NOTE, target="Q2", notifies=[person("Cleo"), person("Ana", how=NOTIFY)]),
                done(NOTE, target="Q3", notifies=[person("Cleo")]),
            ],
            "3 incidents: 3 changed (added a note); paged Ana, Cleo (2 times); notified Ben, Ana.",
            "3 incidents: 3 would change (add a note); would page Ana, Cleo (2 times); would notify Ben, Ana.",
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


REQUEST_ID = "0f8e2c6a-7d1b-4b53-9a57-2f0d3c1e5b{number:02x}"
ERRORS = {
    "a call with the id": "GET /incidents/{target}: Not Found.",
    "a name with id and number": "{name} is resolved.",
    "another id of the task": "{name} was merged into Q1000 (#7).",
    "a list of ids": "The response leaves out Q100, Q101, and 298 more. It is not known whether {name} was changed.",
    "an id of the call": "PUT /incidents: Access Denied (HTTP 403, request id {request_id}).",
}


def failures(text: str, count: int, *, named: bool) -> list[Outcome]:
    """Return targets that fail in the same way.

    Args:
        text: of the error, with places for the target, its name and the id of the call.
        named: whether the name of the target is known.
    """
    outcomes = []
    for number in range(100, 100 + count):
        target = f"Q{number}"
        name, request_id = f"Incident {target} (#{number})", REQUEST_ID.format(number=number)
        told = text.format(target=target, name=name, request_id=request_id)
        outcomes.append(Outcome(target, error=Refused(told, request_id=request_id), name=name if named else ""))
    return outcomes


@pytest.mark.parametrize("count", [2, 3, 300])
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("text", ERRORS.values(), ids=ERRORS.keys())
def test_errors_that_differ_in_names_and_ids_alone_are_told_once(text: str, named: bool, count: int) -> None:
    outcomes = failures(text, count, named=named)
    first = str(outcomes[0].error)
    about = "" if "Q100" in first else f"Incident Q100{' (#100)' if named else ''}: "
    said = message("incident", outcomes, check_mode=False)
    assert said == f"{count} incidents: {count} failed. {about}{first} And {count - 1} more: see failures."


@pytest.mark.parametrize("texts", [("HTTP 403", "HTTP 404"), ("level 1", "level 2"), ("a", "b")], ids=str)
def test_other_errors_are_told_apart(texts: tuple[str, str]) -> None:
    outcomes = [failed(f"Q{place}", f"Q{place}: {text}.") for place, text in enumerate(texts)]
    said = message("incident", outcomes, check_mode=False)
    assert said == f"2 incidents: 2 failed. Q0: {texts[0]}. Re-open it. Q1: {texts[1]}. Re-open it."


@pytest.mark.parametrize("count", [2, 3, 300])
@pytest.mark.parametrize("length", [10, MAX_MESSAGE])
def test_a_message_stays_short_however_much_fails_and_is_done(count: int, length: int) -> None:
    broken = [failed(f"Q{number}", f"{number % 7}{'x' * length}") for number in range(count)]
    people = [person(f"Person {number}{'y' * length}") for number in range(count)]
    changed = [done(ADD("z" * length), target=f"Q{count + number}", notifies=people) for number in range(3)]
    said = message("incident", [*broken, *changed], check_mode=False)
    assert len(said) <= MAX_MESSAGE
    assert said.startswith(f"{count + 3} incidents: 3 changed")


@pytest.mark.parametrize(
    ("count", "more"), [(3, ""), (4, " And 1 more: see failures."), (9, " And 6 more: see failures.")]
)
def test_at_most_three_errors_are_told(count: int, more: str) -> None:
    outcomes = [failed(f"Q{number}", f"Reason {chr(97 + number)}.") for number in range(count)]
    shown = " ".join(f"Incident Q{number}: Reason {chr(97 + number)}. Re-open it." for number in range(3))
    assert message("incident", outcomes, check_mode=False) == f"{count} incidents: {count} failed. {shown}{more}"
