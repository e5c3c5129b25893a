# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control API under `/_simulator/`: what tests need beyond PagerDuty's API. It never appears in the journal."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from simulator import account
from simulator.account import User
from simulator.call import Response
from simulator.checks import Fields
from simulator.clock import DAY, iso
from simulator.elsewhere import HAPPENINGS, happen
from simulator.errors import ApiError, invalid
from simulator.incident import Incident
from simulator.maintenance import MaintenanceWindow
from simulator.overrides import Override
from simulator.request import Request
from simulator.serializers import Json, Serializer
from simulator.simulation import Simulation
from simulator.sparse import OPTIONAL_KEYS
from simulator.webhook_subscription import WEBHOOK_FAULTS

PREFIX = "/_simulator/"
MAX_ADVANCE = 366 * DAY
"""Seconds, for one call."""


def answer_control(request: Request, simulation: Simulation) -> Response:
    """Answer one request of the control API."""
    command = COMMANDS.get((request.method, request.path.removeprefix(PREFIX)))
    try:
        if command is None:
            raise ApiError(404, 2100, "Not Found", [f"The control API has no {request.method} {request.path}"])
        return Response(body=command(simulation, _options(request)))
    except ApiError as error:
        return Response(error.status, error.body)


def _options(request: Request) -> t.Any:
    """Return the body, or an empty object if there is none.

    Raises:
        ApiError: it is not JSON.
    """
    try:
        return request.json() if request.content else {}
    except ValueError:
        raise invalid("The request body is not valid JSON") from None


def reset(simulation: Simulation, options: t.Any) -> Json:
    """Start again, with some incidents."""
    return {"incidents": [incident.id for incident in simulation.reset(options)]}


def show_state(simulation: Simulation, _body: t.Any) -> Json:
    """Return the state."""
    state = simulation.state
    state.settle()
    return {
        "incidents": [incident_state(incident) for incident in state.incidents.values()],
        "pages": [Serializer.page(page) for page in state.pages],
        "users": [user_state(user) for user in state.users.values()],
        "change_events": state.change_events,
        "maintenance_windows": [window_state(each) for each in state.maintenance_windows.values()],
        "overrides": [override_state(each) for each in state.overrides.values()],
        "workflow_instances": [
            {"id": instance.id, "workflow_id": instance.workflow.id, "incident_id": instance.incident_id}
            for instance in state.workflow_instances.values()
        ],
        "response_play_runs": state.response_play_runs,
        "abilities": sorted(state.abilities),
        "now": iso(simulation.clock.now()),
    }


def show_journal(simulation: Simulation, _body: t.Any) -> Json:
    """Return the journal."""
    return simulation.journal.shown()


def empty_journal(simulation: Simulation, _body: t.Any) -> Json:
    """Empty the journal, and return what was in it: between two calls, an entry could be lost."""
    taken = simulation.journal.shown()
    simulation.journal.entries.clear()
    return taken


def add_faults(simulation: Simulation, options: t.Any) -> Json:
    """Add faults."""
    simulation.faults.add(options)
    return show_faults(simulation, options)


def show_faults(simulation: Simulation, _body: t.Any) -> Json:
    """Return the faults that are left."""
    return {"faults": simulation.faults.shown()}


def clear_faults(simulation: Simulation, _body: t.Any) -> Json:
    """Remove the faults, and end all delays and stale reads."""
    simulation.faults.clear()
    simulation.hold_reads(0)
    return show_faults(simulation, None)


def set_optional_keys(simulation: Simulation, options: t.Any) -> Json:
    """Let the REST API answer with the keys that it may leave out, without them, or with null."""
    simulation.optional_keys = Fields(options).choice("optional_keys", OPTIONAL_KEYS)
    return {"optional_keys": simulation.optional_keys}


def show_webhooks(simulation: Simulation, _body: t.Any) -> Json:
    """What was delivered to webhook subscriptions, in the order of the events."""
    return {"deliveries": [delivery.shown() for delivery in simulation.state.deliveries]}


def set_webhook_secrets(simulation: Simulation, options: t.Any) -> Json:
    """Sign the deliveries of a subscription with other secrets."""
    fields = Fields(options)
    subscription = simulation.state.webhook_subscriptions.get(fields.text("subscription"))
    secrets = fields.need("secrets")
    if subscription is None or not isinstance(secrets, list) or not all(isinstance(each, str) for each in secrets):
        raise invalid("subscription must be the id of one, and secrets an array of strings")
    subscription.secrets = tuple(secrets)
    return {"secrets": len(secrets)}


