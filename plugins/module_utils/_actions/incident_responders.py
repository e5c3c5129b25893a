# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_responders: requests users and escalation policies, or cancels pending requests.

Every request pages people, so only those who were not requested yet are. Tasks on different machines may request the
same people at the same moment, and a page cannot be taken back. So after a request the module reads the incident once
more and warns about everybody who was requested twice. Private to the collection.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import ESCALATION_POLICY, USER, Directory, reference
from .._core.action import Action
from .._core.change import CAREFULLY, Change, Notification
from .._core.errors import InvalidOption, Refused
from .._core.words import CANCEL, REQUEST, few, label, short_name
from .._incidents.acknowledging import user_of_token
from .._incidents.action import IncidentAction
from .._incidents.names import name_of
from .._incidents.on_call import OnCall
from .._incidents.read import check_open, read_incident
from .._incidents.responders import (
    CANCELLED,
    DECLINED,
    NOT_COMING,
    PENDING,
    notified_responders,
    shows_responders,
    states_by_id,
    states_of_responders,
    targets_of,
)

Options = dict[str, t.Any]
Answer = t.TypeVar("Answer")

NAMED = (("users", USER), ("escalation_policies", ESCALATION_POLICY))
"""The options that name responders, and what to look up."""
OWNER = "the owner of the token"
REQUEST_FIELDS = ("id", "incident", "requester", "requested_at")
"""Fields of a request that only PagerDuty knows. Source: PagerDuty/api-schema, `ResponderRequest`."""
NOT_REQUESTED = "not requested"
JOINED = "joined"
DONE = "cancelled"
"""The result of a cancelled request. Source: PagerDuty/api-schema, PUT /incidents/{id}/responder_requests/cancel."""


