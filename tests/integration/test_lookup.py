# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup oncall, in real runs of ansible-playbook."""

from __future__ import annotations

import importlib
import typing as t
from pathlib import Path

import yaml

from integration.playbook_runner import NO_CREDENTIALS, PlaybookRunner
from integration.test_secrets import assert_hidden
from simulator import account
from simulator.launch import Simulator

WEB = [account.PRIMARY, account.SECONDARY, account.COMMANDER, account.OWNER]
LOOKUP = "'oncall.pagerduty.oncall'"
NEXT_WEEK = "{{ '%Y-%m-%dT%H:%M:%SZ' | strftime((now().timestamp() | int) + 7 * 86400, utc=true) }}"
"""When another member of the schedule has the turn."""
UNKNOWN_TOKEN = "an-unknown-token-4f1d9b"


def shown(expression: str, **variables: t.Any) -> dict[str, t.Any]:
    """Return a task that shows what the lookup returns."""
    return {"ansible.builtin.debug": {"msg": f"{{{{ {expression} }}}}"}, "vars": variables}


def query(arguments: str, **variables: t.Any) -> dict[str, t.Any]:
    return shown(f"query({LOOKUP}, {arguments})", **variables)


def test_people_are_returned_once_by_name_address_or_id(play: PlaybookRunner) -> None:
    played = play(
        query("'Web Operations'"),
        query("['Web Operations', 'Database'], levels=1, want='id'"),
        query("escalation_policies='Web Operations', schedules=['Web Secondary'], want='email'"),
        shown(f"lookup({LOOKUP}, escalation_policies=['Web Operations'], levels=[3], want='email')"),
        query("schedules='Web Secondary', at=next_week", next_week=NEXT_WEEK),
        query("schedules=['Payments Shifts', 'PSCHED6']"),
    )
    assert [done.result["msg"] for done in played.tasks] == [
        [user.name for user in WEB],
        [account.PRIMARY.id, account.DATABASE_FIRST.id],
        [account.SECONDARY.email],
        f"{account.COMMANDER.email},{account.OWNER.email}",
        [account.PRIMARY.name],
        [account.OWNER.name, account.DATABASE_SECOND.name],
    ]
    assert "Nobody is on call for schedule Launch Watch (PSCHED6). From " in played.output
    assert all(call.startswith("GET ") for done in played.tasks for call in done.calls)
    # Copying the variables of a run would load plugins anew, in a way that is deprecated.
    assert "DEPRECATION" not in played.output


def test_nobody_on_call_is_an_empty_list_with_a_warning(play: PlaybookRunner) -> None:
    played = play(query("schedules=['Empty Schedule']"))
    assert played.only.result["msg"] == []
    assert "Nobody is on call for schedule Empty Schedule (PSCHED3)." in played.output


def test_every_example_runs(play: PlaybookRunner, simulator: Simulator) -> None:
    plugin = importlib.import_module("ansible_collections.oncall.pagerduty.plugins.lookup.oncall")
    (incident,) = simulator.reset(incidents=1)["incidents"]
    played = play(*yaml.safe_load(plugin.EXAMPLES), vars={"incident_id": incident})
    assert {done.task: done.msg for done in played.tasks if done.outcome == "failed"} == {}
    assert simulator.state()["incidents"][0]["assignees"] == [account.DATABASE_FIRST.id]


WRONG = (
    ("[]", "Name at least one escalation policy, schedule, or user."),
    ("levels=[1]", "Name at least one escalation policy, schedule, or user."),
    ("policy='Web Operations'", "Unsupported options: policy."),
    ("'Web Operations', want='phone'", "phone"),
    ("'Web Operations', levels=[0]", "levels: must be 1 or greater"),
    ("'Web Operations', at='noon'", "at: must be a time such as"),
    ("'Web Operations', region='asia'", "asia"),
    ("'Web Operations', api_url='http://example.com'", "api_url: http:// is allowed only for localhost"),
)


def test_a_wrong_option_is_named_before_any_call(play: PlaybookRunner) -> None:
    played = play(*[query(arguments) for arguments, _words in WRONG])
    for (arguments, words), done in zip(WRONG, played.tasks, strict=True):
        assert done.outcome == "failed", arguments
        assert words in done.msg, (arguments, done.msg)
        assert done.journal == []


def test_an_unknown_name_is_an_error_with_the_closest_ones(play: PlaybookRunner) -> None:
    done = play(query("'Web Operation'")).only
    assert done.outcome == "failed"
    assert "No escalation policy is called 'Web Operation'. Did you mean: Web Operations (PPOLCY1)?" in done.msg


def test_credentials_come_from_options_variables_and_the_environment_in_this_order(
    play: PlaybookRunner,
) -> None:
    policy = "'Web Operations', levels=[1]"
    token = {"pagerduty_api_token": "{{ kept }}", "kept": account.READ_ONLY_KEY}
    played = play(
        query(f"{policy}, api_key=kept", **{**token, "pagerduty_api_token": UNKNOWN_TOKEN}),
        query(policy, **token),
        query(f"{policy}, api_token='{UNKNOWN_TOKEN}'", **token),
        arguments=["-vvvv"],
        environment={"PAGERDUTY_API_TOKEN": UNKNOWN_TOKEN, "PAGERDUTY_REGION": "", "PAGERDUTY_TIMEOUT": ""},
    )
    assert [done.outcome for done in played.tasks] == ["ok", "ok", "failed"]
    assert "401" in played.tasks[-1].msg
    assert UNKNOWN_TOKEN not in played.tasks[-1].msg
    assert account.READ_ONLY_KEY not in played.output
    missing = play(query(policy), environment=NO_CREDENTIALS).only
    assert "PAGERDUTY_API_TOKEN" in missing.msg


def test_no_secret_is_shown_when_pagerduty_fails(play: PlaybookRunner, tmp_path: Path) -> None:
    faults = ({"fault": "html"}, {"fault": "status_before", "status": 500}, {"fault": "wrong_shape"})
    on_call = {"method": "GET", "path": "/oncalls"}
    played = play(
        *[query("'Web Operations'", simulator_faults=[{**on_call, **fault}]) for fault in faults], arguments=["-vvvv"]
    )
    assert [done.outcome for done in played.tasks] == ["failed"] * len(faults)
    assert all(f"GET {play.simulator.url}/oncalls: " in done.msg for done in played.tasks)
    assert_hidden(played, tmp_path, account.ACCOUNT_KEY)
