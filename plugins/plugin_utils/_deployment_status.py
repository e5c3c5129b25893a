# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a deployment did in PagerDuty, and what it could not do.

Private to the collection.
"""

from __future__ import annotations

import typing as t

Result = t.Mapping[str, t.Any]

NO_ROUTING_KEY = "No change event was recorded, as there is no routing key."


def status(opening: Result, change: Result, ending: Result) -> dict[str, t.Any]:
    """Return what a deployment did in PagerDuty, as the filter deployment_status documents it.

    Args:
        opening: the result of the task that opens the window; empty if it has not run yet, as for the others.
        change: that of the task that records the change.
        ending: that of the task that ends the window.
    """
    problems = [*_opening_problems(opening), *_change_problems(change), *_ending_problems(opening, ending)]
    done = [result["msg"] for result in (opening, change, ending) if _is_done(result) and "msg" in result]
    skipped = [NO_ROUTING_KEY] if _has_no_key(change) else []
    return {
        "window_opened": _is_open(opening),
        "window_ended": _is_done(ending),
        "change_recorded": _is_done(change),
        "maintenance_window": opening.get("maintenance_window"),
        "problems": problems,
        "msg": " ".join([*done, *skipped, *problems]),
    }


def _opening_problems(opening: Result) -> t.Iterator[str]:
    if not opening.get("failed"):
        return
    if _is_open(opening):
        yield f"The maintenance window does not cover all that it should: {_reason(opening)}"
    else:
        yield f"No maintenance window was opened, so the deployment may page people: {_reason(opening)}"


def _change_problems(change: Result) -> t.Iterator[str]:
    if change.get("failed"):
        yield f"The change event was not recorded: {_reason(change)}"


def _ending_problems(opening: Result, ending: Result) -> t.Iterator[str]:
    """Yield why a window may still be open; one that was never opened is none."""
    if ending.get("failed") and (_is_open(opening) or _may_be_open(opening)):
        end = (opening.get("maintenance_window") or {}).get("end_time")
        until = f", and lasts until {end}" if end else ""
        yield f"The maintenance window was not ended{until}: {_reason(ending)}"


def _is_open(opening: Result) -> bool:
    """Return whether there is a window: a task that failed for some of the services has opened one for the others."""
    return _is_done(opening) or bool(opening.get("maintenance_window") or opening.get("changed"))


def _may_be_open(opening: Result) -> bool:
    return any(failure.get("outcome") == "unknown" for failure in opening.get("failures") or ())


def _is_done(result: Result) -> bool:
    return bool(result) and not result.get("failed") and not result.get("failures")


def _has_no_key(change: Result) -> bool:
    """Return whether the role has accepted a failure: that is so only if there is no routing key."""
    return bool(change.get("failures")) and not change.get("failed")


def _reason(result: Result) -> str:
    return str(result.get("msg") or "unknown")
