# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m beliefs`, from the folder that holds this package: every belief against a real account, as a table.

The exit code is 1 if anything differs from what the collection believes, and 2 if nothing could be checked.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter

import requests

from beliefs import about
from beliefs.account import Account, CallError
from beliefs.belief import BELIEFS, Seen, try_belief
from beliefs.own_service import OwnService

__all__ = ["about"]
USAGE = """Set these variables, in the environment or as arguments: make conformance PAGERDUTY_API_TOKEN=TOKEN ...
  PAGERDUTY_API_TOKEN   a REST API key that may write
  PAGERDUTY_FROM_EMAIL  the e-mail address of the only user who is notified
  PAGERDUTY_REGION      eu for an account in the EU service region; optional"""
HOSTS = {"us": "pagerduty.com", "eu": "eu.pagerduty.com"}
WIDTH = 300
"""Characters of a value that are shown."""


def main() -> int:
    """Run every check; returns the exit code."""
    account = account_from(dict(os.environ))
    if account is None:
        print(USAGE, file=sys.stderr)
        return 2
    print(f"Creating a service, an escalation policy and an integration for {account.from_email} alone.")
    try:
        counts = Counter(check_all(account))
    except (CallError, requests.RequestException) as error:
        print(f"The checks could not run: {error}", file=sys.stderr)
        return 2
    print(f"\n{counts.total()} beliefs: {', '.join(f'{count} {verdict}' for verdict, count in counts.items())}.")
    return 1 if counts["different"] else 0


def check_all(account: Account) -> list[str]:
    """Check every belief, and print what was seen; returns the verdicts."""
    verdicts = []
    with OwnService(account) as own:
        print(f"They are called {own.name!r} and are deleted at the end. No other user is notified.\n")
        for belief in BELIEFS:
            result = try_belief(belief, own)
            verdicts.append(result.verdict)
            print(row(result), flush=True)
    return verdicts


def account_from(variables: dict[str, str]) -> Account | None:
    """Return the account that environment variables name, by the names that the modules use."""
    token, address = variables.get("PAGERDUTY_API_TOKEN"), variables.get("PAGERDUTY_FROM_EMAIL")
    region = variables.get("PAGERDUTY_REGION") or ("eu" if (token or "").startswith("pdeu+") else "us")
    if not token or not address or region not in HOSTS:
        return None
    host = HOSTS[region]
    api_url = variables.get("PAGERDUTY_API_URL") or f"https://api.{host}"
    return Account(token, address, api_url, variables.get("PAGERDUTY_EVENTS_URL") or f"https://events.{host}")


def row(result: Seen) -> str:
    """Return the lines of the table for one belief."""
    expected = " or ".join(map(repr, result.belief.expected))
    source = "inferred" if result.belief.is_inferred else "documented"
    lines = [
        f"{result.verdict.upper():12} {result.belief.text} ({source})",
        f"             expected: {expected[:WIDTH]}",
        f"             seen:     {result.seen[:WIDTH]}",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    # Whoever stops the process must not have to clean up the account.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    sys.exit(main())
