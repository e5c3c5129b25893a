# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events, and the alerts that they open."""

from __future__ import annotations

import typing as t

from beliefs.account import Json, Pairs, Response
from beliefs.belief import EVENTS_SCHEMA, INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService, in_hours

ENQUEUE = f"{EVENTS_SCHEMA}, POST /enqueue"
OVERVIEW = "https://developer.pagerduty.com/docs/events-api-v2-overview"
SEND = "https://developer.pagerduty.com/docs/send-alert-event"
EDIT = "https://support.pagerduty.com/main/docs/edit-incidents"
PDPYRAS = "https://github.com/PagerDuty/pdpyras/issues"
MERGE_RESOLVED = "https://github.com/giranm/pd-live-react/issues/140"
PUT_ALERTS = f"{SCHEMA}, PUT /incidents/{{id}}/alerts"
RAISED = "https://github.com/sensu-plugins/sensu-plugins-pagerduty/issues/30"
ROBUSTA = "https://github.com/robusta-dev/robusta/issues/571"
SERVICES = "https://support.pagerduty.com/main/docs/service-settings"
ALERTS = "https://support.pagerduty.com/main/docs/alerts"
MAX_ATTACHMENTS = "https://github.com/PagerDuty/go-pagerduty/issues/478"
DETAILS = {"free": "1 %", "disks": [{"name": "sda"}]}


@belief((202, True), source=ENQUEUE)
def an_event_is_accepted_with_its_key(own: OwnService) -> object:
    """An event is accepted with status 202, and the response holds its dedup key."""
    key = own.new_key()
    response = own.send(key)
    return response.status, response.body.get("dedup_key") == key


@belief([True], source=f"{SCHEMA}, GET /incidents, incident_key")
def an_alert_is_found_by_its_key(own: OwnService) -> object:
    """GET /incidents?incident_key= finds the incident of an alert by its dedup key, and ?alert_key= finds the alert."""
    key = own.new_key()
    return [alert["alert_key"] == key for alert in own.alerts(own.trigger(key)["id"], key)]


@belief(None, source=f"{SCHEMA}, GET /incidents, incident_key; {PDPYRAS}/44")
def an_incident_with_alerts_has_no_key(own: OwnService) -> object:
    """An incident that an event has opened has no incident_key of its own: it is null."""
    return own.read(own.trigger(own.new_key())["id"])["incident_key"]


@belief((DETAILS, "warning", True), source=f"{SCHEMA}, Alert")
def an_alert_shows_its_event(own: OwnService) -> object:
    """An alert shows the event's custom details as body.details, its severity and its summary."""
    key = own.new_key()
    incident = own.trigger(key, custom_details=DETAILS, severity="warning")
    (alert,) = own.alerts(incident["id"], key)
    return alert["body"]["details"], alert["severity"], alert["summary"] == own.name


@belief((1, 1), source=f"{SEND}, Alert De-Duplication")
def a_repeated_event_opens_nothing(own: OwnService) -> object:
    """A trigger with the dedup key of an open alert opens neither a second alert nor a second incident."""
    key = own.new_key()
    incident = own.trigger(key)
    own.send(key)
    own.let_events_settle()
    return len(own.alerts(incident["id"], key)), len(own.with_key(key))


@belief("Changed", source=f"{PDPYRAS}/45")
def an_alert_shows_the_summary_of_its_latest_event(own: OwnService) -> object:
    """An open alert shows the summary of the latest event."""
    key = own.new_key()
    incident = own.trigger(key)
    own.send(key, summary="Changed")
    return own.eventually(lambda: own.alerts(incident["id"], key)[0]["summary"], lambda seen: seen == "Changed")


@belief("critical", source=f"{INFERRED} from {PDPYRAS}/45 and {RAISED}")
def an_alert_shows_its_latest_event(own: OwnService) -> object:
    """An open alert shows the severity of the latest event."""
    key = own.new_key()
    incident = own.trigger(key)
    own.send(key, severity="critical")
    return own.eventually(lambda: severity(own, incident["id"], key), lambda seen: seen == "critical")


@belief(("acknowledged", "triggered"), source=f"{SEND}, Event Action Behavior; {SCHEMA}, Alert, status")
def an_event_acknowledges_the_incident(own: OwnService) -> object:
    """An acknowledge event acknowledges the alert's incident; the alert stays `triggered`."""
    key = own.new_key()
    incident = own.trigger(key)
    own.send(key, "acknowledge")
    status = own.eventually(lambda: own.read(incident["id"])["status"], lambda seen: seen == "acknowledged")
    return status, own.alerts(incident["id"], key)[0]["status"]


@belief(("resolved", "resolved"), source=f"{SEND}, Event Action Behavior")
def an_event_resolves_the_alert(own: OwnService) -> object:
    """A resolve event resolves the alert, and the incident that has no other."""
    key = own.new_key()
    incident = own.trigger(key)
    own.send(key, "resolve")
    status = own.eventually(lambda: own.read(incident["id"])["status"], lambda seen: seen == "resolved")
    return status, own.alerts(incident["id"], key)[0]["status"]


