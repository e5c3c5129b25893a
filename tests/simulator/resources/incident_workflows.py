# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incident_workflows.

Source: openapi/rest.json; PAGERDUTY_API.md, "Response plays (withdrawn) and Incident Workflows".
"""

from __future__ import annotations

from simulator import account, problems
from simulator.call import Answer, Call, Route
from simulator.incident import WorkflowInstance

ABILITY = "incident_workflows"


def list_incident_workflows(call: Call) -> Answer:
    """GET /incident_workflows."""
    check_ability(call)
    query = (call.query.one("query") or "").lower()
    found = [workflow for workflow in account.INCIDENT_WORKFLOWS.values() if query in workflow.name.lower()]
    return call.listing("incident_workflows", found, call.views("steps", "team").incident_workflow)


def get_incident_workflow(call: Call) -> Answer:
    """GET /incident_workflows/{id}; 201 as the schema says."""
    check_ability(call)
    workflow = call.find(account.INCIDENT_WORKFLOWS)
    return Answer(201, {"incident_workflow": call.views().incident_workflow(workflow)})


def start_incident_workflow(call: Call) -> Answer:
    """POST /incident_workflows/{id}/instances: once for each instance id."""
    check_ability(call)
    workflow = call.find(account.INCIDENT_WORKFLOWS)
    fields = call.body.object("incident_workflow_instance")
    incident = call.state.incident(fields.reference("incident", "incident_reference"))
    if not workflow.is_enabled:
        raise problems.conflicting(f"Incident workflow {workflow.id} is disabled")
    instance_id = fields.maybe_text("id") or call.state.ids.short()
    if instance_id in call.state.workflow_instances:
        raise problems.conflicting(f"Incident workflow instance {instance_id} already exists")
    call.state.workflow_instances[instance_id] = WorkflowInstance(instance_id, workflow.id, incident.id)
    incident.write(
        call.act,
        "annotate",
        f"Incident workflow {workflow.name} started (instance {instance_id})",
        details={"incident_workflow_id": workflow.id, "incident_workflow_instance_id": instance_id},
    )
    shown = {"id": instance_id, "type": "incident_workflow_instance"}
    return Answer(201, {"incident_workflow_instance": {**shown, "incident": call.views().incident_reference(incident)}})


def check_ability(call: Call) -> None:
    """Whether the account has incident workflows.

    Raises:
        Problem: when its plan does not include them.
    """
    if ABILITY not in call.state.abilities:
        raise problems.missing_ability(ABILITY)


ROUTES = (
    Route("GET", "/incident_workflows", list_incident_workflows),
    Route("GET", "/incident_workflows/{id}", get_incident_workflow),
    Route("POST", "/incident_workflows/{id}/instances", start_incident_workflow),
)
