# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PagerDuty's MCP server (https://github.com/PagerDuty/pagerduty-mcp-server), called as an AI assistant calls it."""

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path

import pytest

from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

mcp = pytest.importorskip("mcp", reason="'make test CHECK=clients' installs it")
stdio = pytest.importorskip("mcp.client.stdio")
from_thread = pytest.importorskip("anyio.from_thread")

Json = dict[str, t.Any]


class ToolError(Exception):
    """A tool has failed."""


class Tools:
    """The tools of the server.

    Args:
        portal: runs the session, from a thread without an event loop.
    """

    def __init__(self, portal: from_thread.BlockingPortal, session: mcp.ClientSession) -> None:
        self._portal = portal
        self._session = session

    def names(self) -> list[str]:
        """Return the names of all tools."""
        return [tool.name for tool in self._portal.call(self._session.list_tools).tools]

    def __call__(self, name: str, **arguments: t.Any) -> t.Any:
        """Call a tool and return what it returns.

        Raises:
            ToolError: it has failed.
        """
        result = self._portal.call(self._session.call_tool, name, arguments)
        if result.isError:
            raise ToolError(result.content[0].text)
        return result.structuredContent.get("result", result.structuredContent)


@contextlib.asynccontextmanager
async def connected(server: mcp.StdioServerParameters, errors: t.TextIO) -> t.AsyncIterator[mcp.ClientSession]:
    """Start a server and a session with it."""
    async with contextlib.AsyncExitStack() as stack:
        streams = await stack.enter_async_context(stdio.stdio_client(server, errors))
        session = await stack.enter_async_context(mcp.ClientSession(*streams))
        await session.initialize()
        yield session


