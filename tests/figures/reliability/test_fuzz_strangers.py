# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random input from strangers in its reduced form: the same inputs in each run."""

from __future__ import annotations

import typing as t

import pytest

from figures.reliability.fuzz_strangers import Strangers

EXAMPLES = {"proxies": 60, "webhooks": 60, "state files": 30, "log entries": 15}


@pytest.fixture(scope="module")
def strangers() -> t.Iterator[Strangers]:
    """Tries random input."""
    with Strangers() as strangers:
        yield strangers


@pytest.mark.parametrize("kind", EXAMPLES)
def test_what_strangers_send_is_used_or_refused_in_one_sentence(kind: str, strangers: Strangers) -> None:
    strangers.try_inputs(kind, EXAMPLES[kind])


def test_every_kind_has_a_reduced_form(strangers: Strangers) -> None:
    assert set(strangers.kinds) == set(EXAMPLES)
