# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of ansible-rulebook: an incident in the simulator, a rule, and a change by one of the modules."""

from __future__ import annotations

import json
import typing as t
import urllib.error
import urllib.request
from pathlib import Path

import yaml

from integration.eda.rulebook_runner import NEEDS_ANSIBLE_RULEBOOK, Rulebook, until
from integration.eda.source_runner import EDA
from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

Json = dict[str, t.Any]

NOTE = "Event-Driven Ansible has seen this incident."
SECRET = "a-signing-secret"

pytestmark = NEEDS_ANSIBLE_RULEBOOK


def that_doubles(name: str, folder: Path) -> str:
    """A rulebook of the collection, whose notes are added as often as it is told to; the meta names the incident."""
    rulebook = yaml.safe_load((EDA / "rulebooks" / f"{name}.yml").read_text())
    changes = {"allow_duplicate": True, "incident_id": "{{ event.meta.incident_id }}"}
    rulebook[0]["rules"][0]["action"]["run_module"]["module_args"].update(changes)
    file = folder / "rulebook.yml"
    file.write_text(yaml.safe_dump(rulebook))
    return str(file)


def notes(simulator: Simulator) -> dict[str, list[str]]:
    """The notes of each incident."""
    return {
        incident["id"]: [note["content"] for note in incident["notes"]] for incident in simulator.state()["incidents"]
    }


def open_incident(call: Client, title: str = "Disk full", urgency: str = "high") -> str:
    reference = {"id": account.CHECKOUT.id, "type": "service_reference"}
    body = {"incident": {"type": "incident", "title": title, "service": reference, "urgency": urgency}}
    return str(call("POST", "/incidents", body).body["incident"]["id"])


def subscribe(call: Client, url: str) -> str:
    body = {
        "type": "webhook_subscription",
        "delivery_method": {"type": "http_delivery_method", "url": url},
        "events": ["incident.triggered", "incident.annotated"],
        "filter": {"type": "account_reference"},
    }
    return str(
        call("POST", "/webhook_subscriptions", {"webhook_subscription": body}).body["webhook_subscription"]["id"]
    )


