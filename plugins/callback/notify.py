# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens an alert for each play that fails, and resolves it when the play succeeds again."""

from __future__ import annotations

# Most options are text: with another type, Ansible refuses some values, empty ones as well, and loads no callback.
DOCUMENTATION = r"""
name: notify
type: notification
short_description: Page somebody when a play fails
version_added: 1.0.0
author:
  - oncall.pagerduty contributors (!UNKNOWN)
description:
  - When a playbook has ended, sends PagerDuty an alert for each of its plays in which a host failed or could not be
    reached, and resolves the alert when the same play ends well. Each play has one alert, however often it fails.
  - The alert names the play, the hosts, and the task of each. Results and messages are left out, as they may hold
    secrets.
  - A play is known by its name and O(name).
  - A run that ends early also sends an alert - for instance because C(hosts) of a later play has an undefined variable,
    or because a scheduler ended it with SIGTERM. The alert is resolved when all plays of a run end well. When somebody
    presses Ctrl-C, also to abort at a task that pauses, nothing is sent.
  - Only a whole run resolves an alert, and not one with C(--tags), C(--skip-tags), C(--start-at-task), C(--step), or
    C(--limit), from the command line or from Ansible's configuration. See O(resolve_after_limit). If such a run fails,
    it sends an alert all the same.
  - A play that ran no task, or only gathered facts, resolves nothing. In check mode, nothing is sent.
  - Nothing that happens here fails a run or changes its exit code. If PagerDuty cannot be reached, the run ends at most
    O(time_limit) later, with a warning.
  - The callback cannot see what stops a playbook before its first play, such as a broken inventory, a syntax error, a
    missing playbook, a missing role under C(roles) or C(import_role), or C(--limit) without a host. It cannot see that
    ansible-playbook was killed by SIGKILL or by another signal than SIGTERM, nor a run that never began or in which it
    is not enabled. Let your monitoring check that runs take place.
  - With ansible-core 2.18 and earlier, it cannot see that C(include_role) did not find its role. It resolves nothing in
    this case.
requirements:
  - requests
  - "The line C(callbacks_enabled = oncall.pagerduty.notify) in ansible.cfg, or
    C(ANSIBLE_CALLBACKS_ENABLED=oncall.pagerduty.notify) in the environment."
options:
  routing_key:
    description:
      - The integration key of an Events API v2 integration. It decides which service is paged. Required.
      - The environment variable E(PAGERDUTY_ROUTING_KEY) overrides it.
    type: str
    ini:
      - section: pagerduty_notify
        key: routing_key
  severity:
    description:
      - The severity of the alert, as in M(oncall.pagerduty.event).
      - The environment variable E(PAGERDUTY_NOTIFY_SEVERITY) overrides it.
    type: str
    default: error
    ini:
      - section: pagerduty_notify
        key: severity
  name:
    description:
      - The name of what runs. If not set, the file name of the playbook.
      - Set it where the same playbook runs for several environments, such as V(site.yml in production).
      - The environment variable E(PAGERDUTY_NOTIFY_NAME) overrides it.
    type: str
    ini:
      - section: pagerduty_notify
        key: name
  resolve_after_limit:
    description:
      - Whether a run with C(--limit) resolves alerts like a whole run.
      - Set it to V(true) where each run has a limit. A good run on one host then resolves the alert for another.
      - The environment variable E(PAGERDUTY_NOTIFY_RESOLVE_AFTER_LIMIT) overrides it.
    type: bool
    default: false
    ini:
      - section: pagerduty_notify
        key: resolve_after_limit
  no_hosts_is_failure:
    description:
      - Whether a play that matches no host sends an alert. It is resolved when the play ends well.
      - With C(--limit), a play may match no host, and sends nothing.
      - The environment variable E(PAGERDUTY_NOTIFY_NO_HOSTS_IS_FAILURE) overrides it.
    type: bool
    default: false
    ini:
      - section: pagerduty_notify
        key: no_hosts_is_failure
  region:
    description:
      - The service region of the account, V(us) or V(eu). If not set, V(us).
      - The environment variable E(PAGERDUTY_REGION) overrides it.
    type: str
    ini:
      - section: pagerduty_notify
        key: region
  events_url:
    description:
      - The URL of the Events API. Overrides the URL of the O(region).
      - The environment variable E(PAGERDUTY_EVENTS_URL) overrides it.
    type: str
    ini:
      - section: pagerduty_notify
        key: events_url
  ca_path:
    description:
      - A file or directory with the certificates of the certificate authorities to trust.
      - If not set, the environment variable E(PAGERDUTY_CA_PATH), E(REQUESTS_CA_BUNDLE) or E(CURL_CA_BUNDLE) is used,
        and otherwise the certificates of the Python library C(requests).
    type: str
    ini:
      - section: pagerduty_notify
        key: ca_path
  time_limit:
    description:
      - How long the end of a run may take for all of its alerts, in seconds. This also holds when a run ends early.
      - The environment variable E(PAGERDUTY_NOTIFY_TIME_LIMIT) overrides it.
    type: str
    default: '15'
    ini:
      - section: pagerduty_notify
        key: time_limit
notes:
  - An empty value counts as not set, in ansible.cfg and in the environment.
seealso:
  - module: oncall.pagerduty.event
"""

