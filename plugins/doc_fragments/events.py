# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the Events API modules; their argument specs are `EVENTS` in module_utils/_options.py."""

    DOCUMENTATION = r"""
options:
  routing_key:
    description:
      - The integration key of an Events API v2 integration, which has 32 letters and digits. It decides which service
        the event is for.
      - If not set, the environment variable E(PAGERDUTY_ROUTING_KEY) is used.
    type: str
    aliases: [integration_key]
"""
