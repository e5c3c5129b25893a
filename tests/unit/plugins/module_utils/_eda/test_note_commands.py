# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which notes are commands: from whom, how old, and only while the incident stands as it stood."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.note_commands import main
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.position import iso
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.webhook_form import event_of

Json = dict[str, t.Any]

NOW = 1_800_000_000.0
IGNORED = "Ignored the command /resolve on incident Q1: "


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAGERDUTY_NOTE_COMMANDERS", raising=False)


def note(
    content: str = "/resolve", *, by: str = "PUSER01", ago: float = 60, changed_ago: float = 3600, **incident: t.Any
) -> Json:
    """A note, as the source log_entries hands it over; times are seconds before now."""
    entry = {
        "id": "R1",
        "type": "annotate_log_entry",
        "created_at": iso(NOW - ago),
        "agent": {"id": by, "type": "user_reference", "summary": "Somebody"},
        "channel": {"type": "note", "summary": content},
        "incident": {
            "id": "Q1",
            "assignments": [{"assignee": {"id": "PUSER01", "type": "user_reference"}}],
            "last_status_change_at": iso(NOW - changed_ago),
            **incident,
        },
    }
    event = event_of(entry)
    event["meta"]["handed_over_at"] = iso(NOW)
    return event


@pytest.mark.parametrize(
    ("content", "command"), [("/resolve", "resolve"), ("/acknowledge", "acknowledge"), (" /resolve\n", "resolve")]
)
def test_whoever_is_assigned_may_give_a_command(content: str, command: str) -> None:
    assert main(note(content))["meta"]["command"] == command


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (
            note(by="PUSER02"),
            "the incident is not assigned to PUSER02, who wrote it. To let them give commands on every incident, add "
            "this id to PAGERDUTY_NOTE_COMMANDERS",
        ),
        (note(ago=16 * 60), "it is 16 minutes old, and only those of the last 15 minutes are run"),
        (
            note(ago=47 * 3600, changed_ago=48 * 3600),
            "it is 2820 minutes old, and only those of the last 15 minutes are run",
        ),
        (
            note(ago=60, changed_ago=30),
            f"the status of the incident has changed since, at {iso(NOW - 30)}. Write it again if it still holds",
        ),
        (
            note(last_status_change_at=None),
            "the status of the incident is not known to be the same since. Write it again if it still holds",
        ),
    ],
)
def test_another_command_is_ignored_and_the_log_says_why(
    event: Json, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert "command" not in main(event)["meta"]
    assert caplog.messages == [IGNORED + reason]


@pytest.mark.parametrize(
    ("event", "args"),
    [
        (note(by="PUSER02"), {"people": ["PUSER03", "PUSER02"]}),
        (note(by="PUSER02"), {"people": "PUSER03, PUSER02"}),
        (note(ago=16 * 60), {"max_age": 17}),
        (note(ago=16 * 60), {"max_age": "17"}),
        # Both times are cut to whole seconds.
        (note(ago=60, changed_ago=59), {}),
    ],
)
def test_the_options_say_who_may_and_how_long(event: Json, args: Json) -> None:
    assert main(event, **args)["meta"]["command"] == "resolve"


def test_people_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGERDUTY_NOTE_COMMANDERS", "PUSER03, PUSER02")
    assert main(note(by="PUSER02"))["meta"]["command"] == "resolve"
    assert "command" not in main(note(by="PUSER04"))["meta"]


def test_a_resolved_incident_is_assigned_to_nobody() -> None:
    assert "command" not in main(note(assignments=[]))["meta"]


@pytest.mark.parametrize("assignees", [None, [None], ["PUSER01"], [{}], [{"id": None}]])
def test_who_is_assigned_may_be_missing_in_any_way(assignees: t.Any) -> None:
    event = note()
    event["payload"]["log_entry"]["incident"]["assignees"] = assignees
    assert "command" not in main(event)["meta"]


WITHOUT_COMMAND: tuple[t.Any, ...] = (
    note("Please do not /resolve this."),
    note("/reboot"),
    note(""),
    {
        "payload": {"event": {"event_type": "incident.triggered", "data": {"id": "Q1", "content": "/resolve"}}},
        "meta": {},
    },
    {"payload": {"event": {"event_type": "pagey.ping"}}, "meta": {}},
    {"payload": {"event": {"event_type": "incident.annotated", "data": None}}, "meta": {}},
    {**note(), "payload": {**note()["payload"], "log_entry": {"incident": ["Q1"]}}},
    {**note(), "payload": {**note()["payload"], "log_entry": None}},
    {"payload": [], "meta": {}},
    {},
)


@pytest.mark.parametrize("event", WITHOUT_COMMAND)
def test_every_other_event_passes_unchanged(event: Json, caplog: pytest.LogCaptureFixture) -> None:
    before = copy.deepcopy(event)
    assert main(event) == before
    assert caplog.messages == []


def test_a_note_in_a_webhook_is_no_command_since_it_does_not_say_how_the_incident_stands(
    caplog: pytest.LogCaptureFixture,
) -> None:
    event = note()
    del event["payload"]["log_entry"], event["meta"]["handed_over_at"]
    assert "command" not in main(event, people=["PUSER01"])["meta"]
    assert "the status of the incident is not known to be the same since" in caplog.text


def test_a_command_of_unknown_age_is_not_run() -> None:
    event = note()
    del event["meta"]["handed_over_at"]
    assert "command" not in main(event)["meta"]


def test_an_age_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidOption, match="max_age: must be a number of at least 0"):
        main(note(), max_age="often")
