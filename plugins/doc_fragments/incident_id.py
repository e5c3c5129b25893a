# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which incidents; the argument spec is `INCIDENTS` in module_utils/_options.py."""

    DOCUMENTATION = r"""
options:
  incident_id:
    description:
      - The incidents, by id such as V(Q1R2DLCB21K7NP) or by number. An empty text is refused. An empty list is nothing
        to do.
      - Also V("#42"), the address of an incident in the browser, or what a task has returned as C(incident) or
        C(incidents), mixed as you like. In check mode that may be an incident that does not exist yet.
      - Either O(incident_id) or O(dedup_key) is required.
      - All of them are tried. If some fail, the task fails, and RV(ignore:failures) lists them while RV(incidents) has
        the others.
    type: list
    elements: str
    aliases: [incident_ids, id]
  dedup_key:
    description:
      - The open incident with this key. That is the dedup key of the event that has opened it, or the key that
        M(oncall.pagerduty.incident) has opened it with.
      - If there is none, the task fails. In check mode, the task shows what it would do to the incident that tasks
        before would open.
    type: str
    aliases: [incident_key]
  service:
    description: The service whose incident O(dedup_key) means, by id or name, if several services use the key.
    type: str
  wait:
    description:
      - How many seconds to wait for the incident of O(dedup_key). PagerDuty opens it shortly after it has accepted the
        event, so V(30) is plenty. Check mode does not wait.
    type: int
    default: 0
"""
