# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/webhook_subscriptions: list, create, read, update, delete, enable, ping.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /webhook_subscriptions.
"""

from __future__ import annotations

from simulator import account, errors
from simulator.call import Call, Response, Route
from simulator.checks import Fields
from simulator.serializers import Json
from simulator.webhook_payloads import ping_body
from simulator.webhook_subscription import Delivery, WebhookSubscription

FILTERS = ("account_reference", "service_reference", "team_reference")
REDACTED = "-- redacted --"


def list_subscriptions(call: Call) -> Response:
    """GET /webhook_subscriptions."""
    kind, filter_id = call.query.one("filter_type"), call.query.one("filter_id")
    found = [
        subscription
        for subscription in call.state.webhook_subscriptions.values()
        if kind in (None, subscription.filter_type.removesuffix("_reference"))
        and filter_id in (None, subscription.filter_id)
    ]
    return call.listing("webhook_subscriptions", found, lambda each: shown(each, call))


def create_subscription(call: Call) -> Response:
    """POST /webhook_subscriptions: its answer alone shows the secret and the custom headers."""
    fields = call.body.object("webhook_subscription")
    fields.choice("type", ("webhook_subscription",))
    method = fields.object("delivery_method")
    method.choice("type", ("http_delivery_method",))
    filter_type, filter_id = filter_of(fields.object("filter"), call)
    ids = call.state.ids
    subscription = WebhookSubscription(
        id=ids.short(),
        delivery_method_id=ids.short(),
        url=method.text("url"),
        custom_headers=custom_headers_of(method),
        description=fields.maybe_text("description", empty=True),
        events=events_of(fields),
        filter_type=filter_type,
        filter_id=filter_id,
        secrets=(ids.secret(),),
    )
    call.state.webhook_subscriptions[subscription.id] = subscription
    whole = shown(subscription, call)
    whole["delivery_method"]["secret"] = subscription.secrets[0]
    whole["delivery_method"]["custom_headers"] = [
        {"name": name, "value": value} for name, value in subscription.custom_headers
    ]
    return Response(body={"webhook_subscription": whole})


def get_subscription(call: Call) -> Response:
    """GET /webhook_subscriptions/{id}."""
    return Response(body={"webhook_subscription": shown(subscription_of(call), call)})


def update_subscription(call: Call) -> Response:
    """PUT /webhook_subscriptions/{id}: all but the delivery method."""
    subscription = subscription_of(call)
    fields = call.body.object("webhook_subscription")
    if "events" in fields:
        subscription.events = events_of(fields)
    if "filter" in fields:
        subscription.filter_type, subscription.filter_id = filter_of(fields.object("filter"), call)
    if "active" in fields:
        subscription.active = bool(fields.raw("active"))
    subscription.description = fields.maybe_text("description", empty=True) or subscription.description
    return Response(body={"webhook_subscription": shown(subscription, call)})


def delete_subscription(call: Call) -> Response:
    """DELETE /webhook_subscriptions/{id}."""
    del call.state.webhook_subscriptions[subscription_of(call).id]
    return Response(204)


def enable_subscription(call: Call) -> Response:
    """POST /webhook_subscriptions/{id}/enable."""
    subscription = subscription_of(call)
    subscription.enable()
    return Response(body={"webhook_subscription": shown(subscription, call)})


def ping_subscription(call: Call) -> Response:
    """POST /webhook_subscriptions/{id}/ping: sends a test event."""
    subscription = subscription_of(call)
    now, ids = call.state.clock.now(), call.state.ids
    body = ping_body(ids.event(), now)
    call.state.deliveries.append(Delivery(subscription, ids.webhook(), "pagey.ping", "ping", body, now))
    return Response(202)


def subscription_of(call: Call) -> WebhookSubscription:
    """The subscription that the path names.

    Raises:
        ApiError: there is none.
    """
    return call.find(call.state.webhook_subscriptions)


def events_of(fields: Fields) -> tuple[str, ...]:
    """The event types; which of them exist is not checked, since PagerDuty adds some over time.

    Raises:
        ApiError: there are none, or some that are no texts.
    """
    events = fields.need("events")
    if not isinstance(events, list) or not events or not all(isinstance(event, str) for event in events):
        raise errors.invalid("events must be an array of strings")
    return tuple(events)


def filter_of(fields: Fields, call: Call) -> tuple[str, str | None]:
    """The type and id of a filter.

    Raises:
        ApiError: the account has no such service or team.
    """
    kind = fields.choice("type", FILTERS)
    if kind == "account_reference":
        return kind, fields.maybe_text("id")
    filter_id = fields.text("id")
    if filter_id not in (call.state.services if kind == "service_reference" else account.TEAMS):
        raise errors.invalid(f"filter.id: {filter_id} not found")
    return kind, filter_id


def custom_headers_of(method: Fields) -> tuple[tuple[str, str], ...]:
    """The custom headers.

    Raises:
        ApiError: one is named twice.
    """
    if "custom_headers" not in method:
        return ()
    headers = tuple((item.text("name"), item.text("value")) for item in method.items("custom_headers", empty=True))
    if len({name.lower() for name, _value in headers}) != len(headers):
        raise errors.invalid("custom_headers must not name a header twice")
    return headers


def shown(subscription: WebhookSubscription, call: Call) -> Json:
    """`WebhookSubscription`, without its secret."""
    whole: Json = {
        "id": subscription.id,
        "type": "webhook_subscription",
        "active": subscription.active,
        "delivery_method": {
            "id": subscription.delivery_method_id,
            "type": "http_delivery_method",
            "url": subscription.url,
            "secret": None,
            "temporarily_disabled": subscription.disabled_until > call.state.clock.now(),
            "custom_headers": [{"name": name, "value": REDACTED} for name, _value in subscription.custom_headers],
        },
        "events": list(subscription.events),
        "filter": {"type": subscription.filter_type},
        "oauth_client": None,
    }
    if subscription.filter_id is not None:
        whole["filter"]["id"] = subscription.filter_id
    if subscription.description is not None:
        whole["description"] = subscription.description
    return whole


ROUTES = (
    Route("GET", "/webhook_subscriptions", list_subscriptions),
    Route("POST", "/webhook_subscriptions", create_subscription),
    Route("GET", "/webhook_subscriptions/{id}", get_subscription),
    Route("PUT", "/webhook_subscriptions/{id}", update_subscription),
    Route("DELETE", "/webhook_subscriptions/{id}", delete_subscription),
    Route("POST", "/webhook_subscriptions/{id}/enable", enable_subscription, needs_body=False),
    Route("POST", "/webhook_subscriptions/{id}/ping", ping_subscription, needs_body=False),
)
