# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module: its options and its action, and how it runs for Ansible. The only file that talks to Ansible.

Private to the collection.
"""

from __future__ import annotations

import gc
import json
import sys
import typing as t

from ansible.module_utils import basic

from ._api.auth import Settings, settings
from ._api.client import PagerDuty
from ._api.confidential import without_confidential
from ._core import abandoned
from ._core.action import Action, predict
from ._core.change import Notification, Outcome
from ._core.errors import InvalidOption, PartlyDone, TaskError
from ._core.http_client import REQUESTS_IMPORT_ERROR
from ._core.retry import Log, RetryBudget
from ._core.sentences import message
from ._options import AUTH, Options

MALFORMED = (ArithmeticError, TypeError, UnicodeError)
"""What ansible-core raises for some malformed options, before it can report anything."""
KEYS = ("dedup_key", "incident_key")
"""Options whose white space at the ends is none of theirs: a key with it would open a second incident."""
Params = dict[str, t.Any]
Result = dict[str, t.Any]


class Module:
    """What one module does.

    Args:
        action: returns the action of a task (client, options).
        options: the argument spec, without the shared `AUTH` options.
        writes: whether the module ever changes anything.
        clearable: options that an empty text sets: it removes what is there.
        filters: options that narrow what is read. If all that are given are empty, they do not stand for everything.
        rules: `required_if` and the like, as `AnsibleModule` takes them.
    """

    def __init__(
        self,
        action: t.Callable[[PagerDuty, Params], Action[PagerDuty]],
        options: Options,
        *,
        writes: bool = True,
        clearable: t.Collection[str] = (),
        filters: t.Collection[str] = (),
        **rules: t.Any,
    ) -> None:
        self.action = action
        self.options = {**AUTH, **options}
        self.rules = rules
        self.clearable = clearable
        self.filters = filters
        self._writes = writes

    def main(self) -> None:
        """Run as a separate process."""
        # Nothing that was imported is garbage, but Python would search all of it when it exits, which takes 24 ms.
        gc.freeze()
        gc.enable()
        try:
            module = self.ansible_module()
        except MALFORMED as error:
            sys.stdout.write(json.dumps({"failed": True, "changed": False, "msg": invalid_options(error)}))
            raise SystemExit(1) from error
        if REQUESTS_IMPORT_ERROR:
            module.fail_json(msg=f"{basic.missing_required_lib('requests')} ({REQUESTS_IMPORT_ERROR})")
        abandoned.watch_run()
        result = self.run(module.params, check_mode=module.check_mode, diff_mode=module._diff, warn=module.warn)
        if result["failed"]:
            module.fail_json(**result)
        module.exit_json(**result)

    def ansible_module(self) -> t.Any:
        """Return Ansible's module object with validated options."""
        # Looked up at the call: a linter puts a class of its own in its place, which only validates.
        return basic.AnsibleModule(argument_spec=self.options, supports_check_mode=True, **self.rules)

    def run(
        self,
        params: Params,
        *,
        check_mode: bool,
        diff_mode: bool,
        warn: Log,
        progress: Log = lambda _line: None,
    ) -> Result:
        """Plan, and send unless in check mode.

        Args:
            params: validated by `options`.
            warn: adds a warning to the result.
            progress: shows a line while the task runs; a separate process cannot do that.

        Returns:
            The result for Ansible; `failed` says whether any target failed.
        """
        once = _each_once(warn)
        keys = {name: params[name].strip() for name in KEYS if isinstance(params.get(name), str)}
        try:
            params, connection = self.checked({**params, **keys}, once)
        except TaskError as error:
            return _failure(error)
        client = PagerDuty(connection, RetryBudget(connection.max_wait, once, progress), once)
        return self.run_on(client, params, check_mode=check_mode, diff_mode=diff_mode)

    def checked(self, params: Params, _warn: Log) -> tuple[Params, Settings]:
        """Return the options, and the connection that they ask for.

        Raises:
            InvalidOption: an option has an unusable value.
        """
        _check_encodable(params)
        # Nothing is sent to the Events API.
        return params, settings({**params, "events_url": None})

    def run_on(self, client: PagerDuty, params: Params, *, check_mode: bool, diff_mode: bool) -> Result:
        """Do the same with a client that is there already."""
        try:
            action = self.action(client, params)
            action.check()
            idle = action.idle()
            if idle:
                return self._idle(action, idle)
            _prepare(action, check_mode)
            outcomes = predict(action, client.warn) if check_mode or not self._writes else _apply(action, client)
        except TaskError as error:
            return _failure(error)
        return self._report(action, outcomes, check_mode=check_mode, diff_mode=diff_mode)

    def _idle(self, action: Action[PagerDuty], msg: str) -> Result:
        """Return the result of a task with nothing to do."""
        writes: Result = {"notifies": []} if self._writes else {}
        return {"failed": False, "changed": False, "msg": msg, **action.result([]), **writes}

    def _report(
        self, action: Action[PagerDuty], outcomes: t.Sequence[Outcome], *, check_mode: bool, diff_mode: bool
    ) -> Result:
        changed = any(outcome.changed for outcome in outcomes)
        failures: list[tuple[str | None, TaskError]]
        failures = [(outcome.target, outcome.error) for outcome in outcomes if outcome.error]
        said = [message(action.noun, outcomes, check_mode=check_mode), *filter(None, [action.remark])]
        if action.left_out:
            is_part = changed and not check_mode
            failures.append((None, PartlyDone.because_of(action.left_out) if is_part else action.left_out))
            said.append(str(action.left_out))
        result: Result = {
            "failed": bool(failures),
            "changed": changed,
            "msg": " ".join(said),
            **without_confidential(action.result([each.record for each in outcomes if each.record is not None])),
        }
        if self._writes:
            result["notifies"] = [_shown(outcome.target, each) for outcome in outcomes for each in outcome.notifies]
        if diff_mode:
            # Without diff mode, tasks do without it.
            from ._core.differences import differences

            result["diff"] = differences(action, outcomes)
        if failures:
            result["failures"] = [{"target": target, **error.as_result()} for target, error in failures]
        return result


