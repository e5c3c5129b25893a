# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation says of the header From is what PagerDuty's OpenAPI file requires."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

from beliefs.contract.conftest import OPENAPI
from modules import MODULES

FROM = "#/components/parameters/from_header"
"""The parameter that is required; there is one that is not."""
OF_THE_BODY = ("incident_responders",)
"""The user of from_email is a part of the request."""


@pytest.fixture(scope="module")
def with_from() -> list[tuple[str, re.Pattern[str]]]:
    """The operations that require From, as method and pattern of the path, in which `*` stands for an id."""
    if not (OPENAPI / "rest.json").is_file():
        pytest.skip(f"PagerDuty's OpenAPI files are not at {OPENAPI}; set PAGERDUTY_OPENAPI to their folder")
    paths: dict[str, dict[str, t.Any]] = json.loads((OPENAPI / "rest.json").read_text())["paths"]
    return [
        (method.upper(), re.compile(re.sub(r"\{\w+\}", r"[^/]+", path)))
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method in ("put", "post", "delete") and {"$ref": FROM} in operation.get("parameters", [])
    ]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_needs_from_if_one_of_its_calls_does(
    module: str, with_from: list[tuple[str, re.Pattern[str]]]
) -> None:
    tests = MODULES[module]
    calls = {tuple(write.split()) for case in tests.cases for write in case.writes}
    needs = any(method == verb and path.fullmatch(place) for verb, place in calls for method, path in with_from)
    sends = any("enqueue" not in place for _verb, place in calls)
    assert (needs or module in OF_THE_BODY) == (tests.needs_from and sends)
