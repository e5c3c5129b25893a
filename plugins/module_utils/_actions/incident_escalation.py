# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_escalation: escalates incidents to a level of their escalation policies.

PagerDuty does not return the level of an incident. It is at the level whose on-call users are its assignees, if the
policy assigned them, not a person. Whoever acknowledges an incident gets it, so then those count who had it before. The
incident's log has them. Private to the collection.
"""

from __future__ import annotations

import re
import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._core.action import State
from .._core.change import CAREFULLY, NEVER, Change, Notification
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.words import ESCALATE, label, short_name
from .._incidents.acknowledging import assignees_before
from .._incidents.action import IncidentPut
from .._incidents.fields import assignees_of
from .._incidents.foretold import is_foretold
from .._incidents.names import name_of
from .._incidents.on_call import OnCall, UsersByLevel, assigned, notified
from .._incidents.read import check_open, lacking

NEXT = "next"
POLICY = "escalation_policy"
ESCALATED: Record = {"assigned_via": POLICY, "status": "triggered", "acknowledgements": []}
"""Fields of an incident that was escalated: it pages people, so an acknowledged one becomes triggered (INFERRED)."""
NUMBER = re.compile(r"[1-9]\d{0,8}", re.ASCII)


class Target(t.NamedTuple):
    """An incident, and where to escalate it.

    Args:
        incident: the incident.
        level: the level.
        users: who is on call there, by id.
        is_held: whether somebody has acknowledged it at that level, and so has it.
    """

    incident: Record
    level: int
    users: t.Mapping[str, Record]
    is_held: bool


class Blind(t.NamedTuple):
    """An incident to escalate to a level, although it is not known who is on call.

    Args:
        level: the level; 0 for the next one of an incident that does not exist yet.
        problem: why it is not known; empty if it could not be asked.
    """

    incident: Record
    level: int
    problem: str


class Escalation(IncidentPut):
    """Escalates each incident to a level, which pages those on call there.

    Args:
        options: `incident_id` and `level`, a number or `next`.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents, `escalation_level`; GET /oncalls.
    """

    def __init__(self, client: PagerDuty, options: dict[str, t.Any]) -> None:
        super().__init__(client, options)
        self._level = options["level"].strip()
        self._chosen: dict[str, int] = {}
        """Levels, chosen once in a task: an escalation without a response must not become one to the level after it."""
        self._ids: dict[str, str] = {}
        self._on_call = OnCall(client)
        self._reads = 0

    def check(self) -> None:
        """Check the ids and the level."""
        super().check()
        if self._level != NEXT and not NUMBER.fullmatch(self._level):
            raise InvalidOption("level", "must be 1 or greater, or next", self.options["level"])

    def ids_of(self, given: t.Sequence[str]) -> dict[str, str]:
        """Return the ids of the incidents by what the task calls them, for the result."""
        self._ids = super().ids_of(given)
        return self._ids

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return the incidents, and the levels by what the task calls them."""
        names = {each if is_foretold(name) else name: each for name, each in self._ids.items()}
        levels = {name: self._chosen[each] for name, each in names.items() if each in self._chosen}
        return {**super().result(records), "levels": levels}

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the incidents, and who is on call now, as that decides."""
        self._on_call = OnCall(self.client)
        self._reads += 1
        return super().read(targets)

    def state(self, incident: Record) -> Target | Blind:
        """Return where to escalate an incident.

        Raises:
            Refused: it cannot be escalated, or nobody is on call there.
        """
        check_open(incident, "it cannot be escalated")
        _check_urgency(incident)
        try:
            levels = self._levels(incident)
        except TaskError as error:
            # After a lost response, what cannot be read must not be sent again: it would page twice.
            if error.is_fatal or self._level == NEXT or self._reads > 1:
                raise
            self._chosen[incident["id"]] = int(self._level)
            return Blind(incident, int(self._level), error.message)
        level = self._chosen.get(incident["id"]) or self._choose_level(incident, levels)
        self._chosen[incident["id"]] = level
        if level not in levels:
            raise self._nobody_on_call(incident, levels, level)
        return Target(incident, level, levels[level], self._is_held_at(incident, set(levels[level])))

    def foretold(self, incident: Record) -> Target | Blind:
        """Return where to escalate an incident that does not exist yet.

        Raises:
            Refused: as for `state`, if its escalation policy is known.
        """
        check_open(incident, "it cannot be escalated")
        _check_urgency(incident)
        if incident["escalation_policy"] is None:
            return Blind(incident, 0 if self._level == NEXT else int(self._level), "")
        levels = self._levels(incident)
        level = _level_after(incident, levels) if self._level == NEXT else int(self._level)
        self._chosen[incident["id"]] = level
        if level not in levels:
            raise self._nobody_on_call(incident, levels, level)
        return Target(incident, level, levels[level], is_held=False)

    def plan(self, target: str, state: Target | Blind) -> Change:
        """Plan to escalate the incident, unless it is at the level."""
        if isinstance(state, Blind):
            return _blind_change(state)
        incident, level, users, is_held = state
        before = {
            "assigned_via": _assigned_via(incident),
            "assignees": sorted(label(users.get(user["id"], user)) for user in assignees_of(incident)),
        }
        after = {"assigned_via": POLICY, "assignees": sorted(map(label, users.values()))}
        name = name_of(incident)
        if before == after or is_held:
            says = f"already at level {level}"
            return Change(target=target, name=name, before=before, after=before, says=says, record=incident)
        return Change(
            target=target,
            name=name,
            before={**before, "status": incident.get("status")},
            after={**after, "status": "triggered"},
            says=[ESCALATE(f"to level {level}")],
            record=incident,
            predicted={**incident, **ESCALATED, "assignments": assigned(users.values())},
            body={"escalation_level": level},
            resend=CAREFULLY,
            if_unknown=self._if_unknown(level),
        )

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return who is on call at the level."""
        policy = change.record.get("escalation_policy")
        of = f"of {label(policy)}" if policy else "of its escalation policy"
        why = f"on call at {_level_name(change.body['escalation_level'])} {of}"
        if change.predicted["assignments"] is None:
            return [Notification(None, why)]
        return notified(assignees_of(change.predicted), why)

    def _levels(self, incident: Record) -> UsersByLevel:
        """Return who is on call for the incident's policy.

        Raises:
            TaskError: it cannot be read.
        """
        policy = incident.get("escalation_policy")
        if policy is None:
            raise lacking(incident, "escalation_policy", "who is on call is not known", "Set level to a number.")
        return self._on_call.levels(policy["id"])

    def _if_unknown(self, level: int) -> str:
        if self._level != NEXT:
            return ""
        return f"Wait a few minutes, then set level to {level}: next may be the level after it."

    def _choose_level(self, incident: Record, levels: UsersByLevel) -> int:
        """Return the level that the task names, or the one after the current one that has somebody on call.

        Raises:
            Refused: there is none, or the current level cannot be determined.
        """
        if self._level != NEXT:
            return int(self._level)
        _check_assigned(incident)
        current = self._current_level(incident, levels)
        later = [level for level in levels if level > current]
        if not later:
            raise Refused(
                f"{name_of(incident)} is at level {current}, after which nobody is on call. "
                f"{_listed(self._policy(incident), levels)}",
                hint="Choose a level, or request responders with incident_responders.",
            )
        return min(later)

    def _current_level(self, incident: Record, levels: UsersByLevel) -> int:
        """Return the level of an incident.

        Raises:
            Refused: it cannot be determined.
        """
        is_by_policy = _assigned_via(incident) == POLICY
        matching = _levels_of({user["id"] for user in assignees_of(incident)}, levels) if is_by_policy else []
        if incident.get("status") == "acknowledged" or len(matching) != 1:
            before = assignees_before(self.client, incident)
            is_by_policy = is_by_policy or before is not None
            matching = matching if before is None else _levels_of(before, levels)
        if not is_by_policy:
            reason = "it was reassigned manually"
        elif not matching:
            reason = "its assignees are not the people on call at any level"
        elif len(matching) > 1:
            reason = f"the same people are on call at levels {', '.join(map(str, sorted(matching)))}"
        else:
            return matching[0]
        raise Refused(
            f"Cannot determine the current level of {name_of(incident)}: {reason}. "
            f"{_listed(self._policy(incident), levels)}",
            hint="Set level to a number.",
        )

    def _is_held_at(self, incident: Record, user_ids: set[str]) -> bool:
        """Return whether somebody has acknowledged an incident that was assigned to these users: they are not paged."""
        is_theirs = {user["id"] for user in assignees_of(incident)} == user_ids
        is_new = self._level == NEXT and self._reads == 1
        if incident.get("status") != "acknowledged" or is_theirs or is_new:
            return False
        try:
            return assignees_before(self.client, incident) == user_ids
        except TaskError:
            # A page must not fail because nobody tells whether it is needed.
            return False

    def _nobody_on_call(self, incident: Record, levels: UsersByLevel, level: int) -> Refused:
        """Return why an incident cannot be escalated: the policy lacks the level, or nobody is on call there."""
        policy = self._policy(incident)
        name = f"{name_of(incident)}: level {level} of escalation policy {short_name(policy)}"
        if level <= len(policy["escalation_rules"]):
            return Refused(
                f"{name} has nobody on call. {_listed(policy, levels)}",
                hint="Fill its schedule, or choose another level.",
            )
        return Refused(f"{name} does not exist. {_listed(policy, levels)}", hint="Choose one of these levels.")

    def _policy(self, incident: Record) -> Record:
        path = path_of("escalation_policies", incident["escalation_policy"]["id"])
        return self.client.get(path, "escalation_policy")


