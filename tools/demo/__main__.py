# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A night on call in four acts, on the simulator, through the installed collection and real `ansible-playbook`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

from simulator.account import USERS
from simulator.launch import Simulator, environment
from tools.demo.story import shortened

PLAYBOOK = Path(__file__).resolve().parent / "incident.yml"
WOULD_PAGE = "Would page "
LATE = "customer-care"
"""The tag of the task whose response is lost."""
BOLD, PLAIN = "\033[1m", "\033[0m"
BEGIN = """\
A disk fills up at night, and payments fail. What follows is real ansible-playbook with this collection, on a
PagerDuty that is simulated: it wakes nobody."""
NEXT = """\
Where to go next:
  make simulator                        try it yourself, and see in a browser who is woken
  tools/demo/incident.yml               the playbook of this demo
  docs/docsite/rst/guide_start.rst      your first incident, on your own account
  docs/docsite/rst/guide_practice.rst   check mode, and a copy of your own account to practice on"""


class Stage:
    """The simulator, and the playbook that is played on it."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._pages = 0
        self.named = ""
        """Whom check mode has named, in the words of its recap."""

    def play(self, *arguments: str) -> list[str]:
        """Play the playbook, and tell what happens; returns the lines that it has told.

        Raises:
            SystemExit: it fails.
        """
        say(" ".join(("$ ansible-playbook incident.yml", *arguments)))
        output: list[str] = []
        told = []
        with play(surroundings(self.simulator), *arguments) as process:
            for line in shortened(kept(t.cast("t.IO[str]", process.stdout), output)):
                print(line, flush=True)
                told.append(line.strip())
        if process.returncode:
            sys.exit(f"{''.join(output)}\nThe playbook has failed; its last task above says why.")
        return told

    def woken(self) -> list[dict[str, t.Any]]:
        """Return who was woken since the last call."""
        pages: list[dict[str, t.Any]] = self.simulator.state()["pages"]
        before, self._pages = self._pages, len(pages)
        return pages[before:]

    def writes(self) -> list[dict[str, t.Any]]:
        """Return what was written since the journal was emptied."""
        return [entry for entry in self.simulator.journal()["entries"] if entry["method"] != "GET"]


def main() -> int:
    """Run the demo; returns the exit code."""
    # SIGTERM ends it as Ctrl+C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    say(BEGIN)
    try:
        with Simulator() as simulator:
            stage = Stage(simulator)
            for act in (check, run, lose_a_response, run_again):
                simulator.empty_journal()
                act(stage)
            if sys.stdin.isatty():
                input(f"\nWho was woken, when and why: {simulator.url}/woken, until you press Enter. ")
    except (KeyboardInterrupt, EOFError):
        say("Stopped.")
        return 130
    say(NEXT)
    return 0


def check(stage: Stage) -> None:
    """Act 1: check mode names whom the run would wake, before anything exists."""
    say("ACT 1: Whom would it wake?")
    stage.named = next(line for line in reversed(stage.play("--check")) if line.startswith(WOULD_PAGE))
    expect(not stage.writes() and not stage.woken(), "check mode has written something")
    say("Nothing was written, and nobody was woken: check mode only reads.")


def run(stage: Stage) -> None:
    """Act 2: the run."""
    say("ACT 2: The run")
    stage.play()
    woken = [(USERS[page["user"]].name, page["why"]) for page in stage.woken()]
    names = ", ".join(name for name, _why in woken)
    expect(stage.named == f"{WOULD_PAGE}{names}.", f"check mode had said {stage.named!r}, and woken were {names}")
    say("PagerDuty has woken those whom check mode had named, and nobody else:")
    for name, why in woken:
        print(f"  {name:20}{why}", flush=True)


def lose_a_response(stage: Stage) -> None:
    """Act 3: PagerDuty gets a request, and the connection breaks before its response arrives."""
    say("ACT 3: A response is lost on the way, which a plain retry would turn into a second page")
    stage.simulator.faults([{"method": "POST", "path": "/incidents/.*/responder_requests", "fault": "drop_after"}])
    stage.play("--tags", LATE)
    sent, woken = stage.writes(), stage.woken()
    expect([each["status"] for each in sent] == [None] and len(woken) == 1, "somebody was woken twice, or nobody")
    say(
        "The request reached PagerDuty once, and no response came back. The task looked at the incident, found the\n"
        f"request there, and did not send it again: {USERS[woken[0]['user']].name} was woken once."
    )


def run_again(stage: Stage) -> None:
    """Act 4: all of it again."""
    say("ACT 4: All of it again")
    stage.play("--tags", f"all,{LATE}")
    expect(not stage.writes() and not stage.woken(), "the second run has written something")
    say("Nothing was written, and nobody was woken: everything was as it should be.")


def surroundings(simulator: Simulator) -> dict[str, str]:
    """Return the environment of ansible-playbook: our own, the simulator, and a log that says who was paged."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PAGERDUTY_")},
        **environment(simulator.url),
        "ANSIBLE_CALLBACKS_ENABLED": "oncall.pagerduty.log",
        "ANSIBLE_FORCE_COLOR": "false",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def play(variables: t.Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
    """Start the playbook with this interpreter."""
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "--inventory", "localhost,"]
    local = ["--connection", "local", "--extra-vars", f"ansible_python_interpreter={sys.executable}"]
    return subprocess.Popen(
        [*command, *local, *arguments, str(PLAYBOOK)],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def kept(lines: t.Iterable[str], into: list[str]) -> t.Iterator[str]:
    """Return the lines as they come, and keep them as well."""
    for line in lines:
        into.append(line)
        yield line


def expect(condition: bool, otherwise: str) -> None:
    """End the demo if it does not show what it says.

    Raises:
        SystemExit: the condition is not met.
    """
    if not condition:
        sys.exit(f"The demo has found a fault: {otherwise}.")


def say(text: str) -> None:
    """Print what the demo itself tells, in order with the playbook's output; in a terminal, the acts stand out."""
    shown = f"{BOLD}{text}{PLAIN}" if text.startswith("ACT") and sys.stdout.isatty() else text
    print(f"\n{shown}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
