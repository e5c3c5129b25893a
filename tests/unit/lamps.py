# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers of lamps, tasks on them, and a runner that never really waits."""

from __future__ import annotations

import typing as t

from ansible_collections.oncall.pagerduty.plugins.module_utils._core.action import Action
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import (
    CAREFULLY,
    FREELY,
    Change,
    Notification,
    Outcome,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import (
    NotSent,
    OutcomeUnknown,
    Refused,
    TaskError,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.runner import Runner, Task
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import SET

Fault = t.Optional[tuple[bool, Exception]]  # noqa: UP045 - ansible-test's pylint takes `|` for an operator
Lamp = dict[str, t.Any]
TIMED_OUT = OutcomeUnknown("timed out after 30 s", may_still_apply=True)
CONFLICT = Refused("Incident Already Resolved", status=400, code=1001, is_conflict=True)
FORBIDDEN = Refused("Access Denied", status=403, is_forbidden=True)
SECRETARY = Notification({"id": "PU1", "type": "user_reference", "summary": "Ana"}, "afraid of the dark")


class Lamps(Action[None]):
    """A server with lamps that can be switched on, by name, and the task to do so.

    Args:
        on: names of the lamps that are on.
        off: names of the lamps that are off.
        batch_size: how many lamps one write can switch on.
        resend: whether switching a lamp on twice does harm, and whether a lamp that looks off certainly is.
    """

    noun = "lamp"

    def __init__(
        self, on: t.Iterable[str] = (), off: t.Iterable[str] = (), *, batch_size: int = 1, resend: str = FREELY
    ) -> None:
        super().__init__(None, {})
        self.lamps = dict.fromkeys(on, True) | dict.fromkeys(off, False)
        self.targets = list(self.lamps)
        self.batch_size = batch_size
        self.resend = resend
        self.writes: list[list[str]] = []
        self.effects: list[str] = []
        self.accepted = 0
        self.asked: list[str] = []
        self.reads = 0
        self.faults: list[Fault] = []
        """For each write to come: whether it takes effect and what the client gets, or None for a normal response."""
        self.refused: dict[str, Exception] = {}
        """Lamps that cannot be switched on, with the error."""
        self.unlisted: set[str] = set()
        """Lamps that the next response leaves out."""
        self.broken: dict[str, TaskError] = {}
        """Lamps that cannot be read, with the error."""
        self.unreadable = False
        self.on_read: t.Callable[[int], None] = lambda _reads: None
        self.if_unknown = ""
        self.warnings: list[str] = []

    def read(self, targets: t.Sequence[str]) -> t.Iterator[tuple[str, bool | TaskError]]:
        """Say whether each lamp is on."""
        self.reads += 1
        self.on_read(self.reads)
        if self.unreadable:
            raise NotSent("cannot connect")
        for name in targets:
            if name in self.broken or name in self.lamps:
                yield name, self.broken.get(name) or self.lamps[name]

    def plan(self, target: str, state: bool) -> Change:
        """Plan to switch a lamp on."""
        return Change(
            target=target,
            name=f"Lamp {target}",
            before={"on": state},
            after={"on": True},
            says="on already" if state else [SET("on")],
            record={"on": state},
            predicted={"on": True},
            resend=self.resend,
            if_unknown=self.if_unknown,
            warnings=[f"{target} is hot"],
        )

    def people(self, change: Change) -> list[Notification]:
        """Return who is told, and note that it was asked."""
        self.asked.append(change.target)
        return [SECRETARY]

    def send(self, changes: t.Sequence[Change]) -> list[Lamp | None]:
        """Switch lamps on, or fail as told."""
        names = [change.target for change in changes]
        self.writes.append(names)
        for name in names:
            if name in self.refused:
                raise self.refused[name]
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or fault[0]:
            self.effects += names
            self.lamps.update(dict.fromkeys(names, True))
        if fault is not None:
            raise fault[1]
        self.accepted += 1
        unlisted, self.unlisted = self.unlisted, set()
        return [None if name in unlisted else {"on": self.lamps[name]} for name in names]


class Sockets(Action[None]):
    """A task that takes two writes: it plugs a lamp in, then switches it on.

    Args:
        error: what the second write meets.
        resend: as of a change.
        is_visible: whether a read shows the plug from now on, from the next read on (1), and so on; None for never.
    """

    noun = "lamp"

    def __init__(self, error: Exception, *, resend: str = CAREFULLY, visible_after: int | None = 0) -> None:
        super().__init__(None, {})
        self.targets = ["a"]
        self.error: Exception | None = error
        self.resend = resend
        self.visible_after = visible_after
        self.is_plugged = False
        self.is_on = False
        self.accepted = 0
        self.writes: list[str] = []
        self.reads_after_write = -1
        self.on_error: t.Callable[[], None] = lambda: None
        self.lands_after: int | None = None
        """After how many reads the second write takes effect; None for never."""
        self.read_error: TaskError | None = None

    def read(self, targets: t.Sequence[str]) -> t.Iterator[tuple[str, Lamp | TaskError]]:
        """Say what is plugged in and on, as far as it shows by now."""
        if self.writes:
            self.reads_after_write += 1
        if self.lands_after is not None and self.reads_after_write >= self.lands_after:
            self.is_on = True
        is_shown = self.visible_after is not None and self.reads_after_write >= self.visible_after
        state = {"plugged": self.is_plugged and is_shown, "on": self.is_on}
        yield "a", (self.read_error if self.writes and self.read_error else state)

    def plan(self, target: str, state: Lamp) -> Change:
        """Plan to plug it in and to switch it on."""
        return Change(
            target=target,
            name="Lamp a",
            before=state,
            after={"plugged": True, "on": True},
            says="on already" if all(state.values()) else [SET("on")],
            record=state,
            resend=self.resend,
        )

    def people(self, change: Change) -> list[Notification]:
        """Return who is told."""
        return [SECRETARY]

    def send_one(self, change: Change) -> Lamp:
        """Plug it in unless it is, and switch it on."""
        if not change.before["plugged"]:
            self.writes.append("plug")
            self.is_plugged = True
            self.accepted += 1
        self.writes.append("switch")
        error, self.error = self.error, None
        if error:
            self.on_error()
            raise error
        self.is_on = True
        self.accepted += 1
        return {"plugged": True, "on": True}


class Script:
    """What a task has: a budget that never really waits, and a list of warnings."""

    def __init__(self, max_wait: float = 1e9, retries: int = 5) -> None:
        self.warnings: list[str] = []
        self.slept: list[float] = []
        waits = iter(range(retries))
        self.budget = RetryBudget(max_wait, print, print, clock=lambda: 0.0, sleep=self.slept.append)
        original = self.budget.wait_before_retry
        self.budget.wait_before_retry = (  # type: ignore[method-assign]
            lambda error, retried, started: next(waits, None) is not None and original(error, retried, started)
        )

    def run(self, action: Lamps | Sockets) -> dict[str, Outcome]:
        """Run a task; returns the outcomes by target."""
        task = Task(self.budget, self.warnings.append, lambda: action.accepted)
        return {outcome.target: outcome for outcome in Runner(action, task).apply()}


def apply(lamps: Lamps, *, retries: int = 5, max_wait: float = 1e9) -> dict[str, Outcome]:
    """Run a task on all lamps without really waiting; returns the outcomes by lamp."""
    return Script(max_wait, retries).run(lamps)
