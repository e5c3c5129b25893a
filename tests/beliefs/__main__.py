# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m beliefs`, from the folder that holds this package: every belief against a real account.

The beliefs that nothing but a real account can settle come first. The exit code is 1 if anything differs from what the
collection believes, 2 if nothing could be checked, and 130 if it was stopped. It can be stopped at any moment: then it
removes what it has created, and says what it could not remove.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import typing as t
from collections import Counter
from pathlib import Path

import requests

from beliefs import about
from beliefs.account import Account, CallError
from beliefs.belief import BELIEFS, STANDINGS, Belief, Seen, try_belief, worst_founded_first
from beliefs.own_service import SETTLE, OwnService
from beliefs.report import harmless

__all__ = ["about"]
USAGE = """Set these variables, in the environment or as arguments: make conformance PAGERDUTY_API_TOKEN=TOKEN ...
  PAGERDUTY_API_TOKEN   a REST API key that may write
  PAGERDUTY_FROM_EMAIL  the e-mail address of the only user who is notified
  PAGERDUTY_REGION      eu for an account in the EU service region; optional
  REPORT                a file for the result, without names, ids and keys, for an issue; optional"""
HOSTS = {"us": "pagerduty.com", "eu": "eu.pagerduty.com"}
WIDTH = 300
"""Characters of a value that are shown."""
INDENT = " " * 4
STOPPED = 130
"""The exit code of a program that SIGINT has stopped."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
VERSION = re.compile(r"^version: (.+)$", re.MULTILINE)
GALAXY = Path(__file__).resolve().parents[2] / "galaxy.yml"


def main() -> int:
    """Run every check; returns the exit code."""
    account, report = account_from(dict(os.environ)), os.environ.get("REPORT")
    if account is None:
        print(USAGE, file=sys.stderr)
        return 2
    results: list[Seen] = []
    try:
        # A file that cannot be written is worth knowing before, not after.
        write_report(report, results)
    except OSError as error:
        print(f"REPORT cannot be written: {error}", file=sys.stderr)
        return 2
    code = checked(account, results)
    write_report(report, results)
    print(f"\n{summary(results)}")
    return code


def checked(account: Account, results: list[Seen]) -> int:
    """Check every belief, and add what was seen to the results; returns the exit code."""
    try:
        print(
            f"Creating a service, an escalation policy and an integration for {account.from_email} alone.", flush=True
        )
        check_all(account, results)
    except (CallError, requests.RequestException) as error:
        print(f"The checks could not run: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. What the checks have created is removed, unless a line above asks you to remove it yourself.")
        return STOPPED
    return 1 if any(result.verdict == "different" for result in results) else 0


def check_all(account: Account, results: list[Seen]) -> None:
    """Check every belief, print what was seen, and add it to the results."""
    with OwnService(account, SETTLE) as own:
        print(f"They are called {own.name!r} and are deleted at the end. No other user is notified.")
        print("You can stop at any time with Ctrl-C.\n")
        for number, belief in enumerate(worst_founded_first(BELIEFS), start=1):
            print(f"[{number}/{len(BELIEFS)}] {title(belief)}", flush=True)
            result = try_belief(belief, own)
            results.append(result)
            print(rows(result, result.seen), flush=True)


def account_from(variables: dict[str, str]) -> Account | None:
    """Return the account that environment variables name, by the names that the modules use."""
    token, address = variables.get("PAGERDUTY_API_TOKEN"), variables.get("PAGERDUTY_FROM_EMAIL")
    region = variables.get("PAGERDUTY_REGION") or ("eu" if (token or "").startswith("pdeu+") else "us")
    if not token or not address or region not in HOSTS:
        return None
    host = HOSTS[region]
    api_url = variables.get("PAGERDUTY_API_URL") or f"https://api.{host}"
    return Account(token, address, api_url, variables.get("PAGERDUTY_EVENTS_URL") or f"https://events.{host}")


def title(belief: Belief) -> str:
    """Return a belief with how well it is founded."""
    return f"{belief.text} ({belief.standing})"


def rows(result: Seen, seen: str) -> str:
    """Return the lines below the title of a belief; of one that holds, only that it does."""
    expected = " or ".join(map(repr, result.belief.expected))
    lines = [
        result.verdict.upper(),
        *([] if not expected else [f"expected: {expected[:WIDTH]}"]),
        f"seen: {seen[:WIDTH]}",
    ]
    return "\n".join(f"{INDENT}{line}" for line in lines)


def summary(results: t.Sequence[Seen]) -> str:
    """Return the numbers, by how well the beliefs are founded."""
    lines = [f"{len(results)} of {len(BELIEFS)} beliefs checked."]
    for standing in STANDINGS:
        counts = Counter(result.verdict for result in results if result.belief.standing == standing)
        lines += (
            [f"{standing}: {', '.join(f'{count} {verdict}' for verdict, count in counts.items())}"] if counts else []
        )
    return "\n".join(lines)


def write_report(path: str | None, results: t.Sequence[Seen]) -> None:
    """Write the file that may be shown to anybody, if one is wanted.

    Raises:
        OSError: it cannot be written.
    """
    if not path:
        return
    (version,) = VERSION.findall(GALAXY.read_text())
    parts = [f"oncall.pagerduty {version}", summary(results)]
    parts += [f"{title(result.belief)}\n{rows(result, harmless(result))}" for result in results]
    Path(path).write_text("\n\n".join(parts) + "\n")


def stop_once(_number: int, _frame: object) -> None:
    """Stop the checks; from then on, nothing stops the clean-up."""
    for each in SIGNALS:
        signal.signal(each, say_that_it_stops)
    tell("\nStopping. What was created is being removed, which takes about half a minute.")
    raise KeyboardInterrupt


def say_that_it_stops(_number: int, _frame: object) -> None:
    """Tell whoever is impatient."""
    tell("Still removing what was created.")


def tell(line: str) -> None:
    """Print a line in the handler of a signal: it may have come in the middle of another `print`."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


if __name__ == "__main__":
    for each in SIGNALS:
        signal.signal(each, stop_once)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        # Before anything was created, or after it was removed.
        sys.exit(STOPPED)
