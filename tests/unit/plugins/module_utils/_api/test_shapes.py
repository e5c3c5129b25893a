# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which values have the shape that the collection relies on."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.shapes import (
    INCIDENT,
    LISTS,
    OBJECTS,
    Needed,
    Shape,
    has_shape,
    misfit,
)
from ansible_collections.oncall.pagerduty.tests.unit.records import incident
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("value", "shape", "expected"),
    [
        ("text", str, True),
        (7, str, False),
        (7, (str, int), True),
        ([], (str, int), False),
        ({"id": "P1", "more": 1}, {"id": str}, True),
        ({}, {"id": str}, True),
        ({"id": None}, {"id": str}, True),
        ({}, {"id": Needed(str)}, False),
        ({"id": None}, {"id": Needed(str)}, False),
        ({"id": "P1"}, {"id": Needed(str)}, True),
        ([{"id": "P1"}], [{"id": str}], True),
        ([{"id": "P1"}, None], [{"id": str}], False),
        ([], [{"id": str}], True),
        ({"id": "P1"}, [{"id": str}], False),
    ],
)
def test_a_value_has_a_shape(value: object, shape: Shape, expected: bool) -> None:
    assert has_shape(value, shape) is expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"assignments": [{"assignee": {"id": None}}]},
        {"assignments": {}},
        {"escalation_policy": {"id": 7}},
        {"incidents_responders": [{"user": {"id": "PUSER01"}, "state": 7}]},
        {"priority": "P1"},
        {"responder_requests": [{"responder_request_targets": [{"responder_request_target": {}}]}]},
        {"service": []},
        {"title": ["text"]},
    ],
    ids=str,
)
def test_every_field_of_an_incident_that_the_actions_use_is_checked(wrong: dict[str, object]) -> None:
    assert has_shape(incident(), INCIDENT)
    assert not has_shape(incident(**wrong), INCIDENT)


@pytest.mark.parametrize(
    "gone",
    [
        {"assignments": [{"assignee": None}]},
        {"escalation_policy": None},
        {"incident_number": None},
        {"incidents_responders": [{"user": None, "state": None}]},
        {"pending_actions": [{"type": None}]},
        {"responder_requests": [{"responder_request_targets": None}]},
        {"service": None},
        {"status": None},
    ],
    ids=str,
)
def test_an_incident_may_lack_anything_but_its_id(gone: dict[str, object]) -> None:
    assert has_shape(incident(**gone), INCIDENT)
    assert not has_shape(incident(**gone, id=None), INCIDENT)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"id": "Q1"}, None),
        (7, ""),
        ({}, ".id"),
        ({"id": "Q1", "service": {}}, ".service.id"),
        ({"id": "Q1", "assignments": [{"assignee": {"id": "P1"}}, 7]}, ".assignments[]"),
        ({"id": "Q1", "assignments": [{"assignee": {"id": 7}}]}, ".assignments[].assignee.id"),
    ],
    ids=str,
)
def test_the_first_field_that_does_not_fit_is_named(value: object, place: str | None) -> None:
    assert misfit(value, INCIDENT) == place


@pytest.mark.parametrize("name", OBJECTS)
def test_what_get_returns_is_an_object(name: str) -> None:
    assert not any(has_shape(value, OBJECTS[name]) for value in (None, [], "text", 7))


@pytest.mark.parametrize("name", LISTS)
def test_what_a_list_holds_are_objects(name: str) -> None:
    assert has_shape([], [LISTS[name]])
    assert not any(has_shape(value, [LISTS[name]]) for value in (None, {}, "text", [None], [[]], ["text"]))


@given(st.sampled_from([*OBJECTS.values(), *LISTS.values()]), st.recursive(st.none() | st.text(), st.lists))
def test_random_values_never_end_in_an_error(shape: Shape, value: object) -> None:
    assert has_shape(value, shape) in (True, False)