def incident_responders(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `incident_id`, `users`, `escalation_policies`, `responders_message`, `requester`, `renotify` and
            `state`.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/responder_requests and PUT
    /incidents/{id}/responder_requests/cancel.
    """
    return Cancellation(client, options) if options["state"] == "absent" else Request(client, options)


class ResponderAction(IncidentAction):
    """What both have in common: who is asked, and who asks."""

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        self._wanted: dict[str, Record] = {}
        """References to users and escalation policies, with their names, by id."""
        self._requester: Record = {}

    def check(self) -> None:
        """Check who is named."""
        super().check()
        if not any(self.options[option] for option, _kind in NAMED):
            raise InvalidOption("users", "set users, escalation_policies, or both")

    def prepare(self) -> None:
        """Look up everybody who is named, and who requests them. Whoever is unknown does not stop the others.

        Raises:
            TaskError: nobody is known.
        """
        super().prepare()
        directory = Directory(self.client)
        for option, kind in NAMED:
            for target_id, record in directory.find_known(kind, self.options[option]).items():
                self._wanted[target_id] = {**reference(kind, record), "summary": short_name(record)}
        self.left_out = directory.left_out(self._wanted)
        self._requester = self._find_requester(directory)

    def _find_requester(self, directory: Directory) -> Record:
        """Return the user who requests: the one given, else that of from_email, else the token's own.

        Raises:
            TaskError: none of them is known. One who is must do, as somebody waits for the responders.
        """
        problems: list[Refused] = []
        for name in (self.options["requester"], self.client.settings.from_email, OWNER):
            try:
                user = self._user(directory, name)
            except Refused as error:
                problems.append(error)
            else:
                if user and problems:
                    self.client.warn(f"{problems[0].message} {label(user)} requests the responders instead.")
                if user:
                    return user
        first = problems[0]
        first.hint = f"{first.hint} Set requester or from_email to a user of this PagerDuty account.".lstrip()
        raise first

    def _user(self, directory: Directory, name: str | None) -> Record | None:
        if name == OWNER:
            return self.client.get("/users/me", "user")
        return directory.find(USER, name) if name else None

    def _send_as_requester(self, send: t.Callable[[Record], Answer]) -> Answer:
        """Send a call in the name of the requester; if they may not, in that of the user to whom the token belongs.

        Args:
            send: takes what the body says of the requester.

        Raises:
            TaskError: the call was not accepted.
        """
        try:
            return send({"requester_id": self._requester["id"]})
        except Refused as error:
            owner = user_of_token(self.client) if error.is_forbidden else None
            if owner is None or owner["id"] == self._requester["id"]:
                raise
            self.client.warn(f"{error.message} {label(owner)}, to whom the token belongs, asks instead.")
            self._requester = owner
            return send({"requester_id": owner["id"]})

    def _by_label(self, states: t.Mapping[str, str]) -> dict[str, str]:
        """Return states by name, for the diff."""
        return {label(self._wanted[target_id]): state for target_id, state in states.items()}

    def _labels(self, ids: t.Iterable[str]) -> list[str]:
        """Return names with ids, for warnings."""
        return [label(self._wanted[target_id]) for target_id in ids]

    def _short_names(self, ids: t.Iterable[str]) -> list[str]:
        return [short_name(self._wanted[target_id]) for target_id in ids]


class Request(ResponderAction):
    """Requests those who were not requested before, or whose request was cancelled."""

    def __init__(self, client: PagerDuty, options: Options) -> None:
        super().__init__(client, options)
        self._on_call = OnCall(client)

    def plan(self, target: str, state: Record) -> Change:
        """Plan to request those who are missing, in one call.

        Raises:
            Refused: somebody is missing, and the incident is resolved.
        """
        states = states_of_responders(state)
        missing = [target_id for target_id in self._wanted if self._is_missing(states.get(target_id))]
        if missing:
            check_open(state, "responders cannot be requested")
        body = self._body(state, missing)
        before = self._shown(states, missing)
        return Change(
            target=target,
            name=name_of(state),
            before={"responders": self._by_label(before)},
            after={"responders": self._by_label({**before, **dict.fromkeys(missing, PENDING)})},
            says=[REQUEST(*self._short_names(missing))] if missing else "everybody was requested before",
            record=state,
            predicted=self._predict(state, body) if missing else state,
            body=body,
            resend=CAREFULLY,
            warnings=self._warnings(state, states, missing),
        )

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return the users who are requested, and who is on call for the policies."""
        return notified_responders(self._on_call, [self._wanted[target["id"]] for target in targets_of(change.body)])

    def send_one(self, change: Change) -> Record:
        """Request them, then read the incident to see whether another task has requested them as well."""
        path = path_of("incidents", change.target, "responder_requests")
        self._send_as_requester(
            lambda own: self.client.write_and_get("POST", path, {**own, **change.body}, "responder_request")
        )
        incident = read_incident(self.client, change.target)
        self._warn_about_two_requests(change, incident)
        return incident

    def _is_missing(self, state: str | None) -> bool:
        return state is None or state in CANCELLED or (self.options["renotify"] and state == DECLINED)

    def _shown(self, states: t.Mapping[str, str], missing: t.Sequence[str]) -> dict[str, str]:
        """Return the current states that the diff shows.

        Whoever declined and is not asked again is left out: a policy that is requested may ask them all the same.
        """
        return {
            target_id: states.get(target_id, NOT_REQUESTED)
            for target_id in self._wanted
            if target_id in missing or states[target_id] not in NOT_COMING
        }

    def _warnings(self, incident: Record, states: t.Mapping[str, str], missing: t.Sequence[str]) -> list[str]:
        if missing and not shows_responders(incident):
            return [
                f"{name_of(incident)}: PagerDuty's response has neither 'responder_requests' nor "
                "'incidents_responders', so some may have been requested before, and are paged again."
            ]
        declined = [each for each in self._wanted if states.get(each) == DECLINED and each not in missing]
        return [
            f"{name_of(incident)}: {name} declined; not requested again. Set renotify: true to ask again."
            for name in self._labels(declined)
        ]

    def _warn_about_two_requests(self, change: Change, incident: Record) -> None:
        before, now = _request_counts(change.record), _request_counts(incident)
        ids = [target["id"] for target in targets_of(change.body)]
        twice = self._labels(each for each in ids if now[each] - before[each] > 1)
        if twice:
            self.client.warn(
                f"{name_of(incident)}: another task requested {', '.join(twice)} at the same moment, so they may have "
                "been paged twice. Run the task on one host (run_once) to avoid that."
            )

    def _body(self, incident: Record, missing: t.Sequence[str]) -> Record:
        targets = [{"id": target_id, "type": self._wanted[target_id]["type"]} for target_id in missing]
        return {
            "message": self.options["responders_message"]
            or f"Please help with {incident.get('title') or name_of(incident)}",
            "responder_request_targets": [{"responder_request_target": target} for target in targets],
        }

    def _predict(self, incident: Record, body: Record) -> Record:
        """Return the incident with the request as PagerDuty will return it; only PagerDuty knows who answers."""
        targets = [
            {"responder_request_target": {**self._wanted[target["id"]], "incidents_responders": None}}
            for target in targets_of(body)
        ]
        request = {
            **dict.fromkeys(REQUEST_FIELDS),
            "message": body["message"],
            "responder_request_targets": targets,
        }
        return {**incident, "responder_requests": [*(incident.get("responder_requests") or ()), request]}


class Cancellation(ResponderAction):
    """Cancels pending requests. Whoever has answered stays as they are."""

    def check(self) -> None:
        """Check that no option is given that only a request has."""
        super().check()
        for option in ("responders_message", "renotify"):
            if self.options[option]:
                raise InvalidOption(option, "cannot be combined with state=absent", self.options[option])

    def plan(self, target: str, state: Record) -> Change:
        """Plan to cancel what is pending."""
        states = states_by_id(state, _cancellable_state)
        # If PagerDuty does not say who was requested, it will say whose request was cancelled.
        otherwise = NOT_REQUESTED if shows_responders(state) else PENDING
        before = {target_id: states.get(target_id, otherwise) for target_id in self._wanted}
        pending = [target_id for target_id in self._wanted if before[target_id] == PENDING]
        joined = self._labels(target_id for target_id in self._wanted if before[target_id] == JOINED)
        requests = f"the request{'s' if len(pending) > 1 else ''} to {few(self._short_names(pending))}"
        return Change(
            target=target,
            name=name_of(state),
            before={"responders": self._by_label(before)},
            after={"responders": self._by_label({**before, **dict.fromkeys(pending, CANCELLED[0])})},
            says=[CANCEL(requests)] if pending else "no request is pending",
            record=state,
            body=pending,
            warnings=[
                f"{name_of(state)}: {name} has already joined; the request can no longer be cancelled."
                for name in joined
            ],
        )

    def send_one(self, change: Change) -> Record:
        """Cancel the requests, and warn about those that were answered in the meantime.

        Raises:
            Refused: none was cancelled.
        """
        path = path_of("incidents", change.target, "responder_requests", "cancel")
        targets = [{"type": self._wanted[target_id]["type"], "id": target_id} for target_id in change.body]
        body = {"responder_request_targets": targets}
        key = "responder_request_targets"
        results = self._send_as_requester(
            lambda own: self.client.write_and_get_list("PUT", path, {**own, **body}, key, is_effect=False)
        )
        others = [
            f"{label(self._wanted.get(each['id'], each))}: {each['result']}"
            for each in results
            if each.get("result") not in (None, DONE)
        ]
        message = f"{change.name}: PagerDuty did not cancel every request ({few(others)})."
        if others and len(others) == len(results):
            raise Refused(message, hint="Run the task again to see who has joined.", is_conflict=True)
        # PagerDuty accepts the call even if it cancels nothing: only its answer says whether there was an effect.
        self.client.count_effect()
        if others:
            self.client.warn(message)
        return read_incident(self.client, change.target)


def _request_counts(incident: Record) -> Counter[str]:
    requests = incident.get("responder_requests") or ()
    return Counter(target["id"] for request in requests for target in targets_of(request))


def _cancellable_state(target: Record) -> str:
    """Return the state of a requested policy: pending if anybody it reached is, or if it has reached nobody."""
    states = [responder.get("state") or PENDING for responder in target.get("incidents_responders") or ()]
    if not states or PENDING in states:
        return PENDING
    return JOINED if JOINED in states else states[0]
