# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_status: acknowledges, resolves and re-opens incidents.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty
from .._incidents.update import IncidentUpdate


class StatusUpdate(IncidentUpdate):
    """Gives each incident a status.

    Args:
        options: `incident_id`, `status`, `resolution` and `reopen`.
    """

    def __init__(self, client: PagerDuty, options: dict[str, t.Any]) -> None:
        super().__init__(client, options)
        self.already = f"already {options['status']}"
