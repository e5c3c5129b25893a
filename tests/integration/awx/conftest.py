# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An AWX whose jobs call the simulator."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from simulator import account
from simulator.launch import Simulator

pytest.importorskip("ansible_runner", reason="'make test CHECK=awx' has the environment of these tests")

from integration.awx.launch import Awx

SECRETS = {
    "PagerDuty REST API": {"api_token": account.ACCOUNT_KEY, "from_email": account.FROM_EMAIL, "region": "us"},
    "PagerDuty Events API": {"routing_key": account.ROUTING_KEY, "region": "us"},
}


@pytest.fixture
def awx(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Awx:
    """An AWX with one credential of each type."""
    # A job sees nothing of the environment in which AWX itself runs.
    for name in [name for name in os.environ if name.startswith(("ANSIBLE_", "PAGERDUTY_", "pagerduty_"))]:
        if name != "ANSIBLE_COLLECTIONS_PATH":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    machine = {
        "ANSIBLE_HOME": str(tmp_path / "ansible-home"),
        "PAGERDUTY_API_URL": simulator.url,
        "PAGERDUTY_EVENTS_URL": simulator.url,
        "PAGERDUTY_MAX_WAIT": "0",
    }
    return Awx(tmp_path, SECRETS, machine)
