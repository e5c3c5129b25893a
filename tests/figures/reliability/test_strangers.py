# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Strangers against the source webhook, in a reduced form: PagerDuty gets each answer in time."""

from __future__ import annotations

from pathlib import Path

from figures.reliability.strangers import deliver_among


def test_slow_clients_and_unsigned_bodies_keep_no_signed_delivery_waiting(tmp_path: Path) -> None:
    """More slow clients than the source may open files."""
    answers = deliver_among(tmp_path, slow_clients=1100, unsigned_rate=100, seconds=1.5)
    assert (bool(answers.signed), answers.late) == (True, 0)
    assert answers.log < 10_000
