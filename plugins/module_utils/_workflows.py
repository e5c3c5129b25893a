# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Incident Workflows: start one on an incident, once for each run key.

PagerDuty lists no runs. So a run is written down on the incident itself, in a note: first that it is about to start,
and after PagerDuty has taken it, that it has started. A note that says no more than the former stands for a run of
which nobody can know whether it started; that is said, and nothing is started again. Private to the collection.
"""

from __future__ import annotations

import re
import typing as t

from ._directory import INCIDENT_WORKFLOW, label, look_up
from ._errors import BadInput, NotSent, Refused, Unanswered
from ._incidents import check_open, checked_ids, name_of, plan_each, read_incidents
from ._notes import post_note, read_notes, remove_note, rewrite_note
from ._plan import Plan, Planned, Write
from ._rest import PagerDuty, Record, path_of

ABOUT_TO_START = "is about to start"
STARTED = "has started"
MOST_RUN_KEY = 200
"""Characters of a run key; our own limit, so that the note stays readable."""


def start_workflow(pagerduty: PagerDuty, ids: t.Sequence[str], text: str, run_key: str | None) -> list[Planned]:
    """Start a workflow on incidents that have no run of it under this key.

    Args:
        text: the workflow's id or name.
        run_key: the caller's name for the run; as a rule, one for each workflow and incident.

    Raises:
        BadInput: when the name or the key cannot be one.
        Refused: when the name stands for nothing, or for more than one workflow, or when the workflow is switched off.

    Source: openapi/rest.json, POST /incident_workflows/{id}/instances.
    """
    if not text.strip():
        raise BadInput("incident_workflow", "it must not be empty", text)
    if run_key is not None and not (run_key.strip() and run_key.isprintable() and len(run_key) <= MOST_RUN_KEY):
        raise BadInput("run_key", f"it must be a line of 1 to {MOST_RUN_KEY} characters", run_key)
    checked_ids(ids)
    workflow = look_up(pagerduty, INCIDENT_WORKFLOW, text)
    if workflow.get("is_enabled") is False:
        raise Refused(f"The incident workflow {label(workflow)} is switched off.", hint="Enable it in PagerDuty.")
    write = Write(lambda plans: [_start(pagerduty, workflow, plan) for plan in plans])

    def plan(incident: Record) -> Plan:
        # Of an instance's id PagerDuty says no more than that it is a string; so it is unlike that of any other run.
        key = "-".join(filter(None, (workflow["id"], incident["id"], run_key)))
        run = f"{label(workflow)}, run key {key}"
        before = {"runs": [run] if _has_started(pagerduty, incident, workflow, key) else []}
        if not before["runs"]:
            check_open(incident, "no workflow is started on it")
        return Plan(incident["id"], before, {"runs": [run]}, incident, incident, write, key)

    return plan_each(read_incidents(pagerduty, ids), plan)


def _note(workflow: Record, key: str, state: str) -> str:
    return f"Incident Workflow {label(workflow)} {state} (run key {key})."


def _has_started(pagerduty: PagerDuty, incident: Record, workflow: Record, key: str) -> bool:
    """Whether the run is written down as started.

    Raises:
        Unanswered: when it is written down as about to start, and no trace says that it has.
    """
    contents = [note["content"].strip() for note in read_notes(pagerduty, incident["id"])]
    if _note(workflow, key, STARTED) in contents:
        return True
    if _note(workflow, key, ABOUT_TO_START) not in contents:
        return False
    if _left_a_trace(pagerduty, incident, key):
        return True
    raise Unanswered(
        f"Incident {name_of(incident)}: whether the run {key!r} of {label(workflow)} has started is not known.",
        hint="Look at the incident's timeline. To start it again, remove the note that it is about to start, "
        "or give another run_key.",
        again=False,
    )


def _left_a_trace(pagerduty: PagerDuty, incident: Record, key: str) -> bool:
    """Whether the incident's timeline names the run (INFERRED: PagerDuty does not say what a run leaves there)."""
    path = path_of("incidents", incident["id"], "log_entries")
    entries = (entry for page in pagerduty.pages(path, "log_entries") for entry in page)
    # The note that the run is about to start stands in the timeline too.
    names_it = re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
    return any(names_it.search(str(entry)) for entry in entries if ABOUT_TO_START not in str(entry))


def _start(pagerduty: PagerDuty, workflow: Record, plan: Plan) -> Record:
    key = plan.body
    note = post_note(pagerduty, plan.target, _note(workflow, key, ABOUT_TO_START))
    instance = {
        "id": key,
        "type": "incident_workflow_instance",
        "incident": {"id": plan.target, "type": "incident_reference"},
    }
    path = path_of("incident_workflows", workflow["id"], "instances")
    try:
        pagerduty.write("POST", path, {"incident_workflow_instance": instance}, "incident_workflow_instance")
    except (NotSent, Refused):
        remove_note(pagerduty, plan.target, note["id"])
        raise
    try:
        rewrite_note(pagerduty, plan.target, note["id"], _note(workflow, key, STARTED))
    except (NotSent, Refused) as error:
        # The run has started, and what is written down does not say so.
        raise Unanswered.after_the_effect(error) from error
    return plan.expected
