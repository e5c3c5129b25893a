# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens an alert for each play that fails, and resolves it when the play succeeds again."""

from __future__ import annotations

DOCUMENTATION = r"""
name: notify
type: notification
short_description: Page somebody when a play fails
version_added: 0.1.0
author:
  - oncall.pagerduty contributors (!UNKNOWN)
description:
  - When a playbook has ended, sends PagerDuty an alert for each of its plays in which a host failed or could not be
    reached, and resolves the alert when the same play ends well. Each play has one alert, however often it fails.
  - The alert names the play, the hosts, and the task of each. Results and messages are left out, as they may hold
    secrets.
  - A play is known by its name and O(name). A run on other hosts, such as with C(--limit), is a run of the same play.
  - A play that ran no task sends nothing. In check mode, nothing is sent.
  - Nothing that happens here fails a run. If PagerDuty cannot be reached, the run ends O(time_limit) later, with a
    warning. If ansible-playbook is killed, nothing is sent.
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
      - The severity of the alert.
      - The environment variable E(PAGERDUTY_NOTIFY_SEVERITY) overrides it.
    type: str
    choices: [critical, error, warning, info]
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
    type: path
    ini:
      - section: pagerduty_notify
        key: ca_path
  time_limit:
    description:
      - How long the end of a run may take for all of its alerts, in seconds.
      - The environment variable E(PAGERDUTY_NOTIFY_TIME_LIMIT) overrides it.
    type: float
    default: 15
    ini:
      - section: pagerduty_notify
        key: time_limit
notes:
  - An empty environment variable counts as not set.
seealso:
  - module: oncall.pagerduty.event
"""

import hashlib
import platform
import threading
import typing as t
from pathlib import Path

from ansible import context
from ansible.plugins.callback import CallbackBase
from ansible.utils.display import Display

from ..module_utils._api.auth import VARIABLES, first_set
from ..module_utils._events.body import MAX_DEDUP_KEY
from ..plugin_utils import _controller

CONNECTION_OPTIONS = ("routing_key", "region", "events_url", "ca_path")
OWN_OPTIONS = ("severity", "name", "time_limit")
ENVIRONMENT = {
    **{option: VARIABLES[option] for option in CONNECTION_OPTIONS},
    **{option: (f"PAGERDUTY_NOTIFY_{option.upper()}",) for option in OWN_OPTIONS},
}
"""Variables of each option. Ansible's configuration would take an empty one for a value, and not load the callback."""
MAX_HOSTS = 50
"""Hosts that an alert names; an event must not be larger than 512 KB."""

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
        self.failed_tasks: dict[str, str] = {}
        """The task in which each host failed last; it may have been rescued."""
        self.unreachable: set[str] = set()


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

    def v2_playbook_on_start(self, _playbook: t.Any) -> None:
        """Begin a playbook, the next of those on the command line."""
        self._playbook = Path(next(self._playbooks, "playbook")).name
        self._plays = {}

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Begin a play; plays of the same name count as one."""
        name = play.get_name()
        self._current = self._plays.setdefault(name, Play(name))

    def v2_runner_on_ok(self, _result: t.Any) -> None:
        """Note that the play has run."""
        self._current.has_run = True

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """Note where a host failed. Whether that was rescued is known only at the end."""
        self._current.has_run = True
        if not ignore_errors:
            self._current.failed_tasks[_host_of(result).get_name()] = result.task_name

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """Note that a host could not be reached."""
        self._current.has_run = True
        self._current.failed_tasks[_host_of(result).get_name()] = result.task_name
        self._current.unreachable.add(_host_of(result).get_name())

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """Send the events, within the time limit, and never fail."""
        if context.CLIARGS.get("check"):
            return
        try:
            limit = float(self._option("time_limit"))
            events = [self._event(play, stats) for play in self._plays.values() if play.has_run]
            # Some waits, such as for a name server, have no time limit of their own.
            sender = threading.Thread(target=self._send, args=(events, limit), daemon=True)
            sender.start()
            sender.join(limit)
            if sender.is_alive():
                display.warning(f"PagerDuty did not answer within {limit:g} s. An alert may be missing.")
        except Exception as error:
            display.warning(f"PagerDuty was not notified: {error}")

    def _option(self, name: str) -> t.Any:
        return first_set(ENVIRONMENT[name]) or self.get_option(name)

    def _event(self, play: Play, stats: t.Any) -> Event:
        """Return the event for a play: a trigger if it failed in the end, a resolve otherwise."""
        # In one order, whichever host failed first.
        failed_tasks = sorted(play.failed_tasks.items())
        failed = {host: task for host, task in failed_tasks if self._failed_here(play, host, stats)}
        name = self._option("name") or self._playbook
        hosts = f"{len(failed)} host{'s' if len(failed) > 1 else ''}"
        return {
            "action": "trigger" if failed else "resolve",
            "dedup_key": _dedup_key(name, play.name),
            "severity": self._option("severity"),
            "summary": f"Play '{play.name}' of {name} failed on {hosts}: {', '.join(list(failed)[:MAX_HOSTS])}",
            "source": platform.node() or "ansible-playbook",
            "component": name,
            "class": "ansible-playbook",
            "custom_details": {
                host: f"{'unreachable' if host in play.unreachable else 'failed'}: {task}"
                for host, task in list(failed.items())[:MAX_HOSTS]
            },
        }

    def _failed_here(self, play: Play, host: str, stats: t.Any) -> bool:
        """Return whether a host is counted as failed, and failed in this play: it takes part in no later one."""
        counts = stats.summarize(host)
        last = [each for each in self._plays.values() if host in each.failed_tasks][-1]
        return bool(counts["failures"] or counts["unreachable"]) and last is play

    def _send(self, events: t.Sequence[Event], limit: float) -> None:
        for event in events:
            error = self._failure(event, limit)
            if error:
                display.warning(f"PagerDuty was not notified of {event['dedup_key']}: {error}")

    def _failure(self, event: Event, limit: float) -> str:
        """Send one event; returns what went wrong, or nothing."""
        connection = {name: self._option(name) for name in CONNECTION_OPTIONS}
        options = {**connection, **event, "timeout": limit, "max_wait": limit}
        # Without a token nothing is read first, which would take time.
        result = _controller.run("event", options, without=["api_token"])
        return result["msg"] if result["failed"] else ""


def _host_of(result: t.Any) -> t.Any:
    """Return a result's host."""
    # Before ansible-core 2.19 a result has no public name for it.
    return result.host if hasattr(result, "host") else result._host


def _dedup_key(name: str, play: str) -> str:
    """Return the key by which PagerDuty knows the alert of a play."""
    key = f"ansible-playbook {name}: {play}"
    if len(key) <= MAX_DEDUP_KEY:
        return key
    return f"ansible-playbook {hashlib.sha256(key.encode()).hexdigest()}"
