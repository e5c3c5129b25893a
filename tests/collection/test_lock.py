# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the checks install is locked: the versions that were chosen, all that they need, and a hash of each file."""

from __future__ import annotations

import re
from importlib.metadata import distributions
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
LOCKED = re.compile(r"^([a-z0-9-]+==[^ ]+).*\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", re.MULTILINE)


def locked(name: str) -> set[str]:
    """Return the requirements of a lock file that have a hash."""
    return {found[1] for found in LOCKED.finditer((TESTS / f"{name}.txt").read_text())}


@pytest.mark.parametrize("name", ["constraints", "nox"])
def test_what_was_chosen_is_locked_with_hashes(name: str) -> None:
    """Otherwise run `make lock`."""
    lines = (TESTS / f"{name}.in").read_text().splitlines()
    chosen = {line.split(";")[0] for line in lines if "==" in line}
    assert chosen
    assert chosen - locked(name) == set()


def test_what_is_installed_here_is_locked() -> None:
    installed = {f"{re.sub('[-_.]+', '-', each.name).lower()}=={each.version}" for each in distributions()}
    assert installed
    assert installed - locked("constraints") == set()
