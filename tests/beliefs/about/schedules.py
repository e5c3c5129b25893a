# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two kinds of schedules, layer-based and shift-based; these checks only read."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from beliefs.account import Json
from beliefs.belief import SCHEMA, NotTried, belief
from beliefs.own_service import OwnService

GUIDE = "PagerDuty/developer-docs, docs/REST-API/21-Schedules-v2-to-v3-Upgrade.md"
CHANGELOG = "PagerDuty/api-schema, docs/CHANGELOG.md"
MAX_READ = 20
"""How many schedules a check reads to find one that it can use."""
FINAL = ("include[]", "final_schedule")


@belief([], source=f"{GUIDE}, List schedules")
def each_list_has_its_own_schedules(own: OwnService) -> object:
    """GET /schedules and GET /v3/schedules list no schedule that the other has."""
    layer_based, shift_based = layer_based_ones(own), shift_based_ones(own)
    return sorted({each["id"] for each in layer_based} & {each["id"] for each in shift_based})


@belief([("schedule_v3_reference", False, True)], source=f"{SCHEMA}, V3ScheduleReference")
def the_list_has_references(own: OwnService) -> object:
    """GET /v3/schedules lists references, with the name as `summary` only."""
    listed = shift_based_ones(own)
    return sorted({(each["type"], "name" in each, bool(each["summary"])) for each in listed})


@belief(True, source=f"{CHANGELOG}, 2026-06-02")
def the_list_can_be_filtered_by_name(own: OwnService) -> object:
    """GET /v3/schedules?query= lists only schedules whose names contain it."""
    wanted = shift_based_ones(own)[0]
    listed = own.account.get("/v3/schedules", "schedules", [("query", wanted["summary"]), ("limit", "100")])
    named = all(wanted["summary"].casefold() in each["summary"].casefold() for each in listed)
    return named and wanted["id"] in [each["id"] for each in listed]


@belief(400, source="https://github.com/PagerDuty/pd-oncall-chat-topic/pull/48")
def a_shift_based_schedule_is_not_read_as_a_layer_based_one(own: OwnService) -> object:
    """GET /schedules/{id} of a shift-based schedule is refused with status 400."""
    return own.account.call("GET", f"/schedules/{shift_based_ones(own)[0]['id']}").status


@belief(400, source=f"{GUIDE}, When you don't know whether a schedule has been upgraded")
def a_layer_based_schedule_is_not_read_as_a_shift_based_one(own: OwnService) -> object:
    """GET /v3/schedules/{id} of a layer-based schedule is refused with status 400."""
    return own.account.call("GET", f"/v3/schedules/{layer_based_ones(own)[0]['id']}").status


@belief((False, False, False, True), source=f"{SCHEMA}, FinalSchedule")
def shifts_are_shown_only_if_asked(own: OwnService) -> object:
    """A shift-based schedule shows its shifts only with `include[]=final_schedule`, `since`, and `until`."""
    path = f"/v3/schedules/{shift_based_ones(own)[0]['id']}"
    return tuple(
        "final_schedule" in own.account.get(path, "schedule", query)
        for query in ([], next_second(), [FINAL], [*next_second(), FINAL])
    )


@belief([["type", "user_id"]], source=f"{GUIDE}, The final_schedule field")
def a_shift_names_its_user_by_the_id_only(own: OwnService) -> object:
    """A shift has its user as `member`, with an id and without a name."""
    shift = found(own, lambda shifts: next((each for each in shifts if is_assigned(each)), None))
    return [sorted(shift["member"])]


@belief(True, source=f"{SCHEMA}, GET /v3/schedules/{{id}}, overflow")
def shifts_overflow_if_asked(own: OwnService) -> object:
    """With `overflow=true` a shift has its own start, else that of the span."""
    since, until = next_second()
    for schedule, shifts in shown(own, since, until):
        whole = own.account.get(f"/v3/schedules/{schedule}", "schedule", [since, until, FINAL, ("overflow", "true")])
        starts = [each["start_time"] for each in whole["final_schedule"]["computed_shift_assignments"]]
        if starts:
            return min(map(moment, starts)) < min(moment(each["start_time"]) for each in shifts) == moment(since[1])
    raise NotTried("No shift-based schedule has a shift now.")


