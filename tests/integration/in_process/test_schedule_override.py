# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is on call before and after an override, on schedules of both kinds."""

from __future__ import annotations

import typing as t

import pytest

from integration.in_process.conftest import ModuleRunner
from simulator import account
from simulator.launch import Simulator

WEB, SHIFTS, WATCH = account.WEB_SECONDARY.id, account.PAYMENTS_SHIFTS.id, account.LAUNCH_WATCH.id
ANA, BEN = account.COMMANDER, account.OWNER
MODULE = "schedule_override"


def on_call(run_module: ModuleRunner, schedule: str) -> list[str]:
    """Return who is on call now, as PagerDuty says."""
    return [user["name"] for user in run_module("oncall_info", schedules=[schedule])["users"]]


@pytest.mark.parametrize(
    ("schedule", "options", "says", "writes", "now"),
    [
        (WEB, {}, "UTC instead of Secondary On-call", ["overrides"], [ANA.name]),
        (
            account.EMPTY.id,
            {},
            "UTC, when nobody else is",
            ["overrides"],
            [ANA.name],
        ),
        (
            SHIFTS,
            {},
            "UTC instead of Service Owner, Database Second",
            ["overrides"],
            [ANA.name],
        ),
        (
            SHIFTS,
            {"instead_of": BEN.email},
            "UTC instead of Service Owner as well as Database Second",
            ["overrides"],
            [ANA.name, account.DATABASE_SECOND.name],
        ),
        (
            SHIFTS,
            {"instead_of": "nobody"},
            "UTC as well as Service Owner, Database Second",
            ["custom_shifts"],
            [ANA.name, account.DATABASE_SECOND.name, BEN.name],
        ),
        (WATCH, {}, "UTC, when nobody else is", ["custom_shifts"], [ANA.name]),
    ],
    ids=str,
)
def test_a_user_is_put_on_call_and_off_call_again(
    schedule: str,
    options: dict[str, t.Any],
    says: str,
    writes: list[str],
    now: list[str],
    run_module: ModuleRunner,
    simulator: Simulator,
) -> None:
    before = on_call(run_module, schedule)
    asked = {"schedule": schedule, "user": ANA.email, "duration": "2h", **options}
    foreseen = run_module(MODULE, check=True, **asked)
    done = run_module(MODULE, **asked)
    assert (foreseen.writes, len(done.writes)) == ([], len(writes)), done.result
    assert done["diff"] == foreseen["diff"]
    assert done["msg"].endswith(f"{says}.")
    assert (sorted(on_call(run_module, schedule)), done["gaps"]) == (sorted(now), [])
    again = run_module(MODULE, **asked)
    assert (again["changed"], again.writes) == (False, []), again.result
    ended = {"schedule": schedule, "user": ANA.email, "state": "absent"}
    foreseen, done = run_module(MODULE, check=True, **ended), run_module(MODULE, **ended)
    assert done["diff"] == foreseen["diff"]
    assert on_call(run_module, schedule) == before
    assert not run_module(MODULE, **ended)["changed"]
    assert simulator.state()["pages"] == []
