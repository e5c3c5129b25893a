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

from beliefs.account import Account, CallError, Json, Response

Value = t.TypeVar("Value")

MAX_DELAY = 30.0
"""Seconds to wait for an effect."""
SETTLE = 10.0
"""Seconds after which an event without effect is known to have none."""
MARK = "oncall.pagerduty conformance"
"""In the name of everything that the checks create."""


def in_hours(hours: float) -> str:
    """Return the time some hours from now."""
    return (datetime.now(timezone.utc) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


class OwnService:
    """What the checks work with. Only one user is on call, and incidents have low urgency unless a check needs more.

    A context manager: creates everything, and deletes it at the end.

    Args:
        account: the account.
        settle: seconds after which an event without effect is known to have none.
    """

    def __init__(self, account: Account, settle: float = SETTLE) -> None:
        self.account = account
        self._settle = settle
        self.name = f"{MARK} {uuid.uuid4().hex[:8]}"
        self._cleanup = contextlib.ExitStack()

    def __enter__(self) -> OwnService:
        try:
            self.user: Json = self._find_user()
            self.policy: Json = self._create_policy(self.name, self._cleanup)
            self.service: Json = self._create_service(self.name, self.policy, self._cleanup)
            self.integration: Json = self._create_integration()
        except BaseException:
            self._cleanup.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
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
    def another_service(self) -> t.Iterator[Json]:
        """Create another service, with an escalation policy of its own for the same user; both are deleted."""
        name = self.new_key()
        with contextlib.ExitStack() as cleanup:
            yield self._create_service(name, self._create_policy(name, cleanup), cleanup)

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

    def _create_policy(self, name: str, cleanup: contextlib.ExitStack) -> Json:
        rule = {"escalation_delay_in_minutes": 30, "targets": [self.reference_to(self.user, "user")]}
        policy = {"type": "escalation_policy", "name": name, "escalation_rules": [rule, rule]}
        body = {"escalation_policy": policy}
        created = self.account.write("POST", "/escalation_policies", body, "escalation_policy")
        cleanup.callback(self._delete, f"/escalation_policies/{created['id']}")
        return t.cast("Json", created)

    def _create_service(self, name: str, policy: Json, cleanup: contextlib.ExitStack) -> Json:
        reference = self.reference_to(policy, "escalation_policy")
        body = {"service": {"type": "service", "name": name, "escalation_policy": reference}}
        created = self.account.write("POST", "/services", body, "service")
        cleanup.callback(self._delete, f"/services/{created['id']}")
        cleanup.callback(self._resolve_all, created["id"])
        return t.cast("Json", created)

    def _create_integration(self) -> Json:
        body = {"integration": {"type": "events_api_v2_inbound_integration", "name": self.name}}
        path = f"/services/{self.service['id']}/integrations"
        return t.cast("Json", self.account.write("POST", path, body, "integration"))

    def _resolve_all(self, service_id: str) -> None:
        query = [("service_ids[]", service_id), ("statuses[]", "triggered"), ("statuses[]", "acknowledged")]
        incidents = self.account.get("/incidents", "incidents", [*query, ("limit", "100"), ("date_range", "all")])
        for incident in incidents:
            self.update(incident["id"], status="resolved")

    def _delete(self, path: str) -> None:
        response = self.account.call("DELETE", path)
        if response.status not in (204, 404):
            print(f"Please delete {path} of {self.name} by hand: PagerDuty answered {response.body}.", file=sys.stderr)

    @staticmethod
    def reference_to(thing: Json, kind: str) -> Json:
        """Return a reference to a thing of the account."""
        return {"id": thing["id"], "type": f"{kind}_reference"}
