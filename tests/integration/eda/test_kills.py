# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-rulebook killed under load, in a reduced form: with feedback and a database, no event is lost."""

from __future__ import annotations

import contextlib
from pathlib import Path

from figures.reliability.kills import Webhooks, h2, run_and_kill
from integration.eda.rulebook_runner import NEEDS_ANSIBLE_RULEBOOK

pytestmark = NEEDS_ANSIBLE_RULEBOOK


def test_no_event_is_lost_and_only_the_action_that_ran_is_repeated(tmp_path: Path) -> None:
    with contextlib.closing(Webhooks(feedback=True)) as webhooks:
        killed = run_and_kill(webhooks, tmp_path, events=60, kills=1, database=h2(tmp_path))
    assert (killed.lost, killed.repeated) == (0, 0)
