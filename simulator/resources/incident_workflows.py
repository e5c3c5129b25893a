# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incident_workflows.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /incident_workflows.
"""

from __future__ import annotations

from simulator import errors
from simulator.account import IncidentWorkflow
from simulator.call import Call, Response, Route
from simulator.incident import WorkflowInstance

ABILITY = "incident_workflows"


def list_incident_workflows(call: Call) -> Response:
    """GET /incident_workflows."""
    check_ability(call)
    query = (call.query.one("query") or "").lower()
    found = [workflow for workflow in call.state.incident_workflows.values() if query in workflow.name.lower()]
    return call.listing("incident_workflows", found, call.serializer("steps", "team").incident_workflow)


def get_incident_workflow(call: Call) -> Response:
    """GET /incident_workflows/{id}; 201 as the schema says."""
    check_ability(call)
    workflow = call.find(call.state.incident_workflows)
    return Response(201, {"incident_workflow": call.serializer().incident_workflow(workflow)})


def create_incident_workflow(call: Call) -> Response:
    """POST /incident_workflows: its steps are forgotten, since nothing here carries them out."""
    check_ability(call)
    name = call.body.object("incident_workflow").text("name")
    workflow = IncidentWorkflow(call.state.ids.short(), name, is_enabled=True)
    call.state.incident_workflows[workflow.id] = workflow
    return Response(201, {"incident_workflow": call.serializer().incident_workflow(workflow)})


def delete_incident_workflow(call: Call) -> Response:
    """DELETE /incident_workflows/{id}; 200 as the schema says."""
    check_ability(call)
    del call.state.incident_workflows[call.find(call.state.incident_workflows).id]
    return Response(200, {})


def start_incident_workflow(call: Call) -> Response:
    """POST /incident_workflows/{id}/instances: starts a run each time; the id of the response is PagerDuty's own."""
    check_ability(call)
    workflow = call.find(call.state.incident_workflows)
    fields = call.body.object("incident_workflow_instance")
    incident = call.state.incident(fields.reference("incident", "incident_reference"))
    if not workflow.is_enabled:
        raise errors.conflicting(f"Incident workflow {workflow.id} is disabled")
    given_id = fields.maybe_text("id")
    if given_id is not None and not (given_id.isascii() and given_id.isalnum()):
        raise errors.invalid("incident_workflow_instance.id must consist of letters and digits")
    instance_id = call.state.ids.short()
    instance = WorkflowInstance(instance_id, workflow.id, incident.id)
    call.state.workflow_instances[instance_id] = instance
    incident.announce(call.actor, "workflow.started", instance)
    incident.announce(call.actor, "workflow.completed", instance)
    shown = {"id": instance_id, "type": "incident_workflow_instance"}
    return Response(
        201, {"incident_workflow_instance": {**shown, "incident": call.serializer().incident_reference(incident)}}
    )


def check_ability(call: Call) -> None:
    """Check that the account has incident workflows.

    Raises:
        ApiError: its plan does not include them.
    """
    if ABILITY not in call.state.abilities:
        raise errors.missing_ability(ABILITY)


ROUTES = (
    Route("GET", "/incident_workflows", list_incident_workflows),
    Route("POST", "/incident_workflows", create_incident_workflow),
    Route("GET", "/incident_workflows/{id}", get_incident_workflow),
    Route("DELETE", "/incident_workflows/{id}", delete_incident_workflow),
    Route("POST", "/incident_workflows/{id}/instances", start_incident_workflow),
)
