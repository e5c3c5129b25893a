# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event filter note_commands: which notes are commands that a rule may run.

Private to the collection.
"""

from __future__ import annotations

import logging
import os
import typing as t

from .options import number, texts
from .position import iso, time_of

LOGGER = logging.getLogger("oncall.pagerduty.note_commands")

COMMANDS = {"/acknowledge": "acknowledge", "/resolve": "resolve"}
PEOPLE = "PAGERDUTY_NOTE_COMMANDERS"
MAX_AGE = 15.0
"""Minutes."""
MINUTE = 60.0
TOLERANCE = 1.0
"""Seconds by which the times of a note and of a change can differ: both are cut to whole seconds."""

Json = dict[str, t.Any]


class Command(t.NamedTuple):
    """A note that asks for something, and how its incident stood when the source read it."""

    text: str
    by: str
    """The id of whoever wrote it."""
    at: float
    """When, in seconds since 1970."""
    age: float
    """Minutes, by PagerDuty's clock; infinite where the event does not say."""
    incident: Json

    @property
    def assigned(self) -> set[str]:
        """The ids of those to whom the incident is assigned."""
        assignees = self.incident.get("assignees")
        return {str(each.get("id")) for each in assignees or () if isinstance(each, dict)}

    @property
    def changed_at(self) -> float:
        """When the status of the incident last changed; infinite where the event does not say.

        Source: PagerDuty/api-schema, reference/REST/openapiv3.json, Incident, last_status_change_at.
        """
        try:
            return time_of(str(self.incident["last_status_change_at"]))
        except (KeyError, ValueError):
            return float("inf")


def main(event: Json, people: t.Sequence[str] | str | None = None, max_age: float | str = MAX_AGE) -> Json:
    """Put the name of a command into the meta of an event, if it may be run; otherwise say why not.

    Args:
        event: of any kind.
        people: the ids of those who may give commands on every incident, beside those to whom it is assigned.
        max_age: minutes after which a command is no longer run.
    """
    command = command_in(event)
    if command is None:
        return event
    allowed = texts({"people": people or os.environ.get(PEOPLE)}, "people")
    reason = refusal(command, allowed, number({"max_age": max_age}, "max_age", MAX_AGE, minimum=0))
    if reason is None:
        event.setdefault("meta", {})["command"] = COMMANDS[command.text]
    else:
        LOGGER.warning("Ignored the command %s on incident %s: %s", command.text, command.incident.get("id"), reason)
    return event


def command_in(event: Json) -> Command | None:
    """Return the command that an event of the source log_entries reports, if it reports one."""
    try:
        reported = event["payload"]["event"]
        text = str(reported["data"]["content"]).strip()
        if reported["event_type"] != "incident.annotated" or text not in COMMANDS:
            return None
        # A webhook has no log entry, and its note has a reference to the incident.
        incident = event["payload"].get("log_entry", reported["data"])["incident"]
        at = time_of(reported["occurred_at"])
        age = (_handed_over_at(event) - at) / MINUTE
        return Command(text, str((reported["agent"] or {}).get("id")), at, age, {**incident})
    except (KeyError, TypeError, AttributeError, ValueError):
        return None


def refusal(command: Command, people: t.Collection[str], max_age: float) -> str | None:
    """Return why a command is not run; None if it is."""
    if command.by not in {*command.assigned, *people}:
        return (
            f"the incident is not assigned to {command.by}, who wrote it. To let them give commands on every incident, "
            f"add this id to {PEOPLE}"
        )
    if command.changed_at - command.at > TOLERANCE:
        return f"the status of the incident {_change(command.changed_at)}. Write it again if it still holds"
    if command.age > max_age:
        return f"it is {command.age:.0f} minutes old, and only those of the last {max_age:g} minutes are run"
    return None


def _handed_over_at(event: Json) -> float:
    """Return the time at which the source log_entries has handed an event over."""
    handed_over_at = event["meta"].get("handed_over_at")
    return time_of(handed_over_at) if handed_over_at else float("inf")


def _change(changed_at: float) -> str:
    is_known = changed_at < float("inf")
    return f"has changed since, at {iso(changed_at)}" if is_known else "is not known to be the same since"
