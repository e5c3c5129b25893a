# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services and escalation policies that clients create, change and delete.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /services and /escalation_policies.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from simulator import account, errors
from simulator.account import EscalationPolicy, EscalationRule, Integration, Service
from simulator.call import Call, Response, Route
from simulator.checks import Fields
from simulator.incident import OutboundEvent

STATUSES = ("active", "disabled")
"""What a client can set; other statuses follow from maintenance windows and open incidents."""
INTEGRATION_TYPES = (Integration.kind,)
POLICY_TYPES = ("escalation_policy_reference", "escalation_policy")
DEFAULT_DELAY = 30
"""Minutes."""
DEFAULT_TIMEOUT = 1800
"""Seconds. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `Service`, `acknowledgement_timeout`."""


def create_escalation_policy(call: Call) -> Response:
    """POST /escalation_policies."""
    fields = call.body.object("escalation_policy")
    rules = tuple(_rule(call, rule) for rule in fields.items("escalation_rules"))
    policy = EscalationPolicy(call.state.ids.short(), fields.text("name"), rules)
    call.state.escalation_policies[policy.id] = policy
    return Response(201, {"escalation_policy": call.serializer().escalation_policy(policy)})


def delete_escalation_policy(call: Call) -> Response:
    """DELETE /escalation_policies/{id}: not while a service uses it."""
    policy = call.find(call.state.escalation_policies)
    if any(service.escalation_policy.id == policy.id for service in call.state.services.values()):
        raise errors.invalid("The escalation policy is used by services")
    del call.state.escalation_policies[policy.id]
    return Response(204)


def create_service(call: Call) -> Response:
    """POST /services."""
    fields = call.body.object("service")
    name = fields.text("name")
    if any(service.name == name for service in call.state.services.values()):
        raise errors.invalid("Name has already been taken")
    policy_id = fields.reference("escalation_policy", *POLICY_TYPES)
    policy, timeout = _policy(call, policy_id), _timeout(fields, DEFAULT_TIMEOUT)
    service = Service(call.state.ids.short(), name, policy, (), acknowledgement_timeout=timeout)
    call.state.services[service.id] = service
    announce(call, "created", service)
    return Response(201, {"service": call.serializer().service(service)})


def update_service(call: Call) -> Response:
    """PUT /services/{id}: its name, status, escalation policy and acknowledgement timeout."""
    service = call.find(call.state.services)
    fields = call.body.object("service")
    status = fields.maybe_choice("status", STATUSES) or service.status
    policy = service.escalation_policy
    if "escalation_policy" in fields:
        policy = _policy(call, fields.reference("escalation_policy", *POLICY_TYPES))
    name = fields.maybe_text("name") or service.name
    timeout = _timeout(fields, service.acknowledgement_timeout)
    changed = replace(service, name=name, status=status, escalation_policy=policy, acknowledgement_timeout=timeout)
    call.state.services[service.id] = changed
    announce(call, "updated", changed)
    return Response(body={"service": call.serializer().service(changed)})


def delete_service(call: Call) -> Response:
    """DELETE /services/{id}."""
    service = call.find(call.state.services)
    del call.state.services[service.id]
    announce(call, "deleted", service)
    return Response(204)


def announce(call: Call, event_type: str, service: Service) -> None:
    """Record an event for webhooks."""
    actor = call.actor
    actor.events.append(OutboundEvent(f"service.{event_type}", actor.at, actor.by, service))


def create_integration(call: Call) -> Response:
    """POST /services/{id}/integrations: an integration of the Events API v2, with a routing key of its own."""
    service = call.find(call.state.services)
    fields = call.body.object("integration")
    fields.choice("type", INTEGRATION_TYPES)
    ids = call.state.ids
    integration = Integration(ids.short(), fields.text("name"), ids.dedup_key(), service.id)
    call.state.services[service.id] = replace(service, integrations=(*service.integrations, integration))
    return Response(201, {"integration": call.serializer().integration(integration)})


def _timeout(fields: Fields, present: int | None) -> int | None:
    """The acknowledgement timeout; null means none."""
    if "acknowledgement_timeout" not in fields:
        return present
    return None if fields.raw("acknowledgement_timeout") is None else fields.integer("acknowledgement_timeout")


def _policy(call: Call, policy_id: str) -> EscalationPolicy:
    if policy_id not in call.state.escalation_policies:
        raise errors.invalid("Escalation policy not found")
    return call.state.escalation_policies[policy_id]


def _rule(call: Call, fields: Fields) -> EscalationRule:
    things = {**account.USERS, **call.state.schedules}
    targets = tuple(_target(things, target.text("id")) for target in fields.items("targets"))
    delay = fields.maybe_integer("escalation_delay_in_minutes") or DEFAULT_DELAY
    return EscalationRule(call.state.ids.short(), targets, delay)


def _target(things: t.Mapping[str, t.Any], target_id: str) -> t.Any:
    if target_id not in things:
        raise errors.invalid(f"Target {target_id} not found")
    return things[target_id]


ROUTES = (
    Route("POST", "/escalation_policies", create_escalation_policy),
    Route("DELETE", "/escalation_policies/{id}", delete_escalation_policy),
    Route("POST", "/services", create_service),
    Route("PUT", "/services/{id}", update_service),
    Route("DELETE", "/services/{id}", delete_service),
    Route("POST", "/services/{id}/integrations", create_integration),
)
