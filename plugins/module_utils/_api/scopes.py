# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OAuth scopes of PagerDuty's operations, for the hint after a refusal.

Private to the collection.
"""

from __future__ import annotations

import re

SCOPES = {
    r"incidents/types(/[^/]+)?": "incident_types",
    r"incidents/types/[^/]+/custom_fields.*": "custom_fields",
    r"incidents/[^/]+/status_updates/(subscribers|unsubscribe)": "subscribers",
    r"incident_workflows/[^/]+/instances": "incident_workflows:instances",
    r"maintenance_windows.*": "services",
    r"v3/schedules.*": "schedules",
}
"""By the path of a call; the scope of any other call has the name of the path's first segment.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json, "Scoped OAuth requires"; for shift-based schedules
PagerDuty/developer-docs, docs/REST-API/21-Schedules-v2-to-v3-Upgrade.md, "the same scoped OAuth tokens".
"""


def required_scope(method: str, path: str) -> str:
    """Return the scope that a call needs, such as `incidents.write`."""
    segments = path.strip("/")
    name = next((scope for pattern, scope in SCOPES.items() if re.fullmatch(pattern, segments)), segments.split("/")[0])
    return f"{name}.{'read' if method == 'GET' else 'write'}"