def _levels_of(user_ids: set[str], levels: UsersByLevel) -> list[int]:
    """Return the levels at which these users, and nobody else, are on call."""
    return [level for level, users in levels.items() if set(users) == user_ids]


def _level_after(incident: Record, levels: UsersByLevel) -> int:
    """Return the level that follows that of an incident that does not exist yet; it starts with the first one."""
    users = {user["id"] for user in assignees_of(incident)}
    current = next(iter(_levels_of(users, levels)), min(levels, default=0))
    return min((level for level in levels if level > current), default=current + 1)


def _level_name(level: int) -> str:
    return f"level {level}" if level else "the next level"


def _blind_change(state: Blind) -> Change:
    """Return the change of an incident of which it is not known who is on call.

    Nobody can see whether it was made, so it must not be sent again.
    """
    incident, level, problem = state
    again = f"{name_of(incident)}: if it was at level {level} already, this pages the same people again. {problem}"
    return Change(
        target=incident["id"],
        name=name_of(incident),
        before={"level": None},
        after={"level": level or NEXT},
        says=[ESCALATE(f"to {_level_name(level)}")],
        record=incident,
        predicted={**incident, **ESCALATED, "assignments": None},
        body={"escalation_level": level},
        resend=NEVER,
        if_unknown="Look at the incident first: another run of the task may page the same people again.",
        warnings=[again] if problem else [],
    )


