# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change events, sent and read back."""

from __future__ import annotations

from beliefs.account import Json
from beliefs.belief import EVENTS_SCHEMA, INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService, in_hours

SEND = f"{EVENTS_SCHEMA}, POST /change/enqueue"
MAX_ATTACHMENTS = "https://github.com/PagerDuty/go-pagerduty/issues/478"
READ = f"{SCHEMA}, GET /services/{{id}}/change_events"
DAY = 24
"""Hours."""


@belief(202, source=SEND)
def a_change_event_is_accepted(own: OwnService) -> object:
    """A change event with the routing key of a service is accepted with status 202."""
    return send(own, own.new_key())


@belief((1, {"change_key"}), source=READ)
def a_change_event_is_read_with_its_details(own: OwnService) -> object:
    """GET /services/{id}/change_events lists a change event with its custom details, some time after it was sent."""
    key = own.new_key()
    send(own, key)
    found = own.eventually(lambda: with_key(own, key), bool)
    return len(found), {name for event in found for name in event["custom_details"]}


@belief((1, 0), source=f"{INFERRED}: since and until are in {READ}, but not of which time of a change event they are")
def since_and_until_are_about_the_time_that_was_sent(own: OwnService) -> object:
    """With `since` and `until`, a change event is listed by its own `timestamp`, not by when PagerDuty received it."""
    key = own.new_key()
    send(own, key, timestamp=in_hours(-3 * DAY))
    around = [("since", in_hours(-4 * DAY)), ("until", in_hours(-2 * DAY))]
    found = own.eventually(lambda: with_key(own, key, *around), bool)
    return len(found), len(with_key(own, key, ("since", in_hours(-DAY)), ("until", in_hours(DAY))))


@belief(2, source=f"{INFERRED}: no document names a key by which change events are told apart")
def every_change_event_is_recorded(own: OwnService) -> object:
    """The same change event, sent twice, is recorded twice."""
    key = own.new_key()
    send(own, key)
    send(own, key)
    return len(own.eventually(lambda: with_key(own, key), lambda found: len(found) > 1))


@belief(1, source=f"{SCHEMA}, GET /incidents/{{id}}/related_change_events, limit")
def related_changes_are_as_many_as_asked_for(own: OwnService) -> object:
    """GET /incidents/{id}/related_change_events lists as many change events as `limit` says."""
    send(own, own.new_key())
    send(own, own.new_key())
    incident = own.open_incident()
    if len(own.eventually(lambda: related(own, incident["id"], 100), lambda found: len(found) > 1)) < 2:
        raise NotTried("PagerDuty relates no two changes to the incident")
    return len(related(own, incident["id"], 1))


@belief(400, source=f"{INFERRED} from {SEND}, which has the maximum")
def a_long_change_summary_is_refused(own: OwnService) -> object:
    """The summary of a change event of more than 1024 characters is refused with status 400: it must be cut before."""
    return send(own, own.new_key(), summary="x" * 1025)


@belief(400, source=MAX_ATTACHMENTS)
def more_than_50_links_of_a_change_are_refused(own: OwnService) -> object:
    """A change event with more than 50 links is refused with status 400."""
    payload = {"summary": own.name, "source": "conformance"}
    links = [{"href": "https://example.com"}] * 51
    return own.account.change_event({"routing_key": own.routing_key, "payload": payload, "links": links}).status


def send(own: OwnService, key: str, **fields: str) -> int:
    """Send a change event with a key; returns the status of the response."""
    payload = {"summary": own.name, "source": "conformance", "custom_details": {"change_key": key}, **fields}
    return own.account.change_event({"routing_key": own.routing_key, "payload": payload}).status


def related(own: OwnService, incident_id: str, limit: int) -> list[Json]:
    """The change events that are related to an incident."""
    response = own.account.call("GET", f"/incidents/{incident_id}/related_change_events", query=[("limit", str(limit))])
    if response.status in (402, 403):
        raise NotTried("the account's plan has no related change events")
    return list(response.body["change_events"])


def with_key(own: OwnService, key: str, *span: tuple[str, str]) -> list[Json]:
    """The change events of the service with a key, of a span if one is given."""
    query = [("limit", "100"), *span]
    response = own.account.call("GET", f"/services/{own.service['id']}/change_events", query=query)
    if response.status in (402, 403):
        raise NotTried("the account's plan has no change events")
    return [event for event in response.body["change_events"] if event["custom_details"].get("change_key") == key]