def forge(url: str, body: bytes, signature: str) -> int:
    """Send a delivery that somebody has made up."""
    headers = {"X-PagerDuty-Signature": signature, "X-Webhook-Id": "made-up", "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def attempts(simulator: Simulator, incident: str) -> list[int | None]:
    """The answers to the webhook that reports a new incident."""
    found = [
        each["attempts"]
        for each in simulator.deliveries()
        if (each["resource"], each["event_type"]) == (incident, "incident.triggered")
    ]
    return t.cast("list[int | None]", found[0] if found else [])


def test_each_incident_gets_its_note_once_whatever_happens_to_the_webhooks(
    simulator: Simulator, tmp_path: Path
) -> None:
    """One run, since ansible-rulebook takes seconds to start."""
    simulator.reset(webhook_retry_after=0.2)
    call = Client(simulator.url)
    variables = {"PAGERDUTY_WEBHOOK_PORT": "0", "PAGERDUTY_WEBHOOK_SECRET": SECRET}
    with Rulebook(that_doubles("annotate_new_incidents", tmp_path), tmp_path, simulator.url, **variables) as rulebook:
        url = rulebook.url()
        subscription = subscribe(call, url)
        # The secrets differ, and are corrected later.
        delayed = open_incident(call)
        until(lambda: 503 in attempts(simulator, delayed), rulebook)
        simulator.sign_webhooks(subscription, SECRET)
        until(lambda: 202 in attempts(simulator, delayed), rulebook)
        # While the rule is busy, an answer is lost and a delivery comes twice.
        simulator.webhook_faults("lose_answer", "duplicate")
        unanswered = open_incident(call)
        until(lambda: 202 in attempts(simulator, unanswered), rulebook)
        # The title would be templated again, were it used.
        doubled = open_incident(call, "{{ 7 * 7 }}")
        until(lambda: 202 in attempts(simulator, doubled), rulebook)
        low = open_incident(call, urgency="low")
        until(lambda: 202 in attempts(simulator, low), rulebook)
        forged = json.dumps({"event": {"event_type": "incident.triggered", "data": {"id": low, "urgency": "high"}}})
        assert forge(url, forged.encode(), f"v1={'0' * 64}") == 503
        # The secret is replaced: two signatures, of which the source knows one.
        simulator.sign_webhooks(subscription, "the-next-secret", SECRET)
        last = open_incident(call)
        # Events keep their order: with the last one, all are done.
        until(lambda: bool(notes(simulator)[last]), rulebook)
    assert notes(simulator) == {
        **{incident: [NOTE] for incident in (delayed, unanswered, doubled, last)},
        low: [],
    }
    assert set(attempts(simulator, delayed)) == {503, 202}
    assert attempts(simulator, unanswered) == [None, 202]
    assert attempts(simulator, doubled) == attempts(simulator, last) == attempts(simulator, low) == [202]


def test_commands_are_run_once_over_a_restart_unless_the_incident_has_changed_since(
    simulator: Simulator, tmp_path: Path
) -> None:
    call = Client(simulator.url)
    created = simulator.reset(incidents=5, incident={"created_at": "2026-01-31T12:00:00Z"})["incidents"]
    first, second, third, reopened, strange = created
    variables = {
        "PAGERDUTY_NOTE_COMMANDERS": account.OWNER.id,
        "PAGERDUTY_POLL_INTERVAL": "0.5",
        "PAGERDUTY_STATE_FILE": str(tmp_path / "state.json"),
    }

    def note(incident: str, content: str, author: account.User = account.OWNER) -> None:
        body, headers = {"note": {"content": content}}, {"From": author.email}
        assert call("POST", f"/incidents/{incident}/notes", body, headers=headers).status == 200

    def set_status(incident: str, wanted: str) -> None:
        body = {"incident": {"type": "incident_reference", "status": wanted}}
        assert call("PUT", f"/incidents/{incident}", body, headers={"From": account.OWNER.email}).status == 200

    def status(incident: str) -> str:
        return next(str(each["status"]) for each in simulator.state()["incidents"] if each["id"] == incident)

    def polls() -> int:
        return sum(entry["path"] == "/log_entries" for entry in simulator.journal()["entries"])

    with Rulebook("oncall.pagerduty.run_note_commands", tmp_path, simulator.url, **variables) as rulebook:
        until((tmp_path / "state.json").exists, rulebook)
        note(first, "/acknowledge")
        until(lambda: status(first) == "acknowledged", rulebook)
    note(second, "/acknowledge", account.PRIMARY)
    note(third, "Please do not /resolve this.")
    note(strange, "/resolve", account.SECONDARY)
    note(reopened, "/resolve", account.PRIMARY)
    before = polls()
    # Its first poll waits until the incident was resolved and is open again.
    simulator.faults([{"method": "GET", "path": "/log_entries", "fault": "delay_before", "seconds": 20}])
    with Rulebook("oncall.pagerduty.run_note_commands", tmp_path, simulator.url, **variables) as rulebook:
        until(lambda: polls() > before, rulebook)
        set_status(reopened, "resolved")
        set_status(reopened, "triggered")
        simulator.clear_faults()
        until(lambda: status(second) == "acknowledged", rulebook)
        # Whoever wrote the note has the incident.
        assignees = [incident["assignees"] for incident in simulator.state()["incidents"]]
        assert assignees[:2] == [[account.OWNER.id], [account.PRIMARY.id]]
        note(second, "/resolve")
        until(lambda: status(second) == "resolved", rulebook)
        ignored = f"Ignored the command /resolve on incident {reopened}: the status of the incident has changed since"
        assert ignored in rulebook.output
        assert f"incident {strange}: the incident is not assigned to {account.SECONDARY.id}" in rulebook.output
    assert [status(incident) for incident in created] == [
        "acknowledged",
        "resolved",
        *["triggered"] * 3,
    ]
    # Another run of the module would read once more, even if it had nothing to change.
    calls = [f"{entry['method']} {entry['path']}" for entry in simulator.journal()["entries"]]
    assert [calls.count(f"GET /incidents/{incident}") for incident in created] == [1, 2, 0, 0, 0]
