# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account from a file, in place of the one in `account.py`; `make snapshot` writes such a file.

The keys stay those of `account.py`, and the user for whom the automation works is there as well. A routing key is
never in the file, so each integration gets one that is made from its id. People may be masked; who is asked for by name
or e-mail address is found all the same.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

from simulator import account
from simulator.account import (
    EscalationPolicy,
    EscalationRule,
    IncidentWorkflow,
    Integration,
    Priority,
    Schedule,
    Service,
    Team,
    User,
)

Record = t.Mapping[str, t.Any]


def use(file: Path) -> None:
    """Put the account of a file in the place of the constants in `account.py`.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not such a file.
    """
    try:
        _replace(json.loads(file.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file} is not a snapshot of an account: {error!r}") from error


def routing_key(integration_id: str) -> str:
    """Return the routing key of an integration."""
    return f"SIMULATED{hashlib.sha256(integration_id.encode()).hexdigest()[:23].upper()}"


def digest(user_id: str, text: str) -> str:
    """Return what is kept of a masked name or e-mail address: it tells whether a text is the one, and no more."""
    return hashlib.sha256(f"{user_id} {text}".encode()).hexdigest()


def unmasked(user: User, text: str) -> dict[str, str]:
    """Return the field of a masked user that is a text, with that text; nothing if none is."""
    # Addresses are the same in any case, names are not.
    typed = {"email": text.casefold(), "name": text}
    return {name: text for name, own in zip(typed, user.digests, strict=False) if digest(user.id, typed[name]) == own}


def _replace(content: Record) -> None:
    teams = {each["id"]: Team(each["id"], each["name"]) for each in content["teams"]}
    users = {each["id"]: _user(each, teams) for each in content["users"]}
    schedules = {each["id"]: _schedule(each, users, teams) for each in content["schedules"]}
    policies = {each["id"]: _policy(each, {**users, **schedules}, teams) for each in content["escalation_policies"]}
    services = {each["id"]: _service(each, policies, teams) for each in content["services"]}
    for registry, wanted in (
        (account.TEAMS, teams),
        (account.USERS, {**users, account.AUTOMATION.id: account.AUTOMATION}),
        (account.SCHEDULES, schedules),
        (account.ESCALATION_POLICIES, policies),
        (account.SERVICES, services),
        (account.PRIORITIES, account.by_id(Priority(each["id"], each["name"]) for each in content["priorities"])),
        (account.RESPONSE_PLAYS, {}),
        (account.INCIDENT_WORKFLOWS, account.by_id(_workflow(each) for each in content["incident_workflows"])),
    ):
        t.cast("dict[str, t.Any]", registry).clear()
        t.cast("dict[str, t.Any]", registry).update(wanted)


def _known(ids: t.Iterable[str], things: t.Mapping[str, t.Any]) -> tuple[t.Any, ...]:
    """Return things by their ids, without those that the snapshot could not read."""
    return tuple(things[each] for each in ids if each in things)


def _user(record: Record, teams: t.Mapping[str, Team]) -> User:
    time_zone = record["time_zone"] or "Etc/UTC"
    return User(
        record["id"], record["name"], record["email"], None, _known(record["teams"], teams), record["role"],
        time_zone=time_zone, digests=tuple(record.get("digests", ())),
    )  # fmt: skip


def _schedule(record: Record, users: t.Mapping[str, User], teams: t.Mapping[str, Team]) -> Schedule:
    on_call = _known(record["on_call"], users)
    members = tuple(dict.fromkeys((*on_call, *_known(record["members"], users))))
    is_shift_based = record.get("is_shift_based", False)
    if is_shift_based and not on_call:
        # Somebody is next, as PagerDuty shows who takes shifts but not whose turn is when.
        on_call, members = (None,), (None, *members)
    return Schedule(record["id"], record["name"], members, on_call, _known(record["teams"], teams), is_shift_based)


def _policy(record: Record, targets: t.Mapping[str, t.Any], teams: t.Mapping[str, Team]) -> EscalationPolicy:
    rules = tuple(
        EscalationRule(rule["id"], _known(rule["targets"], targets), rule["delay"]) for rule in record["rules"]
    )
    return EscalationPolicy(record["id"], record["name"], rules, _known(record["teams"], teams))


def _service(record: Record, policies: t.Mapping[str, EscalationPolicy], teams: t.Mapping[str, Team]) -> Service:
    integrations = tuple(
        Integration(each["id"], each["name"], routing_key(each["id"]), record["id"]) for each in record["integrations"]
    )
    return Service(
        record["id"],
        record["name"],
        policies[record["escalation_policy"]],
        integrations,
        _known(record["teams"], teams),
        record["groups_alerts"],
        "disabled" if record["status"] == "disabled" else "active",
    )


def _workflow(record: Record) -> IncidentWorkflow:
    return IncidentWorkflow(record["id"], record["name"], record["is_enabled"])
