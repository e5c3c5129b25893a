# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the reliability tests."""

from __future__ import annotations

from simulator.fixtures import running_simulator, simulator

__all__ = ["running_simulator", "simulator"]
