# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gets an incident by acknowledging it, and who had it before."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import Change
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import ACKNOWLEDGE, ASSIGN, SNOOZE
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.acknowledging import (
    Acknowledger,
    acknowledger,
    assignees_before,
    requester,
    tell_who_got_it,
)
from ansible_collections.oncall.pagerduty.tests.unit.records import assigned_to, incident, named

if t.TYPE_CHECKING:
    from conftest import ScriptedHttp

Record = dict[str, t.Any]
ANA = named("PU1", "Ana", email="ana@example.com")
BEN = named("PU2", "Ben")
BOT = named("PU9", "Bot", email="Someone@example.com")
ME, USERS, LOG = "GET /users/me", "GET /users", "GET /incidents/Q1/log_entries"
NO_USER = (400, {"error": {"message": "Account-level token", "code": 2001}})
NOON, ONE = "2026-01-31T12:00:00Z", "2026-01-31T13:00:00Z"


def entry(kind: str, at: str = NOON, *assignees: Record, agent: Record | None = None) -> Record:
    return {"type": f"{kind}_log_entry", "created_at": at, "assignees": list(assignees), "agent": agent}


def without_from(pagerduty: PagerDuty) -> PagerDuty:
    return PagerDuty(pagerduty.settings._replace(from_email=None), pagerduty.budget, pagerduty.warn)


