# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the time of one task in the worker goes, beyond what Ansible itself takes for any task."""

from __future__ import annotations

import json
import statistics
import time
import typing as t

import requests
from ansible.module_utils import basic
from ansible_collections.oncall.pagerduty.plugins.module_utils import _transport
from ansible_collections.oncall.pagerduty.plugins.modules.incident_info import ACTION

from benchmarks.contenders import HEADERS
from simulator import account
from simulator.launch import Simulator

TIMES = 50


def profile(simulator: Simulator) -> None:
    """Print the parts of a task that reads one incident, in milliseconds."""
    (incident,) = simulator.reset(incidents=1)["incidents"]
    options = {"api_token": account.ACCOUNT_KEY, "api_url": simulator.url, "incident_id": [incident]}

    def prepare() -> basic.AnsibleModule:
        basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode()
        basic._ANSIBLE_PROFILE = "legacy"
        return basic.AnsibleModule(argument_spec=ACTION.options, supports_check_mode=True, **ACTION.rules)

    params = prepare().params

    def run() -> None:
        ACTION.run(params, check=False, diff=False, notice=print)

    def run_anew() -> None:
        _transport._session.cache_clear()
        run()

    with requests.Session() as session:
        session.trust_env = False
        url = f"{simulator.url}/incidents/{incident}"
        parts = {
            "options checked, by Ansible's AnsibleModule": median(prepare),
            "the whole action, on a new connection": median(run_anew),
            "the whole action, on a kept connection": median(run),
            "of which the call itself, by requests alone": median(lambda: session.get(url, headers=HEADERS)),
        }
    print(f"\nwhere the time of one task in the worker goes, milliseconds, median of {TIMES}")
    for name, seconds in parts.items():
        print(f"  {name:50} {seconds * 1000:6.2f}")
    print("  the rest of one more task is Ansible's own: a fork, templates, callbacks (see debug above)")


def median(work: t.Callable[[], object]) -> float:
    """Seconds that a piece of work takes."""
    taken = []
    for _time in range(TIMES):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
