# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service, an escalation policy and an integration for the checks alone; deleted at the end, whatever happens."""

from __future__ import annotations

import contextlib
import sys
import time
import typing as t
import uuid
from datetime import datetime, timedelta, timezone

import requests

from beliefs.account import SUCCESS, Account, CallError, Json, Pairs, Response

Value = t.TypeVar("Value")

MAX_DELAY = 30.0
"""Seconds to wait for an effect."""
SETTLE = 10.0
"""Seconds after which an event without effect is known to have none."""
MARK = "oncall.pagerduty conformance"
"""In the name of everything that the checks create."""
NOT_FOUND = 404


def in_hours(hours: float) -> str:
    """Return the time some hours from now."""
    return (datetime.now(timezone.utc) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_of(text: str) -> datetime:
    """Return the time that an ISO 8601 text names."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class OwnService:
    """What the checks work with. Only one user is on call, and incidents have low urgency unless a check needs more.

    A context manager: creates everything, and deletes it at the end, also if it is stopped in between. What it cannot
    delete it names on the standard error, with the address.

    Args:
        account: the account.
        settle: seconds after which an event without effect is known to have none.
    """

    def __init__(self, account: Account, settle: float = SETTLE) -> None:
        self.account = account
        self._settle = settle
        self.name = f"{MARK} {uuid.uuid4().hex[:8]}"
        self._cleanup = contextlib.ExitStack()
        self._workflow: Response | None = None

    def __enter__(self) -> OwnService:
        try:
            self.user: Json = self._find_user()
            self.policy: Json = self._create_policy(self.name)
            self.service: Json = self._create_service(self.name, self.policy)
            self.integration: Json = self._create_integration()
        except BaseException as error:
            self._close(error)
            raise
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        self._close(error)

    def _close(self, error: BaseException | None) -> None:
        """Remove everything. PagerDuty may still carry out a call in which the checks were stopped."""
        if error is not None and not isinstance(error, Exception):
            self.let_events_settle()
        self._cleanup.close()

    @property
    def routing_key(self) -> str:
        """The key of the integration."""
        return str(self.integration["integration_key"])

    def new_key(self) -> str:
        """Return a key that no alert or incident has."""
        return f"{MARK} {uuid.uuid4().hex}"

    def reference(self, kind: str) -> Json:
        """Return a reference to the `user`, the `escalation_policy` or the `service`."""
        thing = {"user": self.user, "escalation_policy": self.policy, "service": self.service}[kind]
        return self.reference_to(thing, kind)

    def open_incident(self, **fields: t.Any) -> Json:
        """Open an incident through the REST API."""
        return t.cast("Json", self.account.write("POST", "/incidents", self.new_incident(**fields), "incident"))

    def new_incident(self, **fields: t.Any) -> Json:
        """Return the body of a call that opens an incident."""
        incident = {"type": "incident", "title": self.name, "service": self.reference("service"), "urgency": "low"}
        return {"incident": {**incident, **fields}}

    def update(self, incident_id: str, **fields: t.Any) -> Response:
        """Update an incident and return the response, also of a refusal."""
        body = {"incident": {"type": "incident_reference", **fields}}
        return self.account.call("PUT", f"/incidents/{incident_id}", body)

    def updated(self, incident_id: str, **fields: t.Any) -> Json:
        """Update an incident, and return it as it is afterwards."""
        body = {"incident": {"type": "incident_reference", **fields}}
        self.account.write("PUT", f"/incidents/{incident_id}", body, "incident")
        return self.read(incident_id)

    def read(self, incident_id: str, *include: str) -> Json:
        """Read an incident."""
        query = [("include[]", name) for name in include]
        return t.cast("Json", self.account.get(f"/incidents/{incident_id}", "incident", query))

    def alerts(self, incident_id: str, alert_key: str) -> list[Json]:
        """Return the alerts of an incident with a key."""
        path = f"/incidents/{incident_id}/alerts"
        return t.cast("list[Json]", self.account.get(path, "alerts", [("alert_key", alert_key)]))

    def send(self, key: str, action: str = "trigger", **fields: t.Any) -> Response:
        """Send an event with a dedup key; fields of the payload replace the usual ones, and None leaves one out."""
        payload = {"summary": self.name, "source": "conformance", "severity": "info", **fields}
        event: Json = {"routing_key": self.routing_key, "event_action": action, "dedup_key": key}
        if action == "trigger":
            event["payload"] = {name: value for name, value in payload.items() if value is not None}
        return self.account.event(event)

    def trigger(self, key: str, **fields: t.Any) -> Json:
        """Open an alert by an event, and return its incident once it can be found."""
        self.send(key, **fields)
        (incident, *_more) = self.eventually(lambda: self.with_key(key), bool)
        return incident

    def with_key(self, key: str) -> list[Json]:
        """Return the incidents with a dedup key, newest first."""
        query = [("incident_key", key), ("date_range", "all"), ("sort_by", "created_at:desc")]
        return t.cast("list[Json]", self.account.get("/incidents", "incidents", query))

    def set_acknowledgement_timeout(self, seconds: int | None) -> None:
        """Set after how long an acknowledged incident of the service is triggered again; None for never."""
        body = {"service": {"type": "service", "acknowledgement_timeout": seconds}}
        self.account.write("PUT", f"/services/{self.service['id']}", body, "service")

    def another_service(self) -> Json:
        """Create another service, with an escalation policy of its own for the same user."""
        name = self.new_key()
        return self._create_service(name, self._create_policy(name))

    def new_window(self, **fields: t.Any) -> Json:
        """The body that puts the service into maintenance for an hour, unless the fields say otherwise."""
        services = [self.reference("service")]
        usual = {"type": "maintenance_window", "start_time": in_hours(0), "end_time": in_hours(1), "services": services}
        return {"maintenance_window": {**usual, "description": self.name, **fields}}

    @contextlib.contextmanager
    def maintenance(self, **fields: t.Any) -> t.Iterator[Json]:
        """Put the service into maintenance, and end that: other checks need the service."""
        window = self.account.write("POST", "/maintenance_windows", self.new_window(**fields), "maintenance_window")
        try:
            yield window
        finally:
            self.account.call("DELETE", f"/maintenance_windows/{window['id']}")

    @contextlib.contextmanager
    def renamed(self, name: str) -> t.Iterator[Json]:
        """Give the user another name for a while."""
        path, user = f"/users/{self.user['id']}", {"type": "user", "email": self.user["email"]}

        def rename(name: str) -> Json:
            return t.cast("Json", self.account.write("PUT", path, {"user": {**user, "name": name}}, "user"))

        try:
            yield rename(name)
        finally:
            back = f"set the name at {self.user.get('html_url') or self.user.get('self')} to {self.user['name']!r}"
            self._at_last(lambda: rename(self.user["name"]), back)

    def create_workflow(self) -> tuple[Response, Json]:
        """Create an incident workflow without steps, once; returns the response and the workflow."""
        if self._workflow is None:
            self._workflow = self._create("incident_workflow", "/incident_workflows", {"name": self.name, "steps": []})
        body = self._workflow.body if isinstance(self._workflow.body, dict) else {}
        return self._workflow, body.get("incident_workflow", {})

    def eventually(self, read: t.Callable[[], Value], wanted: t.Callable[[Value], object]) -> Value:
        """Read until a value is wanted, since PagerDuty processes events some time after it has accepted them.

        Returns:
            The last value, wanted or not.
        """
        deadline = time.monotonic() + MAX_DELAY
        while not wanted(value := read()) and time.monotonic() < deadline:
            time.sleep(MAX_DELAY / 30)
        return value

    def let_events_settle(self) -> None:
        """Wait long enough to know that an event has no effect."""
        time.sleep(self._settle)

    def _find_user(self) -> Json:
        users = self.account.get("/users", "users", [("query", self.account.from_email)])
        found = [user for user in users if user["email"].casefold() == self.account.from_email.casefold()]
        if not found:
            raise CallError(f"No user of the account has the e-mail address {self.account.from_email}.")
        return t.cast("Json", found[0])

    def _create_policy(self, name: str) -> Json:
        rule = {"escalation_delay_in_minutes": 30, "targets": [self.reference_to(self.user, "user")]}
        fields = {"type": "escalation_policy", "name": name, "escalation_rules": [rule, rule]}
        return self._created("escalation_policy", "/escalation_policies", fields)

    def _create_service(self, name: str, policy: Json) -> Json:
        reference = self.reference_to(policy, "escalation_policy")
        fields = {"type": "service", "name": name, "escalation_policy": reference}
        service = self._created("service", "/services", fields)
        on_service = ("service_ids[]", str(service["id"]))
        self._cleanup.callback(self._at_last, lambda: self._end_windows(on_service), "end the maintenance windows")
        self._cleanup.callback(self._at_last, lambda: self._resolve_all(on_service), "resolve the incidents")
        return service

    def _create_integration(self) -> Json:
        body = {"integration": {"type": "events_api_v2_inbound_integration", "name": self.name}}
        path = f"/services/{self.service['id']}/integrations"
        return t.cast("Json", self.account.write("POST", path, body, "integration"))

    def _created(self, kind: str, path: str, fields: Json) -> Json:
        return t.cast("Json", self.account.checked(self._create(kind, path, fields), f"POST {path}")[kind])

    def _create(self, kind: str, path: str, fields: Json) -> Response:
        """Create something that is removed at the end, also if the response never comes."""
        things: list[Json] = []
        name = str(fields["name"])
        what = f"delete what is called {name!r} in {path}"
        self._cleanup.callback(self._at_last, lambda: self._remove(path, name, things), what)
        response = self.account.call("POST", path, {kind: fields})
        if response.status < SUCCESS:
            things.append(response.body[kind])
        return response

    def _remove(self, path: str, name: str, things: list[Json]) -> None:
        """Delete what was created: as its response has told it, or else what has the name."""
        listed = [] if things else self.account.get(path, path.strip("/"), [("query", name)])
        for thing in things or [each for each in listed if each["name"] == name]:
            response = self.account.call("DELETE", f"{path}/{thing['id']}")
            if response.status >= SUCCESS and response.status != NOT_FOUND:
                self._ask(f"delete {thing.get('html_url') or thing.get('self')}", response.body)

    def _end_windows(self, on_service: tuple[str, str]) -> None:
        query = [("filter", "open"), on_service]
        for window in self.account.get("/maintenance_windows", "maintenance_windows", query):
            response = self.account.call("DELETE", f"/maintenance_windows/{window['id']}")
            if response.status >= SUCCESS and response.status != NOT_FOUND:
                self._ask(f"end {window.get('html_url') or window.get('self')}", response.body)

    def _resolve_all(self, on_service: tuple[str, str]) -> None:
        query = [on_service, ("statuses[]", "triggered"), ("statuses[]", "acknowledged")]
        seen: set[str] = set()
        while incidents := self._open_incidents(query, seen):
            for incident in incidents:
                seen.add(incident["id"])
                response = self.update(incident["id"], status="resolved")
                # An event may have resolved it in the meantime.
                if response.status >= SUCCESS and self.read(incident["id"])["status"] != "resolved":
                    self._ask(f"resolve {incident.get('html_url') or incident['id']}", response.body)

    def _open_incidents(self, query: Pairs, but: t.Collection[str]) -> list[Json]:
        page = [("limit", "100"), ("date_range", "all")]
        incidents = self.account.get("/incidents", "incidents", [*query, *page])
        return [incident for incident in incidents if incident["id"] not in but]

    def _at_last(self, step: t.Callable[[], object], what: str) -> None:
        """Take a step of the clean-up. Whatever becomes of it, the next one is taken."""
        try:
            step()
        except (CallError, requests.RequestException) as error:
            self._ask(what, error)

    @staticmethod
    def _ask(what: str, why: object) -> None:
        print(f"Please {what} yourself: PagerDuty did not do it ({why}).", file=sys.stderr)

    @staticmethod
    def reference_to(thing: Json, kind: str) -> Json:
        """Return a reference to a thing of the account."""
        return {"id": thing["id"], "type": f"{kind}_reference"}
