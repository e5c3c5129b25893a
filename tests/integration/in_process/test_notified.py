# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a task says it notifies is whom PagerDuty notifies: `notifies` of each module against `notified` in the log.

What check mode foretells is compared, and what the task itself reports.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from types import MappingProxyType

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.action import Action

from integration.in_process.conftest import ModuleRun, ModuleRunner
from integration.in_process.test_steps import make_action
from modules import MODULES, targeted
from modules.rows import KEY
from simulator import account
from simulator.launch import Simulator

Options = dict[str, t.Any]

CLOSED = {"status": "resolved"}
ACKNOWLEDGED = {"status": "acknowledged"}
ONE = {"incident_id": ["1"]}
TRIGGER = ("event", {"dedup_key": KEY})
NEW = {"incident_id": None, "incident_key": KEY, "title": "Disk full"}
FOR_OWNER = {"assignees": [account.OWNER.id]}
FOR_ITSELF = {"assignees": [account.AUTOMATION.id], "status": "triggered"}
BY_HAND = {"assignees": [account.OWNER.id, account.COMMANDER.id]}


class Paging(t.NamedTuple):
    """A task that notifies somebody.

    Args:
        module: its name.
        options: `incident_id` is added to them.
        people: who is notified, in any order; None for the assignees.
        state: how the incidents are before.
        before: tasks that complete the state.
        incidents: how many there are; the first is the one whose log is read.
        logged: whether the log of the incident has an entry for each.
    """

    module: str
    options: Options
    people: t.Sequence[account.User] | None
    state: t.Mapping[str, t.Any] = MappingProxyType({})
    before: t.Sequence[tuple[str, Options]] = ()
    incidents: int = 1
    logged: bool = True


FIRST_LEVEL, SECOND_LEVEL, THIRD_LEVEL = [account.PRIMARY], [account.SECONDARY], [account.COMMANDER, account.OWNER]
PAGING = (
    Paging("event", {"dedup_key": KEY}, FIRST_LEVEL, incidents=0),
    Paging("event", {"dedup_key": KEY, "severity": "critical"}, [], before=[TRIGGER], incidents=0),
    Paging("incident", {"service": account.DATABASE.name, **NEW}, [account.DATABASE_FIRST], incidents=0),
    Paging("incident", {"service": account.DATABASE.name, **NEW, **FOR_OWNER}, [account.OWNER], incidents=0),
    Paging(
        "incident",
        {"service": account.DATABASE.name, **NEW, **BY_HAND},
        [account.OWNER, account.COMMANDER],
        incidents=0,
    ),
    Paging("incident", {"service": account.DATABASE.name, **NEW, **FOR_ITSELF}, [account.AUTOMATION], incidents=0),
    Paging("incident", {"assignees": [account.OWNER.id, account.PRIMARY.id]}, [account.OWNER]),
    Paging("incident", {"status": "triggered"}, FIRST_LEVEL, CLOSED),
    Paging("incident", {"urgency": "high"}, FIRST_LEVEL, {"urgency": "low"}),
    Paging("incident", {"escalation_policy": account.DATABASE_POLICY.id}, [account.DATABASE_FIRST]),
    Paging("incident_alerts", {**ONE, "alerts": ["alert-1-1"], "move_to": "2"}, [], {"alerts": 1}, incidents=2),
    Paging("incident_escalation", {"level": "next"}, SECOND_LEVEL),
    Paging("incident_escalation", {"level": "3"}, THIRD_LEVEL),
    Paging("incident_escalation", {"level": "1"}, FIRST_LEVEL, {"escalation_level": 2}),
    Paging("incident_escalation_policy", {"escalation_policy": account.DATABASE_POLICY.id}, [account.DATABASE_FIRST]),
    Paging("incident_merge", {**ONE, "source_incidents": ["2"]}, [], {"alerts": 1}, incidents=2),
    Paging(
        "incident_responders",
        {"users": [account.OWNER.id], "escalation_policies": [account.DATABASE_POLICY.id]},
        [account.OWNER, account.DATABASE_FIRST],
    ),
    Paging(
        "incident_responders",
        {"users": [account.OWNER.id], "renotify": True},
        [account.OWNER],
        {"responders": {account.OWNER.id: "declined"}},
    ),
    Paging(
        "incident_response_play",
        {"response_play": account.MAJOR_INCIDENT.id},
        [account.COMMUNICATIONS, account.DATABASE_FIRST],
    ),
    Paging("incident_status", {"status": "triggered"}, FIRST_LEVEL, CLOSED),
    Paging("incident_status", {"status": "triggered"}, None, before=[("incident_status", ACKNOWLEDGED)]),
    Paging("incident_status", {"status": "triggered"}, None, {**BY_HAND, **ACKNOWLEDGED}),
    Paging("incident_status", ACKNOWLEDGED, []),
    Paging(
        "incident_status_update",
        {"update_message": "Half of the shop is back."},
        [account.OWNER, account.DATABASE_FIRST, account.DATABASE_SECOND],
        {"subscribers": [account.DATA.id, account.OWNER.id]},
        logged=False,
    ),
)
NO_INCIDENT = {"user"}
"""Invites people, and tells of deleted ones; no incident logs it."""
UNKNOWN = {"incident_workflow"}
"""PagerDuty does not say whom it notifies."""


@pytest.mark.parametrize("paging", PAGING, ids=lambda paging: f"{paging.module} {paging.options}")
def test_who_is_foretold_is_who_is_notified(paging: Paging, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=paging.incidents, incident=dict(paging.state))["incidents"]
    run_module = ModuleRunner(simulator)
    for module, options in paging.before:
        run_module(module, **targeted(module, options, ids))
    expected = Counter(people_of(paging, simulator))
    already = len(notified(run_module, ids))
    options = targeted(paging.module, paging.options, ids)
    foretold = run_module(paging.module, check=True, **options)
    done = run_module(paging.module, **options)
    assert done["failed"] is False, done["msg"]
    assert named(foretold) == named(done) == expected
    in_the_log = Counter(each["who"]["id"] for each in notified(run_module, ids)[already:])
    assert in_the_log == (expected if paging.logged else Counter())


def people_of(paging: Paging, simulator: Simulator) -> list[str]:
    """Return the ids of the people whom a task notifies."""
    if paging.people is not None:
        return [user.id for user in paging.people]
    (incident,) = simulator.state()["incidents"]
    assert incident["assignees"]
    return list(incident["assignees"])


def named(run: ModuleRun) -> Counter[str]:
    """Return the ids of the people whom a task names, each with how often it does."""
    return Counter(each["who"]["id"] for each in run["notifies"] if each["who"]["id"])


def notified(run_module: ModuleRunner, ids: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """Return whom the log of the incident names, the oldest first."""
    wanted: Options = {"incident_id": [ids[0]]} if ids else {"statuses": ["triggered", "acknowledged"]}
    found = run_module("incident_info", include=["log_entries"], **wanted)["incidents"]
    return [each for incident in found for each in incident["notified"]]


def test_every_module_that_notifies_anybody_has_a_row(simulator: Simulator) -> None:
    ids = simulator.reset(incidents=2, incident={"alerts": 2})["incidents"]
    run_module = ModuleRunner(simulator)
    notifying = {
        module
        for module, tests in MODULES.items()
        if type(make_action(run_module, module, targeted(module, tests.simplest, ids))).people is not Action.people
    }
    assert notifying == {paging.module for paging in PAGING} | NO_INCIDENT | UNKNOWN
