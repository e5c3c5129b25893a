# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left out of a user."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._users import without_calendars


@pytest.mark.parametrize("name", ["http_cal_url", "web_cal_url"])
def test_the_addresses_of_the_calendar_are_left_out(name: str) -> None:
    assert without_calendars({"id": "PUSER01", name: "https://example.com/secret"}) == {"id": "PUSER01"}
