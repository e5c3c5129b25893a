# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of an incident workflow. It is the checks' own and has no steps, so it does nothing and tells nobody."""

from __future__ import annotations

from beliefs.account import Json
from beliefs.belief import INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService

START = f"{SCHEMA}, POST /incident_workflows/{{id}}/instances"
INSTANCE_ID = "a1b2c3d4e5f6a7b8c9d0"
WITHOUT_WORKFLOWS = (400, 402, 403, 404)


@belief((201, True), source=START)
def a_workflow_is_started_on_an_incident(own: OwnService) -> object:
    """A workflow is started with status 201, and the response names the incident."""
    workflow, incident = own_workflow(own), own.open_incident()
    response = own.account.call("POST", instances_of(workflow), instance(incident))
    started = response.body.get("incident_workflow_instance", {})
    return response.status, started.get("incident", {}).get("id") == incident["id"]


@belief([201, 201], source=f"{INFERRED} from {START}: the id only helps to tell runs apart")
def an_instance_id_may_be_used_again(own: OwnService) -> object:
    """A workflow is started again under the same id, so an id does not keep it from running twice."""
    workflow, incident = own_workflow(own), own.open_incident()
    return [own.account.call("POST", instances_of(workflow), instance(incident)).status for _time in range(2)]


def own_workflow(own: OwnService) -> Json:
    """Create a workflow without steps, which is deleted at the end.

    Raises:
        NotTried: the account makes none.
    """
    response, workflow = own.create_workflow()
    if response.status in WITHOUT_WORKFLOWS:
        raise NotTried("the account's plan has no incident workflows, or none without steps")
    return workflow


def instances_of(workflow: Json) -> str:
    """Return the path of a workflow's runs."""
    return f"/incident_workflows/{workflow['id']}/instances"


def instance(incident: Json) -> Json:
    """Return the body that starts a workflow."""
    reference = {"id": incident["id"], "type": "incident_reference"}
    return {
        "incident_workflow_instance": {"id": INSTANCE_ID, "type": "incident_workflow_instance", "incident": reference}
    }
