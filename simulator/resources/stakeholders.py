# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents/{id}/status_updates and its subscribers.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json. Adding a subscriber notifies nobody:
https://support.pagerduty.com/main/docs/communicate-with-stakeholders.
"""

from __future__ import annotations

from simulator import account, errors
from simulator.call import Call, Response, Route
from simulator.checks import Fields
from simulator.incident import Subscriber
from simulator.serializers import Json

KINDS = ("user", "team")


def send_status_update(call: Call) -> Response:
    """POST …/status_updates: notifies every subscriber and all members of subscribed teams, each time."""
    fields = call.body
    update = call.incident.send_status_update(
        call.actor,
        call.user,
        fields.text("message"),
        fields.maybe_text("subject", empty=True),
        fields.maybe_text("html_message", empty=True),
    )
    return Response(body={"status_update": call.serializer().status_update(update)})


def list_subscribers(call: Call) -> Response:
    """GET …/status_updates/subscribers."""
    return call.listing("subscribers", list(call.incident.subscribers), show_subscriber, account_id=account.ACCOUNT_ID)


def show_subscriber(key: tuple[str, str]) -> Json:
    """`NotificationSubscriberWithContext`; nobody is subscribed by way of something else here."""
    kind, subscriber_id = key
    subscriber = {"subscriber_id": subscriber_id, "subscriber_type": kind}
    return {**subscriber, "has_indirect_subscription": False, "subscribed_via": None}


def subscribe(call: Call) -> Response:
    """POST …/status_updates/subscribers: a result for each; an unknown subscriber is `unauthorized`."""
    incident = call.incident
    subscriptions = []
    for kind, subscriber_id in wanted_subscribers(call):
        subscriber = known_subscriber(kind, subscriber_id)
        if subscriber is None:
            result = "unauthorized"
        else:
            result = "success" if incident.subscribe(kind, subscriber) else "duplicate"
        subscriptions.append(
            {
                "account_id": account.ACCOUNT_ID,
                "subscribable_id": incident.id,
                "subscribable_type": "incident",
                "subscriber_id": subscriber_id,
                "subscriber_type": kind,
                "result": result,
            }
        )
    return Response(body={"subscriptions": subscriptions})


def unsubscribe(call: Call) -> Response:
    """POST …/status_updates/unsubscribe: how many were removed."""
    incident = call.incident
    wanted = wanted_subscribers(call)
    unauthorized = [key for key in wanted if known_subscriber(*key) is None]
    known = [key for key in wanted if key in incident.subscribers]
    for key in known:
        del incident.subscribers[key]
    counts = {"deleted_count": len(known), "unauthorized_count": len(unauthorized)}
    return Response(body={**counts, "non_existent_count": len(wanted) - len(known) - len(unauthorized)})


def wanted_subscribers(call: Call) -> list[tuple[str, str]]:
    """Return the kinds and ids in the body, each once.

    Raises:
        ApiError: it is not such a list.
    """
    items: list[Fields] = call.body.items("subscribers")
    wanted = [(item.choice("subscriber_type", KINDS), item.text("subscriber_id")) for item in items]
    if len(set(wanted)) != len(wanted):
        raise errors.invalid("subscribers must not name anybody twice")
    return wanted


def known_subscriber(kind: str, subscriber_id: str) -> Subscriber | None:
    """Return the user or team with an id, if there is one."""
    return account.USERS.get(subscriber_id) if kind == "user" else account.TEAMS.get(subscriber_id)


ROUTES = (
    Route("POST", "/incidents/{id}/status_updates", send_status_update, needs_requester=True),
    Route("GET", "/incidents/{id}/status_updates/subscribers", list_subscribers),
    Route("POST", "/incidents/{id}/status_updates/subscribers", subscribe),
    Route("POST", "/incidents/{id}/status_updates/unsubscribe", unsubscribe),
)
