# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the run that a task belongs to has ended: somebody killed ansible-playbook, and nobody reads the result.

Such a task would still page people after it has waited, long after it was stopped. It makes no further change. Nothing
is watched until a function here is called: an async task outlives its run, and the callback belongs to ansible-playbook
itself.

Private to the collection.
"""

from __future__ import annotations

import os
import select
import time
import typing as t

from .errors import NotSent

RUN_VARIABLE = "PAGERDUTY_RUN_PID"
"""By this environment variable a module on the controller knows the process of ansible-playbook."""
STEP = 1.0
"""Seconds after which a wait looks again."""
STDOUT = 1

Test = t.Callable[[], bool]

_tests: list[Test] = []
"""Each returns whether the run has ended."""


def watch_parent() -> None:
    """Watch the parent of this process: ansible-playbook, if this is its worker. Only the first time counts."""
    parent = os.getppid()
    if not _tests:
        _tests.append(lambda: os.getppid() != parent)


def watch_run() -> None:
    """Watch the run of which this process is a module: by the number of ansible-playbook, and by who reads the result.

    The parent would tell nothing: between ansible-playbook and a module are shells, sudo, and a worker that lives on.
    """
    run = os.environ.get(RUN_VARIABLE, "")
    # With a namespace of its own, this process cannot see the other one.
    if run.isdigit() and not _is_gone(int(run)):
        _tests.append(lambda: _is_gone(int(run)))
    # On another host the connection has ended.
    _tests.append(lambda: is_unread(STDOUT))


def is_abandoned() -> bool:
    """Return whether the run has ended."""
    return any(test() for test in _tests)


def sleep(seconds: float) -> None:
    """Wait, but no longer than the run goes on."""
    end = time.monotonic() + seconds
    while not is_abandoned():
        remaining = end - time.monotonic()
        if remaining <= 0:
            return
        time.sleep(min(remaining, STEP))


def check(description: str) -> None:
    """Check that the run goes on, right before a change. If it does not, the system's log says so.

    Args:
        description: the call for messages, such as `PUT /incidents`.

    Raises:
        NotSent: it has ended.
    """
    if not is_abandoned():
        return
    message = f"{description}: not sent, because the run of Ansible that this task belongs to has ended."
    # Nobody sees the result. Only a task that is abandoned needs it.
    import syslog

    syslog.syslog(syslog.LOG_WARNING, f"oncall.pagerduty: {message}")
    raise NotSent(message, hint="Run the playbook again.", retryable=False)


def _is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        # It belongs to another user, such as with become.
        return False
    return False


def is_unread(file: int) -> bool:
    """Return whether nobody can read any more what is written to a pipe, a socket, or a terminal."""
    poll = select.poll()
    poll.register(file, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _file, event in poll.poll(0))
