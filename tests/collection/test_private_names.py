# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names the check for private names finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.private_names import private_names


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import requests\nrequests._private()", ["_private"]),
        ("from ansible.module_utils import basic\nbasic._ANSIBLE_ARGS = b''", ["_ANSIBLE_ARGS"]),
        ("from ansible._internal import templating", ["_internal"]),
        ("from ansible.plugins import _hidden", ["_hidden"]),
        ("class Own:\n    def __init__(self):\n        self._field = 1\n        print(self._field)", []),
        ("class Own:\n    def _method(self): ...\nOwn()._method()", []),
        ("from ..plugin_utils import _module\n_module._helper()", []),
        ("point._replace(x=1)._asdict()", []),
        ("text.__len__()", []),
    ],
)
def test_only_private_names_of_others_are_found(code: str, expected: list[str], tmp_path: Path) -> None:
    file = tmp_path / "code.py"
    file.write_text(code)
    assert [name for name, _line in private_names(file)] == expected
