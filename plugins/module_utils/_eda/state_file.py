# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file in which an event source keeps what it must know after a restart: private, and of one process at a time.

A kill or a power cut leaves the file as it was before a write or as it is after it. A disk that cannot be written ends
nothing: there is one warning, and the next write tries again.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import time
import typing as t
from pathlib import Path

from .._core.errors import InvalidOption

LOGGER = logging.getLogger("oncall.pagerduty.state_file")

LOCK_WAIT = 5.0
"""Seconds that another process, or the source before a reload of the rulebook, has to finish."""
LOCK_INTERVAL = 0.1
"""Seconds between two attempts to get the lock."""


class StateFile:
    """The file of the option `state_file`.

    Args:
        path: where it is. A symbolic link is followed, and stays.
    """

    def __init__(self, path: Path) -> None:
        self._path = Path(os.path.realpath(path.expanduser()))
        self._lock: int | None = None
        self._is_failing = False

    def __str__(self) -> str:
        return str(self._path)

    def open(self) -> str:
        """Lock the file for this process; returns what is in it, which is nothing if it does not exist.

        Raises:
            InvalidOption: another process uses it, or it cannot be read.
        """
        if self._path.exists() and not self._path.is_file():
            # As root, it would be replaced, whatever it is.
            raise InvalidOption("state_file", f"{self} is not a regular file")
        with self._writing():
            self._create_folder()
            self._lock = os.open(self._beside("lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if self._lock is not None and not self._take_lock(self._lock):
            self.close()
            hint = "stop the other one, or give each of them a state_file of its own"
            raise InvalidOption("state_file", f"another source already uses {self}; {hint}")
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            self.close()
            raise InvalidOption("state_file", f"{self} cannot be read: {error}") from error

    def close(self) -> None:
        """Let other processes use it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def replace(self, text: str) -> None:
        """Write the whole file; a reader sees the old or the new one. Takes as long as the disk does."""
        new = self._beside("new")
        with self._writing():
            self._create_folder()
            try:
                with contextlib.suppress(FileNotFoundError):
                    new.unlink()
                _write(new, text, os.O_CREAT | os.O_EXCL)
                os.replace(new, self._path)
                _sync_folder(self._path.parent)
            except OSError:
                with contextlib.suppress(OSError):
                    new.unlink()
                raise

    def append(self, line: str) -> bool:
        """Add a line; returns whether it is kept. If not, what is there of it must be taken for nothing.

        Each line begins with its end-of-line, so it does not become part of one that a kill has cut.
        """
        try:
            _write(self._path, f"\n{line}", os.O_APPEND)
        except OSError:
            return False
        return True

    def _beside(self, extension: str) -> Path:
        return self._path.with_name(f"{self._path.name}.{extension}")

    def _create_folder(self) -> None:
        if not self._path.parent.is_dir():
            self._path.parent.parent.mkdir(parents=True, exist_ok=True)
            self._path.parent.mkdir(mode=0o700, exist_ok=True)

    @contextlib.contextmanager
    def _writing(self) -> t.Iterator[None]:
        """Warn once if the file cannot be written, and say when it can be again."""
        try:
            yield
        except OSError as error:
            if not self._is_failing:
                LOGGER.warning(
                    "The position cannot be saved in %s (%s). The source goes on; after a restart, events can come "
                    "again or be missing.",
                    self,
                    error.strerror,
                )
            self._is_failing = True
        else:
            if self._is_failing:
                LOGGER.warning("The position can be saved in %s again.", self)
            self._is_failing = False

    @staticmethod
    def _take_lock(lock: int) -> bool:
        """Lock the file; returns False if another process keeps it. Where locks do not exist, it counts as locked."""
        deadline = time.monotonic() + LOCK_WAIT
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(LOCK_INTERVAL)
            except OSError as error:
                LOGGER.warning("The state file cannot be locked (%s): let no other source use it.", error.strerror)
                return True
            else:
                return True


def _write(path: Path, text: str, flags: int) -> None:
    """Write text, and wait until the disk has it. The file is readable for its owner only.

    Raises:
        OSError: it cannot be written.
    """
    with open(os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Wait until the disk has the new name of a file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
