# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that sends events goes on without what is unusable."""

from __future__ import annotations

import typing as t

import pytest
import requests.certs
from ansible_collections.oncall.pagerduty.plugins.modules.event import DEFINITION

UNUSABLE = {"timeout": 0, "api_token": "two words", "summary": "caf\ud800", "custom_details": {"rate": float("nan")}}


def checked(**options: t.Any) -> tuple[dict[str, t.Any], t.Any, list[str]]:
    """Return the options, the connection, and the warnings."""
    defaults = {name: spec.get("default") for name, spec in DEFINITION.options.items()}
    warnings: list[str] = []
    return (*DEFINITION.checked({**defaults, **options}, warnings.append), warnings)


def test_what_is_unusable_is_left_out_with_a_warning() -> None:
    params, connection, warnings = checked(**UNUSABLE)
    assert (params["summary"], params["custom_details"]) == ("caf\ufffd", {"rate": "NaN"})
    assert (connection.api_token, connection.timeout, connection.verify) == (None, 30, True)
    assert [warning.partition(":")[0] for warning in warnings] == ["Ignored api_token", "Ignored timeout"]


def test_a_ca_bundle_that_cannot_be_read_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/bundle.pem")
    _params, connection, warnings = checked()
    assert connection.verify == requests.certs.where()
    assert warnings == ["Ignored REQUESTS_CA_BUNDLE: cannot read /no/such/bundle.pem: No such file or directory."]
    assert checked(validate_certs=False)[1:] == (connection._replace(verify=False), [])
