# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definition of a module (options and plan), and how it runs for Ansible. The only file that talks to Ansible.

Private to the collection.
"""

from __future__ import annotations

import gc
import json
import sys
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._actions.incidents import incidents_result
from ._api.auth import settings
from ._api.client import PagerDuty
from ._api.directory import label
from ._core.errors import InvalidOption, TaskError, shorten
from ._core.http_client import REQUESTS_IMPORT_ERROR
from ._core.plan import Notification, Outcome, PlanOrOutcome, Record, predict
from ._core.retry import Log, RetryBudget
from ._options import AUTH, Options

Params = dict[str, t.Any]
Result = dict[str, t.Any]
PlanFunction = t.Callable[[PagerDuty, Params], t.Iterable[PlanOrOutcome]]


class ModuleDefinition:
    """What one module does.

    Args:
        plan: reads, and returns a plan for each target (client, options).
        options: the argument spec, without the shared `AUTH` options.
        target_type: what a target is, for messages.
        target_option: the option that names the targets.
        writes: whether the module ever changes an incident.
        result: returns the keys of the result that hold the records.
        locks: returns what a task must lock against other tasks on this machine (options).
        rules: `required_if` and the like, as `AnsibleModule` takes them.
    """

    def __init__(
        self,
        *,
        plan: PlanFunction,
        options: Options,
        target_type: str = "incident",
        target_option: str = "incident_id",
        writes: bool = True,
        result: t.Callable[[t.Sequence[Record]], Result] | None = None,
        locks: t.Callable[[Params], t.Sequence[str]] = lambda params: params.get("incident_id") or [],
        **rules: t.Any,
    ) -> None:
        self._plan = plan
        self._target_type = target_type
        self._target_option = target_option
        self._writes = writes
        self._result = result or incidents_result
        self._locks = locks
        self.options = {**AUTH, **options}
        self.rules = rules

    def main(self) -> None:
        """Run as a module, in a process of its own."""
        # Nothing that was imported is garbage, but Python would search all of it when it exits, which takes 24 ms.
        gc.freeze()
        try:
            module = AnsibleModule(argument_spec=self.options, supports_check_mode=True, **self.rules)
        except (TypeError, UnicodeError) as error:
            # ansible-core itself fails on some malformed options, before it can report anything.
            sys.stdout.write(json.dumps({"failed": True, "changed": False, "msg": invalid_options(error)}))
            raise SystemExit(1) from error
        if REQUESTS_IMPORT_ERROR:
            module.fail_json(msg=f"{missing_required_lib('requests')} ({REQUESTS_IMPORT_ERROR})")
        result = self.run(module.params, check_mode=module.check_mode, diff_mode=module._diff, warn=module.warn)
        if result["failed"]:
            module.fail_json(**result)
        module.exit_json(**result)

    def run(
        self,
        params: Params,
        *,
        check_mode: bool,
        diff_mode: bool,
        warn: Log,
        progress: Log = lambda _line: None,
    ) -> Result:
        """Plan, and apply unless in check mode.

        Args:
            params: validated by `options`.
            warn: adds a warning to the result.
            progress: shows a line while the task runs; a process of its own cannot do that.

        Returns:
            The result for Ansible; `failed` says whether any target failed.
        """
        try:
            connection = settings(params)
            _check_encodable(params)
            # A plan that is made again after a lost response has the same warnings again.
            once = _each_once(warn)
            pagerduty = PagerDuty(connection, RetryBudget(connection.max_wait, once, progress), once)
            if check_mode or not self._writes:
                outcomes = predict(self._plan(pagerduty, params))
            else:
                outcomes = self._apply(pagerduty, params)
        except TaskError as error:
            failure = {"target": None, **error.as_result()}
            return {"failed": True, "changed": False, "msg": str(error), "failures": [failure]}
        return self._report(outcomes, check_mode=check_mode, diff_mode=diff_mode)

    def _apply(self, pagerduty: PagerDuty, params: Params) -> list[Outcome]:
        # Reading tasks and check mode do without them.
        from ._core.locks import target_locks
        from ._core.runner import Runner

        def replan(targets: t.Sequence[str]) -> t.Iterable[PlanOrOutcome]:
            narrowed = {**params, self._target_option: list(targets)} if params.get(self._target_option) else params
            return self._plan(pagerduty, narrowed)

        with target_locks(pagerduty.settings.api_url, self._locks(params), pagerduty.budget):
            return Runner(replan, pagerduty.budget).apply(list(self._plan(pagerduty, params)))

    def _report(self, outcomes: t.Sequence[Outcome], *, check_mode: bool, diff_mode: bool) -> Result:
        failures = [(outcome.target, outcome.error) for outcome in outcomes if outcome.error]
        result: Result = {
            "failed": bool(failures),
            "changed": any(outcome.changed for outcome in outcomes),
            "msg": _summary(self._target_type, outcomes, check_mode=check_mode),
            **self._result([outcome.record for outcome in outcomes if outcome.record is not None]),
        }
        if self._writes:
            result["notifies"] = [_shown(outcome.target, each) for outcome in outcomes for each in outcome.notifies]
        if diff_mode:
            result["diff"] = [_diff_entry(self._target_type, outcome) for outcome in outcomes if outcome.changed]
        if failures:
            result["failures"] = [{"target": target, **error.as_result()} for target, error in failures]
        return result


def invalid_options(error: Exception) -> str:
    """Return the message for options on which ansible-core's own validation fails."""
    if isinstance(error, UnicodeError):
        return "The options contain invalid Unicode (a lone surrogate)."
    return f"The options are malformed: {error}. Check that each dictionary option is a dictionary."


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


