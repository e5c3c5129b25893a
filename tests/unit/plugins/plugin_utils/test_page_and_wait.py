# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a run of page_and_wait is, by the log of its incident; and what it says in the end."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._page_and_wait import Results, Run, ending, rehearsal
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._page_and_wait_steps import steps_of
from ansible_collections.oncall.pagerduty.tests.unit.records import incident, named

Record = dict[str, t.Any]

ANA, BEN = named("PU1", "Ana"), named("PU2", "Ben")
STEPS = steps_of(
    [{"service": "Checkout"}, {"level": 2, "wait": "5m"}, {"level": 3}, {"service": "Database"}], "key"
).steps
NOT_DONE = {"failures": [{"outcome": "not_done"}], "msg": "Level 2 has nobody on call."}
UNKNOWN = {"failures": [{"outcome": "unknown"}], "msg": "Timed out.", "incidents": []}
PAGED = {"incidents": [{"id": "Q1"}], "notifies": [{"who": {"summary": "Ana"}}]}
SENT = {"dedup_key": "key", "service": {"id": "PS1"}}
NOT_OPENED = {"msg": "No open incident has the key 'key' within 30 s.", "failures": [{}]}
DOWN = {"msg": "Cannot connect.", "failures": [{}]}
SKIPPED = {"skipped": True}
FIRST = {"key": "key", "incident": "Q1", "service": "Checkout", "end": "", "answer": ""}


def entry(kind: str, minute: float) -> Record:
    """Return a log entry."""
    seconds = int(minute * 60)
    return {"type": f"{kind}_log_entry", "created_at": f"2026-01-31T12:{seconds // 60:02}:{seconds % 60:02}Z"}


def found(*entries: Record, **fields: t.Any) -> Record:
    """Return the result of reading an incident with its log, which has the newest entry first."""
    return {"incidents": [incident("Q1", **{"log_entries": list(reversed(entries)), **fields})]}


OPENED = (entry("trigger", 0), entry("assign", 0), entry("notify", 0))
ESCALATED = (*OPENED, entry("escalate", 10), entry("notify", 10))


def now(number: int, **results: Record) -> Record:
    """Return what a run goes by in a step, the first of which is 0."""
    return Run([FIRST] * number, STEPS, Results(**results)).as_dict()


@pytest.mark.parametrize(
    ("number", "log", "is_due", "until"),
    [
        (0, OPENED, False, "2026-01-31T12:10:00Z"),
        (0, ESCALATED, False, "2026-01-31T12:10:00Z"),
        (1, OPENED, True, "300s"),
        (1, ESCALATED, False, "2026-01-31T12:15:00Z"),
        # Late, as the run was down; and by somebody else.
        (1, (*OPENED, entry("escalate", 12)), False, "2026-01-31T12:17:00Z"),
        (1, (*OPENED, entry("assign", 12)), False, "2026-01-31T12:17:00Z"),
        (1, (*OPENED, entry("delegate", 12)), False, "2026-01-31T12:17:00Z"),
        # Before its time: whoever that paged is not whom the step pages.
        (1, (*OPENED, entry("assign", 9)), True, "300s"),
        (2, ESCALATED, True, "600s"),
        (2, (*ESCALATED, entry("escalate", 15)), False, "2026-01-31T12:25:00Z"),
        # Acknowledged, and triggered again: waiting begins anew, and so do the levels.
        (0, (*ESCALATED, entry("acknowledge", 11), entry("unacknowledge", 41)), False, "2026-01-31T12:51:00Z"),
        (1, (*ESCALATED, entry("acknowledge", 11), entry("unacknowledge", 41)), True, "300s"),
        # Whoever acknowledges gets the incident, but is not paged.
        (1, (*OPENED, entry("acknowledge", 12), entry("assign", 12)), True, "300s"),
        # A log of references, and one that cannot be read.
        (
            1,
            ({**entry("trigger", 0), "type": "trigger_log_entry_reference"}, entry("escalate", 10)),
            False,
            "2026-01-31T12:15:00Z",
        ),
        (1, (), True, "300s"),
        (1, ({"type": "trigger_log_entry", "created_at": None},), True, "300s"),
    ],
)
def test_the_log_tells_which_steps_have_paged(number: int, log: t.Sequence[Record], is_due: bool, until: str) -> None:
    run = now(number, found=found(*log))
    assert (run["is_due"], run["until"]) == (is_due, until)


