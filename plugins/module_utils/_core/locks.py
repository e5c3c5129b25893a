# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks between tasks on the same machine that change the same target: each sees what the one before did.

Without them, two forks of one controller that read an incident at the same moment would both page. A lock is one byte
of a file; the operating system releases it when the process ends. Tasks on different machines are not covered.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
import typing as t

from .retry import RetryBudget

POLL_INTERVAL = 0.05
"""Seconds between two attempts to get a lock."""


@contextlib.contextmanager
def target_locks(scope: str, targets: t.Collection[str], budget: RetryBudget) -> t.Iterator[None]:
    """Hold the locks of some targets.

    If a lock cannot be had within the budget, or the file cannot be opened, the task goes on without it: a page that
    comes late is worse than one that might come twice.

    Args:
        scope: the account, by its API address.
        targets: names of the targets.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            file = _open_lock_file()
            stack.callback(os.close, file)
            # Every task locks in the same order: otherwise two of them could wait for each other.
            for offset in sorted({_lock_offset(scope, target) for target in targets}):
                while not _try_lock(file, offset) and budget.sleep(POLL_INTERVAL):
                    pass
        yield


def _open_lock_file() -> int:
    path = os.path.join(tempfile.gettempdir(), f"oncall.pagerduty-{os.getuid()}.lock")
    # The folder is shared with other users: never follow a link that one of them put there.
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _lock_offset(scope: str, target: str) -> int:
    """Return the target's byte in the file; two targets that share one only wait for each other."""
    return int.from_bytes(hashlib.sha256(f"{scope} {target}".encode()).digest()[:7], "big")


def _try_lock(file: int, offset: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
    except BlockingIOError:
        return False
    return True
