# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulated account with a service for the checks."""

from __future__ import annotations

import typing as t

import pytest

from beliefs.account import Account
from beliefs.own_service import OwnService
from simulator import account
from simulator.launch import Simulator

NO_LIMIT = 100_000


@pytest.fixture(scope="session")
def own_simulator() -> t.Iterator[Simulator]:
    """A simulator for these tests. It does not check the contract, since some calls are wrong on purpose."""
    with Simulator(rest_limit=NO_LIMIT, events_limit=NO_LIMIT) as running:
        yield running


@pytest.fixture(scope="session")
def simulated_account(own_simulator: Simulator) -> Account:
    """The simulator, called as an account."""
    return Account(account.ACCOUNT_KEY, account.FROM_EMAIL, own_simulator.url, own_simulator.url)


@pytest.fixture(scope="session")
def own(simulated_account: Account) -> t.Iterator[OwnService]:
    """The service of the checks. The simulator processes events at once, so nothing has to settle."""
    with OwnService(simulated_account, settle=0) as service:
        yield service


@pytest.fixture(scope="session")
def own_as_user(own_simulator: Simulator) -> t.Iterator[OwnService]:
    """The same with the key of a user, who is the only one that is notified."""
    key = Account(account.USER_KEY, account.COMMANDER.email, own_simulator.url, own_simulator.url)
    with OwnService(key, settle=0) as service:
        yield service
