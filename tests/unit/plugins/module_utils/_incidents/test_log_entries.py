# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of log entries."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.log_entries import kind_of


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"type": "acknowledge_log_entry"}, "acknowledge_log_entry"),
        ({"type": "acknowledge_log_entry_reference"}, "acknowledge_log_entry"),
        ({}, "None"),
    ],
    ids=str,
)
def test_a_reference_to_a_log_entry_is_of_the_same_kind(entry: dict[str, t.Any], kind: str) -> None:
    assert kind_of(entry) == kind
