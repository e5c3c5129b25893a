# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of the module of this name. Ansible loads it, and what it imports, before it forks its workers."""

from __future__ import annotations

from ..plugin_utils._in_process import ActionModule

__all__ = ["ActionModule"]
