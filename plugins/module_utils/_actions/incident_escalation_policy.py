# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module incident_escalation_policy: moves incidents to another escalation policy.

Private to the collection.
"""

from __future__ import annotations

from .._incidents.update import IncidentUpdate


class Move(IncidentUpdate):
    """Moves each incident to an escalation policy.

    Args:
        options: `incident_id` and `escalation_policy`.
    """

    reassigning_hint = "Re-open it with the incident module: set status: triggered and escalation_policy."
