# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every belief holds on the simulator; `make conformance` checks the same on a real account."""

from __future__ import annotations

import pytest

from beliefs import about
from beliefs.__main__ import main
from beliefs.account import Account, CallError
from beliefs.belief import BELIEFS, Belief, try_belief
from beliefs.own_service import OwnService
from beliefs.table import README, updated
from simulator import account
from simulator.launch import Simulator, environment

__all__ = ["about"]


@pytest.mark.parametrize("belief", BELIEFS, ids=lambda belief: belief.name)
def test_the_simulator_is_as_believed(belief: Belief, own: OwnService, own_as_user: OwnService) -> None:
    seen = try_belief(belief, own)
    if seen.verdict == "not tried":
        seen = try_belief(belief, own_as_user)
    assert seen.verdict == ("as expected" if belief.expected else "not tried"), seen.seen


def test_nothing_is_left_and_nobody_else_was_notified(simulated_account: Account, own_simulator: Simulator) -> None:
    pages = len(own_simulator.state()["pages"])
    before = everything(simulated_account)

    def use_and_fail() -> None:
        with OwnService(simulated_account, settle=0) as own:
            own.open_incident(urgency="high")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        use_and_fail()
    assert everything(simulated_account) == before
    state = own_simulator.state()
    assert {page["user"] for page in state["pages"][pages:]} == {account.AUTOMATION.id}
    assert state["incidents"][-1]["status"] == "resolved"


def test_what_was_created_is_removed_even_if_the_rest_cannot_be_created(
    simulated_account: Account, own_simulator: Simulator
) -> None:
    before = everything(simulated_account)
    refused = {"fault": "status_before", "status": 403}
    own_simulator.faults([{"method": "POST", "path": "/services/.*/integrations", **refused}])
    with pytest.raises(CallError, match="403"), OwnService(simulated_account, settle=0):
        pass
    assert everything(simulated_account) == before


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("missing", ["PAGERDUTY_API_TOKEN", "PAGERDUTY_FROM_EMAIL"])
def test_without_an_account_it_says_which_variables_it_needs(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(missing)
    assert main() == 2
    assert missing in capsys.readouterr().err


@pytest.mark.usefixtures("credentials")
def test_an_account_that_cannot_be_used_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAGERDUTY_FROM_EMAIL", "nobody@example.com")
    assert main() == 2
    assert capsys.readouterr().err == (
        "The checks could not run: No user of the account has the e-mail address nobody@example.com.\n"
    )


@pytest.mark.parametrize(("expected", "code"), [((True,), 0), ((False,), 1)], ids=["as expected", "different"])
def test_the_exit_code_and_the_table_say_whether_anything_was_different(
    expected: tuple[object, ...],
    code: int,
    credentials: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = Belief("The service has a name.", expected, "a document", lambda own: bool(own.service["name"]))
    monkeypatch.setattr("beliefs.__main__.BELIEFS", [one])
    assert main() == code
    printed = capsys.readouterr().out
    verdict = "DIFFERENT" if code else "AS EXPECTED"
    assert f"[1/1] The service has a name. (sourced)\n    {verdict}\n" in printed
    assert "    seen: True\n" in printed
    assert f"sourced: 1 {verdict.lower()}" in printed
    assert credentials["PAGERDUTY_API_TOKEN"] not in printed


@pytest.fixture
def credentials(own_simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Environment variables of the simulated account."""
    variables = environment(own_simulator.url)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


def test_there_are_enough_beliefs_and_each_has_its_source() -> None:
    assert len(BELIEFS) >= 40
    assert all(each.text and each.source for each in BELIEFS)


def everything(given: Account) -> list[str]:
    """Return the ids of the account's services and escalation policies."""
    return [thing["id"] for path in ("services", "escalation_policies") for thing in given.get(f"/{path}", path)]


def test_the_readme_lists_every_belief() -> None:
    readme = README.read_text()
    assert readme == updated(readme), "run python -m beliefs.table in the folder tests"