def test_with_an_account_token_the_user_of_from_email_makes_the_changes(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {USERS: {"users": [ANA, BOT]}}
    assert requester(pagerduty) == BOT
    assert http.requests[-1].query[0] == ("query", "someone@example.com")


def test_a_token_of_a_user_tells_who_makes_them_whatever_from_email_says(
    pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {ME: {"user": BOT}, USERS: {"users": [ANA]}}
    assert requester(pagerduty) == requester(without_from(pagerduty)) == BOT


@pytest.mark.parametrize("answer", [{"users": []}, (500, {}), (403, {"error": {"message": "no", "code": 2010}})])
def test_an_acknowledgement_does_not_fail_if_nobody_tells_who_makes_it(
    answer: object, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {USERS: answer, ME: NO_USER}
    assert requester(pagerduty) is requester(without_from(pagerduty)) is None
    assert Acknowledger(None).taking(incident()) is None


@pytest.mark.parametrize(
    ("me", "wanted", "found"),
    [
        (NO_USER, [ANA], Acknowledger(ANA, email="ana@example.com")),
        (NO_USER, [BEN], Acknowledger(None, left_to=[BEN])),
        ({"user": ANA}, [ANA], Acknowledger(ANA)),
        ({"user": BOT}, [ANA], Acknowledger(BOT, left_to=[ANA])),
        (NO_USER, [ANA, BEN], Acknowledger(None, left_to=[ANA, BEN])),
    ],
    ids=["in their name", "no address", "the token's own user", "a token of somebody else", "several"],
)
def test_the_wanted_assignee_acknowledges(
    me: object, wanted: list[Record], found: Acknowledger, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {ME: me}
    assert acknowledger(pagerduty, wanted) == found


@pytest.mark.parametrize(
    ("user", "wanted", "says"),
    [
        (BOT, [ANA], "the token acknowledges for Bot, so acknowledging is left to Ana."),
        (None, [ANA], "that user's address is not known, so acknowledging is left to Ana."),
        (None, [ANA, BEN], "to nobody else, so acknowledging is left to Ana or Ben."),
    ],
)
def test_why_nobody_else_acknowledges_is_said(user: Record | None, wanted: list[Record], says: str) -> None:
    warning = Acknowledger(user, left_to=wanted).why_left("Incident Q1 (#1)")
    assert warning == f"Incident Q1 (#1): PagerDuty assigns an incident to whoever acknowledges it, and {says}"


@pytest.mark.parametrize(
    ("assignments", "before", "via"),
    [
        (assigned_to(ANA), ["Ana (PU1)"], None),
        (assigned_to(ANA, BOT), ["Ana (PU1)", "Bot (PU9)"], "escalation_policy"),
        (assigned_to({"id": "PU9"}, ANA), ["Ana (PU1)", "Bot (PU9)"], "escalation_policy"),
        ([], [], None),
        (None, None, None),
    ],
)
def test_who_acknowledges_is_the_only_assignee(
    assignments: list[Record] | None, before: list[str] | None, via: str | None
) -> None:
    record = incident(assignments=assignments)
    taken = Acknowledger(BOT).taking(record)
    assert taken is not None
    assert (taken.present(record), taken.shown, list(taken.says(record))) == (before, ["Bot (PU9)"], [ASSIGN("Bot")])
    assert taken.body(record) == {"status": "acknowledged"}
    found = taken.record(record)
    assert ([each["assignee"]["id"] for each in found["assignments"]], found["assigned_via"]) == (["PU9"], via)


def test_the_only_assignee_keeps_it() -> None:
    assert Acknowledger(BOT).taking(incident(assignments=assigned_to(BOT))) is None


@pytest.mark.parametrize(
    ("foretold", "users", "says", "assignees"),
    [
        (BOT, [ANA], ["Ana"], ([], ["Ana (PU1)"])),
        (BOT, [BOT], ["Bot"], ([], ["Bot (PU9)"])),
        (BOT, [], ["Bot"], ([], ["Bot (PU9)"])),
        (None, [BOT], ["Bot"], ([], ["Bot (PU9)"])),
        (None, [], [], None),
    ],
    ids=["somebody else", "as foretold", "not told", "not foretold", "nothing known"],
)
def test_who_has_got_it_is_said(
    foretold: Record | None, users: list[Record], says: list[str], assignees: tuple[t.Any, t.Any] | None
) -> None:
    change = Change(
        target="Q1",
        name="Incident Q1 (#1)",
        before={"status": "triggered", **({"assignees": []} if foretold else {})},
        after={"status": "acknowledged", **({"assignees": ["Bot (PU9)"]} if foretold else {})},
        says=[ACKNOWLEDGE(), *([ASSIGN("Bot")] if foretold else []), SNOOZE("for 2h")],
        record=incident(),
        predicted=incident(assignments=assigned_to(BOT) if foretold else None),
    )
    tell_who_got_it(change, incident(assignments=assigned_to(*users)))
    assert list(change.says) == [ACKNOWLEDGE(), *(ASSIGN(name) for name in says), SNOOZE("for 2h")]
    shown = (change.before["assignees"], change.after["assignees"]) if "assignees" in change.after else None
    assert shown == assignees


ACKNOWLEDGED = [entry("acknowledge", ONE, agent=BOT), entry("assign", ONE, BOT, agent=BOT)]


@pytest.mark.parametrize(
    ("present", "log", "before"),
    [
        ([BOT], [*ACKNOWLEDGED, entry("notify"), entry("assign", NOON, ANA)], {"PU1"}),
        ([BOT], [*ACKNOWLEDGED, entry("escalate", NOON, ANA), entry("escalate", NOON, BEN)], {"PU1", "PU2"}),
        ([BOT], [*ACKNOWLEDGED, entry("assign", ONE, ANA)], {"PU1"}),
        ([BOT], [entry("unacknowledge", ONE), *ACKNOWLEDGED, entry("delegate", NOON, BEN)], {"PU2"}),
        (
            [ANA],
            [entry("acknowledge", ONE, agent=ANA), entry("escalate", NOON, ANA), entry("escalate", NOON, BEN)],
            {"PU1", "PU2"},
        ),
        ([ANA], [entry("acknowledge", ONE, agent=ANA), entry("assign", NOON, ANA, agent=BOT)], None),
        ([BEN], [entry("assign", ONE, BEN, agent=BOT), entry("assign", NOON, ANA)], None),
        ([BOT], ACKNOWLEDGED, None),
        ([BOT], [], None),
        ([BOT], [*ACKNOWLEDGED, {"type": "assign_log_entry", "assignees": 42}, {"agent": {}}], None),
    ],
    ids=[
        "a bot has taken it",
        "from two people",
        "in the second in which it was opened",
        "and it was triggered again",
        "one of two keeps it",
        "an assignee has acknowledged",
        "a person has assigned it",
        "nobody before",
        "no log",
        "malformed",
    ],
)
def test_who_had_it_before_is_in_the_log(
    present: list[Record], log: list[Record], before: set[str] | None, pagerduty: PagerDuty, http: ScriptedHttp
) -> None:
    http.answers = {LOG: {"log_entries": log}}
    assert assignees_before(pagerduty, incident(assignments=assigned_to(*present))) == before


def test_no_more_of_the_log_is_read_than_is_needed(pagerduty: PagerDuty, http: ScriptedHttp) -> None:
    pages = [ACKNOWLEDGED, [entry("assign", NOON, ANA)], [entry("assign", NOON, BEN)]]
    http.answers = {LOG: [{"log_entries": page, "more": True} for page in pages]}
    assert assignees_before(pagerduty, incident(assignments=assigned_to(BOT))) == {"PU1"}
    assert http.calls == [LOG, LOG]
