# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a process learns of its end: each case is a process that ends."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _process
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._process import Background

PROGRAM = """
import os, runpy, signal, sys, threading

# Shells let what they run in the background ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
names = runpy.run_path(sys.argv[1])
background = names["Background"]()
background.start()

lock = threading.RLock()

def show(name):
    with lock:
        print(f"told {name}".strip(), flush=True)

def tell(name):
    if name:
        with background.ending_at(20):
            show(name)
    else:
        # Nothing starts a thread at this time.
        assert background.run(lambda: show(name), 20)

def tell_for_ever(name):
    with background.ending_at(0.01):
        threading.Event().wait()

def kill(number):
    os.kill(os.getpid(), number)

def leave(*_signal):
    sys.exit(7)

def fork(do):
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    do()
    sys.exit(0)

"""
WATCH = "names['End'](tell).watch()"
SIGNAL = "told SIGTERM"
ENDINGS = {
    "by itself": (f"{WATCH}", "told", 0),
    "with an exit code": (f"{WATCH}; sys.exit(3)", "told", 3),
    "with an error": (f"{WATCH}; raise ValueError", "told", 1),
    "by SIGTERM": (f"{WATCH}; kill(signal.SIGTERM)", SIGNAL, -15),
    "by SIGTERM while a lock is held": (f"{WATCH}\nwith lock: kill(signal.SIGTERM)", SIGNAL, -15),
    "by SIGTERM after the limit": ("names['End'](tell_for_ever).watch(); kill(signal.SIGTERM)", "", -15),
    "by SIGTERM, and again": (
        "names['End'](lambda _name: kill(signal.SIGTERM)).watch(); signal.raise_signal(signal.SIGTERM)",
        "",
        -15,
    ),
    "by SIGTERM with a handler": (f"signal.signal(signal.SIGTERM, leave); {WATCH}; kill(signal.SIGTERM)", SIGNAL, 7),
    "by itself, as SIGTERM is ignored": (
        f"signal.signal(signal.SIGTERM, signal.SIG_IGN); {WATCH}; kill(signal.SIGTERM)",
        "told",
        0,
    ),
    "by Ctrl-C": (f"{WATCH}; kill(signal.SIGINT)", "", -2),
    "by Ctrl-C with a handler": (f"signal.signal(signal.SIGINT, leave); {WATCH}; kill(signal.SIGINT)", "", 7),
    "by itself, and Ctrl-C while it tells": ("names['End'](lambda _name: kill(signal.SIGINT)).watch()", "", 0),
    "watched by another thread": (
        "thread = threading.Thread(target=names['End'](tell).watch); thread.start(); thread.join()",
        "told",
        0,
    ),
    "after a child that ended": (f"{WATCH}; print(fork(lambda: None), flush=True)", "0\ntold", 0),
    "after a child that got SIGTERM": (f"{WATCH}; print(fork(lambda: kill(signal.SIGTERM)))", "-15\ntold", 0),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_process_tells_once_how_it_ends(ending: str) -> None:
    code, told, status = ENDINGS[ending]
    command = [sys.executable, "-c", PROGRAM + code, _process.__file__]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout.strip(), done.returncode) == (told, status), done.stderr
    assert "Exception ignored" not in done.stderr


def test_work_is_done_in_the_background_within_a_limit() -> None:
    background = Background()
    background.start()
    done: list[int] = []
    assert background.run(lambda: done.append(1), 20)
    assert background.run(lambda: done.append(2), 20)
    assert done == [1, 2]
    ready = threading.Event()
    assert not background.run(ready.wait, 0.01)
    ready.set()
    assert background.run(lambda: done.append(3), 20)
