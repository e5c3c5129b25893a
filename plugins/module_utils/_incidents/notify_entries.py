# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom PagerDuty has notified of an incident, as its log tells it.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import Record
from .._api.directory import USER

NOTIFY_ENTRIES = ("notify_log_entry", "notify_log_entry_reference")
CHANNELS = ("push", "email", "sms", "phone")
"""What people call a channel; PagerDuty's own names contain these, such as `ios_push_notification`.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `Notification`, `type`; PagerDuty/public-support-scripts,
notifications_team_report.
"""


def people_notified(log_entries: t.Sequence[Record]) -> list[Record]:
    """Return whom PagerDuty has notified: each notification with `who`, `channel`, `status` and `at`, the oldest first.

    What PagerDuty leaves out is None. The log has no entry of status updates to subscribers (INFERRED).

    Args:
        log_entries: of an incident, the newest first.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `NotifyLogEntry`.
    """
    entries = [entry for entry in reversed(log_entries) if entry.get("type") in NOTIFY_ENTRIES]
    return [
        {
            "who": _who(_part(entry, "user")),
            "channel": _channel_of(entry),
            "status": _part(_part(entry, "channel"), "notification").get("status"),
            "at": entry.get("created_at"),
        }
        for entry in entries
    ]


def _who(user: Record) -> Record | None:
    if not user:
        return None
    return {"id": user.get("id"), "type": USER.type, "summary": user.get("summary") or user.get("name")}


def _channel_of(entry: Record) -> str | None:
    channel = _part(entry, "channel")
    given = _part(channel, "notification").get("type")
    types = [str(each) for each in (given, channel.get("type")) if each]
    known = (name for text in types for name in CHANNELS if name in text)
    return next(known, None if given is None else str(given))


def _part(record: Record, name: str) -> Record:
    """Return an object in a log entry; empty if it is missing, since the shape of log entries is not checked."""
    part = record.get(name)
    return part if isinstance(part, dict) else {}
