# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records as PagerDuty returns them, as small as the collection accepts them."""

from __future__ import annotations

import typing as t

Record = dict[str, t.Any]


def named(record_id: str, name: str, **fields: t.Any) -> Record:
    """Return an object with an id and a name, such as a user or an escalation policy."""
    return {"id": record_id, "name": name, "summary": name, **fields}


def assigned_to(*users: Record) -> list[Record]:
    """Return the assignments of an incident."""
    return [{"at": "2026-01-31T12:00:00Z", "assignee": user} for user in users]


def incident(incident_id: str = "Q1", status: str = "triggered", **fields: t.Any) -> Record:
    """Return an incident."""
    return {
        "id": incident_id,
        "incident_number": int(incident_id[1:]),
        "status": status,
        "title": "Disk full",
        "urgency": "high",
        "service": named("PS1", "Checkout"),
        "escalation_policy": named("PE1", "Web Operations"),
        "assigned_via": "escalation_policy",
        "assignments": [],
        **fields,
    }


def note(note_id: str, content: str, created_at: str = "2026-01-31T12:00:00Z") -> Record:
    """Return a note."""
    return {"id": note_id, "content": content, "created_at": created_at, "user": {"id": "PU1"}}
