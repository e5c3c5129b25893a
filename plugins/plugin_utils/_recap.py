# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the log of a run says about PagerDuty: what each task did, who was paged how often, and which incidents changed.

Private to the collection.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from ..module_utils._core.words import INVITE, NOTIFY, PAGE, counted, one_line
from ..module_utils._incidents.names import title_of

MAX_INCIDENTS = 10
"""How many incidents are listed."""
SHOWN = ("id", "incident_number", "title", "status", "html_url")
NOBODY = "nobody"
"""Whom an event pages of which it is known that it opens no incident."""
HOW = {verb.base: verb for verb in (PAGE, NOTIFY, INVITE)}

Values = t.Mapping[str, t.Any]


class Recap:
    """Adds up what tasks returned."""

    def __init__(self) -> None:
        self._modes: set[bool] = set()
        """Whether the tasks that could page somebody ran in check mode."""
        self._told: dict[tuple[bool, str], Counter[str]] = {}
        """How often people were told, by whether it was check mode, and how."""
        self._known: dict[str, dict[str, t.Any]] = {}
        """What is known of incidents, by id."""
        self._changed: dict[str, bool] = {}
        """The incidents of tasks that changed something, by id, and whether that was check mode."""

    def add(self, values: Values, check_mode: bool) -> None:
        """Add what a task returned."""
        for incident in values.get("incidents", ()):
            self._add_incident(incident, check_mode if values.get("changed") else None)
        if "notifies" in values:
            self._modes.add(check_mode)
            # Somebody who is told for two reasons is told once.
            told = dict.fromkeys((each["target"], each["how"], each["who"]["summary"]) for each in values["notifies"])
            for _target, how, name in told:
                if name != NOBODY:
                    self._told.setdefault((check_mode, how), Counter())[one_line(name)] += 1

    def _add_incident(self, incident: Values, changed_in_check_mode: bool | None) -> None:
        name = str(incident["id"])
        known = {key: incident[key] for key in SHOWN if incident.get(key) is not None}
        self._known[name] = {**self._known.get(name, {}), **known}
        if changed_in_check_mode is not None:
            self._changed[name] = changed_in_check_mode

    def lines(self) -> list[str]:
        """Return the recap; nothing if no task could have changed anything."""
        if not self._modes:
            return []
        nobody = "Nobody was paged." if False in self._modes else "Nobody would be paged."
        told = [_told(how, check_mode, names) for (check_mode, how), names in self._told.items()]
        incidents = [self._incident(name, check_mode) for name, check_mode in self._changed.items()]
        more = len(incidents) - MAX_INCIDENTS
        listed = incidents if more <= 0 else [*incidents[:MAX_INCIDENTS], f"And {more} more incidents."]
        return [*(told or [nobody]), *listed]

    def _incident(self, name: str, check_mode: bool) -> str:
        known = self._known[name]
        # What one task would change, the next one does not see in check mode, so the last status may be wrong.
        parts = ("html_url",) if check_mode else ("status", "html_url")
        about = ", ".join(known[part] for part in parts if part in known)
        return f"{title_of(known)}{': ' if about else ''}{about}"


def line(values: Values) -> str:
    """Return what a task that changed something says of it; else nothing."""
    return one_line(str(values.get("msg", ""))) if values.get("changed") else ""


def _told(how: str, check_mode: bool, names: t.Mapping[str, int]) -> str:
    verb = HOW[how].form(check_mode)
    return f"{f'Would {verb}' if check_mode else verb.capitalize()} {', '.join(counted(names))}."
