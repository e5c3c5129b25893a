# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of this machine that change the same incident take turns, so that each sees what the one before it has done.

PagerDuty offers nothing to compare and set: of two tasks that look at the same moment, both find an incident not yet
escalated, and both page. Forks of one controller are kept apart by locks on a file of their user, one byte for each
incident; the system takes a lock away when its process ends, however it ends. Tasks on different machines are not kept
apart. Private to the collection.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
import typing as t

from ._transport import Patience

POLL = 0.05
"""Seconds between two tries for a turn."""


@contextlib.contextmanager
def turn(api_url: str, targets: t.Collection[str], patience: Patience) -> t.Iterator[None]:
    """Hold the turn for some incidents of an account.

    A turn that does not come while patience lasts is done without, and so is a file that cannot be had: a page that is
    late is worse than one that might come twice.

    Args:
        targets: the incidents, by the ids or numbers that the user gave.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            file = _open()
            stack.callback(os.close, file)
            # In one order for all tasks, so that no two of them wait for each other.
            for place in sorted({_place(api_url, target) for target in targets}):
                while not _taken(file, place) and patience.rest(POLL):
                    pass
        yield


def _open() -> int:
    path = os.path.join(tempfile.gettempdir(), f"oncall.pagerduty-{os.getuid()}.lock")
    # Whatever else lies there in a folder that is everybody's, it is not followed.
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _place(api_url: str, target: str) -> int:
    """The incident's byte in the file; two that share one merely wait for each other."""
    return int.from_bytes(hashlib.sha256(f"{api_url} {target}".encode()).digest()[:7], "big")


def _taken(file: int, place: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except BlockingIOError:
        return False
    return True
