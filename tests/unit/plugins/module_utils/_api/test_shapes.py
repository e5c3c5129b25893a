# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which values have the shape that the collection relies on."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.shapes import (
    INCIDENT,
    LISTS,
    NULL,
    OBJECTS,
    Shape,
    has_shape,
    is_list,
)
from ansible_collections.oncall.pagerduty.tests.unit.records import incident
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("value", "shape", "expected"),
    [
        ("text", str, True),
        (7, str, False),
        (None, (str, NULL), True),
        ({"id": "P1", "more": 1}, {"id": str}, True),
        ({}, {"id": str}, False),
        ({}, {"id": (str, NULL)}, True),
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
        {"assignments": [{"assignee": None}]},
        {"assignments": {}},
        {"escalation_policy": {"id": 7}},
        {"incidents_responders": [{"user": {"id": "PUSER01"}}]},
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


@pytest.mark.parametrize("name", OBJECTS)
def test_what_get_returns_is_an_object(name: str) -> None:
    assert not any(has_shape(value, OBJECTS[name]) for value in (None, [], "text", 7))


@pytest.mark.parametrize("name", LISTS)
def test_what_a_list_holds_are_objects(name: str) -> None:
    assert is_list([], LISTS[name])
    assert not any(is_list(value, LISTS[name]) for value in (None, {}, "text", [None], [[]], ["text"]))


@given(st.sampled_from([*OBJECTS.values(), *LISTS.values()]), st.recursive(st.none() | st.text(), st.lists))
def test_random_values_never_end_in_an_error(shape: Shape, value: object) -> None:
    assert has_shape(value, shape) in (True, False)
