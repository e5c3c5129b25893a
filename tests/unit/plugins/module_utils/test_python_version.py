# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""If Python is too old, the module says so in one sentence."""

from __future__ import annotations

import importlib
import json
import sys

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils import _python_version


def test_this_python_is_new_enough() -> None:
    importlib.reload(_python_version)


def test_an_older_python_ends_the_module_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 20))
    with pytest.raises(SystemExit) as caught:
        importlib.reload(_python_version)
    assert caught.value.code == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith("oncall.pagerduty requires Python 3.9 or newer, but ")
