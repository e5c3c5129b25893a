# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs nox sessions, two at a time: `python run_checks.py SESSION...`. Prints each one's output when it has ended.

Sessions of ansible-test work in the same folder, so they run one after the other.
"""

from __future__ import annotations

import subprocess
import sys
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOX = Path(sys.executable).with_name("nox")
AT_ONCE = 2
"""For two cores. Most sessions start several processes, and too many at once slow each other down: where eight runs of
ansible-playbook start at a time, each takes a fifth more processor time than where two do.
"""
LANES = (("tests",), ("matrix",), ("sanity", "units", "targets"), ("molecule",), ("ansible-lint",))
"""Sessions that start first, as they take longest; those of one lane run one after the other.

Of the others, the last ones start several processes, and so keep both cores busy to the end.
"""


class Result(t.NamedTuple):
    """The end of a session."""

    session: str
    code: int
    seconds: float


def main(sessions: list[str]) -> int:
    """Run the sessions; returns 1 if one has failed."""
    lanes = [[session for session in lane if session in sessions] for lane in LANES]
    lanes += [[session] for session in sessions if not any(session in lane for lane in LANES)]
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE if len(sessions) > 1 else 1) as pool:
        results = [result for lane in pool.map(_run_lane, filter(None, lanes)) for result in lane]
    print("\n" + "\n".join(_line(result) for result in results))
    failed = [result.session for result in results if result.code]
    print(f"{len(results) - len(failed)} of {len(results)} checks passed in {time.monotonic() - started:.0f} s.")
    if failed:
        print(f"Failed: {', '.join(failed)}. The output above says why; 'make test CHECK={failed[0]}' repeats one.")
    return 1 if failed else 0


def _run_lane(sessions: list[str]) -> list[Result]:
    return [_run(session) for session in sessions]


def _run(session: str) -> Result:
    print(f"==> {session}: started", flush=True)
    started = time.monotonic()
    done = subprocess.run(
        [str(NOX), "--session", session],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    result = Result(session, done.returncode, time.monotonic() - started)
    print(f"{done.stdout}==> {_line(result)}", flush=True)
    return result


def _line(result: Result) -> str:
    return f"{result.session:20} {'failed' if result.code else 'passed'}  {result.seconds:5.0f} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
