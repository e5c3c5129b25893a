# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Integration keys, which are secrets, in PagerDuty's responses.

Private to the collection.
"""

from __future__ import annotations

import typing as t

KEYS = frozenset(("integration_key", "routing_key", "service_key"))
"""Names of integration keys.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /services/{id}, `Channel`, `ChangeEvent`; the body of an
incident holds the event that has opened it, with its key: wpfleger96/pagerduty-mcp-server, tests/fixtures.
"""


def without_keys(value: t.Any) -> t.Any:
    """Return a part of a response without the integration keys of services and log entries."""
    if isinstance(value, dict):
        return {name: without_keys(each) for name, each in value.items() if name not in KEYS}
    return [without_keys(each) for each in value] if isinstance(value, list) else value