def invalid_options(error: Exception) -> str:
    """Return the message for options on which ansible-core's own validation fails."""
    if isinstance(error, UnicodeError):
        return "The options contain invalid Unicode (a lone surrogate)."
    return f"The options are malformed: {error}. Check that each dictionary option is a dictionary."


def _failure(error: TaskError) -> Result:
    """Return the result of a task that failed before it came to any target."""
    failure = {"target": None, **error.as_result()}
    return {"failed": True, "changed": False, "msg": str(error), "failures": [failure]}


def _prepare(action: Action[PagerDuty], check_mode: bool) -> None:
    """Prepare an action, after tasks that were done for real, or in check mode."""
    if not check_mode:
        action.wait()
    action.prepare()
    if check_mode:
        action.foresee()


def _apply(action: Action[PagerDuty], client: PagerDuty) -> list[Outcome]:
    # Reading tasks and check mode do without them.
    from ._core.locks import target_locks
    from ._core.runner import Runner, Task

    with target_locks(client.settings.api_url, action.locks(), client.budget, client.warn):
        return Runner(action, Task(client.budget, client.warn, lambda: client.accepted)).apply()


def _each_once(log: Log) -> Log:
    """Return a log that leaves out repeated lines."""
    logged: set[str] = set()

    def log_once(line: str) -> None:
        if line not in logged:
            logged.add(line)
            log(line)

    return log_once


def _check_encodable(params: Params) -> None:
    """Check that every option can be encoded as JSON in UTF-8.

    Raises:
        InvalidOption: one cannot; its value may be a secret and is not repeated.
    """
    for option, value in params.items():
        try:
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except ValueError as error:
            raise InvalidOption(option, "contains invalid Unicode (a lone surrogate), NaN or Infinity") from error


def _shown(target: str, notification: Notification) -> Result:
    """Return a notification for playbooks; `who` always has a name that can be printed."""
    nobody_yet = {"id": None, "type": None, "summary": notification.name}
    who = notification.who or nobody_yet
    return {"target": target, "who": who, "why": notification.why, "how": notification.how.base}
