# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The law of the collection, for all modules at once, on random states and with random arguments.

What check mode says is what happens; what has happened is what was said; and the same task again changes nothing.
"""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import account
from simulator.launch import Simulator
from unit.plugins.conftest import Acted, Actor

State = dict[str, t.Any]
Options = dict[str, t.Any]

NAMED: dict[str, str] = {
    thing.id: f"{thing.name} ({thing.id})"
    for things in (account.USERS, account.ESCALATION_POLICIES, account.PRIORITIES, account.TEAMS)
    for thing in t.cast("dict[str, t.Any]", things).values()
}
"""How things of the account show in a diff."""
PRIORITIES = {priority.name: f"{priority.name} ({priority.id})" for priority in account.PRIORITIES.values()}

users = st.sampled_from([name for user in account.USERS.values() for name in (user.id, user.name, user.email)])
policies = st.sampled_from([account.WEB_OPERATIONS.id, account.DATABASE_POLICY.name, account.NOBODY_HOME.id])
texts = st.sampled_from(["Disk full", "Disk  full", "two\nlines", "  framed ", "ünïcode ✓", "{{ 7 * 7 }}", "<b>&amp;"])
urls = st.sampled_from(["https://meet.example.com/a", "https://meet.example.com/b"])


def some(**options: st.SearchStrategy[t.Any]) -> st.SearchStrategy[Options]:
    """At least one of the options."""
    return st.fixed_dictionaries({}, optional=options).filter(bool)


def is_allowed(options: Options) -> bool:
    return not {"assignees", "escalation_policy"} <= set(options)


updates = some(
    status=st.sampled_from(["acknowledged", "resolved"]),
    title=texts,
    urgency=st.sampled_from(["high", "low"]),
    priority=st.sampled_from(sorted(PRIORITIES)),
    assignees=st.lists(users, min_size=1, max_size=3),
    escalation_policy=policies,
    conference_bridge=some(conference_url=urls, conference_number=st.just("+1-415-555-0100")),
).filter(is_allowed)
resolutions = st.fixed_dictionaries({"status": st.just("resolved"), "resolution": texts})

ACTIONS: dict[str, st.SearchStrategy[Options]] = {
    "event": st.fixed_dictionaries(
        {
            "dedup_key": st.sampled_from(["disk", "cpu"]),
            "action": st.sampled_from(["trigger", "acknowledge", "resolve"]),
        },
        optional={"summary": texts, "severity": st.sampled_from(["critical", "info"]), "class": texts},
    ),
    "incident": updates | st.builds(lambda one, other: {**one, **other}, updates, resolutions),
    "incident_escalation": st.fixed_dictionaries({"level": st.integers(1, 4)}),
    "incident_escalation_policy": st.fixed_dictionaries({"escalation_policy": policies}),
    "incident_info": some(include=st.lists(st.sampled_from(["notes", "alerts", "users", "log_entries"]), max_size=3)),
    "incident_note": st.fixed_dictionaries(
        {"content": texts}, optional={"state": st.sampled_from(["present", "absent"])}
    ),
    "incident_responders": some(
        users=st.lists(users, min_size=1, max_size=3),
        escalation_policies=st.lists(policies, min_size=1, max_size=2),
        renotify=st.booleans(),
    ).filter(lambda options: "users" in options or "escalation_policies" in options),
    "incident_response_play": st.fixed_dictionaries(
        {"response_play": st.sampled_from([account.MAJOR_INCIDENT.id, account.TELL_STAKEHOLDERS.name])}
    ),
    "incident_status": resolutions | st.fixed_dictionaries({"status": st.sampled_from(["acknowledged", "resolved"])}),
    "incident_workflow": st.fixed_dictionaries(
        {"incident_workflow": st.sampled_from([account.DECLARE_MAJOR.id, account.DECLARE_MAJOR.name])},
        optional={"run_key": st.sampled_from(["drill-1", "drill-2"])},
    ),
}
actions = st.sampled_from(sorted(ACTIONS)).flatmap(lambda module: st.tuples(st.just(module), ACTIONS[module]))
starts = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["triggered", "acknowledged", "resolved"]),
        "urgency": st.sampled_from(["high", "low"]),
        "priority": st.sampled_from(sorted(account.PRIORITIES)),
        "escalation_policy": st.sampled_from([account.DATABASE_POLICY.id, account.NOBODY_HOME.id]),
        "responders": st.dictionaries(
            st.sampled_from(sorted(account.USERS)), st.sampled_from(["pending", "joined", "declined"]), max_size=3
        ),
        "notes": st.lists(texts, max_size=2),
    },
)


@pytest.mark.parametrize("module", ACTIONS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(1, 4), start=starts, earlier=st.lists(actions, max_size=3), data=st.data())
def test_what_check_mode_says_is_what_happens_and_only_once(
    module: str,
    count: int,
    start: State,
    earlier: list[tuple[str, Options]],
    data: st.DataObject,
    simulator: Simulator,
) -> None:
    options = data.draw(ACTIONS[module])
    act = Actor(simulator)
    ids = simulator.reset(incidents=count, incident=start)["incidents"]
    for another in earlier:
        # What went before met only some of them, so that the incidents differ.
        perform(act, *another, ids[: len(ids) // 2 + 1])
    check = perform(act, module, options, ids, check=True)
    assert check.writes == []
    real = perform(act, module, options, ids)
    assert check["diff"] == real["diff"]
    assert check["changed"] == real["changed"] or real["failed"]
    state = {each["id"]: each for each in simulator.state()["incidents"]}
    for difference in real["diff"]:
        assert_is_so(state, difference["after_header"].split(" ", 1)[1], difference["after"], options)
    pages = simulator.state()["pages"]
    if module == "event" and options["dedup_key"] not in {each["incident_key"] for each in state.values()}:
        return
    again = perform(act, module, options, ids)
    assert again["diff"] == []
    assert (again["changed"], again["failed"]) == (False, real["failed"])
    assert again.writes == []
    assert simulator.state()["pages"] == pages


def perform(act: Actor, module: str, options: Options, ids: list[str], *, check: bool = False) -> Acted:
    targets = {} if module == "event" else {"incident_id": ids}
    return act(module, check=check, **targets, **options)


def assert_is_so(state: dict[str, State], target: str, after: Options, options: Options) -> None:
    """What the simulator holds is what the diff has promised."""
    if "dedup_key" in after:
        # PagerDuty drops what is said of an alert that it does not know.
        known = [each for each in state.values() if each["incident_key"] == target]
        assert not known or known[-1]["status"] == after["status"]
        return
    incident = state[target]
    for name, promised in after.items():
        assert SHOWN[name](incident, promised, options), (name, promised, incident)


def is_equal(name: str) -> t.Callable[[State, t.Any, Options], bool]:
    return lambda incident, promised, _options: bool(incident[name] == promised)


def has_notes(incident: State, promised: list[str], options: Options) -> bool:
    here = [note["content"] for note in incident["notes"]]
    return set(promised) <= set(here) and (options.get("state") != "absent" or options["content"] not in here)


def has_responders(incident: State, promised: t.Any, _options: Options) -> bool:
    """Each promised person with the promised answer; a play promises no answers, and for a policy people stand in."""
    states = {NAMED[each["user"]]: each["state"] for each in incident["responders"]}
    if isinstance(promised, list):
        return all(name in states or states for name in promised)
    return all(states[name] == promised[name] for name in states if name in promised)


def has_subscribers(incident: State, promised: list[str], _options: Options) -> bool:
    return set(promised) <= {NAMED[each["subscriber_id"]] for each in incident["subscribers"]}


SHOWN: dict[str, t.Callable[[State, t.Any, Options], bool]] = {
    "assigned_via": is_equal("assigned_via"),
    "assignees": lambda incident, promised, _options: sorted(map(NAMED.get, incident["assignees"])) == promised,
    "conference_bridge": lambda incident, promised, _options: promised.items() <= incident["conference_bridge"].items(),
    "escalation_policy": lambda incident, promised, _options: NAMED[incident["escalation_policy"]] == promised,
    "notes": has_notes,
    "priority": lambda incident, promised, _options: PRIORITIES[incident["priority"]] == promised,
    "resolution": lambda incident, promised, _options: promised in [note["content"] for note in incident["notes"]],
    "responders": has_responders,
    "runs": lambda incident, _promised, _options: any("has started" in note["content"] for note in incident["notes"]),
    "status": is_equal("status"),
    "subscribers": has_subscribers,
    "title": is_equal("title"),
    "urgency": is_equal("urgency"),
}
