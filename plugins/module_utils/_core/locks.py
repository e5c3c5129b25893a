# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks between tasks on the same machine that change the same target: each sees what the one before did.

Without them, two forks of one controller that read an incident at the same moment would both page. A lock is one byte
of a file; the operating system releases it when the process ends. Tasks on different machines are not covered, nor are
those of different users, such as with `become`, and those of services with a /tmp of their own.

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
TEMPORARY = "/tmp"
"""Where the folder for locks is. Not what TMPDIR names, which may differ from task to task."""
NAME = "oncall.pagerduty"
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
        OSError: there can be none in any place; says why the first one cannot be used.
    """
    failures = []
    for place in _places():
        try:
            return _open_in(_own(place))
        except OSError as error:
            failures.append(error)
    raise failures[0]


def _places() -> t.Iterator[str]:
    """Yield the paths that the folder for locks may have.

    All tasks of a user must come to the same one, so the environment counts only where /tmp cannot be used, or where
    somebody else has taken the name.
    """
    user = os.geteuid()
    yield os.path.join(TEMPORARY, f"{NAME}-{user}")
    yield os.path.join(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{user}", f"{NAME}-{user}")
    with contextlib.suppress(OSError):
        yield os.path.join(tempfile.gettempdir(), f"{NAME}-{user}")


def _open_in(folder: str) -> int:
    """Open the lock file in a folder of this user's.

    Raises:
        OSError: it cannot be opened, or is something else.
    """
    path = os.path.join(folder, LOCK_FILE)
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unusable(f"{path}: {error.strerror}") from error
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        os.close(file)
        raise _unusable(f"{path} is not a file of this user")
    return file


def _own(folder: str) -> str:
    """Create a folder that nobody else can use, or check the one that is there; returns its path.

    Who can open a lock file can hold its locks for ever.

    Raises:
        OSError: it cannot be created, or is not this user's.
    """
    try:
        os.mkdir(folder, PRIVATE)
    except FileExistsError:
        pass
    except OSError as error:
        raise _unusable(f"{folder}: {error.strerror}") from error
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode):
        raise _unusable(f"{folder} is not a folder")
    if found.st_uid != os.geteuid():
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
