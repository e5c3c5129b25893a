# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Subscribers of an incident. Only the user of the checks is subscribed, and no status update is sent."""

from __future__ import annotations

from beliefs.account import Json
from beliefs.belief import INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService

RESULTS = f"{SCHEMA}, NotificationSubscriptionWithContext, result"
UNSUBSCRIBE = f"{SCHEMA}, POST /incidents/{{id}}/status_updates/unsubscribe"
NOBODY = "PNOBODY"


@belief(["success", "duplicate"], source=RESULTS)
def a_subscriber_is_added_once(own: OwnService) -> object:
    """A new subscriber has the result `success`, and one who is subscribed has `duplicate`."""
    incident = own.open_incident()
    return [subscribed(own, incident["id"], own.user["id"]) for _time in range(2)]


@belief("unauthorized", source=f"{INFERRED} from {RESULTS}: no other result is left")
def an_unknown_subscriber_is_unauthorized(own: OwnService) -> object:
    """A subscriber whom the account does not have has the result `unauthorized`, and the call is not refused."""
    return subscribed(own, own.open_incident()["id"], NOBODY)


@belief([1, 0], source=UNSUBSCRIBE)
def a_subscriber_is_removed_once(own: OwnService) -> object:
    """Removing a subscriber counts one, and removing the same one again counts none."""
    incident = own.open_incident()
    subscribed(own, incident["id"], own.user["id"])
    path = f"/incidents/{incident['id']}/status_updates/unsubscribe"
    removals = [own.account.call("POST", path, subscribers(own.user["id"])).body for _time in range(2)]
    return [removal["deleted_count"] for removal in removals]


def subscribed(own: OwnService, incident_id: str, user_id: str) -> object:
    """Subscribe a user, and return the result.

    Raises:
        NotTried: the account's plan does not include it.
    """
    response = own.account.call("POST", f"/incidents/{incident_id}/status_updates/subscribers", subscribers(user_id))
    if response.status in (402, 403):
        raise NotTried("the account's plan has no subscribers")
    if response.status != 200:
        return response.status_and_code
    return response.body["subscriptions"][0]["result"]


def subscribers(user_id: str) -> Json:
    """Return the body of a call about a user."""
    return {"subscribers": [{"subscriber_id": user_id, "subscriber_type": "user"}]}