@pytest.fixture(scope="module")
def tools(
    programs: t.Callable[[str], Path], running_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> t.Iterator[Tools]:
    """The tools, for the key of the Incident Commander."""
    folder = tmp_path_factory.mktemp("pagerduty-mcp")
    server = mcp.StdioServerParameters(
        command=str(programs("pagerduty-mcp") / "pagerduty-mcp"),
        args=["--enable-write-tools"],
        env={"PAGERDUTY_API_HOST": running_simulator.url, "PAGERDUTY_USER_API_KEY": account.USER_KEY},
        cwd=folder,
    )
    with (
        (folder / "errors.log").open("w") as errors,
        from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(connected(server, errors)) as session,
    ):
        yield Tools(portal, session)


def update(call: Client, incident: str, **change: t.Any) -> None:
    body = {"incident": {"type": "incident_reference", **change}}
    assert call("PUT", f"/incidents/{incident}", body).status == 200


def assigned(user: account.User) -> list[Json]:
    return [{"assignee": {"id": user.id, "type": "user_reference"}}]


def ids_of(listed: Json) -> list[str]:
    return [item["id"] for item in listed["response"]]


def test_every_tool_for_incidents_is_called_here(tools: Tools) -> None:
    """Except for metrics, which come from another API."""
    source = Path(__file__).read_text()
    names = [name for name in tools.names() if "incident" in name and "metrics" not in name]
    assert [name for name in names if f'"{name}"' not in source] == []


def test_incidents_are_listed_by_what_they_are(tools: Tools, simulator: Simulator, call: Client) -> None:
    ids = simulator.reset(incidents=3)["incidents"]
    update(call, ids[0], status="acknowledged")
    update(call, ids[1], urgency="low", priority={"id": "PPRIOR1", "type": "priority_reference"})
    update(call, ids[2], assignments=assigned(account.COMMANDER))
    for filters, found in (
        ({}, ids),
        ({"statuses": ["triggered"]}, ids[1:]),
        ({"urgencies": ["low"]}, [ids[1]]),
        ({"priorities": ["PPRIOR1", "PPRIOR2"]}, [ids[1]]),
        ({"request_scope": "assigned"}, [ids[2]]),
        ({"until": "2026-01-01T00:00:00Z"}, []),
        ({"limit": 1}, ids[:1]),
    ):
        assert ids_of(tools("list_incidents", **filters)) == found


def test_an_incident_is_read_by_its_id_and_by_its_number(tools: Tools, simulator: Simulator) -> None:
    second = simulator.reset(incidents=2)["incidents"][1]
    for name in (second, "2"):
        shown = tools("get_incident", incident_id=name, query_model={"include": ["services", "custom_fields"]})
        assert (shown["id"], shown["incident_number"], shown["status"]) == (second, 2, "triggered")


def test_an_include_that_only_the_tool_knows_is_refused(tools: Tools, running_simulator: Simulator) -> None:
    """It names `notes` among its options; the OpenAPI file does not, so it is off contract."""
    (incident,) = running_simulator.reset(incidents=1)["incidents"]
    with pytest.raises(ToolError, match=r"off contract|include\[\] must be one of"):
        tools("get_incident", incident_id=incident, query_model={"include": ["notes"]})


def test_an_incident_is_opened_and_pages_its_assignee(tools: Tools, simulator: Simulator) -> None:
    new = {"title": "Disk full", "service": {"id": account.CHECKOUT.id}, "body": {"details": "1 % left"}}
    opened = tools("create_incident", incident={**new, "assignments": assigned(account.OWNER)})
    (state,) = simulator.state()["incidents"]
    assert (state["id"], state["title"], state["assignees"]) == (opened["id"], "Disk full", [account.OWNER.id])
    assert [page["user"] for page in simulator.state()["pages"]] == [account.OWNER.id]


MANAGED: t.Sequence[tuple[Json, Json]] = (
    ({"status": "acknowledged"}, {"status": "acknowledged", "acknowledged_by": [account.COMMANDER.id]}),
    ({"status": "resolved"}, {"status": "resolved"}),
    ({"urgency": "low"}, {"urgency": "low", "status": "triggered"}),
    ({"assignement": {"id": account.OWNER.id}}, {"assignees": [account.OWNER.id], "assigned_via": "direct_assignment"}),
    ({"escalation_level": 2}, {"assignees": [account.SECONDARY.id], "escalation_level": 2}),
)
"""What is asked of an incident, and what becomes of it; `assignement` is the tool's own spelling."""


@pytest.mark.parametrize(("change", "expected"), MANAGED)
def test_incidents_are_managed_together(change: Json, expected: Json, tools: Tools, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=2)["incidents"]
    assert ids_of(tools("manage_incidents", manage_request={"incident_ids": ids, **change})) == ids
    for state in simulator.state()["incidents"]:
        assert {name: state[name] for name in expected} == expected
    (written,) = (entry for entry in simulator.journal()["entries"] if entry["method"] == "PUT")
    assert written["path"] == "/incidents"


def test_a_refusal_reaches_the_assistant(tools: Tools, simulator: Simulator) -> None:
    ids = simulator.reset(incidents=1, incident={"status": "resolved"})["incidents"]
    with pytest.raises(ToolError, match="Incident Already Resolved"):
        tools("manage_incidents", manage_request={"incident_ids": ids, "status": "resolved"})


def test_responders_are_asked_and_paged(tools: Tools, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    targets = [
        {"responder_request_target": {"id": account.OWNER.id, "type": "user_reference"}},
        {"responder_request_target": {"id": account.DATABASE_POLICY.id, "type": "escalation_policy_reference"}},
    ]
    request = {"message": "Please help.", "responder_request_targets": targets}
    asked = tools("add_responders", incident_id=incident, request=request)
    assert asked["requester"]["id"] == account.COMMANDER.id
    pages = [page["user"] for page in simulator.state()["pages"] if page["reason"] == "responder_requested"]
    assert pages == [account.OWNER.id, account.DATABASE_FIRST.id]


def test_notes_are_added_and_read(tools: Tools, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"notes": ["First"]})["incidents"]
    added = tools("add_note_to_incident", incident_id=incident, note="Second")
    assert [note["content"] for note in simulator.state()["incidents"][0]["notes"]] == ["First", "Second"]
    notes = tools("list_incident_notes", incident_id=incident)["response"]
    assert {note["content"] for note in notes} == {"First", "Second"}
    assert added in notes


def test_a_workflow_is_found_and_started(tools: Tools, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    (workflow,) = ids_of(tools("list_incident_workflows", query="declare", include=["steps", "team"]))
    assert tools("get_incident_workflow", workflow_id=workflow)["name"] == account.DECLARE_MAJOR.name
    instance = {"id": "run1", "incident": {"id": incident}}
    started = tools(
        "start_incident_workflow", workflow_id=workflow, instance_request={"incident_workflow_instance": instance}
    )
    assert simulator.state()["workflow_instances"] == [
        {"id": started["id"], "workflow_id": workflow, "incident_id": incident}
    ]


def test_alerts_are_listed_and_read(tools: Tools, simulator: Simulator, call: Client) -> None:
    payload = {"summary": "Disk full", "source": "db-1", "severity": "critical", "custom_details": {"free": "1 %"}}
    event = {"routing_key": account.ROUTING_KEY, "event_action": "trigger", "dedup_key": "disk", "payload": payload}
    assert call("POST", "/v2/enqueue", event).status == 202
    (incident,) = simulator.state()["incidents"]
    (alert,) = tools("list_alerts_from_incident", incident_id=incident["id"])["response"]
    assert (alert["alert_key"], alert["severity"], alert["status"]) == ("disk", "critical", "triggered")
    assert tools("get_alert_from_incident", incident_id=incident["id"], alert_id=alert["id"]) == alert


def test_change_events_are_found_by_incident_service_and_id(tools: Tools, simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    for key in (account.ROUTING_KEY, account.SECOND_ROUTING_KEY):
        payload = {"summary": "Deployed", "source": "ci", "custom_details": {"build": "7"}}
        assert call("POST", "/v2/change/enqueue", {"routing_key": key, "payload": payload}).status == 202
    changes = tools("list_change_events", since="2026-01-01T00:00:00Z")["response"]
    assert len(changes) == 2
    (change,) = tools("list_incident_change_events", incident_id=incident)["response"]
    assert change["services"][0]["id"] == account.CHECKOUT.id
    assert tools("list_service_change_events", service_id=account.CHECKOUT.id)["response"] == [change]
    assert tools("get_change_event", change_event_id=change["id"]) == change
    assert (change["summary"], change["custom_details"]) == ("Deployed", {"build": "7"})


def test_log_entries_are_listed_and_read(tools: Tools, simulator: Simulator) -> None:
    simulator.reset(incidents=1, incident={"status": "acknowledged"})
    entries = tools("list_log_entries", query_model={"is_overview": True, "include": ["incidents"]})["response"]
    assert [entry["type"].removesuffix("_log_entry") for entry in entries] == [
        "assign", "acknowledge", "assign", "trigger",
    ]  # fmt: skip
    assert tools("get_log_entry", log_entry_id=entries[0]["id"])["summary"] == entries[0]["summary"]


def test_similar_incidents_are_found(tools: Tools, simulator: Simulator) -> None:
    past, incident = simulator.reset(incidents=2, incident={"title": "Disk full"})["incidents"]
    related = tools(
        "create_incident", incident={"title": "Disk full", "service": {"id": account.DATABASE.id}, "urgency": "low"}
    )["id"]
    asked = {"incident_id": incident, "query_model": {}}
    found = tools("get_past_incidents", **asked)
    assert [each["incident"]["id"] for each in found["past_incidents"]] == [past]
    found = tools("get_related_incidents", **asked)
    assert [each["incident"]["id"] for each in found["related_incidents"]] == [related]
    found = tools("get_outlier_incident", **asked)
    assert found["outlier_incident"]["incident"]["occurrence"]["category"] == "frequent"


LOOKUPS: t.Sequence[tuple[str, Json, t.Collection[str]]] = (
    ("list_services", {}, account.SERVICES),
    ("list_users", {"query": account.COMMANDER.email}, (account.DEPUTY.id, account.COMMANDER.id)),
    ("list_teams", {"query_model": {}}, account.TEAMS),
    ("list_escalation_policies", {"query": "web"}, (account.WEB_OPERATIONS.id,)),
)


@pytest.mark.usefixtures("simulator")
@pytest.mark.parametrize(("tool", "arguments", "found"), LOOKUPS)
def test_what_incidents_refer_to_is_listed(tool: str, arguments: Json, found: t.Collection[str], tools: Tools) -> None:
    assert set(ids_of(tools(tool, **arguments))) == set(found)


@pytest.mark.usefixtures("simulator")
def test_what_incidents_refer_to_is_read(tools: Tools) -> None:
    assert tools("get_user_data")["id"] == account.COMMANDER.id
    assert tools("get_service", service_id=account.CHECKOUT.id)["status"] == "active"
    assert tools("get_escalation_policy", policy_id=account.WEB_OPERATIONS.id)["name"] == account.WEB_OPERATIONS.name
    assert tools("get_schedule", schedule_id=account.WEB_SECONDARY.id)["name"] == account.WEB_SECONDARY.name
    on_call = tools("list_oncalls", service_ids=[account.CHECKOUT.id])["response"]
    assert {each["escalation_policy"]["id"] for each in on_call} == {account.WEB_OPERATIONS.id}


@pytest.mark.usefixtures("simulator")
def test_schedules_of_both_kinds_are_listed_and_read(tools: Tools) -> None:
    listed = tools("list_schedules", query_model={})
    assert listed["degraded"] is False
    assert {each["id"]: (each["name"], each["kind"]) for each in listed["response"]} == {
        each.id: (each.name, "shift_based" if each.is_shift_based else "layer_based")
        for each in account.SCHEDULES.values()
    }
    # It asks for a layer-based one first, and goes on when the refusal says that it is shift-based.
    shown = tools("get_schedule", schedule_id=account.PAYMENTS_SHIFTS.id)
    assert (shown["name"], len(shown["rotations"])) == (account.PAYMENTS_SHIFTS.name, 2)