@belief(True, source=f"{GUIDE}, The final_schedule field, concurrent on-calls")
def several_may_be_on_call_at_once(own: OwnService) -> object:
    """Of several users who are on call at once, each has a shift of their own."""
    shifts = found(own, lambda shifts: [each for each in shifts if is_assigned(each)] if len(shifts) > 1 else None)
    return len({each["member"]["user_id"] for each in shifts}) > 1


@belief("empty_member", source=f"{GUIDE}, The final_schedule field, empty windows")
def a_slot_without_a_user_is_shown(own: OwnService) -> object:
    """A shift that is assigned to nobody is shown, with an `empty_member`."""
    shift = found(own, lambda shifts: next((each for each in shifts if not is_assigned(each)), None))
    return shift["member"]["type"]


@belief((True, ["schedule_v3_reference"]), source=f"{SCHEMA}, Oncall, schedule")
def on_calls_list_the_people_of_shift_based_schedules(own: OwnService) -> object:
    """GET /oncalls lists everybody who has a shift now, if an escalation policy uses the schedule."""
    for schedule, shifts in shown(own, *next_second()):
        users = {each["member"]["user_id"] for each in shifts if is_assigned(each)}
        if users and own.account.get(f"/v3/schedules/{schedule}", "schedule").get("escalation_policies"):
            entries = own.account.get("/oncalls", "oncalls", [("schedule_ids[]", schedule), ("limit", "100")])
            listed = {each["user"]["id"] for each in entries}
            return users <= listed, sorted({each["schedule"]["type"] for each in entries})
    raise NotTried("No shift-based schedule that an escalation policy uses has a shift now.")


@belief("schedule_v3_reference", source=f"{SCHEMA}, EscalationTargetReference")
def a_policy_has_shift_based_schedules_as_targets(own: OwnService) -> object:
    """An escalation policy refers to a shift-based schedule as a `schedule_v3_reference`."""
    for listed in shift_based_ones(own)[:MAX_READ]:
        schedule = own.account.get(f"/v3/schedules/{listed['id']}", "schedule")
        for policy in schedule.get("escalation_policies") or ():
            read = own.account.get(f"/escalation_policies/{policy['id']}", "escalation_policy")
            targets = [target for rule in read["escalation_rules"] for target in rule["targets"]]
            return next(target["type"] for target in targets if target["id"] == schedule["id"])
    raise NotTried("No escalation policy uses a shift-based schedule.")


def layer_based_ones(own: OwnService) -> list[Json]:
    """Return the first layer-based schedules.

    Raises:
        NotTried: there are none.
    """
    return _listed(own, "/schedules", "The account has no layer-based schedule.")


def shift_based_ones(own: OwnService) -> list[Json]:
    """Return the first shift-based schedules.

    Raises:
        NotTried: there are none.
    """
    return _listed(own, "/v3/schedules", "The account has no shift-based schedule.")


def _listed(own: OwnService, path: str, without: str) -> list[Json]:
    answer = own.account.call("GET", path, query=[("limit", "100")])
    if answer.status == 404 or not answer.body.get("schedules", [None]):
        raise NotTried(without)
    return t.cast("list[Json]", answer.body["schedules"])


def next_second() -> list[tuple[str, str]]:
    """Return the parameters for who is on call now."""
    now = datetime.now(timezone.utc)
    times = ((now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ") for seconds in (0, 1))
    return list(zip(("since", "until"), times, strict=True))


def shown(own: OwnService, *span: tuple[str, str]) -> t.Iterator[tuple[str, list[Json]]]:
    """Yield shift-based schedules by id, each with its shifts in a span."""
    for listed in shift_based_ones(own)[:MAX_READ]:
        schedule = own.account.get(f"/v3/schedules/{listed['id']}", "schedule", [*span, FINAL])
        yield listed["id"], schedule["final_schedule"]["computed_shift_assignments"]


def found(own: OwnService, wanted: t.Callable[[list[Json]], t.Any]) -> t.Any:
    """Return what is wanted of the shifts of a schedule, of the first that has it now.

    Raises:
        NotTried: none has.
    """
    for _schedule, shifts in shown(own, *next_second()):
        if seen := wanted(shifts):
            return seen
    raise NotTried("No shift-based schedule has such a shift now.")


def is_assigned(shift: Json) -> bool:
    """Return whether a shift has a user."""
    return bool(shift["member"]["type"] == "user_member")


def moment(text: str) -> datetime:
    """Return a time of a response."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