@pytest.mark.parametrize(
    ("results", "has_paged", "problem"),
    [
        ({"paged": PAGED, "found": found(*OPENED)}, True, ""),
        ({"paged": SKIPPED, "found": found(*ESCALATED)}, True, ""),
        ({"paged": UNKNOWN, "found": found(*OPENED)}, True, ""),
        ({"paged": PAGED, "found": DOWN}, True, ""),
        ({"paged": NOT_DONE, "found": found(*OPENED)}, False, "Level 2 has nobody on call."),
        ({"paged": {"msg": "missing arguments"}, "found": DOWN}, False, "missing arguments"),
    ],
)
def test_a_step_that_may_have_paged_waits(results: Record, has_paged: bool, problem: str) -> None:
    run = now(1, **results)
    assert (run["has_paged"], run["waits"], run["entry"]["problem"]) == (has_paged, has_paged, problem)


def test_the_log_says_how_long_a_step_waits() -> None:
    assert now(1, found=found(*ESCALATED))["waiting"] == "until 2026-01-31 12:15 UTC"
    assert now(1, found=found(*OPENED))["waiting"] == "for 5m"


REFUSED = {"msg": "No service is called 'Nope'.", "failures": [{"outcome": "not_done"}]}


@pytest.mark.parametrize(
    ("step", "results", "search", "has_other_way"),
    [
        ({"service": "Nope"}, {"paged": REFUSED}, 0, True),
        ({"routing_key": "bad"}, {"paged": REFUSED}, 0, True),
        ({}, {"paged": REFUSED}, 0, False),
        ({"service": "Checkout"}, {"paged": PAGED}, 30, False),
        ({"routing_key": "R"}, {"paged": SENT}, 30, False),
        ({"routing_key": "R"}, {"paged": SENT, "found": NOT_OPENED}, 30, False),
        ({"service": "Nope"}, {"paged": REFUSED, "found": found(*OPENED)}, 0, False),
        ({"service": "Nope"}, {"paged": SENT, "refused": REFUSED["msg"]}, 30, False),
    ],
    ids=[
        "a service",
        "a key",
        "the role's own key",
        "opened",
        "sent",
        "not opened yet",
        "opened by a run before",
        "by the other way",
    ],
)
def test_a_first_step_that_cannot_page_has_another_way(
    step: Record, results: Record, search: int, has_other_way: bool
) -> None:
    run = Run([], steps_of([step], "key").steps, Results(**results)).as_dict()
    assert (run["search"], run["has_other_way"]) == (search, has_other_way)


def test_a_later_step_has_no_other_way_as_it_could_page_somebody_twice() -> None:
    assert now(3, paged=REFUSED)["has_other_way"] is False


@pytest.mark.parametrize(
    ("paged", "has_paged", "problem"),
    [
        ({"dedup_key": "key"}, True, "No service is called 'Nope'."),
        (
            {"msg": "routing_key: required.", "failures": [{}]},
            False,
            "No service is called 'Nope'. routing_key: required.",
        ),
    ],
)
def test_why_the_other_way_was_needed_is_told(paged: Record, has_paged: bool, problem: str) -> None:
    results = Results(paged, refused="No service is called 'Nope'.")
    entry = Run([], steps_of([{"service": "Nope"}], "key").steps, results).as_dict()["entry"]
    assert (entry["has_paged"], entry["problem"], entry["service"]) == (has_paged, problem, None)
    assert entry["people"] == ["whoever is on call for the service of the routing key"]


@pytest.mark.parametrize(
    ("step", "refused"), [({}, ""), ({"service": "Nope"}, "No service is called 'Nope'.")], ids=["event", "other way"]
)
def test_an_event_that_opens_no_incident_has_paged_nobody(step: Record, refused: str) -> None:
    run = Run([], steps_of([step], "key").steps, Results(SENT, NOT_OPENED, refused=refused)).as_dict()
    assert (run["has_paged"], run["waits"]) == (False, False)
    assert run["entry"]["problem"] == f"{refused} {NOT_OPENED['msg']}".strip()


@pytest.mark.parametrize(
    ("number", "results", "target", "watched"),
    [
        (0, {"paged": PAGED, "found": found(*OPENED)}, {"incident_id": ["Q1"]}, {"incident_id": ["Q1"]}),
        (0, {"paged": PAGED, "found": DOWN}, {"dedup_key": "key", "service": None}, {"dedup_key": "key"}),
        (1, {"found": DOWN}, {"incident_id": ["Q1"]}, {"incident_id": ["Q1"]}),
        (3, {"found": found(id="Q2")}, {"incident_id": ["Q2"]}, {"incident_id": ["Q1", "Q2"]}),
    ],
)
def test_all_incidents_of_a_run_are_watched(number: int, results: Record, target: Record, watched: Record) -> None:
    run = now(number, **results)
    assert (run["incident"], run["watched"]) == (target, watched)


