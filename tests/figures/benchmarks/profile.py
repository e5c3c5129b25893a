# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the time of one task in the worker goes, beyond what Ansible itself takes for any task."""

from __future__ import annotations

import statistics
import time
import typing as t

import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.oncall.pagerduty.plugins.modules.incident_info import DEFINITION

from figures.benchmarks.contenders import HEADERS
from simulator import account
from simulator.launch import Simulator

TIMES = 50


def profile(simulator: Simulator) -> None:
    """Print the parts of a task that reads one incident, in milliseconds."""
    (incident,) = simulator.reset(incidents=1)["incidents"]
    options = {"api_token": account.ACCOUNT_KEY, "api_url": simulator.url, "incident_id": [incident]}

    def validate() -> dict[str, t.Any]:
        validator = ArgumentSpecValidator(DEFINITION.options, **DEFINITION.rules)
        params: dict[str, t.Any] = validator.validate(options).validated_parameters
        return params

    params = validate()

    def run() -> None:
        DEFINITION.run(params, check_mode=False, diff_mode=False, warn=print)

    with requests.Session() as session:
        session.trust_env = False
        url = f"{simulator.url}/incidents/{incident}"
        parts = {
            "validating the options": median(validate),
            "the plan, on an open connection": median(run),
            "the call alone, with requests": median(lambda: session.get(url, headers=HEADERS)),
        }
    print(f"\nwhere the time of one task in the worker goes, milliseconds, median of {TIMES}")
    for name, seconds in parts.items():
        print(f"  {name:50} {seconds * 1000:6.2f}")
    print("  the rest of one more task is Ansible's own: a fork, templates, callbacks (see debug above)")


def median(work: t.Callable[[], object]) -> float:
    """Return the median of the seconds that a piece of work takes."""
    taken = []
    for _time in range(TIMES):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)
