# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the filter does with its options."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.oncall.pagerduty.plugins.filter.diagnostics_note import FilterModule

RESULTS = [{"item": "show", "cmd": "show", "rc": 0, "stdout": "customer=42"}]
note = FilterModule().filters()["diagnostics_note"]


def test_a_mask_needs_no_replacement() -> None:
    assert note(RESULTS, "Title", masks=[{"regex": "4."}]) == "Title\n\n$ show\ncustomer=***\n"
    own = [{"regex": r"(customer=)\d+", "replacement": r"\1?"}]
    assert note(RESULTS, "Title", masks=own) == "Title\n\n$ show\ncustomer=?\n"


def test_only_with_a_file_it_is_cut() -> None:
    long = [{**RESULTS[0], "stdout": "x" * 30_000}]
    assert len(note(long, "Title")) > 30_000
    assert note(long, "Title", file="/srv/all.txt").endswith(" /srv/all.txt on the controller.")


@pytest.mark.parametrize("mask", [{"regex": "("}, {"pattern": "x"}])
def test_a_mask_that_is_no_regular_expression_is_an_error(mask: dict[str, t.Any]) -> None:
    with pytest.raises(AnsibleFilterError, match="needs a regular expression"):
        note(RESULTS, "Title", masks=[mask])