def test_in_check_mode_later_steps_find_the_incident_by_its_key_and_service() -> None:
    foretold = {**FIRST, "incident": "would-be-opened:key"}
    run = Run([foretold], STEPS, Results(found={"incidents": []})).as_dict()
    assert run["incident"] == {"dedup_key": "key", "service": "Checkout"}
    assert run["watched"] == {"incident_id": ["would-be-opened:key"]}
    opened = Run([], steps_of([{}], "key").steps, Results(SENT)).as_dict()
    assert opened["entry"]["service"] == "PS1"


@pytest.mark.parametrize("name", ["found", "waited"])
def test_whoever_acknowledges_ends_the_run(name: str) -> None:
    given = [{"at": "2020-01-31T11:07:00Z", "acknowledger": ANA}]
    held = {"incidents": [incident("Q1", "acknowledged", acknowledgements=given)], "acknowledged_by": ANA}
    run = now(1, **{name: held})
    said = "Ana acknowledged incident Q1 (#1) at 2020-01-31 11:07 UTC."
    assert (run["is_due"], run["waits"], run["entry"]["end"]) == (False, False, said)
    assert Run([run["entry"]], STEPS, Results()).as_dict()["goes_on"] is False


@pytest.mark.parametrize(
    ("waited", "goes_on"),
    [
        ({"incidents": [incident()], "acknowledged_by": None, "msg": "Nobody."}, True),
        ({"incidents": [], "acknowledged_by": None, "failures": [{}], "msg": "Down all the time."}, True),
        (SKIPPED, True),
        ({"msg": "Access Denied.", "failures": [{}]}, False),
    ],
)
def test_a_run_goes_on_unless_nobody_can_see_whether_anybody_acknowledges(waited: Record, goes_on: bool) -> None:
    done = now(1, paged=PAGED, found=found(*OPENED), waited=waited)["entry"]
    assert Run([done], STEPS, Results()).as_dict()["goes_on"] is goes_on
    assert ending([done], {})["problems"] == (
        [] if goes_on else ["Cannot see whether anybody acknowledges: Access Denied."]
    )


def test_after_the_last_step_the_run_is_over() -> None:
    assert Run([FIRST] * len(STEPS), STEPS, Results()).as_dict()["goes_on"] is False


READ = {
    "incidents": [
        incident(
            "Q1",
            notified=[
                {"who": BEN, "at": "2020-01-31T12:10:00Z"},
                {"who": ANA, "at": "2020-01-31T12:00:00Z"},
                {"who": ANA, "at": "2020-01-31T12:05:00Z"},
                {"who": None, "at": "2020-01-31T12:00:00Z"},
            ],
        )
    ]
}
STEP = {"people": ["Ana"], "seconds": 600, "has_paged": True, "problem": "", "answer": "", "end": ""}


@pytest.mark.parametrize(
    ("history", "read", "acknowledged", "msg"),
    [
        (
            [STEP],
            READ,
            False,
            "Nobody has acknowledged incident Q1 (#1). Paged Ana at 2020-01-31 12:00 UTC, Ben at 2020-01-31 12:10 UTC.",
        ),
        ([STEP], DOWN, False, "Nobody has acknowledged. Paged Ana."),
        ([{**STEP, "has_paged": False, "problem": "No."}], {}, False, "Nobody has acknowledged. Nobody was paged. No."),
        ([{**STEP, "answer": "Ana has it.", "end": "Ana has it."}], {}, True, "Ana has it. Paged Ana."),
        ([{**STEP, "end": "Cannot see."}], {}, False, "Paged Ana. Cannot see."),
    ],
)
def test_what_is_said_in_the_end(history: list[Record], read: Record, acknowledged: bool, msg: str) -> None:
    result = ending(history, read)
    assert (result["acknowledged"], result["msg"]) == (acknowledged, msg)


@pytest.mark.parametrize(
    ("history", "msg"),
    [
        ([STEP], "Would page Ana and wait 10m, and fail if nobody has acknowledged by then."),
        (
            [STEP, {**STEP, "people": ["Ben", "Cho"], "seconds": 90, "problem": "No service is called X."}],
            "Would page Ana and wait 10m, then page Ben, Cho and wait 1m 30s, "
            "and fail if nobody has acknowledged by then. No service is called X.",
        ),
        ([{**STEP, "answer": "Ana has it."}], "Ana has it. Would page nobody."),
        ([{**STEP, "has_paged": False, "problem": "No."}], "Would page nobody, and fail. No."),
    ],
)
def test_what_is_said_in_check_mode(history: list[Record], msg: str) -> None:
    assert rehearsal(history) == msg
