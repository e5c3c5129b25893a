# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter takes what the role has, and says what the role says."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.oncall.pagerduty.plugins.filter import page_and_wait

STEPS = [{"service": "Checkout", "wait": "10m"}]


def test_it_returns_what_its_documentation_shows() -> None:
    sample = yaml.safe_load(page_and_wait.RETURN)["_value"]["sample"]
    assert page_and_wait.page_and_wait([], STEPS, "checkout-down") == sample


def test_in_check_mode_it_says_what_would_be_done() -> None:
    opened = {"paged": {"incidents": []}}
    step = page_and_wait.page_and_wait([], STEPS, "checkout-down", opened)["entry"]
    said = page_and_wait.page_and_wait([step], STEPS, "checkout-down", check_mode=True)["result"]["msg"]
    assert said.startswith("Would page whoever is on call for Checkout and wait 10m, and fail ")


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_step_that_cannot_be_used_whole_pages_and_is_told(check_mode: bool) -> None:
    steps = [{"service": "Checkout", "wait": "soon"}]
    made = page_and_wait.page_and_wait([], steps, "checkout-down", check_mode=check_mode)
    assert (made["step"]["kind"], made["until"]) == ("incident", "600s")
    (told,) = made["result"]["problems"]
    assert told.startswith("page_and_wait_steps[1].wait: must be a duration")
    assert made["result"]["msg"].endswith(told)
