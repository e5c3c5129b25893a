# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shift-based schedules are read like layer-based ones, and an upgrade between two runs changes nothing."""

from __future__ import annotations

import typing as t

import pytest

from integration.in_process.conftest import ModuleRun, ModuleRunner
from simulator import account
from simulator.launch import Simulator

Incidents = t.Callable[..., list[str]]
SHIFTS, WATCH, ROTATION = account.PAYMENTS_SHIFTS, account.LAUNCH_WATCH, account.DATABASE_ROTATION
AT_ONCE = [account.OWNER.name, account.DATABASE_SECOND.name]


def names(done: ModuleRun) -> list[str]:
    assert not done["failed"], done["msg"]
    return [each["name"] for each in done["users"]]


@pytest.mark.parametrize(("given", "reads"), [(SHIFTS.id, 2), (SHIFTS.name, 2), (ROTATION.id, 1), (ROTATION.name, 2)])
def test_a_schedule_is_found_by_id_and_by_name(given: str, reads: int, run_module: ModuleRunner) -> None:
    done = run_module("oncall_info", schedules=[given])
    assert names(done) == ([account.DATABASE_FIRST.name] if given in (ROTATION.id, ROTATION.name) else AT_ONCE)
    assert (len(done.reads), done.warnings) == (reads + 1, [])


def test_everybody_who_is_on_call_at_once_is_named(run_module: ModuleRunner) -> None:
    done = run_module("oncall_info", schedules=[SHIFTS.name])
    assert done["msg"] == "On call: Service Owner (level 1), Database Second (level 1)."
    assert {shift["schedule"]["summary"] for each in done["users"] for shift in each["shifts"]} == {SHIFTS.name}


@pytest.mark.parametrize("given", [WATCH.id, WATCH.name])
def test_a_gap_is_told_with_who_is_next(given: str, run_module: ModuleRunner) -> None:
    done = run_module("oncall_info", schedules=[given])
    (empty,) = done["empty_schedules"]
    following = empty["next_shift"]
    assert (names(done), following["users"]) == (
        [],
        [{"id": account.NIGHT_SHIFT.id, "summary": account.NIGHT_SHIFT.name}],
    )
    assert done.warnings == [
        f"Nobody is on call for schedule Launch Watch (PSCHED6). From {following['start']}: Night Shift (PUSER09)."
    ]
    assert names(run_module("oncall_info", schedules=[given], at=following["start"])) == [account.NIGHT_SHIFT.name]


@pytest.mark.parametrize("schedule", [ROTATION, account.FACILITIES], ids=lambda schedule: str(schedule.name))
def test_an_upgraded_schedule_is_found_as_before(
    schedule: account.Schedule, run_module: ModuleRunner, simulator: Simulator
) -> None:
    asked = [{"schedules": [schedule.id]}, {"schedules": [schedule.name]}, {"schedules": [schedule.name, WATCH.name]}]
    before = [run_module("oncall_info", **options).result for options in asked]
    simulator.upgrade_schedule(schedule.id)
    assert [run_module("oncall_info", **options).result for options in asked] == before


def test_both_kinds_are_suggested(run_module: ModuleRunner) -> None:
    done = run_module("oncall_info", schedules=["Payment Shifts", "Web Secondar"])
    assert done["failed"]
    assert "No schedule is called 'Payment Shifts'. Did you mean: Payments Shifts (PSCHED5)" in done["msg"]
    assert "No schedule is called 'Web Secondar'. Did you mean: Web Secondary (PSCHED1)" in done["msg"]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_account_without_shift_based_schedules_is_read_all_the_same(
    status: int, run_module: ModuleRunner, simulator: Simulator
) -> None:
    fault = {"method": "GET", "path": "/v3/schedules.*", "fault": "status_before", "status": status, "times": 9}
    simulator.faults([fault])
    done = run_module("oncall_info", schedules=[ROTATION.name, account.WEB_SECONDARY.id, account.FACILITIES.name])
    assert names(done) == [account.DATABASE_FIRST.name, account.SECONDARY.name, account.NIGHT_SHIFT.name]
    assert done.warnings == []
    # Only the escalation policy names the people of a shift-based one then.
    assert names(run_module("oncall_info", escalation_policies=[account.PAYMENTS_POLICY.name], levels=[1])) == AT_ONCE


def test_a_level_with_a_shift_based_schedule_pages_whom_check_mode_foretells(
    run_module: ModuleRunner, incidents: Incidents, simulator: Simulator
) -> None:
    (incident,) = incidents(escalation_policy=account.PAYMENTS_POLICY.id, escalation_level=2)
    options = {"incident_id": incident, "level": "1"}
    foretold = run_module("incident_escalation", check=True, **options)
    pages = len(simulator.state()["pages"])
    done = run_module("incident_escalation", **options)
    assert (done["changed"], foretold["diff"]) == (True, done["diff"])
    paged = [page["user"] for page in simulator.state()["pages"][pages:]]
    assert sorted(paged) == sorted(each["who"]["id"] for each in foretold["notifies"])
    assert {each["who"]["summary"] for each in foretold["notifies"]} == set(AT_ONCE)


@pytest.mark.parametrize("upgraded", [False, True])
def test_moving_to_a_policy_pages_the_same_people_after_an_upgrade(
    upgraded: bool, run_module: ModuleRunner, incident: str, simulator: Simulator
) -> None:
    if upgraded:
        simulator.upgrade_schedule(ROTATION.id)
    options = {"incident_id": incident, "escalation_policy": account.DATABASE_POLICY.name}
    foretold = run_module("incident_escalation_policy", check=True, **options)
    run_module("incident_escalation_policy", **options)
    assert [each["who"]["summary"] for each in foretold["notifies"]] == [account.DATABASE_FIRST.name]
    assert simulator.state()["pages"][-1]["user"] == account.DATABASE_FIRST.id
    # The next level is known from who is on call, whichever kind of schedule says so.
    assert run_module("incident_escalation", incident_id=incident, level="next")["levels"] == {incident: 2}