def add_webhook_faults(simulation: Simulation, options: t.Any) -> Json:
    """Let something happen to the next attempts to deliver a webhook."""
    faults = Fields(options).need("faults")
    if not isinstance(faults, list) or not set(faults) <= set(WEBHOOK_FAULTS):
        raise invalid(f"faults must be an array of {', '.join(WEBHOOK_FAULTS)}")
    simulation.state.webhook_faults += faults
    return {"faults": simulation.state.webhook_faults}


def upgrade_schedule(simulation: Simulation, options: t.Any) -> Json:
    """Make a layer-based schedule a shift-based one, with the same id and the same people.

    Source: PagerDuty/developer-docs, docs/REST-API/21-Schedules-v2-to-v3-Upgrade.md, "Schedule IDs".
    """
    schedules = simulation.state.schedules
    schedule = schedules.get(Fields(options).text("schedule"))
    if schedule is None:
        raise invalid("schedule must be the id of one")
    schedules[schedule.id] = replace(schedule, is_shift_based=True)
    return {"schedule": schedule.id}


def happen_elsewhere(simulation: Simulation, options: t.Any) -> Json:
    """Let something happen to an incident that clients of the API cannot do, and that webhooks report."""
    fields, state = Fields(options), simulation.state
    incident = state.incident(fields.text("incident"))
    happen(fields.choice("event_type", HAPPENINGS), incident, state.actor(account.COMMANDER))
    simulation.on_events()
    return incident_state(incident)


def advance_clock(simulation: Simulation, options: t.Any) -> Json:
    """Put the clock forward, as if that much time had passed."""
    try:
        seconds = float(Fields(options).need("advance"))
    except (TypeError, ValueError):
        raise invalid("advance must be a number of seconds") from None
    if not 0 <= seconds < MAX_ADVANCE:
        raise invalid(f"advance must be from 0 to {MAX_ADVANCE} seconds")
    simulation.clock.advance(seconds)
    simulation.settle()
    return {"now": iso(simulation.clock.now())}


def show_health(simulation: Simulation, _body: t.Any) -> Json:
    """Return whether it checks the contract, and how fast its clock runs."""
    return {"status": "ok", "contract": simulation.contract is not None, "clock_speed": simulation.clock.speed}


COMMANDS: t.Mapping[tuple[str, str], t.Callable[[Simulation, t.Any], Json]] = {
    ("POST", "reset"): reset,
    ("GET", "state"): show_state,
    ("GET", "journal"): show_journal,
    ("DELETE", "journal"): empty_journal,
    ("POST", "faults"): add_faults,
    ("GET", "faults"): show_faults,
    ("DELETE", "faults"): clear_faults,
    ("POST", "optional_keys"): set_optional_keys,
    ("POST", "upgrade_schedule"): upgrade_schedule,
    ("GET", "health"): show_health,
    ("GET", "webhooks"): show_webhooks,
    ("POST", "webhook_secrets"): set_webhook_secrets,
    ("POST", "webhook_faults"): add_webhook_faults,
    ("POST", "elsewhere"): happen_elsewhere,
    ("POST", "clock"): advance_clock,
}


ALERT_FIELDS = ("id", "alert_key", "status", "severity", "summary", "event_count")


def window_state(window: MaintenanceWindow) -> Json:
    """A maintenance window in plain values, with ids for references."""
    return {
        "id": window.id,
        "description": window.description,
        "services": [service.id for service in window.services],
        "start": iso(window.start),
        "end": iso(window.end),
    }


def override_state(override: Override) -> Json:
    """An override or a custom shift in plain values, with ids for references."""
    return {
        "schedule": override.schedule_id,
        "user": override.user.id,
        "overridden": override.overridden and override.overridden.id,
        "start": iso(override.start),
        "end": iso(override.end),
    }


def user_state(user: User) -> Json:
    """A user in plain values."""
    names = ("id", "name", "email", "role", "job_title", "description", "color", "time_zone", "invitation_sent")
    return {name: getattr(user, name) for name in names}


def incident_state(incident: Incident) -> Json:
    """Return an incident as plain values, with ids for references."""
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
        "body": incident.details,
        "incident_type": incident.incident_type,
        "snoozed_until": incident.snoozed_until and iso(incident.snoozed_until),
        "merged_into": incident.merged_into and incident.merged_into.id,
        "notes": [{"id": note.id, "user": note.user.id, "content": note.content} for note in incident.notes],
        "alerts": [{name: getattr(alert, name) for name in ALERT_FIELDS} for alert in incident.alerts],
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
