# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file for an issue has nothing of the account in it, whatever the checks have seen."""

from __future__ import annotations

import ast
import json
import typing as t
from pathlib import Path

import pytest

from beliefs import about
from beliefs.__main__ import main
from beliefs.account import CallError
from beliefs.belief import BELIEFS, OPEN, SOURCED, STANDINGS, Belief, NotTried, Seen
from beliefs.own_service import OwnService
from beliefs.report import harmless
from simulator import account
from simulator.launch import Simulator, environment

__all__ = ["about"]
ADA = {"id": "PXK3Q2A", "name": "Ada Lovelace", "email": "ada@analytical.example"}
LEAKS: t.Sequence[tuple[object, str]] = (
    (True, "True"),
    (None, "None"),
    (2016, "2016"),
    (14155550100, "(int)"),
    ("triggered", "'triggered'"),
    ("expected", "'expected'"),
    (ADA["name"], "(another text)"),
    ((400, [ADA["id"]]), "[400, [(another text)]]"),
    ({"triggered", ADA["email"]}, "['triggered', (another text)]"),
    ({ADA["id"]: "resolved"}, "{(another text): 'resolved'}"),
    (CallError(f"GET /users/{ADA['id']}: {ADA}", 403), "(a call was answered with status 403)"),
    (CallError(f"No user has {ADA['email']}"), "(CallError)"),
    (KeyError(ADA["name"]), "(KeyError)"),
    (ADA["name"].encode(), "(bytes)"),
)


@pytest.mark.parametrize(("value", "shown"), LEAKS, ids=[shown for _value, shown in LEAKS])
def test_only_what_is_harmless_is_shown(value: object, shown: str) -> None:
    belief = Belief("It is so.", ("expected",), "a document", lambda own: own.name)
    assert harmless(Seen(belief, "different", repr(value), value)) == shown


def leaking(own: OwnService) -> t.Any:
    """Return what a check may see at worst."""
    return [own.user, own.service, own.policy, own.routing_key, own.open_incident(), own.trigger(own.new_key())]


def failing(own: OwnService) -> t.Any:
    """Fail with an error that quotes the account."""
    raise ValueError(json.dumps([own.user, own.service, own.routing_key]))


def refused(own: OwnService) -> t.Any:
    """Fail with PagerDuty's refusal."""
    return own.account.get(f"/users/{own.service['id']}", "user")


@pytest.fixture(scope="module")
def report(own_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file after a run of every check, and of checks that see the worst."""
    file = tmp_path_factory.mktemp("report") / "report.txt"
    worst = [Belief(f"{each.__name__}.", (0,), "a document", each) for each in (leaking, failing, refused)]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**environment(own_simulator.url), "REPORT": str(file)}.items():
            patch.setenv(name, value)
        patch.setattr("beliefs.__main__.BELIEFS", [*worst, *BELIEFS])
        patch.setattr("beliefs.__main__.SETTLE", 0)
        assert main() == 1
    return file.read_text()


def test_the_report_of_a_whole_run_tells_nothing_of_the_account(report: str, own_simulator: Simulator) -> None:
    of_the_account = set(texts(own_simulator.state()))
    assert {account.FROM_EMAIL, account.AUTOMATION.name, account.AUTOMATION.id} <= of_the_account
    found = [text for text in (*of_the_account, *account.SECRETS, own_simulator.url) if text in report]
    assert found == []
    assert "(a call was answered with status 404)" in report
    assert "(ValueError)" in report
    assert f"{len(BELIEFS) + 3} of {len(BELIEFS) + 3} beliefs checked." in report
    assert {page["user"] for page in own_simulator.state()["pages"]} <= {account.AUTOMATION.id, account.COMMANDER.id}


def test_the_open_beliefs_come_first(report: str) -> None:
    titles = [line for line in report.splitlines() if line.endswith(tuple(f" ({each})" for each in STANDINGS))]
    standings = [line.rpartition("(")[2].rstrip(")") for line in titles]
    assert standings == sorted(standings, key=STANDINGS.index)
    assert (standings[0], standings[-1]) == (OPEN, SOURCED)


def test_a_reason_for_not_trying_is_a_constant() -> None:
    for file in Path(__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == NotTried.__name__:
                (reason,) = node.args
                assert isinstance(reason, ast.Constant | ast.Name), f"{file.name}:{node.lineno}"


def test_a_report_that_cannot_be_written_stops_the_run_before_anything_is_created(
    own_simulator: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name, value in {**environment(own_simulator.url), "REPORT": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    writes = own_simulator.journal()["writes"]
    assert main() == 2
    assert capsys.readouterr().err.startswith("REPORT cannot be written: ")
    assert own_simulator.journal()["writes"] == writes


def texts(value: object) -> t.Iterator[str]:
    """Yield the texts that tell something of the account: ids, names, addresses and keys, not PagerDuty's words."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name in TELLING:
                yield from [each] if isinstance(each, str) and each else texts(each)
            else:
                yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


TELLING = frozenset(("id", "name", "email", "incident_key", "alert_key", "user", "service", "escalation_policy"))
"""Keys of the simulator's state under which there is something of the account."""