@belief((True, True), source=f"{SCHEMA}, Alert")
def an_alert_names_its_service_and_integration(own: OwnService) -> object:
    """An alert names the service and the integration of its event."""
    key = own.new_key()
    (alert,) = own.alerts(own.trigger(key)["id"], key)
    return alert["service"]["id"] == own.service["id"], alert["integration"]["id"] == own.integration["id"]


@belief(["triggered", "resolved"], source=f"{INFERRED}: no document speaks of an incident with several alerts")
def an_incident_is_resolved_with_its_last_alert(own: OwnService) -> object:
    """An incident with two alerts stays open while one of them is, and is resolved with the last one."""
    first, second = own.new_key(), own.new_key()
    incident = with_two_alerts(own, first, second)
    own.send(first, "resolve")
    own.eventually(lambda: own.alerts(incident, first)[0]["status"], lambda seen: seen == "resolved")
    before = own.read(incident)["status"]
    own.send(second, "resolve")
    return [before, own.eventually(lambda: own.read(incident)["status"], lambda seen: seen == "resolved")]


@belief((["target"], "merge_resolve_reason", True), source=f"{EDIT}; {SCHEMA}, ResolveReason")
def merging_takes_the_alerts_along(own: OwnService) -> object:
    """After merging, the key of an alert finds the incident that it was merged into; the other has a resolve_reason."""
    key, target = own.new_key(), own.trigger(own.new_key())
    source = own.trigger(key)
    merge(own, source["id"], target["id"])
    alerts = own.eventually(lambda: own.alerts(target["id"], key), bool)
    found = ["target" if each["id"] == target["id"] else "source" for each in own.with_key(key)]
    reason = own.read(source["id"])["resolve_reason"] or {}
    return found, reason.get("type"), [alert["service"]["id"] for alert in alerts] == [own.service["id"]]


@belief((200, True), source=MERGE_RESOLVED)
def a_resolved_incident_can_be_merged(own: OwnService) -> object:
    """A resolved incident can be merged into an open one, which takes its alerts over."""
    key, target = own.new_key(), own.trigger(own.new_key())
    source = own.trigger(key)
    own.updated(source["id"], status="resolved")
    response = merge(own, source["id"], target["id"])
    return response.status, bool(own.eventually(lambda: own.alerts(target["id"], key), bool))


@belief((200, True, True), source=PUT_ALERTS)
def an_alert_is_moved(own: OwnService) -> object:
    """PUT /incidents/{id}/alerts moves an alert to another incident."""
    key, target = own.new_key(), own.trigger(own.new_key())
    source = with_two_alerts(own, own.new_key(), key)
    (alert,) = own.alerts(source, key)
    destination = {"id": target["id"], "type": "incident_reference"}
    response = put_alerts(own, source, [{"id": alert["id"], "incident": destination}])
    moved = own.eventually(lambda: own.alerts(target["id"], key), bool)
    return response.status, [each["id"] for each in moved] == [alert["id"]], own.alerts(source, key) == []


@belief(1, source=PUT_ALERTS)
def an_update_of_alerts_answers_with_a_page(own: OwnService) -> object:
    """The response to an update of several alerts is a page, which lists as many as `limit` says."""
    first, second = own.new_key(), own.new_key()
    incident = with_two_alerts(own, first, second)
    alerts = [{"id": own.alerts(incident, key)[0]["id"], "status": "resolved"} for key in (first, second)]
    return len(put_alerts(own, incident, alerts, [("limit", "1")]).body["alerts"])


@belief(2, source=f"{SEND}, Alert De-Duplication")
def a_resolved_key_opens_anew(own: OwnService) -> object:
    """After resolving, the same dedup key opens a new incident."""
    key = own.new_key()
    incident = own.trigger(key)
    own.send(key, "resolve")
    own.eventually(lambda: own.read(incident["id"])["status"], lambda seen: seen == "resolved")
    own.send(key)
    return len(own.eventually(lambda: own.with_key(key), lambda seen: len(seen) > 1))


@belief((202, 0), source=f"{SEND}, Alert De-Duplication")
def resolving_nothing_is_accepted(own: OwnService) -> object:
    """A resolve event for a dedup key without an open alert is accepted with status 202 and has no effect."""
    key = own.new_key()
    response = own.send(key, "resolve")
    own.let_events_settle()
    return response.status, len(own.with_key(key))


@belief(0, source=SERVICES)
def a_disabled_service_opens_nothing(own: OwnService) -> object:
    """An event to a disabled service is accepted with status 202 and opens nothing."""
    key = own.new_key()
    update_service(own, status="disabled")
    try:
        own.send(key)
        own.let_events_settle()
        return len(own.with_key(key))
    finally:
        update_service(own, status="active")


@belief((202, 0), source=ALERTS)
def an_event_that_finds_nobody_is_dropped(own: OwnService) -> object:
    """An event to a service for whose escalation policy nobody is on call is accepted with 202 and opens nothing."""
    key = own.new_key()
    update_service(own, escalation_policy=own.reference_to(unattended_policy(own), "escalation_policy"))
    try:
        response = own.send(key)
        own.let_events_settle()
        return response.status, len(own.with_key(key))
    finally:
        update_service(own)
        # What was opened all the same must not wait for somebody to come on call.
        for incident in own.with_key(key):
            own.update(incident["id"], status="resolved")


