# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server's clock counts, as far as its responses tell."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.server_clock import ServerClock

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


def test_it_goes_on_from_what_a_response_has_shown() -> None:
    seconds = [100.0]
    clock = ServerClock(lambda: seconds[0])
    clock.set("Sat, 31 Jan 2026 12:00:00 GMT")
    seconds[0] += 90
    assert clock.now() == NOON + timedelta(seconds=90)


@pytest.mark.parametrize(
    "date",
    [
        None,
        "",
        "yesterday",
        "Sat, 31 Foo 2026 12:00:00 GMT",
        f"Sat, 31 Jan {'9' * 20} 12:00:00 GMT",
        f"Sat, 31 Jan 2026 12:00:00 +{'9' * 20}",
    ],
)
def test_what_is_no_date_leaves_it_as_it_is(date: str | None) -> None:
    clock = ServerClock(lambda: 100.0)
    clock.set("Sat, 31 Jan 2026 12:00:00 GMT")
    clock.set(date)
    assert clock.now() == NOON


def test_until_then_it_is_the_clock_of_this_machine() -> None:
    shown = ServerClock(lambda: 100.0).now()
    assert abs(datetime.now(timezone.utc) - shown) < timedelta(minutes=1)
