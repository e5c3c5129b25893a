# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What incidents are called in sentences."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.names import name_of, title_of
from ansible_collections.oncall.pagerduty.tests.unit.records import incident


def test_an_incident_is_called_by_id_and_number() -> None:
    assert name_of(incident("Q7")) == "Incident Q7 (#7)"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"incident_number": 42, "title": "Disk full"}, "#42 Disk full (Q7)"),
        ({"incident_number": None, "title": "Disk\n full\x1b"}, "Disk full (Q7)"),
        ({"incident_number": 42, "title": None}, "#42 (Q7)"),
        ({"incident_number": 42, "title": "x" * 200}, f"#42 {'x' * 99}… (Q7)"),
        ({}, "Incident Q7"),
        (
            {"id": "would-be-opened:disk-1", "incident_number": None, "title": "Disk full"},
            "Disk full (would be opened with key 'disk-1')",
        ),
    ],
    ids=str,
)
def test_people_call_an_incident_by_number_and_title(fields: dict[str, t.Any], name: str) -> None:
    assert title_of({"id": "Q7", **fields}) == name
