# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PagerDuty leaves out all that it may leave out, or has null for it: what acts is done, and the rest is told.

One field at a time is in tests/unit/test_nulls.py.

Source: PagerDuty/developer-docs, docs/REST-API/06-Types.md.
"""

from __future__ import annotations

import re
import typing as t

import pytest

from integration.in_process.conftest import ModuleRun, ModuleRunner
from modules import MODULES, targeted
from modules.rows import KEY, Case
from simulator import account
from simulator.launch import Simulator

Options = dict[str, t.Any]
Json = dict[str, t.Any]

SWITCHES = ("omitted", "null")
CASES = [pytest.param(module, case, id=f"{module} {case}") for module in MODULES for case in MODULES[module].cases]
FIELD = re.compile(r"'[a-z_]+(\[\]|\.[a-z_]+)*'")
"""A field of a response, as messages and warnings name it."""
REFUSED = re.compile(r"\(HTTP 4\d\d")
"""PagerDuty's own words."""
FIRST = "ALERT-ID"
"""Stands for the id of the first alert."""


@pytest.mark.parametrize("optional_keys", SWITCHES)
@pytest.mark.parametrize(("module", "case"), CASES)
def test_a_module_does_its_work_or_names_what_it_lacks(
    module: str, case: Case, optional_keys: str, simulator: Simulator
) -> None:
    for check in (True, False):
        ids = begin(case, simulator)
        simulator.optional_keys(optional_keys)
        done = ModuleRunner(simulator)(module, check=check, **targeted(module, case.options, ids))
        assert_is_told(case, done, simulator, check=check)


def begin(case: Case, simulator: Simulator) -> list[str]:
    """Make the state of a case; returns the incidents."""
    ids: list[str] = simulator.reset(incidents=case.incidents, incident=case.state)["incidents"]
    for another, options in case.before:
        ModuleRunner(simulator)(another, **targeted(another, options, ids))
    return ids


def assert_is_told(case: Case, done: ModuleRun, simulator: Simulator, *, check: bool) -> None:
    """Check that the result is true, and that it names the field if the task was not done."""
    said = [done["msg"], *done.warnings]
    if done["failed"]:
        assert FIELD.search(done["msg"]) or REFUSED.search(done["msg"]), done["msg"]
    elif case.changes and not done["changed"]:
        assert any(map(FIELD.search, said)), said
    if check:
        assert done.writes == []
    elif not done["failed"]:
        assert done["changed"] is bool(accepted(simulator))


def accepted(simulator: Simulator) -> list[Json]:
    """Return the writes that PagerDuty accepted."""
    return [
        entry
        for entry in simulator.journal()["entries"]
        if entry["method"] != "GET" and entry["status"] is not None and entry["status"] < 400
    ]


ACTING: t.Sequence[tuple[str, Options]] = (
    ("incident_status", {"status": "acknowledged"}),
    ("incident_status", {"status": "resolved", "resolution": "Restarted."}),
    ("incident_status", {"status": "triggered"}),
    ("incident", {"status": "acknowledged", "urgency": "high", "title": "Worse"}),
    ("incident", {"status": "resolved"}),
    ("incident", {"assignees": [account.OWNER.email, account.COMMANDER.id]}),
    ("incident", {"priority": "PPRIOR1"}),
    ("incident_escalation", {"level": "2"}),
    ("incident_escalation_policy", {"escalation_policy": account.DATABASE_POLICY.id}),
    ("incident_responders", {"users": [account.OWNER.email], "escalation_policies": [account.DATABASE_POLICY.id]}),
    ("incident_snooze", {"duration": "1h"}),
    ("incident_note", {"content": "The disk is full."}),
    ("incident_status_update", {"update_message": "The disk is full."}),
    ("incident_subscribers", {"users": [account.OWNER.email], "teams": [account.WEB.name]}),
    ("incident_workflow", {"incident_workflow": account.DECLARE_MAJOR.id}),
    ("incident_response_play", {"response_play": account.MAJOR_INCIDENT.id}),
    ("incident_alerts", {"alerts": [FIRST], "status": "resolved"}),
)
OPENING: t.Sequence[tuple[str, Options]] = (
    ("event", {"dedup_key": KEY}),
    ("event", {"dedup_key": KEY, "action": "acknowledge"}),
    ("event", {"dedup_key": KEY, "action": "resolve"}),
    ("change_event", {}),
    ("incident", {"service": account.CHECKOUT.id, "incident_key": KEY, "title": "Disk full"}),
    ("maintenance_window", {"description": "Upgrade", "services": [account.CHECKOUT.id], "duration": "1h"}),
    ("schedule_override", {"schedule": account.WEB_SECONDARY.id, "user": account.OWNER.id, "duration": "1h"}),
    ("schedule_override", {"schedule": account.PAYMENTS_SHIFTS.id, "user": account.COMMANDER.id, "duration": "1h"}),
    ("user", {"email": "new@example.invalid", "name": "New"}),
)


@pytest.mark.parametrize("optional_keys", SWITCHES)
@pytest.mark.parametrize(("module", "options"), ACTING, ids=str)
def test_what_acts_on_an_incident_acts(module: str, options: Options, optional_keys: str, simulator: Simulator) -> None:
    state = {"alerts": 1, "status": "acknowledged" if options.get("status") == "triggered" else "triggered"}
    (incident_id,) = simulator.reset(incidents=1, incident=state)["incidents"]
    alert_id = simulator.state()["incidents"][0]["alerts"][0]["id"]
    named = {name: [alert_id] if value == [FIRST] else value for name, value in options.items()}
    assert_acts(module, {"incident_id": incident_id, **named}, optional_keys, simulator)


@pytest.mark.parametrize("optional_keys", SWITCHES)
@pytest.mark.parametrize(("module", "options"), OPENING, ids=str)
def test_what_is_opened_is_opened(module: str, options: Options, optional_keys: str, simulator: Simulator) -> None:
    if options.get("action"):
        ModuleRunner(simulator)("event", dedup_key=KEY)
    assert_acts(module, options, optional_keys, simulator)


def assert_acts(module: str, options: Options, optional_keys: str, simulator: Simulator) -> None:
    """Check that check mode promises the change, and that the real run makes it."""
    simulator.optional_keys(optional_keys)
    run_module = ModuleRunner(simulator)
    check = run_module(module, check=True, **options)
    assert (check["failed"], check["changed"], check.writes) == (False, True, []), check["msg"]
    done = run_module(module, **options)
    assert (done["failed"], done["changed"]) == (False, True), done["msg"]
    assert accepted(simulator)


def test_an_incident_that_is_resolved_already_is_no_failure(simulator: Simulator) -> None:
    (incident_id,) = simulator.reset(incidents=1, incident={"status": "resolved"})["incidents"]
    simulator.optional_keys("omitted")
    done = ModuleRunner(simulator)("incident_status", incident_id=incident_id, status="resolved")
    assert (done["failed"], done["changed"]) == (False, False)
    assert done["msg"] == f"Incident {incident_id}: already resolved."


def test_an_incident_that_is_acknowledged_already_is_acknowledged_again(simulator: Simulator) -> None:
    """PagerDuty does not tell its status, and accepts that."""
    (incident_id,) = simulator.reset(incidents=1, incident={"status": "acknowledged"})["incidents"]
    simulator.optional_keys("omitted")
    done = ModuleRunner(simulator)("incident_status", incident_id=incident_id, status="acknowledged")
    assert (done["failed"], done["changed"]) == (False, True)