import contextlib
import platform
import typing as t
from pathlib import Path

from ansible import context
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.callback import CallbackBase
from ansible.utils.display import Display

from ..module_utils._api.auth import VARIABLES, first_set, is_unset
from ..module_utils._events.body import key_within_limit
from ..plugin_utils import _controller
from ..plugin_utils._process import Background, End
from ..plugin_utils._results import host_of, task_of, values_of

CONNECTION_OPTIONS = ("routing_key", "region", "events_url", "ca_path")
OWN_OPTIONS = ("severity", "name", "resolve_after_limit", "no_hosts_is_failure", "time_limit")
ENVIRONMENT = {
    **{option: VARIABLES[option] for option in CONNECTION_OPTIONS},
    **{option: (f"PAGERDUTY_NOTIFY_{option.upper()}",) for option in OWN_OPTIONS},
}
"""Variables of each option. Ansible's configuration would take an empty one for a value."""
DEFAULTS: dict[str, t.Any] = {"severity": "error", "time_limit": 15.0}
"""Where ansible.cfg has an empty value."""
MAX_TIME_LIMIT = 3600.0
"""Seconds."""
PART_TO_WAIT = 0.9
"""How much of the time limit an answer is waited for, where a warning can be shown only before the limit is over."""
MAX_HOSTS = 50
"""Hosts that an alert names; an event must not be larger than 512 KB."""
FACTS = ("gather_facts", "setup")
ABORTED = "user requested abort!"
"""What ansible.builtin.pause says after Ctrl-C and then A. Source: ansible-core, plugins/action/pause.py."""

Event = dict[str, t.Any]
display = Display()


