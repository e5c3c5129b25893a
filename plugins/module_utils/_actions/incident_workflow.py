# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_workflow: starts a workflow once for each run key.

PagerDuty has no list of runs, so notes record them. Private to the collection.
"""

from __future__ import annotations

import hashlib
import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import INCIDENT_WORKFLOW, Directory
from .._core.action import Action
from .._core.change import CAREFULLY, Change, Notification
from .._core.errors import InvalidOption, Refused
from .._core.words import NOTIFY, START, label, short_name
from .._incidents.action import IncidentAction
from .._incidents.names import name_of
from .._incidents.notes import Notes, read_notes
from .._incidents.read import check_open
from .._incidents.run_note import IF_UNKNOWN, Run, has_started, start

Options = dict[str, t.Any]

MAX_RUN_KEY = 200
"""Characters; our own limit, to keep the note readable."""
INSTANCE_ID_LENGTH = 20


def incident_workflow(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `incident_id`, `incident_workflow` (its id or name) and `run_key`, the user's name for the run. Without
            it there is one run for each workflow and incident.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incident_workflows/{id}/instances.
    """
    return WorkflowStart(client, options)


class WorkflowStart(IncidentAction):
    """Starts a workflow on incidents that have no run of it under this key."""

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        self._workflow: Record = {}

    def check(self) -> None:
        """Check the key."""
        super().check()
        run_key = self.options["run_key"]
        if run_key is not None and not (run_key.isprintable() and len(run_key) <= MAX_RUN_KEY):
            raise InvalidOption("run_key", f"must be a single line of 1 to {MAX_RUN_KEY} characters", run_key)

    def prepare(self) -> None:
        """Look up the workflow.

        Raises:
            Refused: the name matches no workflow, or more than one, or the workflow is disabled.
        """
        super().prepare()
        self._workflow = Directory(self.client).find(INCIDENT_WORKFLOW, self.options["incident_workflow"])
        if self._workflow.get("is_enabled") is False:
            raise Refused(f"The incident workflow {label(self._workflow)} is disabled.", hint="Enable it in PagerDuty.")

    def state(self, incident: Record) -> tuple[Record, Notes]:
        """Return the incident and its notes, which record its runs."""
        return incident, read_notes(self.client, incident["id"])

    def foretold(self, incident: Record) -> tuple[Record, Notes]:
        """Return the incident without notes."""
        return incident, []

    def plan(self, target: str, state: tuple[Record, Notes]) -> Change:
        """Plan to start the workflow unless a note records that it has started.

        Raises:
            Refused: it has not started, and the incident is resolved.
            OutcomeUnknown: it may or may not have started.
        """
        incident, notes = state
        name, run_key = name_of(incident), self.options["run_key"]
        key = "-".join(filter(None, (self._workflow["id"], target, run_key)))
        run = Run(f"Incident Workflow {label(self._workflow)}", key)
        is_started = has_started(notes, run, name)
        if not is_started:
            check_open(incident, "a workflow cannot be started on it")
        return Change(
            target=target,
            name=name,
            before={"runs": [key] if is_started else []},
            after={"runs": [key]},
            says=_already(run_key) if is_started else [START(f"workflow {self._shown(run_key)}")],
            record=incident,
            body=run,
            resend=CAREFULLY,
            if_unknown=IF_UNKNOWN,
        )

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return that PagerDuty does not say whom a workflow notifies."""
        return [Notification(None, "named by its steps", NOTIFY)]

    def send_one(self, change: Change) -> Record:
        """Start the workflow, and record it in a note."""
        start(self.client, change.target, change.body, lambda: self._post(change))
        return change.record

    def _post(self, change: Change) -> None:
        instance = {
            # PagerDuty says only that it helps to differentiate; so it is short, and letters and digits alone.
            "id": hashlib.sha256(change.body.key.encode()).hexdigest()[:INSTANCE_ID_LENGTH],
            "type": "incident_workflow_instance",
            "incident": {"id": change.target, "type": "incident_reference"},
        }
        path = path_of("incident_workflows", self._workflow["id"], "instances")
        body = {"incident_workflow_instance": instance}
        self.client.write_and_get("POST", path, body, "incident_workflow_instance")

    def _shown(self, run_key: str | None) -> str:
        return short_name(self._workflow) + (f" (run key {run_key})" if run_key else "")


def _already(run_key: str | None) -> str:
    return f"the workflow has started {'under this run key ' if run_key else ''}before"
