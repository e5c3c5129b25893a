# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An incident that does not exist yet: its id, and its way from one task to the next."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.foretold import (
    as_text,
    from_text,
    is_foretold,
    new_incident,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.read import is_id, name_of

KEY = "disk, 100 % full"


def test_its_id_is_none_that_pagerduty_could_have() -> None:
    incident = new_incident(KEY)
    assert incident["id"] == f"would-be-opened:{KEY}"
    assert is_foretold(incident["id"])
    assert not is_id(incident["id"])


def test_it_is_named_by_its_key() -> None:
    assert name_of(new_incident(KEY)) == f"Incident that would be opened with key '{KEY}'"


def test_what_pagerduty_does_not_say_yet_is_none_or_as_of_every_new_incident() -> None:
    incident = new_incident(KEY, {"title": "Disk full", "urgency": None})
    assert (incident["status"], incident["title"], incident["urgency"]) == ("triggered", "Disk full", None)
    assert (incident["html_url"], incident["assignments"], incident["pending_actions"]) == (None, None, [])


def test_the_next_task_knows_as_much_as_it_is_given() -> None:
    incident = new_incident(KEY, {"status": "acknowledged", "service": {"id": "PSERVC1"}})
    text = as_text(incident)
    assert text is not None
    assert from_text(text) == incident
    assert from_text(incident["id"]) == new_incident(KEY)
    assert from_text(as_text({"id": incident["id"], "notes": []}) or "") == new_incident(KEY, {"notes": []})


@pytest.mark.parametrize("incident", [{"id": "Q1"}, {"id": None}, {}], ids=str)
def test_an_incident_that_exists_is_given_by_its_id(incident: dict[str, t.Any]) -> None:
    assert as_text(incident) is None


@pytest.mark.parametrize(
    "text",
    ["Q1", "42", "", "{", "{}", '{"id": "Q1"}', '{"id": 1}', "would-be-opened", '{"id":' * 100_000],
    ids=lambda text: text[:20],
)
def test_any_other_text_is_none(text: str) -> None:
    assert from_text(text) is None