class Play:
    """What has happened in a play.

    Args:
        name: the play's name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.has_run = False
        """Whether a task has run, other than to gather facts."""
        self.matched_no_host = False
        self.including: set[str] = set()
        """Hosts that included a role, of which no task has run yet; before ansible-core 2.19 it may be missing."""
        self.failed_tasks: dict[str, str] = {}
        """The task in which each host failed last; it may have been rescued."""
        self.unreachable: set[str] = set()

    def note(self, result: t.Any) -> None:
        """Note that a task has run on a host."""
        host, action = host_of(result), task_of(result).action.rpartition(".")[2]
        if action == "include_role":
            self.including.add(host)
            return
        self.including.discard(host)
        self.has_run = self.has_run or action not in FACTS

    def note_failure(self, result: t.Any, *, is_unreachable: bool = False) -> None:
        """Note in which task a host failed. Whether that was rescued is known only at the end."""
        host = host_of(result)
        self.including.discard(host)
        self.failed_tasks[host] = result.task_name
        self.unreachable.discard(host)
        if is_unreachable:
            self.unreachable.add(host)


class CallbackModule(CallbackBase):
    """The callback."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "oncall.pagerduty.notify"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._playbooks = iter(context.CLIARGS.get("args") or ())
        self._playbook = ""
        self._plays: dict[str, Play] = {}
        self._current = Play("")
        self._is_watching = False
        """Whether a playbook is under way, for which something may have to be sent."""
        self._background = Background()
        self._has_started = False

    def v2_playbook_on_start(self, _playbook: t.Any) -> None:
        """Begin a playbook, the next of those on the command line."""
        self._playbook = Path(next(self._playbooks, "playbook")).name
        self._plays = {}
        self._current = Play("")
        self._is_watching = not context.CLIARGS.get("check")
        if not self._has_started:
            self._has_started = True
            self._background.start()
            End(self._end_early).watch()
            # At the end the time may be short, and a signal may have interrupted another import.
            _controller.definition("event")

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Begin a play; plays of the same name count as one."""
        name = play.get_name()
        self._current = self._plays.setdefault(name, Play(name))

    def v2_playbook_on_no_hosts_matched(self) -> None:
        """Note that the play has no hosts."""
        self._current.matched_no_host = True

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Note that a task has run."""
        self._current.note(result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        """Note that a host has come past a role that it included."""
        self._current.including.discard(host_of(result))

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """Note where a host failed."""
        self._current.note(result)
        if not ignore_errors:
            self._current.note_failure(result)
        if ABORTED in str(values_of(result).get("msg")):
            # As with Ctrl-C at any other moment.
            self._is_watching = False

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """Note that a host could not be reached."""
        self._current.note_failure(result, is_unreachable=True)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """Send what the plays of the playbook call for."""
        self._notify(lambda: self._events(stats), self._send_in_time)

    def _end_early(self, signal: str) -> None:
        """Send an alert, as the playbook has no statistics."""
        self._notify(lambda: [self._early_end(signal)], self._send_in_handler if signal else self._send_in_time)

    def _notify(self, events: t.Callable[[], list[Event]], send: t.Callable[[list[Event], float], None]) -> None:
        """Send events within the time limit, once for each playbook, and never fail."""
        if not self._is_watching:
            return
        self._is_watching = False
        try:
            send(events(), self._time_limit())
        except Exception as error:
            display.warning(f"PagerDuty was not notified: {error}")

    def _send_in_time(self, events: list[Event], limit: float) -> None:
        # Some waits, such as for a name server, have no time limit of their own.
        if not self._background.run(lambda: self._send(events, limit), limit):
            display.warning(f"PagerDuty did not answer within {limit:g} s. An alert may be missing.")

    def _send_in_handler(self, events: list[Event], limit: float) -> None:
        with self._background.ending_at(limit):
            self._send(events, limit * PART_TO_WAIT)

    def _option(self, name: str) -> t.Any:
        value = first_set(ENVIRONMENT[name]) or self.get_option(name)
        return DEFAULTS.get(name) if is_unset(value) else value

    def _is_set(self, name: str) -> bool:
        return bool(boolean(self._option(name), strict=False))

    def _time_limit(self) -> float:
        """Return the seconds that sending may take."""
        given, default = self._option("time_limit"), float(DEFAULTS["time_limit"])
        with contextlib.suppress(ValueError):
            # "Not a number" fails this comparison as well.
            if 0 < float(given) <= MAX_TIME_LIMIT:
                return float(given)
        display.warning(f"time_limit must be a number of seconds up to {MAX_TIME_LIMIT:g}; {default:g} is used.")
        return default

    def _events(self, stats: t.Any) -> list[Event]:
        """Return the events for a playbook that has come to its statistics, the alerts first, should time run out."""
        name, plays = self._name(), self._plays.values()
        failures = {play.name: self._failure_of(play, stats) for play in plays}
        events = [
            {**self._event("trigger", f"{name}: {play}"), **failure} for play, failure in failures.items() if failure
        ]
        if self._is_restricted():
            return events
        good = [play.name for play in plays if play.has_run and not play.including and not failures[play.name]]
        events += [self._event("resolve", f"{name}: {play}") for play in good]
        is_good = good and not any(failures.values()) and not any(play.including for play in plays)
        return [*events, self._event("resolve", name)] if is_good else events

    def _failure_of(self, play: Play, stats: t.Any) -> Event:
        """Return how a play failed, as fields of an event; nothing if it did not."""
        # In one order, whichever host failed first.
        failed_tasks = sorted(play.failed_tasks.items())
        failed = {host: task for host, task in failed_tasks if self._failed_here(play, host, stats)}
        if failed:
            hosts = f"{len(failed)} host{'s' if len(failed) > 1 else ''}: {', '.join(list(failed)[:MAX_HOSTS])}"
            details = {
                host: f"{'unreachable' if host in play.unreachable else 'failed'}: {task}"
                for host, task in list(failed.items())[:MAX_HOSTS]
            }
            return {"summary": f"Play '{play.name}' of {self._name()} failed on {hosts}", "custom_details": details}
        is_limited = context.CLIARGS.get("subset")
        if play.matched_no_host and not is_limited and self._is_set("no_hosts_is_failure"):
            return {"summary": f"Play '{play.name}' of {self._name()} matched no host"}
        return {}

    def _failed_here(self, play: Play, host: str, stats: t.Any) -> bool:
        """Return whether a host is counted as failed, and failed in this play: it takes part in no later one."""
        counts = stats.summarize(host)
        last = [each for each in self._plays.values() if host in each.failed_tasks][-1]
        return bool(counts["failures"] or counts["unreachable"]) and last is play

    def _is_restricted(self) -> bool:
        """Return whether less may have run than what failed before. The options include Ansible's configuration."""
        given = context.CLIARGS
        is_limited = given.get("subset") not in (None, "", "all") and not self._is_set("resolve_after_limit")
        has_tags = "all" not in (given.get("tags") or ["all"])
        return is_limited or has_tags or any(given.get(name) for name in ("skip_tags", "start_at_task", "step"))

    def _early_end(self, signal: str) -> Event:
        """Return the event for a playbook that has ended without statistics."""
        name = self._name()
        way = f"was ended by {signal}" if signal else "ended early"
        where = f"in or after play '{self._current.name}'" if self._plays else "before its first play"
        return {**self._event("trigger", name), "summary": f"{name} {way}, {where}"}

    def _name(self) -> str:
        return str(self._option("name") or self._playbook)

    def _event(self, action: str, about: str) -> Event:
        """Return an event without what it says.

        Args:
            about: by which PagerDuty knows the alert.
        """
        return {
            "action": action,
            "dedup_key": _dedup_key(about),
            "severity": self._option("severity"),
            "summary": about,
            "source": platform.node() or "ansible-playbook",
            "component": self._name(),
            "class": "ansible-playbook",
        }

    def _send(self, events: t.Sequence[Event], limit: float) -> None:
        for event in events:
            error = self._failure(event, limit)
            if error:
                display.warning(f"PagerDuty was not notified of {event['dedup_key']}: {error}")

    def _failure(self, event: Event, limit: float) -> str:
        """Send one event; returns what went wrong, or nothing."""
        connection = {name: self._option(name) for name in CONNECTION_OPTIONS}
        options = {**connection, **event, "timeout": limit, "max_wait": limit}
        try:
            # Without a token nothing is read first, which would take time.
            result = _controller.run("event", options, without=["api_token"])
        except Exception as error:
            return str(error)
        return result["msg"] if result["failed"] else ""


def _dedup_key(about: str) -> str:
    """Return the key by which PagerDuty knows an alert."""
    return key_within_limit(f"ansible-playbook {about}")
