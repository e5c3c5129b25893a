# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What PagerDuty's responses hold but no result may show: integration keys, and people's phone numbers.

Private to the collection.
"""

from __future__ import annotations

import typing as t

KEYS = frozenset(("integration_key", "routing_key", "service_key"))
"""Names of integration keys.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /services/{id}, `Channel`, `ChangeEvent`; the body of an
incident holds the event that has opened it, with its key: wpfleger96/pagerduty-mcp-server, tests/fixtures.
"""


def without_confidential(value: t.Any, holder: str = "") -> t.Any:
    """Return a part of a response without integration keys, and without the phone numbers of notifications.

    A notification keeps an e-mail address, which PagerDuty shows with every user. Any other address may be a number.

    Args:
        holder: the name of the field that holds the part.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `Notification`, `address`.
    """
    kept: t.Any = value
    if isinstance(value, dict):
        kept = {
            name: without_confidential(each, name)
            for name, each in value.items()
            if name not in KEYS and not _is_phone_number(holder, name, each)
        }
    elif isinstance(value, list):
        kept = [without_confidential(each, holder) for each in value]
    # Thousands of incidents share their references: what is equal stays the same object.
    return value if kept == value else kept


def _is_phone_number(holder: str, name: str, value: t.Any) -> bool:
    return holder == "notification" and name == "address" and "@" not in str(value)
