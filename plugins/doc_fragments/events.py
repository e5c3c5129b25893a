# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the Events API modules; their argument specs are `EVENTS` in module_utils/_auth.py."""

    DOCUMENTATION = r"""
options:
  routing_key:
    description:
      - The integration key of an Events API v2 integration, 32 letters and digits. It decides which service is paged.
      - Taken from E(PAGERDUTY_ROUTING_KEY) where the option is not given.
    type: str
    aliases: [integration_key]
"""
