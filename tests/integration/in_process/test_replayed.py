# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other people's worlds: PagerDuty answers every module in the shapes that other projects have recorded.

In each shape a module does the same as in the simulator's own. Where an answer says less, it acts all the same, or
names what it lacks.
"""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.filter.deployment_status import deployment_status
from ansible_collections.oncall.pagerduty.plugins.filter.incident_report import incident_report

from integration.in_process.conftest import ModuleRun, ModuleRunner
from integration.in_process.recorded_answers import INTEGRATION_KEY, SHAPES, UNGROUPED, Shape
from integration.in_process.replay import Replay
from modules import MODULES, targeted
from modules.rows import Case
from simulator import account
from simulator.launch import Simulator

Json = dict[str, t.Any]

# What each case usually does is found out once.
pytestmark = pytest.mark.xdist_group("replayed")
MAX_INCIDENTS = 3
LIKE = Case("reads what is like two", {"include": ["past_incidents", "related_incidents"]}, False, 4, incidents=2)
CASES = [
    *((module, case) for module in MODULES for case in MODULES[module].cases if case.incidents <= MAX_INCIDENTS),
    ("incident_info", LIKE),
]
NAMES_WHAT_IT_LACKS = re.compile(r"'[a-z_]+'|\(HTTP 4\d\d|^time_zone: ")
"""A field of an answer, PagerDuty's own words, or the option that takes its place."""
TIME = re.compile(r'\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-][\d:]+)?|(?<="duration": )\d+')
"""What differs between two runs: a time, and how long it is until then."""
PARTS = ("alerts", "body", "conference_bridge", "log_entries", "notes", "related_change_events")


class Done(t.NamedTuple):
    """What a task did."""

    run: ModuleRun
    effect: Json


@pytest.fixture(scope="module")
def replay() -> t.Iterator[Replay]:
    """The loopback server."""
    with Replay() as server:
        yield server


@pytest.fixture(scope="module")
def usual(replay: Replay) -> dict[tuple[str, str], tuple[Done, frozenset[str]]]:
    """What each case does with the simulator's own answers, and which kinds of objects it reads."""
    found = {}
    for module, case in CASES:
        done = do(replay, module, case, None)
        found[module, case.name] = done, frozenset(replay.kinds)
    return found


def runner(replay: Replay) -> ModuleRunner:
    return ModuleRunner(t.cast("Simulator", replay))


def do(replay: Replay, module: str, case: Case, shape: Shape | None) -> Done:
    """Run a case while the answers have a shape."""
    ids = replay.reset(incidents=case.incidents, incident=case.state)
    for another, options in case.before:
        runner(replay)(another, **targeted(another, options, ids))
    replay.kinds.clear()
    replay.shape = shape
    run = runner(replay)(module, **targeted(module, case.options, ids))
    calls = replay.journal()["entries"]
    writes = [(call["method"], call["path"], call["body"]) for call in calls if call["method"] != "GET"]
    reads = {} if MODULES[module].writes else listed_ids(run.result)
    told = {"failed": run["failed"], "changed": run["changed"], "notifies": notified_ids(run.result)}
    return Done(run, {**told, "listed": reads, "writes": writes, "account": replay.state()})


def notified_ids(result: Json) -> list[str | None]:
    """Return whom a result says to be notified; None for whoever it does not name."""
    return sorted({each["who"]["id"] for each in result.get("notifies", ())}, key=str)


def listed_ids(result: Json) -> Json:
    """Return the ids of the objects in each list of a result."""
    return {
        name: [each.get("id") for each in value if isinstance(each, dict)]
        for name, value in result.items()
        if isinstance(value, list)
    }


def timeless(effect: Json) -> str:
    return TIME.sub("TIME", json.dumps(effect, sort_keys=True))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_an_answer_in_a_recorded_shape_changes_nothing(
    shape: Shape, replay: Replay, usual: dict[tuple[str, str], tuple[Done, frozenset[str]]]
) -> None:
    read_by = [(module, case) for module, case in CASES if shape.kind in usual[module, case.name][1]]
    assert read_by
    for module, case in read_by:
        done = do(replay, module, case, shape)
        assert INTEGRATION_KEY not in json.dumps(done.run.result), (module, case.name)
        if module in shape.unlike:
            assert not done.run["failed"] or NAMES_WHAT_IT_LACKS.search(done.run["msg"]), done.run["msg"]
        else:
            expected = usual[module, case.name][0]
            assert timeless(done.effect) == timeless(expected.effect), (module, case.name, done.run["msg"])


@pytest.mark.parametrize("status", ["acknowledged", "resolved"])
@pytest.mark.parametrize("module", ["incident", "incident_status"])
def test_no_shape_keeps_an_incident_from_being_acknowledged_or_resolved(
    module: str, status: str, replay: Replay
) -> None:
    for shape in SHAPES:
        (incident_id,) = replay.reset(incidents=1, incident={"alerts": 1})
        replay.shape = shape
        done = runner(replay)(module, incident_id=incident_id, status=status)
        assert (done["failed"], done["changed"]) == (False, True), (shape, done["msg"])
        assert replay.state()["incidents"][0]["status"] == status


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if "event" in shape.unlike], ids=str)
def test_no_shape_keeps_an_event_from_paging(shape: Shape, replay: Replay) -> None:
    replay.reset()
    replay.shape = shape
    done = runner(replay)("event", dedup_key="checkout-disk")
    assert (done["failed"], done["changed"]) == (False, True), done["msg"]
    assert [page["user"] for page in replay.state()["pages"]] == [account.PRIMARY.id]
    # Whom it pages is told, or that PagerDuty does not say it.
    assert notified_ids(done.result) in ([account.PRIMARY.id], [None])


def test_a_service_that_groups_nothing_tells_whom_an_event_pages(replay: Replay) -> None:
    replay.reset()
    replay.shape = UNGROUPED
    assert notified_ids(runner(replay)("event", dedup_key="checkout-disk").result) == [account.PRIMARY.id]


REPORTED = ("alert", "change_event", "incident", "log_entry", "note")


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.kind in REPORTED], ids=str)
def test_each_shape_can_be_reported(shape: Shape, replay: Replay) -> None:
    (incident_id,) = replay.reset(incidents=1, incident={"alerts": 1, "responders": {account.OWNER.id: "pending"}})
    runner(replay)("incident_note", incident_id=incident_id, content="The disk is full.")
    replay.shape = shape
    found = runner(replay)("incident_info", incident_id=incident_id, include=list(PARTS))
    report = incident_report(found["incident"])
    assert report.startswith("# Incident ")
    assert "The disk is full." in report
    assert "None" not in report.replace("None.", "").replace("None that", "")
    assert INTEGRATION_KEY not in report


@pytest.mark.parametrize(
    "shape", [shape for shape in SHAPES if shape.kind in ("maintenance_window", "service")], ids=str
)
def test_a_deployment_tells_what_it_did(shape: Shape, replay: Replay) -> None:
    replay.reset()
    replay.shape = shape
    run = runner(replay)
    window = {"description": "Upgrade", "services": [account.CHECKOUT.id]}
    opening = run("maintenance_window", **window, duration="1h")
    change = run("change_event", summary="Upgraded")
    ending = run("maintenance_window", **window, state="absent")
    told = deployment_status(opening.result, change.result, ending.result)
    done = ("window_opened", "window_ended", "change_recorded")
    assert [told[name] for name in done] == [True] * 3, told["msg"]
    assert told["problems"] == []
