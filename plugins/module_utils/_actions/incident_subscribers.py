# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_subscribers: adds subscribers, or removes them. Nobody is notified of it.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import TEAM, USER, Directory
from .._core.action import Action, State
from .._core.change import Change, Says
from .._core.errors import InvalidOption, OutcomeUnknown, Refused, TaskError
from .._core.words import SUBSCRIBE, UNSUBSCRIBE, few, label, short_name
from .._incidents.action import IncidentAction
from .._incidents.subscribers import Key, read_subscribers

Options = dict[str, t.Any]
ByKey = dict[Key, Record]
"""Subscribers, or users and teams, by what PagerDuty calls them."""

KINDS = (("users", "user", USER), ("teams", "team", TEAM))
"""The options, the types of subscribers, and what to look up."""
UNAUTHORIZED = "unauthorized"
"""The result for somebody who may not be added. Source: PagerDuty/api-schema, `NotificationSubscriptionWithContext`."""


def incident_subscribers(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `incident_id`, `users`, `teams` and `state`.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/status_updates/subscribers and
    /unsubscribe.
    """
    return Removal(client, options) if options["state"] == "absent" else Addition(client, options)


class SubscriberAction(IncidentAction):
    """What both have in common."""

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        self._wanted: ByKey = {}

    def check(self) -> None:
        """Check who is named."""
        super().check()
        if not any(self.options[option] for option, _type, _kind in KINDS):
            raise InvalidOption("users", "set users, teams, or both")

    def prepare(self) -> None:
        """Look up everybody who is named. Whoever is unknown does not stop the others.

        Raises:
            TaskError: nobody is known.
        """
        super().prepare()
        directory = Directory(self.client)
        for option, subscriber_type, kind in KINDS:
            for record_id, record in directory.find_known(kind, self.options[option]).items():
                self._wanted[subscriber_type, record_id] = record
        self.left_out = directory.left_out(self._wanted)

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the subscribers of each incident; of the incident itself nothing is needed."""
        return self.each(targets, lambda incident_id: read_subscribers(self.client, incident_id))

    def foretold(self, incident: Record) -> ByKey:
        """Return nobody."""
        return {}

    def _change(self, incident_id: str, now: ByKey, left: ByKey, *, changing: t.Sequence[Key], says: Says) -> Change:
        """Return the change of an incident's subscribers.

        Args:
            now: all its subscribers.
            left: those that it has afterwards.
            changing: those who are added, or removed.
        """
        return Change(
            target=incident_id,
            name=self.incident_name(incident_id),
            before={"subscribers": self._labels(now)},
            after={"subscribers": self._labels(left)},
            says=says,
            record=_record(incident_id, now),
            predicted=_record(incident_id, left),
            body=changing,
        )

    def _labels(self, subscribers: ByKey) -> list[str]:
        """Return the names of those among the subscribers whom the task is about, for the diff."""
        return [label(record) for key, record in self._wanted.items() if key in subscribers]

    def _short_names(self, keys: t.Iterable[Key]) -> list[str]:
        return [short_name(self._wanted[key]) for key in keys]


class Addition(SubscriberAction):
    """Subscribes those who are not subscribed yet."""

    def plan(self, target: str, state: ByKey) -> Change:
        """Plan to subscribe those who are missing."""
        missing = [key for key in self._wanted if key not in state]
        left = {**state, **{key: _new_subscriber(key) for key in missing}}
        says = [SUBSCRIBE(*self._short_names(missing))] if missing else "all are subscribed already"
        return self._change(target, state, left, changing=missing, says=says)

    def send_one(self, change: Change) -> Record:
        """Subscribe them.

        Raises:
            Refused: PagerDuty did not subscribe all of them.
        """
        path = path_of("incidents", change.target, "status_updates", "subscribers")
        # PagerDuty accepts the call even if it subscribes nobody: only its answer says whether there was an effect.
        results = self.client.write_and_get_list("POST", path, _body(change.body), "subscriptions", is_effect=False)
        refused = [self._label_of(each) for each in results if each.get("result") == UNAUTHORIZED]
        if len(refused) < len(results):
            self.client.count_effect()
        if refused:
            raise _not_allowed(f"PagerDuty did not subscribe {few(refused)}")
        return change.predicted

    def _label_of(self, result: Record) -> str:
        key = result["subscriber_type"], result["subscriber_id"]
        return label(self._wanted.get(key, {"id": result["subscriber_id"]}))


class Removal(SubscriberAction):
    """Removes those who are subscribed."""

    def plan(self, target: str, state: ByKey) -> Change:
        """Plan to remove those who are there."""
        found = [key for key in self._wanted if key in state]
        left = {key: subscriber for key, subscriber in state.items() if key not in found}
        says = [UNSUBSCRIBE(*self._short_names(found))] if found else "none of them is subscribed"
        return self._change(target, state, left, changing=found, says=says)

    def send_one(self, change: Change) -> Record:
        """Remove them.

        Raises:
            Refused: PagerDuty did not remove all of them; it does not say whom.
            OutcomeUnknown: PagerDuty does not say how many it removed.
        """
        path = path_of("incidents", change.target, "status_updates", "unsubscribe")
        response = self.client.write("POST", path, _body(change.body), is_effect=False)
        refused = response.get("unauthorized_count") or 0
        if not isinstance(refused, int) or refused > len(change.body):
            url = self.client.settings.api_url + path
            raise OutcomeUnknown(f"POST {url}: 'unauthorized_count' is malformed in the response.")
        if refused < len(change.body):
            self.client.count_effect()
        if refused:
            names = few([label(self._wanted[key]) for key in change.body])
            raise _not_allowed(f"PagerDuty did not unsubscribe {'all of ' if len(change.body) > 1 else ''}{names}")
        return change.predicted


def _new_subscriber(key: Key) -> Record:
    """Return a subscriber as PagerDuty will list it; fields that only PagerDuty knows are None."""
    subscriber_type, subscriber_id = key
    return {
        "subscriber_id": subscriber_id,
        "subscriber_type": subscriber_type,
        "has_indirect_subscription": None,
        "subscribed_via": None,
    }


def _record(incident_id: str, subscribers: ByKey) -> Record:
    return {"id": incident_id, "subscribers": list(subscribers.values())}


def _body(keys: t.Sequence[Key]) -> Record:
    return {"subscribers": [{"subscriber_type": kind, "subscriber_id": key} for kind, key in keys]}


def _not_allowed(what: str) -> Refused:
    return Refused(
        f"{what}: {UNAUTHORIZED}.",
        hint="Check that the token may see them, and that the account's plan includes stakeholders.",
    )