@belief({"type": None, "config": None}, source="https://github.com/PagerDuty/terraform-provider-pagerduty, services")
def a_service_without_grouping_says_so_with_nulls(own: OwnService) -> object:
    """A service that does not group alerts has null for both type and config of alert_grouping_parameters."""
    service = own.account.get(f"/services/{own.service['id']}", "service")
    return {name: service["alert_grouping_parameters"].get(name) for name in ("type", "config")}


@belief([400, 400], source=MAX_ATTACHMENTS)
def more_than_50_links_or_images_are_refused(own: OwnService) -> object:
    """An event with more than 50 links, or more than 50 images, is refused with status 400."""
    link, image = {"href": "https://example.com"}, {"src": "https://example.com/a.png"}
    return [send_with(own, links=[link] * 51).status, send_with(own, images=[image] * 51).status]


@belief(400, source=f"{INFERRED} from {SEND}, which has the maximum")
def a_long_summary_is_refused(own: OwnService) -> object:
    """A summary of more than 1024 characters is refused with status 400."""
    return own.send(own.new_key(), summary="x" * 1025).status


@belief(400, 413, source=OVERVIEW)
def a_large_event_is_refused(own: OwnService) -> object:
    """An event of more than 512 KB is refused with status 400 or 413."""
    return own.send(own.new_key(), custom_details={"text": "x" * 600 * 1024}).status


@belief(400, source=f"{INFERRED} from {SEND}, which has the maximum")
def a_long_key_is_refused(own: OwnService) -> object:
    """A dedup key of more than 255 characters is refused with status 400."""
    return own.send("x" * 256).status


@belief((400, "invalid event"), source=ENQUEUE)
def an_event_needs_a_severity(own: OwnService) -> object:
    """An event without a severity is refused with status 400 and `status: invalid event`."""
    response = own.send(own.new_key(), severity=None)
    return response.status, response.body.get("status")


@belief(400, source=f"{INFERRED} from {ROBUSTA}, where the key was of another kind")
def an_unknown_routing_key_is_refused(own: OwnService) -> object:
    """An unknown routing key is refused with status 400."""
    payload = {"summary": own.name, "source": "conformance", "severity": "info"}
    event: Json = {"routing_key": "0" * 32, "event_action": "trigger", "dedup_key": own.new_key(), "payload": payload}
    response: Response = own.account.event(event)
    return response.status


def with_two_alerts(own: OwnService, *keys: str) -> str:
    """Return the id of an incident with an alert for each of two keys."""
    target, source = (own.trigger(key)["id"] for key in keys)
    merge(own, source, target)
    own.eventually(lambda: own.alerts(target, keys[1]), bool)
    return str(target)


def merge(own: OwnService, source: str, target: str) -> Response:
    """Merge an incident into another one."""
    body = {"source_incidents": [{"id": source, "type": "incident_reference"}]}
    return own.account.call("PUT", f"/incidents/{target}/merge", body)


def put_alerts(own: OwnService, incident_id: str, alerts: list[Json], query: Pairs = ()) -> Response:
    """Update alerts of an incident."""
    body = {"alerts": [{"type": "alert", **alert} for alert in alerts]}
    return own.account.call("PUT", f"/incidents/{incident_id}/alerts", body, query)


def severity(own: OwnService, incident_id: str, key: str) -> object:
    """Return the severity of the alert with a key."""
    return own.alerts(incident_id, key)[0]["severity"]


def send_with(own: OwnService, **attachments: list[Json]) -> Response:
    """Send an event with links or images."""
    payload = {"summary": own.name, "source": "conformance", "severity": "info"}
    event: Json = {"routing_key": own.routing_key, "event_action": "trigger", "dedup_key": own.new_key()}
    return own.account.event({**event, "payload": payload, **attachments})


def unattended_policy(own: OwnService) -> Json:
    """Return an escalation policy for which nobody is on call, nor will be within an hour.

    Raises:
        NotTried: the account has none.
    """
    attended = {each["escalation_policy"]["id"] for each in own.account.get("/oncalls", "oncalls", [("limit", "100")])}
    policies = own.account.get("/escalation_policies", "escalation_policies", [("limit", "100")])
    for policy in policies:
        query = [("escalation_policy_ids[]", policy["id"]), ("since", in_hours(0)), ("until", in_hours(1))]
        if policy["id"] not in attended and not own.account.get("/oncalls", "oncalls", query):
            return t.cast("Json", policy)
    raise NotTried("somebody is on call for every escalation policy of the account")


def update_service(own: OwnService, **fields: t.Any) -> None:
    """Change fields of the service; its escalation policy is its own unless another is given."""
    policy = own.reference("escalation_policy")
    body = {"service": {"type": "service", "escalation_policy": policy, **fields}}
    own.account.write("PUT", f"/services/{own.service['id']}", body, "service")
