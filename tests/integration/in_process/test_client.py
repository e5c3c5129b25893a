# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client of the REST API against the simulator: tokens and pages."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import AUTH

from simulator import account
from simulator.launch import Simulator


def client(simulator: Simulator, **options: t.Any) -> PagerDuty:
    defaults = {name: spec.get("default") for name, spec in AUTH.items()}
    given_options = {"api_token": account.ACCOUNT_KEY, "api_url": simulator.url, "from_email": account.FROM_EMAIL}
    return PagerDuty(settings({**defaults, **given_options, **options}), RetryBudget(0, print, print), print)


@pytest.mark.parametrize("token", [account.ACCOUNT_KEY, account.USER_KEY, account.OAUTH_TOKEN])
def test_every_kind_of_token_is_accepted(token: str, simulator: Simulator) -> None:
    assert client(simulator, api_token=token).get_list("/users", "users")


def test_a_list_is_read_page_by_page(simulator: Simulator) -> None:
    simulator.reset(incidents=230)
    pages = list(client(simulator).pages("/incidents", "incidents"))
    assert [len(page) for page in pages] == [100, 100, 30]


def test_a_page_is_read_only_when_it_is_needed(simulator: Simulator) -> None:
    simulator.reset(incidents=230)
    next(client(simulator).pages("/incidents", "incidents"))
    assert simulator.journal()["reads"] == 1
