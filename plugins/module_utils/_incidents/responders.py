# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who was requested as a responder, how they have answered, and whom a request pages.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import Record
from .._core.change import Notification
from .on_call import OnCall, notified

PENDING = "pending"
DECLINED = "declined"
CANCELLED = ("user_cancelled", "cancelled")
NOT_COMING = (DECLINED, *CANCELLED)
"""States of those who were requested and will not come."""


def states_of_responders(incident: Record) -> dict[str, str]:
    """Return how everybody who was requested has answered, by the id of the user or escalation policy."""
    return states_by_id(incident, _state_of_target)


def shows_responders(incident: Record) -> bool:
    """Return whether PagerDuty says who was requested."""
    return any(incident.get(name) is not None for name in ("responder_requests", "incidents_responders"))


def states_by_id(incident: Record, state_of_target: t.Callable[[Record], str]) -> dict[str, str]:
    """Return the states of an incident's responders by id, those of requested policies as a function tells them."""
    states: dict[str, str] = {}
    for request in incident.get("responder_requests") or ():
        for target in targets_of(request):
            states[target["id"]] = state_of_target(target)
    for responder in incident.get("incidents_responders") or ():
        if responder.get("user"):
            states[responder["user"]["id"]] = responder.get("state") or PENDING
    return states


def targets_of(request: Record) -> list[Record]:
    """Return the targets of a request, as far as PagerDuty names them.

    PagerDuty's example nests each one level deeper than its schema.
    """
    entries = request.get("responder_request_targets") or ()
    targets = [entry.get("responder_request_target") or entry for entry in entries]
    return [target for target in targets if target.get("id")]


def notified_responders(on_call: OnCall, targets: t.Iterable[Record]) -> list[Notification]:
    """Return whom a request notifies, nobody twice.

    Args:
        targets: references to users and escalation policies.

    Source: https://support.pagerduty.com/main/docs/add-responders.
    """
    by_user: dict[str, Notification] = {}
    for target in targets:
        is_policy = str(target.get("type")).startswith("escalation_policy")
        requested = on_call.notified_by(target) if is_policy else notified([target], "requested as a responder")
        for each in requested:
            by_user.setdefault(each.who["id"] if each.who else each.name, each)
    return list(by_user.values())


def _state_of_target(target: Record) -> str:
    """Return the state of a requested policy: pending unless nobody whom it reached will come.

    Another request might page those who declined, so one of them is enough for `declined`.
    """
    states = [responder.get("state") for responder in target.get("incidents_responders") or ()]
    if not states or any(state not in NOT_COMING for state in states):
        return PENDING
    return DECLINED if DECLINED in states else states[0]
