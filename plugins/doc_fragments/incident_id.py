# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which incidents; the argument spec is `INCIDENT_ID` in module_utils/_options.py."""

    DOCUMENTATION = r"""
options:
  incident_id:
    description:
      - The incidents, by id such as V(Q1R2DLCB21K7NP) or by number. An empty text is refused. An empty list is nothing
        to do.
      - Also V("#42"), the address of an incident in the browser, or what a task has returned as C(incident) or
        C(incidents), mixed as you like.
      - All of them are tried. If some fail, the task fails, and RV(ignore:failures) lists them while RV(incidents) has
        the others.
    type: list
    elements: str
    required: true
    aliases: [incident_ids, id]
"""
