# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records in notes what has been started on an incident, where PagerDuty shows nothing that could be read back.

The first note says that the run is about to start. Once PagerDuty has accepted the call, the note says that it has
started. If only the first note is there, nobody can know whether it started: the task fails and does not start it
again. Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record
from .._core.errors import NotSent, OutcomeUnknown, Refused, TaskError
from .._core.retry import call_with_retries
from .notes import Notes, add_note, remove_note, update_note

ABOUT_TO_START = "is about to start"
STARTED = "has started"
IF_UNKNOWN = "Check the incident's timeline. To start it again, remove the note that it is about to start."


class Run(t.NamedTuple):
    """Something that is started once.

    Args:
        name: what is started, such as `Incident Workflow Declare Major Incident (PWORKF1)`.
        key: the run's key.
    """

    name: str
    key: str

    def note(self, state: str) -> str:
        """Return the text of the note."""
        return f"{self.name}{self._end(state)}"

    def says(self, content: str, state: str) -> bool:
        """Return whether a note is about this run: its key tells it, since names change and may be missing."""
        return content.endswith(self._end(state))

    def _end(self, state: str) -> str:
        return f" {state} (run key {self.key})."


def has_started(notes: Notes, run: Run, incident: str) -> bool:
    """Return whether an incident's notes record the run as started.

    Args:
        incident: the incident's name, for the message.

    Raises:
        OutcomeUnknown: they record it as about to start.
    """
    contents = [note["content"].strip() for note in notes]
    if any(run.says(content, STARTED) for content in contents):
        return True
    if not any(run.says(content, ABOUT_TO_START) for content in contents):
        return False
    raise OutcomeUnknown(
        f"{incident}: {run.name} may or may not have started (run key {run.key}).",
        hint=IF_UNKNOWN,
        retryable=False,
    )


def start(client: PagerDuty, incident_id: str, run: Run, call: t.Callable[[], t.Any]) -> None:
    """Start a run, and record it.

    Args:
        call: starts it.

    Raises:
        TaskError: it was not started, or whether it was is not known.
    """
    note = add_note(client, incident_id, run.note(ABOUT_TO_START), is_effect=False)
    try:
        call()
    except (NotSent, Refused):
        _remove(client, incident_id, run, note)
        raise
    try:
        _record(client, lambda: update_note(client, incident_id, note["id"], run.note(STARTED), is_effect=False))
    except TaskError as error:
        client.warn(
            f"Incident {incident_id}: {run.name} has started, but its note could not be updated: {error.message} "
            f"Until you change the note to say that it {STARTED}, another run of this task fails."
        )


def _record(client: PagerDuty, call: t.Callable[[], t.Any]) -> None:
    """Change a note, with time of its own: that of the task may be used up, and without the note each next run fails.

    Raises:
        TaskError: that was not possible.
    """
    call_with_retries(call, client.budget.anew(), idempotent=True)


def _remove(client: PagerDuty, incident_id: str, run: Run, note: Record) -> None:
    """Remove the note of a run that has not started. A failure must not hide why it has not."""
    try:
        _record(client, lambda: remove_note(client, incident_id, note["id"], is_effect=False))
    except TaskError as error:
        client.warn(
            f"Incident {incident_id}: {run.name} has not started, but its note could not be removed: {error.message} "
            f"Until you remove the note that it {ABOUT_TO_START}, another run of this task fails."
        )
