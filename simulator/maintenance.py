# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A maintenance window: what it covers, and which changes PagerDuty allows.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, MaintenanceWindow; docs/CONCEPTS.md, "Maintenance Windows";
refusals as recorded in PagerDuty/terraform-provider-pagerduty, issue 396.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from simulator import errors
from simulator.account import BILLING, COMMANDER, SERVICES, Service, User
from simulator.clock import time_of

FILTERS: t.Mapping[str, t.Callable[[MaintenanceWindow, float], bool]] = {
    "past": lambda window, now: window.end <= now,
    "future": lambda window, now: window.start > now,
    "ongoing": lambda window, now: window.is_ongoing(now),
    "open": lambda window, now: window.end > now,
    "all": lambda _window, _now: True,
}


@dataclass
class MaintenanceWindow:
    """A maintenance window.

    Args:
        number: the order in which the windows were created.
        start: seconds since 1970, as is `end`.
    """

    id: str
    number: int
    description: str
    services: tuple[Service, ...]
    start: float
    end: float
    created_by: User
    kind: t.ClassVar[str] = "maintenance_window"

    @property
    def name(self) -> str:
        """What it is called in a reference."""
        return self.description

    def is_ongoing(self, now: float) -> bool:
        """Whether its services are in maintenance."""
        return self.start <= now < self.end

    def check_change(self, start: float, end: float, now: float) -> None:
        """Check that a window can have another start and end.

        Raises:
            ApiError: it cannot.
        """
        problems = []
        if self.start <= now and int(start) != int(self.start):
            problems.append("Start time cannot be modified for maintenance windows that have already started")
        if self.end <= now:
            problems.append("End time already passed and can not be modified")
        if problems:
            raise errors.invalid(*problems)
        if self.start > now:
            check_times(start, end, now)
        elif end <= now:
            raise errors.invalid("End time must be in the future")


def check_times(start: float, end: float, now: float) -> None:
    """Check the times of a window that has not begun.

    Raises:
        ApiError: they make no window.
    """
    if end <= now:
        raise errors.invalid("End time must be in the future")
    if end <= start:
        raise errors.invalid("End time must be after start time")


def standing_windows() -> dict[str, MaintenanceWindow]:
    """Return what our own account starts with: the service Billing is in maintenance, for years."""
    if BILLING.id not in SERVICES:
        return {}
    window = MaintenanceWindow(
        "PMAINT1",
        1,
        "Billing migration",
        (BILLING,),
        time_of("2026-01-01T00:00:00Z"),
        time_of("2099-01-01T00:00:00Z"),
        COMMANDER,
    )
    return {window.id: window}
