# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""A sample of what the full form tries: the same inputs each time."""

from __future__ import annotations

import typing as t

import pytest

from integration.cases import SIMPLEST
from reliability.fuzz import Fuzz
from reliability.liar import Liar
from simulator.launch import Simulator

EXAMPLES = 100
"""For each module, once of options and once of answers."""


@pytest.fixture(scope="module")
def fuzz() -> t.Iterator[Fuzz]:
    """Where the inputs are tried."""
    with Simulator() as simulator, Liar(simulator.url) as liar:
        yield Fuzz(simulator, liar)


@pytest.mark.parametrize("module", SIMPLEST)
def test_no_options_bring_about_a_traceback_and_wrong_ones_are_found_before_any_call(module: str, fuzz: Fuzz) -> None:
    fuzz.options(module, EXAMPLES)


@pytest.mark.parametrize("module", SIMPLEST)
def test_no_answers_bring_about_a_traceback(module: str, fuzz: Fuzz) -> None:
    fuzz.answers(module, EXAMPLES)
