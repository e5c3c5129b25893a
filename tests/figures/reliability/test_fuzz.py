# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""Random input in its reduced form: the same inputs in each run."""

from __future__ import annotations

import typing as t

import pytest

from figures.reliability.corrupting_proxy import CorruptingProxy
from figures.reliability.fuzz import Fuzz
from modules import MODULES
from simulator.launch import Simulator

EXAMPLES = 5
"""For each module, once for options and once for responses."""


@pytest.fixture(scope="module")
def fuzz() -> t.Iterator[Fuzz]:
    """Tries random input."""
    with Simulator() as simulator, CorruptingProxy(simulator.url) as proxy:
        yield Fuzz(simulator, proxy)


@pytest.mark.parametrize("module", MODULES)
def test_no_options_cause_a_traceback_and_invalid_ones_are_refused_before_any_call(module: str, fuzz: Fuzz) -> None:
    fuzz.options(module, EXAMPLES)


@pytest.mark.parametrize("module", MODULES)
def test_no_responses_cause_a_traceback(module: str, fuzz: Fuzz) -> None:
    fuzz.responses(module, EXAMPLES)
