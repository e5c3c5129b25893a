# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options by which incidents are found."""

from __future__ import annotations

from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.filters import (
    ARRANGEMENT,
    FILTERS,
    SORT_ORDERS,
    WORDS,
)
from ansible_collections.oncall.pagerduty.plugins.modules.incident_info import DEFINITION


def test_each_filter_is_an_option_of_the_module() -> None:
    assert {*FILTERS, *ARRANGEMENT} <= DEFINITION.options.keys()
    assert set(WORDS) <= set(FILTERS)


def test_incidents_are_sorted_by_each_field_in_both_directions() -> None:
    assert SORT_ORDERS[:3] == ("created_at", "created_at:asc", "created_at:desc")
    assert len(SORT_ORDERS) == 12
