# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks between tasks on the same machine that change the same target: each sees what the one before did.

Without them, two forks of one controller that read an incident at the same moment would both page. A lock is one byte
of a file; the operating system releases it when the process ends. Tasks on different machines are not covered, nor are
those of different users.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import stat
import tempfile
import typing as t

from .retry import Log, RetryBudget
from .words import few

POLL_INTERVAL = 0.05
"""Seconds between two attempts to get a lock."""
LOCK_FILE = "locks"
PRIVATE = 0o700
"""The mode of a folder that only its owner can use."""


@contextlib.contextmanager
def target_locks(scope: str, targets: t.Collection[str], budget: RetryBudget, warn: Log) -> t.Iterator[None]:
    """Hold the locks of some targets.

    If a lock is not free in time, or cannot be used, the task goes on without it and warns: a page that comes late is
    worse than one that might come twice.

    Args:
        scope: the account, by its API address.
        targets: ids of the targets.
        budget: says how long to wait; the time for retries is not used up.
        warn: adds a warning to the task's result.
    """
    waiting = budget.anew()
    with contextlib.ExitStack() as stack:
        try:
            file = _open_lock_file()
            stack.callback(os.close, file)
            # Every task locks in the same order: otherwise two of them could wait for each other.
            offsets = {lock_offset(scope, target): target for target in targets}
            missing = [offsets[offset] for offset in sorted(offsets) if not _wait_for_lock(file, offset, waiting)]
            reason = f"another task still works on {few(missing)}" if missing else ""
        except OSError as error:
            reason = f"no lock file can be used: {error.strerror}"
        if reason:
            warn(f"Went on without a lock, so another task may do the same at the same time: {reason}.")
        yield


def _open_lock_file() -> int:
    """Return the opened lock file of this user.

    Raises:
        OSError: it cannot be opened, or belongs to somebody else.
    """
    path = os.path.join(private_folder(), LOCK_FILE)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    if os.fstat(file).st_uid != os.getuid():
        os.close(file)
        raise _unusable("the lock file belongs to another user")
    return file


def private_folder() -> str:
    """Return a folder that nobody else can use: who can open a lock file can hold its locks for ever.

    It is in the folder for temporary files, which is the same for all tasks of a user. Where somebody else has taken
    its name, it is in the folder of the user's session.

    Raises:
        OSError: there is none.
    """
    try:
        return _own(os.path.join(tempfile.gettempdir(), f"oncall.pagerduty-{os.getuid()}"))
    except OSError:
        session = os.environ.get("XDG_RUNTIME_DIR")
        if not session:
            raise
        return _own(os.path.join(session, "oncall.pagerduty"))


def _own(folder: str) -> str:
    """Create a folder, or check the one that is there; returns its path.

    Raises:
        OSError: it cannot be created, or is not this user's.
    """
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, PRIVATE)
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode):
        raise _unusable(f"{folder} is not a folder")
    if found.st_uid != os.getuid():
        raise _unusable(f"{folder} belongs to another user")
    if stat.S_IMODE(found.st_mode) != PRIVATE:
        os.chmod(folder, PRIVATE)
    return folder


def _unusable(reason: str) -> OSError:
    return PermissionError(errno.EPERM, reason)


def _wait_for_lock(file: int, offset: int, waiting: RetryBudget) -> bool:
    while not _try_lock(file, offset):
        if not waiting.sleep(POLL_INTERVAL):
            return False
    return True


def lock_offset(scope: str, target: str) -> int:
    """Return the target's byte in the file; two targets that share one only wait for each other."""
    return int.from_bytes(hashlib.sha256(f"{scope} {target}".encode()).digest()[:7], "big")


def _try_lock(file: int, offset: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
    except BlockingIOError:
        return False
    return True
