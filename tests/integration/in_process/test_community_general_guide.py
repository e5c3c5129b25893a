# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide for those who come from community.general: each option has a row, and what it said arrives in PagerDuty."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from integration.in_process.conftest import ModuleRunner
from simulator import account
from simulator.launch import Simulator

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst" / "guide_community_general.rst"
ROW = re.compile(
    r"^   \* - ``(\w+)``\n     - ``(\w+)``\n     - ((?:.+\n|       .+\n)+?)(?=   \* - |\n|\Z)", re.MULTILINE
)
ROWS = {(found[1], found[2]): found[3] for found in ROW.finditer(GUIDE.read_text())}
OPTIONS = {
    "pagerduty": "state token requester_id service window_id hours minutes desc validate_certs name user",
    "pagerduty_alert": (
        "state integration_key service_key api_key incident_key desc severity source component incident_class"
        " custom_details client client_url link_url link_text api_version service_id name"
    ),
    "pagerduty_change": (
        "integration_key summary source user repo revision environment link_url link_text url validate_certs"
    ),
    "pagerduty_user": "access_token pd_user pd_email pd_role state pd_teams",
}
"""The options of each module. Source: ansible-collections/community.general 13.4.0 (ade4f3e), plugins/modules."""
NOTHING = ("Leave it out", "Nothing:")


def test_every_option_has_a_row() -> None:
    assert set(ROWS) == {(module, option) for module, names in OPTIONS.items() for option in names.split()}


class Move(t.NamedTuple):
    """A task that did something there, and takes place here.

    Args:
        module: the module here.
        options: the options here, by the options there that they stand for.
        seen: how PagerDuty is afterwards.
    """

    there: str
    module: str
    options: dict[tuple[str, ...], tuple[str, t.Any]]
    seen: t.Callable[[dict[str, t.Any]], bool]


def has_event(state: dict[str, t.Any]) -> bool:
    incident = state["incidents"][-1]
    return incident["title"] == "Disk full" and incident["service"] == account.DATABASE.id


def has_change(state: dict[str, t.Any]) -> bool:
    change = state["change_events"][-1]
    return change["service"] == account.DATABASE.id and change["payload"]["custom_details"]["revision"] == "4.2"


def has_window(state: dict[str, t.Any]) -> bool:
    window = state["maintenance_windows"][-1]
    start, end = (datetime.fromisoformat(window[name].replace("Z", "+00:00")) for name in ("start", "end"))
    return window["description"] == "deployment" and end - start == timedelta(hours=1, minutes=30)


def has_user(state: dict[str, t.Any]) -> bool:
    return any(user["email"] == "new@example.com" and user["role"] == "limited_user" for user in state["users"])


LINK = [{"href": "https://ci.example.com/17", "text": "The build"}]
DETAILS = {"user": "ansible", "repo": "https://git.example.com/shop", "revision": "4.2", "environment": "production"}
MOVES = (
    Move(
        "pagerduty_alert",
        "event",
        {
            ("state",): ("action", "trigger"),
            ("integration_key", "service_key"): ("routing_key", account.SECOND_ROUTING_KEY),
            ("api_key",): ("api_token", account.ACCOUNT_KEY),
            ("incident_key",): ("dedup_key", "database-disk"),
            ("desc",): ("summary", "Disk full"),
            ("severity",): ("severity", "critical"),
            ("source",): ("source", "db-1"),
            ("component",): ("component", "mysql"),
            ("incident_class",): ("class", "disk"),
            ("custom_details",): ("custom_details", {"free": "1 %"}),
            ("client",): ("client", "Monitoring"),
            ("client_url",): ("client_url", "https://monitoring.example.com"),
            ("link_url", "link_text"): ("links", LINK),
        },
        has_event,
    ),
    Move(
        "pagerduty_change",
        "change_event",
        {
            ("integration_key",): ("routing_key", account.SECOND_ROUTING_KEY),
            ("summary",): ("summary", "shop 1.2.3"),
            ("source",): ("source", "ci"),
            ("user", "repo", "revision", "environment"): ("custom_details", DETAILS),
            ("link_url", "link_text"): ("links", LINK),
            ("url",): ("events_url", None),
            ("validate_certs",): ("validate_certs", True),
        },
        has_change,
    ),
    Move(
        "pagerduty",
        "maintenance_window",
        {
            ("state",): ("state", "present"),
            ("token",): ("api_token", account.ACCOUNT_KEY),
            ("requester_id",): ("from_email", account.FROM_EMAIL),
            ("service",): ("services", [account.CHECKOUT.id]),
            ("hours", "minutes"): ("duration", "1h 30m"),
            ("desc", "window_id"): ("description", "deployment"),
            ("validate_certs",): ("validate_certs", True),
        },
        has_window,
    ),
    Move(
        "pagerduty_user",
        "user",
        {
            ("access_token",): ("api_token", account.ACCOUNT_KEY),
            ("pd_user",): ("name", "New Colleague"),
            ("pd_email",): ("email", "new@example.com"),
            ("pd_role",): ("role", "limited_user"),
            ("state",): ("state", "present"),
        },
        has_user,
    ),
)


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.there)
def test_the_rows_lead_to_the_options_of_a_task_that_does_the_same(
    move: Move, run_module: ModuleRunner, simulator: Simulator
) -> None:
    rows = {option: here for (module, option), here in ROWS.items() if module == move.there}
    for names, (option, _value) in move.options.items():
        for name in names:
            assert f":ansopt:`oncall.pagerduty.{move.module}#module:{option}" in rows.pop(name)
    assert all(here.startswith(NOTHING) for here in rows.values()), rows
    simulator.reset()
    given = {option: value for option, value in move.options.values() if value is not None}
    assert run_module(move.module, **given)["changed"]
    assert move.seen(simulator.state())
