# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of all modules, on random states and with random options.

What check mode predicts is what happens, what the result says is what the simulator holds, and a second run changes
nothing.
"""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.in_process.conftest import ModuleRun, ModuleRunner
from modules import MODULES, targeted
from modules.strategies import PRIORITIES, texts
from simulator import account
from simulator.launch import Simulator

State = dict[str, t.Any]
Options = dict[str, t.Any]

NAMED: dict[str, str] = {
    thing.id: f"{thing.name} ({thing.id})"
    for things in (account.USERS, account.ESCALATION_POLICIES, account.PRIORITIES, account.SERVICES, account.TEAMS)
    for thing in t.cast("dict[str, t.Any]", things).values()
}
"""How objects of the account show in a diff."""

tasks = st.sampled_from(sorted(MODULES)).flatmap(lambda module: st.tuples(st.just(module), MODULES[module].strategy))
starts = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["triggered", "acknowledged", "resolved"]),
        "urgency": st.sampled_from(["high", "low"]),
        "priority": st.sampled_from(sorted(account.PRIORITIES)),
        "escalation_policy": st.sampled_from([account.DATABASE_POLICY.id, account.NOBODY_HOME.id]),
        "responders": st.dictionaries(
            st.sampled_from(sorted(account.USERS)),
            st.sampled_from(["pending", "joined", "declined", "user_cancelled"]),
            max_size=3,
        ),
        "notes": st.lists(texts, max_size=2),
        "alerts": st.integers(0, 2),
        "subscribers": st.lists(st.sampled_from([account.OWNER.id, account.WEB.id]), max_size=2),
    },
)


@pytest.mark.parametrize("module", MODULES)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(1, 4), start=starts, earlier=st.lists(tasks, max_size=3), data=st.data())
def test_check_mode_predicts_what_happens_and_a_second_run_changes_nothing(
    module: str,
    count: int,
    start: State,
    earlier: list[tuple[str, Options]],
    data: st.DataObject,
    simulator: Simulator,
) -> None:
    options = data.draw(MODULES[module].strategy)
    run_module = ModuleRunner(simulator)
    ids = simulator.reset(incidents=count, incident=start)["incidents"]
    for another in earlier:
        # Only on some of the incidents, to make them differ.
        perform(run_module, *another, ids[: len(ids) // 2 + 1])
    check = perform(run_module, module, options, ids, check=True)
    assert check.writes == []
    real = perform(run_module, module, options, ids)
    if "has no open incident with the key" in real["msg"]:
        # Check mode counts on a task before that would open it.
        assert (real["failed"], real.writes) == (True, [])
        return
    assert check.diff == real.diff
    assert check["changed"] == real["changed"] or real["failed"]
    everything = simulator.state()
    state = {each["id"]: each for each in everything["incidents"]}
    for difference in real.diff:
        if module in BESIDE_INCIDENTS:
            BESIDE_INCIDENTS[module](everything, difference["after"], options)
        else:
            for target in targets_of(difference["after_header"], state):
                assert_holds(state, target, difference["after"], options)
    pages = simulator.state()["pages"]
    if module == "event" and not with_key(state, options["dedup_key"]):
        return
    again = perform(run_module, module, options, ids)
    assert again.diff == []
    assert (again["changed"], again["failed"]) == (False, real["failed"])
    assert again.writes == []
    assert simulator.state()["pages"] == pages


def perform(
    run_module: ModuleRunner, module: str, options: Options, ids: list[str], *, check: bool = False
) -> ModuleRun:
    targets = ids[:1] if MODULES[module].on_one else ids
    return run_module(module, check=check, **targeted(module, options, targets))


def targets_of(header: str, state: dict[str, State]) -> list[str]:
    """Return the targets of an entry of a diff: `#1 TITLE (Q1)`, `4 incidents: #1 to #3, #5` or `alert KEY`."""
    numbered = {f"#{each['incident_number']}": each["id"] for each in state.values()}
    if header.startswith("#"):
        return [numbered[header.split()[0]]]
    several = re.match(r"\d+ (incident|alert)s: ", header)
    names = header[several.end() :].split(", ") if several else [header.split(" ", 1)[1]]
    return [numbered.get(name, name) for each in names for name in in_range(each)]


def in_range(names: str) -> list[str]:
    """Return the names that a range such as `#1 to #3` stands for; a name alone stands for itself."""
    ends = re.fullmatch(r"#(\d+) to #(\d+)", names)
    return [f"#{number}" for number in range(int(ends[1]), int(ends[2]) + 1)] if ends else [names]


def assert_holds(state: dict[str, State], target: str, after: Options, options: Options) -> None:
    """Check that the simulator holds what the diff says."""
    if "dedup_key" in after:
        # PagerDuty drops an acknowledgement or a resolution of an unknown alert.
        known = with_key(state, target)
        assert not known or known[-1]["status"] == after["status"]
        return
    opened = with_key(state, target)
    if target not in state and not opened:
        assert_alert_holds(state, target, after)
        return
    incident = state[target] if target in state else opened[-1]
    # test_idempotence_and_check_mode.py holds whom a change notifies to the pages.
    for name, promised in ((name, value) for name, value in after.items() if name != "notifies"):
        assert SHOWN[name](incident, promised, options), (name, promised, incident)


def with_key(state: dict[str, State], key: str) -> list[State]:
    """Return the incidents that have a key: their own, or that of one of their alerts."""
    return [
        each
        for each in state.values()
        if key in (each["incident_key"], *(alert["alert_key"] for alert in each["alerts"]))
    ]


def assert_alert_holds(state: dict[str, State], target: str, after: Options) -> None:
    """Check that the simulator has an alert with the status and the incident that the diff says."""
    ((incident_id, alert),) = [
        (incident["id"], alert) for incident in state.values() for alert in incident["alerts"] if alert["id"] == target
    ]
    promised = {name: value for name, value in after.items() if name != "notifies"}
    assert promised == {name: {"status": alert["status"], "incident": incident_id}[name] for name in promised}


def assert_window(state: State, after: Options, options: Options) -> None:
    """Check that there is the window that the diff promises, or none."""
    called = [each for each in state["maintenance_windows"] if each["description"] == options["description"]]
    open_ones = [each for each in called if each["end"] > state["now"]]
    if options.get("state") == "absent":
        assert (after, open_ones) == ({"windows": []}, [])
        return
    assert any(
        sorted(map(NAMED.get, each["services"])) == after["services"]
        and after["start"] in ("now", each["start"])
        and (after["end"] == each["end"] or after["end"].startswith("now + "))
        for each in open_ones
    )


def assert_override(state: State, after: Options, options: Options) -> None:
    """Check that the user has as many overrides of the schedule in the period as the diff promises."""
    schedules = {name: each.id for each in account.SCHEDULES.values() for name in (each.id, each.name)}
    users = {name: user.id for user in account.USERS.values() for name in (user.id, user.name, user.email)}
    wanted = schedules[options["schedule"]], users[options["user"]]
    present = moment(state["now"])
    start = max(present, moment(options.get("start", state["now"])))
    end = moment(options["end"]) if "end" in options else present + timedelta(hours="duration" in options)
    found = [
        each
        for each in state["overrides"]
        if (each["schedule"], each["user"]) == wanted and moment(each["start"]) <= end and moment(each["end"]) > start
    ]
    assert len(found) == len(after["overrides"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def assert_change_event(state: State, after: Options, _options: Options) -> None:
    """Check that the change event that the diff promises is the latest."""
    payload = state["change_events"][-1]["payload"]
    assert after == {"summary": payload["summary"], "source": payload["source"]}


def assert_user(state: State, after: Options, options: Options) -> None:
    """Check that there is the user that the diff promises, or none."""
    found = [user for user in state["users"] if user["email"] == options["email"]]
    if options.get("state") == "absent":
        assert (set(after.values()), found) == ({None}, [])
        return
    shown = {**found[0], "title": found[0]["job_title"] or None}
    assert {name: value or None for name, value in after.items() if name != "notifies"}.items() <= shown.items()


BESIDE_INCIDENTS = {
    "change_event": assert_change_event,
    "maintenance_window": assert_window,
    "schedule_override": assert_override,
    "user": assert_user,
}


def is_equal(name: str) -> t.Callable[[State, t.Any, Options], bool]:
    return lambda incident, promised, _options: bool(incident[name] == promised)


def has_notes(incident: State, promised: list[str], options: Options) -> bool:
    here = [note["content"] for note in incident["notes"]]
    return set(promised) <= set(here) and (options.get("state") != "absent" or options["content"] not in here)


def has_custom_fields(incident: State, promised: Options, _options: Options) -> bool:
    ids = {field.name: field.id for field in account.CUSTOM_FIELDS.values()}
    return all(incident["custom_fields"].get(ids[name]) == value for name, value in promised.items())


def has_responders(incident: State, promised: t.Any, _options: Options) -> bool:
    """Each responder has the promised state; a response play promises no states, and a policy stands for its people."""
    states = {NAMED[each["user"]]: each["state"] for each in incident["responders"]}
    if isinstance(promised, list):
        return all(name in states or states for name in promised)
    return all(states[name] == promised[name] for name in states if name in promised)


SHOWN: dict[str, t.Callable[[State, t.Any, Options], bool]] = {
    "assigned_via": is_equal("assigned_via"),
    "body": is_equal("body"),
    "incident_key": is_equal("incident_key"),
    "incident_type": is_equal("incident_type"),
    "assignees": lambda incident, promised, _options: sorted(map(NAMED.get, incident["assignees"])) == promised,
    "conference_bridge": lambda incident, promised, _options: promised.items() <= incident["conference_bridge"].items(),
    "custom_fields": has_custom_fields,
    "escalation_policy": lambda incident, promised, _options: NAMED[incident["escalation_policy"]] == promised,
    "merged": lambda incident, promised, _options: len(incident["alerts"]) >= len(promised),
    "notes": has_notes,
    "priority": lambda incident, promised, _options: PRIORITIES[incident["priority"]] == promised,
    "resolution": lambda incident, _promised, _options: "resolve" in incident["log_entries"],
    "responders": has_responders,
    "runs": lambda incident, _promised, _options: any("has started" in note["content"] for note in incident["notes"]),
    "service": lambda incident, promised, _options: NAMED[incident["service"]] == promised,
    "acknowledged_until": lambda incident, _promised, _options: incident["snoozed_until"] is not None,
    "status": is_equal("status"),
    "status_updates": lambda incident, promised, _options: (
        [update["message"] for update in incident["status_updates"]] == promised
    ),
    "subscribers": lambda incident, promised, _options: (
        set(promised) <= {NAMED[each["subscriber_id"]] for each in incident["subscribers"]}
    ),
    "title": is_equal("title"),
    "urgency": is_equal("urgency"),
}
