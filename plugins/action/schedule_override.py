# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of the module with this file's name; all of these files are equal.

Ansible loads an action before it forks its workers only if it is here under the name of its module. A redirect would
give all modules the module_defaults of one.
"""

from __future__ import annotations

from ..plugin_utils._action import ActionModule, load

__all__ = ["ActionModule", "main"]

main = load(__name__)
