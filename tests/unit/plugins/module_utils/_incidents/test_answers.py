# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has taken care of an incident."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.answers import answer_to

ANA, BEN = (
    {"id": f"PU{number}", "type": "user_reference", "summary": name} for number, name in enumerate(("Ana", "Ben"))
)
AT = "2026-01-31T11:07:00Z"
PRESENT = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
CHANGED = {"last_status_change_by": BEN, "last_status_change_at": AT}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"status": "acknowledged", "acknowledgements": [{"at": AT, "acknowledger": ANA}]},
            "Ana acknowledged it at 11:07 UTC.",
        ),
        (
            {"status": "acknowledged", "acknowledgements": [{"acknowledger": BEN}, {"at": AT, "acknowledger": ANA}]},
            "Ana acknowledged it at 11:07 UTC.",
        ),
        (
            {"status": "acknowledged", "acknowledgements": [{"at": AT}], **CHANGED},
            "Somebody acknowledged it at 11:07 UTC.",
        ),
        ({"status": "acknowledged", "acknowledgements": [], **CHANGED}, "Ben acknowledged it at 11:07 UTC."),
        ({"status": "acknowledged"}, "Somebody acknowledged it."),
        (
            {"status": "resolved", "acknowledgements": [{"at": AT, "acknowledger": ANA}], **CHANGED},
            "Ben resolved it at 11:07 UTC.",
        ),
        ({"status": "resolved", "last_status_change_by": BEN, "last_status_change_at": "lately"}, "Ben resolved it."),
    ],
    ids=str,
)
def test_who_did_it_and_when(fields: dict[str, t.Any], sentence: str) -> None:
    answer = answer_to(fields)
    assert answer is not None
    assert answer.sentence("it", PRESENT) == sentence


@pytest.mark.parametrize("fields", [{"status": "triggered", **CHANGED}, {"status": None}, {}], ids=str)
def test_nobody_has_taken_care_of_it(fields: dict[str, t.Any]) -> None:
    assert answer_to(fields) is None