def _assigned_via(incident: Record) -> str:
    """Return how an incident was assigned: where PagerDuty does not say it, the assignees alone tell the level."""
    return str(incident.get("assigned_via") or POLICY)


def _check_assigned(incident: Record) -> None:
    """Check that PagerDuty says to whom an incident is assigned: that tells its level.

    Raises:
        Refused: it does not.
    """
    assignments = incident.get("assignments")
    missing = "assignments" if assignments is None else "assignments[].assignee"
    if assignments is None or not all(each.get("assignee") for each in assignments):
        raise lacking(incident, missing, "its level is not known", "Set level to a number.")


def _check_urgency(incident: Record) -> None:
    """Check that an incident can be escalated to a level.

    Raises:
        Refused: its urgency is low.

    Source: https://support.pagerduty.com/main/docs/reassigning-and-delegating-incidents.
    """
    if incident.get("urgency") == "low":
        raise Refused(
            f"{name_of(incident)} has low urgency, and PagerDuty escalates only high-urgency incidents.",
            hint="Set urgency: high with the incident module first.",
        )


def _listed(policy: Record, levels: UsersByLevel) -> str:
    """Return a sentence that lists the levels of an escalation policy, and who is on call at each."""
    listed = "; ".join(
        f"{number}: {', '.join(map(short_name, levels.get(number, {}).values())) or 'nobody on call'}"
        for number in range(1, len(policy["escalation_rules"]) + 1)
    )
    return f"Levels: {listed}."
