# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a response play on incidents that lack any of its effects: its responders, or its conference bridge.

Running a play pages all its responders again. So if only its bridge is missing, the bridge alone is set. Subscribers
that a play adds cannot be read back, so a play without responders and bridge is recorded in a note.

PagerDuty ended response plays in 2024; for accounts without them the error names the module incident_workflow. Private
to the collection.
"""

from __future__ import annotations

import functools
import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import RESPONSE_PLAY, label, look_up
from .._core.errors import InvalidOption, Refused
from .._core.plan import Fields, Notification, Plan, PlanOrOutcome, Write
from .incident_responders import notified_responders, read_after_write, states_of_responders
from .incidents import check_open, checked_ids, plan_each, put_incidents, read_incidents
from .on_call import OnCall
from .run_note import Run, has_started, start

WITHDRAWN = (402, 403, 404, 410)
"""How accounts without response plays answer."""


def run_response_play(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Run a response play.

    Args:
        params: `incident_id` and `response_play`, its id or name.

    Raises:
        InvalidOption: the name is empty.
        Refused: the name matches no play, or more than one, or the account has no response plays.

    Source: PagerDuty/api-schema as of before 2025-09-09, POST /response_plays/{response_play_id}/run.
    """
    if not params["response_play"].strip():
        raise InvalidOption("response_play", "must not be empty", params["response_play"])
    ids = checked_ids(params["incident_id"])
    play = _look_up(pagerduty, params["response_play"])
    on_call = OnCall(pagerduty)
    if play.get("responders") or _bridge(play):
        run = Write(functools.partial(_run, pagerduty, play), harmful_twice=True)
        plan = functools.partial(_plan, on_call, play, run, put_incidents(pagerduty, harmful_twice=False))
    else:
        write = Write(functools.partial(_run_recorded, pagerduty, play), harmful_twice=True)
        plan = functools.partial(_plan_recorded, on_call, play, write)
    return plan_each(read_incidents(pagerduty, ids, _include(play)), plan)


def _look_up(pagerduty: PagerDuty, text: str) -> Record:
    try:
        return look_up(pagerduty, RESPONSE_PLAY, text)
    except Refused as error:
        if error.status in WITHDRAWN:
            error.message += " The account has no response plays: PagerDuty has withdrawn them."
            error.hint = "Use an incident workflow instead: oncall.pagerduty.incident_workflow."
        raise


def _bridge(play: Record) -> Record:
    return {name: play[name] for name in ("conference_number", "conference_url") if play.get(name)}


def _include(play: Record) -> list[str]:
    """Return what an incident must include to show the play's effects."""
    return ["conference_bridge"] if _bridge(play) else []


def _plan(on_call: OnCall, play: Record, run: Write, put: Write, incident: Record) -> Plan:
    before, after = _effects(incident, play)
    if before != after:
        check_open(incident, "a response play cannot be run on it")
    if after["responders"] and before["responders"] == after["responders"]:
        bridge = _bridge(play)
        predicted = {**incident, "conference_bridge": bridge} if bridge else incident
        return Plan(incident["id"], before, after, incident, predicted, put, {"conference_bridge": bridge})
    notifies = _notifies(on_call, play) if before != after else []
    return Plan(incident["id"], before, after, incident, incident, run, notifies=notifies)


def _notifies(on_call: OnCall, play: Record) -> list[Notification]:
    """Return whom a play notifies: all its responders, also those who were requested before, and subscribers."""
    notifies = notified_responders(on_call, play.get("responders") or ())
    if play.get("subscribers_message"):
        notifies.append(Notification(None, "subscribers of the incident, who are sent the play's message"))
    return notifies


def _effects(incident: Record, play: Record) -> tuple[Fields, Fields]:
    """Return the effects of the play as they are on the incident, and as they should be."""
    states = states_of_responders(incident)
    responders = [(entry["id"], label(entry)) for entry in play.get("responders") or ()]
    before: Fields = {"responders": sorted(shown for target_id, shown in responders if target_id in states)}
    after: Fields = {"responders": sorted(shown for _target_id, shown in responders)}
    bridge = _bridge(play)
    if bridge:
        now = incident.get("conference_bridge") or {}
        before["conference_bridge"] = {name: now.get(name) for name in bridge}
        after["conference_bridge"] = bridge
    return before, after


def _run(pagerduty: PagerDuty, play: Record, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    _post(pagerduty, play, plan.target)
    # The response is only "ok"; the effects show on the incident.
    return [read_after_write(pagerduty, plan.target, _include(play))]


def _plan_recorded(on_call: OnCall, play: Record, write: Write, incident: Record) -> Plan:
    run = Run(f"Response Play {label(play)}", f"{play['id']}-{incident['id']}")
    before: Fields = {"runs": [run.key] if has_started(on_call.pagerduty, incident, run) else []}
    if not before["runs"]:
        check_open(incident, "a response play cannot be run on it")
    notifies = [] if before["runs"] else _notifies(on_call, play)
    return Plan(incident["id"], before, {"runs": [run.key]}, incident, incident, write, run, notifies)


def _run_recorded(pagerduty: PagerDuty, play: Record, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    start(pagerduty, plan.target, plan.body, lambda: _post(pagerduty, play, plan.target))
    return [plan.predicted]


def _post(pagerduty: PagerDuty, play: Record, incident_id: str) -> None:
    body = {"incident": {"id": incident_id, "type": "incident_reference"}}
    pagerduty.write("POST", path_of("response_plays", play["id"], "run"), body)
