# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control API under `/_simulator/`: what tests need and PagerDuty lacks. It never appears in the journal."""

from __future__ import annotations

import typing as t

from simulator.arrival import Arrival
from simulator.call import Answer
from simulator.clock import iso
from simulator.incident import Incident
from simulator.problems import Problem, invalid
from simulator.simulation import Simulation
from simulator.views import Json, Views

PREFIX = "/_simulator/"


def answer_control(arrival: Arrival, simulation: Simulation) -> Answer:
    """Answer one request of the control API."""
    command = COMMANDS.get((arrival.method, arrival.path.removeprefix(PREFIX)))
    try:
        if command is None:
            raise Problem(404, 2100, "Not Found", [f"The control API has no {arrival.method} {arrival.path}"])
        return Answer(body=command(simulation, _wishes(arrival)))
    except Problem as problem:
        return Answer(problem.status, problem.body)


def _wishes(arrival: Arrival) -> t.Any:
    """The body, an empty object where there is none.

    Raises:
        Problem: when it is no JSON.
    """
    try:
        return arrival.json() if arrival.content else {}
    except ValueError:
        raise invalid("The request body is not valid JSON") from None


def reset(simulation: Simulation, wishes: t.Any) -> Json:
    """Start anew, with some incidents."""
    return {"incidents": [incident.id for incident in simulation.reset(wishes)]}


def show_state(simulation: Simulation, _body: t.Any) -> Json:
    """Everything that a test would look at."""
    state = simulation.state
    state.settle()
    return {
        "incidents": [incident_state(incident) for incident in state.incidents.values()],
        "pages": [Views.page(page) for page in state.pages],
        "change_events": state.change_events,
        "workflow_instances": [vars(instance) for instance in state.workflow_instances.values()],
        "abilities": sorted(state.abilities),
        "now": iso(simulation.clock.now()),
    }


def show_journal(simulation: Simulation, _body: t.Any) -> Json:
    """Every request since the journal was last emptied."""
    return simulation.journal.shown()


def empty_journal(simulation: Simulation, _body: t.Any) -> Json:
    """Forget the requests so far."""
    simulation.journal.entries.clear()
    return show_journal(simulation, None)


def add_faults(simulation: Simulation, wishes: t.Any) -> Json:
    """Add faults."""
    simulation.faults.add(wishes)
    return show_faults(simulation, wishes)


def show_faults(simulation: Simulation, _body: t.Any) -> Json:
    """The faults that are left."""
    return {"faults": simulation.faults.shown()}


def clear_faults(simulation: Simulation, _body: t.Any) -> Json:
    """Forget the faults."""
    simulation.faults.clear()
    return show_faults(simulation, None)


def show_health(simulation: Simulation, _body: t.Any) -> Json:
    """That it runs, and how."""
    return {"status": "ok", "contract": simulation.contract is not None, "clock_speed": simulation.clock.speed}


COMMANDS: t.Mapping[tuple[str, str], t.Callable[[Simulation, t.Any], Json]] = {
    ("POST", "reset"): reset,
    ("GET", "state"): show_state,
    ("GET", "journal"): show_journal,
    ("DELETE", "journal"): empty_journal,
    ("POST", "faults"): add_faults,
    ("GET", "faults"): show_faults,
    ("DELETE", "faults"): clear_faults,
    ("GET", "health"): show_health,
}


def incident_state(incident: Incident) -> Json:
    """An incident in plain values, with ids for references."""
    bridge = incident.conference_bridge
    return {
        "id": incident.id,
        "incident_number": incident.number,
        "title": incident.title,
        "status": incident.status,
        "urgency": incident.urgency,
        "priority": incident.priority and incident.priority.name,
        "service": incident.service.id,
        "escalation_policy": incident.escalation_policy.id,
        "escalation_level": incident.level,
        "assigned_via": incident.assigned_via,
        "assignees": [user.id for user in incident.assignees],
        "acknowledged_by": [given.acknowledger.id for given in incident.acknowledgements],
        "incident_key": incident.incident_key,
        "conference_bridge": bridge and vars(bridge),
        "snoozed_until": incident.snoozed_until and iso(incident.snoozed_until),
        "merged_into": incident.merged_into and incident.merged_into.id,
        "notes": [{"id": note.id, "user": note.user.id, "content": note.content} for note in incident.notes],
        "alerts": [
            {
                "id": alert.id,
                "alert_key": alert.alert_key,
                "status": alert.status,
                "severity": alert.severity,
                "summary": alert.summary,
                "event_count": alert.event_count,
            }
            for alert in incident.alerts
        ],
        "responders": [
            {"user": responder.user.id, "state": responder.state, "message": responder.message}
            for responder in incident.responders.values()
        ],
        "responder_requests": len(incident.responder_requests),
        "subscribers": [{"subscriber_type": kind, "subscriber_id": key} for kind, key in incident.subscribers],
        "status_updates": [
            {"message": update.message, "subject": update.subject, "notified": [each.id for each in update.notified]}
            for update in incident.status_updates
        ],
        "custom_fields": incident.custom_values,
        "log_entries": [entry.kind for entry in incident.log],
    }
