# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of log entries. Private to the collection.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `LogEntry`.
"""

from __future__ import annotations

import typing as t

Record = dict[str, t.Any]

ASSIGNING = ("assign_log_entry", "delegate_log_entry", "escalate_log_entry")
"""Those with new assignees. Source: as above, `AssignLogEntry`."""
ACKNOWLEDGED = "acknowledge_log_entry"
SNOOZED = "snooze_log_entry"


def kind_of(entry: Record) -> str:
    """Return the type of a log entry, also of a reference to one."""
    return str(entry.get("type")).removesuffix("_reference")
