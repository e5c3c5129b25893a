# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make demo`: four acts, told in words, and true."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.demo.story import shortened

# They look at one run, so one process of pytest-xdist has them all.
pytestmark = pytest.mark.xdist_group("demo")

ROOT = Path(__file__).resolve().parents[2]
TOLD = """\
ACT 1: Whom would it wake?
Alert checkout-1-disk-full: would trigger; would page Primary On-call.
Would page Primary On-call, Database First, Incident Commander, Service Owner.
Nothing was written, and nobody was woken: check mode only reads.
ACT 2: The run
Alert checkout-1-disk-full: triggered; paged Primary On-call.
Paged Primary On-call, Database First, Incident Commander, Service Owner.
PagerDuty has woken those whom check mode had named, and nobody else:
Database First      reassigned: on call at level 1 of Database
ACT 3: A response is lost on the way, which a plain retry would turn into a second page
Paged Communications Lead.
request there, and did not send it again: Communications Lead was woken once.
ACT 4: All of it again
Page whoever is on call: nothing to do.
Ask customer care to join: nothing to do.
Nobody was paged.
Nothing was written, and nobody was woken: everything was as it should be.
Where to go next:
"""
RUN = """\

PLAY [A play] ******************************************************************

TASK [Page whoever is on call] *************************************************
changed: [localhost]
    Alert key: triggered; paged Primary On-call.

TASK [Note what was found] *****************************************************
ok: [localhost]

PLAY RECAP *********************************************************************
localhost                  : ok=2    changed=1    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0


PAGERDUTY RECAP ****************************************************************
Paged Primary On-call.
#1 Disk full (Q1): triggered, http://127.0.0.1:1/incidents/Q1
"""


@pytest.fixture(scope="module")
def told() -> str:
    """What the demo prints."""
    command = [sys.executable, "-m", "tools.demo"]
    variables = {**os.environ, "http_proxy": "http://127.0.0.1:9", "PAGERDUTY_API_URL": "http://127.0.0.1:9"}
    done = subprocess.run(
        command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return done.stdout


def test_the_four_acts_say_what_happens_in_this_order(told: str) -> None:
    lines = iter(line.strip() for line in told.splitlines())
    assert [wanted for wanted in TOLD.splitlines() if wanted not in lines] == []


def test_it_ends_with_files_that_are_there_and_shows_no_address_that_is_gone(told: str) -> None:
    files = [line.split()[0] for line in told.partition("Where to go next:")[2].splitlines() if "/" in line]
    assert files
    assert [file for file in files if not (ROOT / file).is_file()] == []
    assert "http" not in told


def test_a_run_is_shortened_to_its_story() -> None:
    assert list(shortened(RUN.splitlines(keepends=True))) == [
        "  Page whoever is on call",
        "      Alert key: triggered; paged Primary On-call.",
        "  Note what was found: nothing to do.",
        "  Paged Primary On-call.",
    ]