def _diff_entry(target_type: str, outcome: Outcome) -> Result:
    header = f"{target_type} {outcome.target}"
    people = [f"{_name(each)}: {each.why}" for each in outcome.notifies]
    after = {**outcome.after, "notifies": people} if people else outcome.after
    return {"before_header": header, "after_header": header, "before": outcome.before, "after": after}


def _shown(target: str, notification: Notification) -> Result:
    return {"target": target, "who": notification.who, "why": notification.why}


def _name(notification: Notification) -> str:
    return label(notification.who) if notification.who else "people that PagerDuty does not list"


def _summary(target_type: str, outcomes: t.Sequence[Outcome], *, check_mode: bool) -> str:
    """Return one line for a job log: what happened to which target."""
    if not outcomes:
        return f"No {target_type} found."
    if len(outcomes) == 1:
        (outcome,) = outcomes
        return (
            str(outcome.error) if outcome.error else f"{target_type} {outcome.target}: {_change(outcome, check_mode)}."
        )
    states = [_state(outcome, check_mode) for outcome in outcomes]
    counts = [f"{states.count(state)} {state}" for state in dict.fromkeys(states)]
    errors = [f"{target_type} {outcome.target}: {outcome.error}" for outcome in outcomes if outcome.error]
    return " ".join([f"{len(outcomes)} {target_type}s: {', '.join(counts)}.", *errors])


def _state(outcome: Outcome, check_mode: bool) -> str:
    if outcome.error:
        return "failed"
    if outcome.changed:
        return "would change" if check_mode else "changed"
    return "no change needed" if outcome.after else "read"


def _change(outcome: Outcome, check_mode: bool) -> str:
    state = _state(outcome, check_mode)
    if not outcome.changed:
        return state
    before, after = outcome.before, outcome.after
    changes = [
        f"{name} {_json(before.get(name))} → {_json(after[name])}" for name in after if before.get(name) != after[name]
    ]
    people = ", ".join(dict.fromkeys(_name(each) for each in outcome.notifies))
    notifies = f"; {'would notify' if check_mode else 'notified'} {people}" if people else ""
    return f"{state} {', '.join(changes)}{notifies}"


def _json(value: t.Any) -> str:
    return shorten(json.dumps(value, ensure_ascii=False))
