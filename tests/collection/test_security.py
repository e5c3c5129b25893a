# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SECURITY.md promises only what a test holds."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OF_PROMISES = ("How secrets are protected", "What strangers cannot do")


def promises() -> list[str]:
    """Return the promises, each with the names of its tests."""
    sections = re.split(r"^## (.+)$", (ROOT / "SECURITY.md").read_text(), flags=re.MULTILINE)
    texts = dict(zip(sections[1::2], sections[2::2], strict=True))
    return [each for title in OF_PROMISES for each in re.split(r"^- ", texts[title], flags=re.MULTILINE)[1:]]


def named_in(promise: str) -> list[tuple[str, str]]:
    """Return the tests that a promise names, each by its file and its name."""
    return re.findall(r"`([\w/]+\.py)::(\w+)`", promise)


def collected_from(file: Path) -> t.Iterator[str]:
    """Yield the names of the tests that pytest collects in a file."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
            yield node.name


@pytest.mark.parametrize("promise", promises(), ids=lambda promise: promise.partition(":")[0][:60])
def test_each_promise_names_tests_that_exist(promise: str) -> None:
    named = named_in(promise)
    assert named
    assert [f"{file}::{name}" for file, name in named if name not in collected_from(ROOT / file)] == []
    assert promise.count("`tests/") == len(named)
