# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts an incident workflow once for each run key. PagerDuty has no list of runs, so notes record them.

Private to the collection.
"""

from __future__ import annotations

import functools
import hashlib
import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import INCIDENT_WORKFLOW, label, look_up
from .._core.errors import InvalidOption, Refused
from .._core.plan import Notification, Plan, PlanOrOutcome, Write
from .incidents import check_open, checked_ids, plan_each, read_incidents
from .run_note import Run, has_started, start

MAX_RUN_KEY = 200
"""Characters; our own limit, to keep the note readable."""
INSTANCE_ID_LENGTH = 20


def start_workflow(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Start a workflow on incidents that have no run of it under this key.

    Args:
        params: `incident_id`, `incident_workflow` (its id or name) and `run_key`, the user's name for the run.
            Without it there is one run for each workflow and incident.

    Raises:
        InvalidOption: the name or the key has an unusable value.
        Refused: the name matches no workflow, or more than one, or the workflow is disabled.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incident_workflows/{id}/instances.
    """
    name, run_key = params["incident_workflow"], params["run_key"]
    if not name.strip():
        raise InvalidOption("incident_workflow", "must not be empty", name)
    if run_key is not None and not (run_key.strip() and run_key.isprintable() and len(run_key) <= MAX_RUN_KEY):
        raise InvalidOption("run_key", f"must be a single line of 1 to {MAX_RUN_KEY} characters", run_key)
    ids = checked_ids(params["incident_id"])
    workflow = look_up(pagerduty, INCIDENT_WORKFLOW, name)
    if workflow.get("is_enabled") is False:
        raise Refused(f"The incident workflow {label(workflow)} is disabled.", hint="Enable it in PagerDuty.")
    write = Write(functools.partial(_start, pagerduty, workflow), harmful_twice=True)
    plan = functools.partial(_plan, pagerduty, workflow, run_key, write)
    return plan_each(read_incidents(pagerduty, ids), plan)


def _plan(pagerduty: PagerDuty, workflow: Record, run_key: str | None, write: Write, incident: Record) -> Plan:
    key = "-".join(filter(None, (workflow["id"], incident["id"], run_key)))
    run = Run(f"Incident Workflow {label(workflow)}", key)
    before = {"runs": [run.key] if has_started(pagerduty, incident, run) else []}
    if not before["runs"]:
        check_open(incident, "a workflow cannot be started on it")
    decided = Notification(None, f"the steps of the incident workflow {label(workflow)} decide who is notified")
    return Plan(incident["id"], before, {"runs": [run.key]}, incident, incident, write, run, [decided])


def _start(pagerduty: PagerDuty, workflow: Record, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    run: Run = plan.body
    instance = {
        # PagerDuty says only that it helps to differentiate; so it is short, and letters and digits alone.
        "id": hashlib.sha256(run.key.encode()).hexdigest()[:INSTANCE_ID_LENGTH],
        "type": "incident_workflow_instance",
        "incident": {"id": plan.target, "type": "incident_reference"},
    }
    path = path_of("incident_workflows", workflow["id"], "instances")
    body = {"incident_workflow_instance": instance}
    start(
        pagerduty,
        plan.target,
        run,
        lambda: pagerduty.write_and_get("POST", path, body, "incident_workflow_instance"),
    )
    return [plan.predicted]
