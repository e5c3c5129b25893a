# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/incidents/{id}/status_updates and its subscribers.

Source: openapi/rest.json; PAGERDUTY_API.md, "Stakeholders, fields, alerts".
"""

from __future__ import annotations

from simulator import account, problems
from simulator.call import Answer, Call, Route
from simulator.checks import Fields
from simulator.incident import Subscriber
from simulator.views import Json

KINDS = ("user", "team")


def send_status_update(call: Call) -> Answer:
    """POST …/status_updates: notifies every subscriber, each time."""
    fields = call.body
    update = call.incident.tell(
        call.act,
        call.user,
        fields.text("message"),
        fields.maybe_text("subject", empty=True),
        fields.maybe_text("html_message", empty=True),
    )
    return Answer(body={"status_update": call.views().status_update(update)})


def list_subscribers(call: Call) -> Answer:
    """GET …/status_updates/subscribers."""
    return call.listing("subscribers", list(call.incident.subscribers), show_subscriber, account_id=account.ACCOUNT_ID)


def show_subscriber(key: tuple[str, str]) -> Json:
    """`NotificationSubscriberWithContext`; nobody is subscribed by way of something else here."""
    kind, subscriber_id = key
    subscriber = {"subscriber_id": subscriber_id, "subscriber_type": kind}
    return {**subscriber, "has_indirect_subscription": False, "subscribed_via": None}


def subscribe(call: Call) -> Answer:
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
    return Answer(body={"subscriptions": subscriptions})


def unsubscribe(call: Call) -> Answer:
    """POST …/status_updates/unsubscribe: how many were removed."""
    incident = call.incident
    wanted = wanted_subscribers(call)
    unauthorized = [key for key in wanted if known_subscriber(*key) is None]
    known = [key for key in wanted if key in incident.subscribers]
    for key in known:
        del incident.subscribers[key]
    counts = {"deleted_count": len(known), "unauthorized_count": len(unauthorized)}
    return Answer(body={**counts, "non_existent_count": len(wanted) - len(known) - len(unauthorized)})


def wanted_subscribers(call: Call) -> list[tuple[str, str]]:
    """The kinds and ids that the body names, none twice.

    Raises:
        Problem: when it is not such a list.
    """
    items: list[Fields] = call.body.items("subscribers")
    wanted = [(item.choice("subscriber_type", KINDS), item.text("subscriber_id")) for item in items]
    if len(set(wanted)) != len(wanted):
        raise problems.invalid("subscribers must not name anybody twice")
    return wanted


def known_subscriber(kind: str, subscriber_id: str) -> Subscriber | None:
    """The user or team with an id, if the account has it."""
    return account.USERS.get(subscriber_id) if kind == "user" else account.TEAMS.get(subscriber_id)


ROUTES = (
    Route("POST", "/incidents/{id}/status_updates", send_status_update, needs_requester=True),
    Route("GET", "/incidents/{id}/status_updates/subscribers", list_subscribers),
    Route("POST", "/incidents/{id}/status_updates/subscribers", subscribe),
    Route("POST", "/incidents/{id}/status_updates/unsubscribe", unsubscribe),
)
