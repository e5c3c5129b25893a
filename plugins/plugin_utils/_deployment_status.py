# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a deployment did in PagerDuty, and what it could not do.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from ..module_utils._api.auth import REQUIRED_KEY
from ..module_utils._core.errors import InvalidOption

Result = t.Mapping[str, t.Any]

NO_ROUTING_KEY = "No change event was recorded, as there is no routing key."
WINDOW, CHANGE = "maintenance_window", "change_event"


def status(opening: Result, change: Result, ending: Result) -> dict[str, t.Any]:
    """Return what a deployment did in PagerDuty, as the filter deployment_status documents it.

    Args:
        opening: the result of the task that opens the window; empty if it has not run yet, as for the others.
        change: that of the task that records the change.
        ending: that of the task that ends the window.
    """
    problems = [*_opening_problems(opening), *_change_problems(change), *_ending_problems(opening, ending)]
    results = ((opening, WINDOW), (change, CHANGE), (ending, WINDOW))
    said = [_message(result) for result, name in results if _is_done(result, name)]
    skipped = [NO_ROUTING_KEY] if _has_no_key(change) else []
    return {
        "window_opened": _has_window(opening),
        "window_ended": _is_done(ending, WINDOW),
        "change_recorded": _is_done(change, CHANGE),
        "maintenance_window": opening.get(WINDOW),
        "problems": problems,
        "msg": " ".join([*said, *skipped, *problems]),
    }


def _opening_problems(opening: Result) -> t.Iterator[str]:
    if not opening or _is_done(opening, WINDOW):
        return
    if _has_window(opening):
        yield _message(opening)
    else:
        yield f"No maintenance window was opened, so alerts page people: {_message(opening)}"


def _change_problems(change: Result) -> t.Iterator[str]:
    if change and not (change.get("skipped") or _is_done(change, CHANGE) or _has_no_key(change)):
        yield f"The change event was not recorded: {_message(change)}"


def _ending_problems(opening: Result, ending: Result) -> t.Iterator[str]:
    """Yield why a window may still be open; one that was never opened is none."""
    if not ending or _is_done(ending, WINDOW):
        return
    if _has_window(opening) or _may_be_open(opening):
        end = (opening.get(WINDOW) or {}).get("end_time")
        until = f", and lasts until {end}" if end else ""
        yield f"The maintenance window was not ended{until}: {_message(ending)}"


def _is_done(result: Result, returned: str) -> bool:
    """Return whether a task has succeeded.

    The role lets none of them fail, so that is told by what it returned.
    """
    return returned in result and not result.get("failed") and not result.get("failures")


def _has_window(opening: Result) -> bool:
    """Return whether there is a window: a task that has failed for some services opens it for the others."""
    return bool(opening.get(WINDOW))


def _may_be_open(opening: Result) -> bool:
    return any(failure.get("outcome") == "unknown" for failure in opening.get("failures") or ())


def _has_no_key(change: Result) -> bool:
    return _message(change).startswith(str(InvalidOption("routing_key", REQUIRED_KEY)))


def _message(result: Result) -> str:
    return str(result.get("msg") or "unknown")
