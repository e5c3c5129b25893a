# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has taken care of an incident. Private to the collection."""

from __future__ import annotations

import typing as t
from datetime import datetime

from .._core.timestamps import EARLIEST, spoken_time, time_of
from .._core.words import short_name

Record = dict[str, t.Any]

ANSWERS = ("acknowledged", "resolved")
"""The statuses of an incident that somebody has taken care of."""
SOMEBODY: Record = {"id": None, "type": None, "summary": "Somebody"}


class Answer(t.NamedTuple):
    """What somebody did about an incident.

    Args:
        who: a reference with a `summary`; SOMEBODY if PagerDuty does not say who.
        status: `acknowledged` or `resolved`.
        at: when, as PagerDuty writes it; None if it does not say.
    """

    who: Record
    status: str
    at: str | None

    def sentence(self, incident: str, present: datetime) -> str:
        """Return who did what to an incident, such as "Ana acknowledged it at 11:07 UTC".

        Args:
            incident: what the sentence calls it.
        """
        time = time_of(self.at)
        at = "" if time == EARLIEST else f" at {spoken_time(time, present)}"
        return f"{short_name(self.who)} {self.status} {incident}{at}."


def answer_to(incident: Record) -> Answer | None:
    """Return who has acknowledged or resolved an incident; None if it is triggered.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `Incident`: `acknowledgements`,
    `last_status_change_by`, `last_status_change_at`.
    """
    status = incident.get("status")
    if status not in ANSWERS:
        return None
    given = incident.get("acknowledgements") or ()
    if status == "acknowledged" and given:
        return Answer(given[-1].get("acknowledger") or SOMEBODY, status, given[-1].get("at"))
    return Answer(incident.get("last_status_change_by") or SOMEBODY, status, incident.get("last_status_change_at"))
