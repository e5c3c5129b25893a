# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of this process, and work that can be done until then: for the callback.

Private to the collection.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import signal
import threading
import typing as t

Work = t.Callable[[], None]


class Background:
    """A thread that waits for work.

    It has to be there before the process ends: Python 3.12 and later start no thread after that.
    """

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[tuple[Work, threading.Event]] = queue.SimpleQueue()

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, daemon=True).start()

    def run(self, work: Work, limit: float) -> bool:
        """Do something that may take too long; returns whether it was done in time.

        Args:
            work: must not raise.
            limit: seconds.
        """
        done = threading.Event()
        self._work.put((work, done))
        return done.wait(limit)

    @contextlib.contextmanager
    def ending_at(self, limit: float) -> t.Iterator[None]:
        """End the process by SIGTERM if the block takes too long: for handlers of this signal.

        They must wait for no thread: the signal may have come while theirs held what the other one needs, such as the
        lock of `logging`.

        Args:
            limit: seconds.
        """
        done = threading.Event()
        self._work.put((lambda: _kill_unless(done, limit), threading.Event()))
        try:
            yield
        finally:
            done.set()

    def _run(self) -> t.NoReturn:
        while True:
            work, done = self._work.get()
            work()
            done.set()


def _kill_unless(done: threading.Event, limit: float) -> None:
    if not done.wait(limit):
        os.kill(os.getpid(), signal.SIGTERM)


class End:
    """Tells how this process ends: by itself or by SIGTERM, but not when somebody interrupts it with Ctrl-C.

    The exit code stays what it is, and so does what else happens at a signal.

    Args:
        tell: is called with the name of the signal in its handler, or with nothing; must not raise.
    """

    def __init__(self, tell: t.Callable[[str], None]) -> None:
        self._tell = tell
        self._process = os.getpid()
        self._is_interrupted = False
        self._previous: dict[int, t.Any] = {}

    def watch(self) -> None:
        """Begin; only the main thread learns of signals."""
        atexit.register(self._exit)
        self._handle(signal.SIGTERM, self._terminate)
        self._handle(signal.SIGINT, self._interrupt)

    def _handle(self, number: int, handler: t.Callable[..., None]) -> None:
        previous = signal.getsignal(number)
        # None: somebody else's, which could not be called.
        if previous in (signal.SIG_IGN, None):
            return
        # In another thread.
        with contextlib.suppress(ValueError):
            signal.signal(number, handler)
            self._previous[number] = previous

    def _exit(self) -> None:
        if not self._is_interrupted:
            # Whoever does not want to wait for it may leave.
            with contextlib.suppress(KeyboardInterrupt):
                self._tell_once("")

    def _terminate(self, number: int, frame: t.Any) -> None:
        # Whoever sends it again does not want to wait.
        signal.signal(number, signal.SIG_DFL)
        self._tell_once("SIGTERM")
        signal.signal(number, self._previous[number])
        self._pass_on(number, frame)

    def _interrupt(self, number: int, frame: t.Any) -> None:
        self._is_interrupted = True
        self._pass_on(number, frame)

    def _tell_once(self, name: str) -> None:
        # Ansible's workers are forked from this process.
        if os.getpid() == self._process:
            self._process = 0
            self._tell(name)

    def _pass_on(self, number: int, frame: t.Any) -> None:
        previous = self._previous[number]
        if callable(previous):
            previous(number, frame)
            return
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
