# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which secrets are left out of what PagerDuty returns."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.secrets import without_keys


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"id": "PI1", "integration_key": "s3cr3t"}, {"id": "PI1"}),
        ([{"channel": {"type": "api", "service_key": "s3cr3t"}}], [{"channel": {"type": "api"}}]),
        ({"incident_key": "disk", "key": "x"}, {"incident_key": "disk", "key": "x"}),
        ("integration_key", "integration_key"),
        (None, None),
    ],
    ids=str,
)
def test_integration_keys_are_left_out_wherever_they_are(value: t.Any, left: t.Any) -> None:
    assert without_keys(value) == left
