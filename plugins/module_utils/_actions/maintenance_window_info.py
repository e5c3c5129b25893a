# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module maintenance_window_info: finds maintenance windows.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record
from .._api.directory import SERVICE, TEAM, Directory
from .._core.action import Action, State
from .._core.change import Change, found
from .._core.errors import InvalidOption, TaskError
from .._core.timestamps import now
from .._windows import description_of, list_windows, spoken_period


class MaintenanceWindowInfo(Action[PagerDuty]):
    """Finds windows by description, services, teams and time.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /maintenance_windows.
    """

    noun = "maintenance window"

    def check(self) -> None:
        """Check the description.

        Raises:
            InvalidOption: it is empty.
        """
        if self.options["description"] is not None and not self.options["description"].strip():
            raise InvalidOption("description", "must not be empty", self.options["description"])

    def prepare(self) -> None:
        """Look up services and teams.

        Raises:
            TaskError: names match none, or more than one.
        """
        self._now = now()
        directory = Directory(self.client)
        self._query = [
            ("filter", self.options["filter"]),
            *(("service_ids[]", each) for each in directory.find_known(SERVICE, self.options["services"])),
            *(("team_ids[]", each) for each in directory.find_known(TEAM, self.options["teams"])),
        ]
        directory.check_known()

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Find the windows: only PagerDuty knows the targets."""
        for window in list_windows(self.client, self._query, self.options["description"]):
            yield window["id"], window

    def plan(self, target: str, state: Record) -> Change:
        """Return what was found."""
        return found(target, f"{self.noun} {description_of(state) or target}, {spoken_period(state, self._now)}", state)

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return `maintenance_windows`, and `maintenance_window` if there is one."""
        return {
            "maintenance_windows": list(records),
            **({"maintenance_window": records[0]} if len(records) == 1 else {}),
        }
