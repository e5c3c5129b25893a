# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The start of a module: if Python is too old, it says so in one sentence; garbage is collected only later."""

from __future__ import annotations

import gc
import importlib
import json
import sys
import types

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils import _start


def test_this_python_is_new_enough() -> None:
    importlib.reload(_start)


def test_an_older_python_ends_the_module_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 20))
    with pytest.raises(SystemExit) as caught:
        importlib.reload(_start)
    assert caught.value.code == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith("oncall.pagerduty requires Python 3.9 or newer, but ")


@pytest.mark.parametrize(
    ("main", "collects"),
    [
        ("ansible_collections.oncall.pagerduty.plugins.modules.incident_note", False),
        ("ansible_collections.community.general.plugins.modules.ini_file", True),
        ("pytest.__main__", True),
        (None, True),
    ],
)
def test_only_in_a_process_of_the_modules_own_garbage_is_collected_later(
    main: str | None, collects: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = types.SimpleNamespace(name=main) if main else None
    monkeypatch.setitem(sys.modules, "__main__", types.SimpleNamespace(__spec__=spec))
    importlib.reload(_start)
    assert gc.isenabled() is collects
    gc.enable()
