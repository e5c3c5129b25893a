# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is mended of an event is said, and kept where people can read it."""

from __future__ import annotations

from ansible_collections.oncall.pagerduty.plugins.module_utils._events.repairs import Repairs


def test_what_is_moved_is_said_and_replaces_nothing() -> None:
    warnings: list[str] = []
    repairs = Repairs(warnings.append)
    repairs.move("timestamp", "noon", "'noon' is no ISO 8601 time")
    own = {"timestamp": "mine", "timestamp_as_given": "mine as well", "free": 0}
    assert repairs.details(own) == {**own, "timestamp_as_given_as_given": "noon"}
    assert repairs.details({}) == {"timestamp": "noon"}
    assert warnings == ["timestamp 'noon' is no ISO 8601 time; see custom_details."]
