# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An action: options and a plan, run as an Ansible module; the only file that talks to Ansible.

Private to the collection.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sys
import typing as t

from ansible.module_utils import basic
from ansible.module_utils.basic import AnsibleModule

from ._auth import AUTH, Options, settings
from ._errors import BadInput, PagerDutyError, shortened
from ._plan import Outcome, Planned, Record, Runner
from ._rest import PagerDuty
from ._transport import Patience
from ._turns import turn

Result = dict[str, t.Any]
Notice = t.Callable[[str], None]


class Action:
    """What one module does.

    Args:
        plan: reads, and says for each target what is and what shall be (client, options, notice).
        options: the argument spec, without the shared `AUTH` options.
        noun: what a target is, for messages.
        writes: whether it ever changes an incident.
        rules: `required_if` and the like, as `AnsibleModule` takes them.
    """

    def __init__(
        self,
        plan: t.Callable[[PagerDuty, dict[str, t.Any], Notice], t.Iterable[Planned]],
        options: Options,
        *,
        noun: str = "incident",
        writes: bool = True,
        result: t.Callable[[t.Sequence[Record]], Result] | None = None,
        **rules: t.Any,
    ) -> None:
        self._plan = plan
        self._noun = noun
        self._writes = writes
        self._result = result or incidents_result
        self.options = {**AUTH, **options}
        self.rules = rules

    def main(self, progress: Notice = lambda _line: None) -> None:
        """Run as a module.

        Args:
            progress: shows a line at once; a process of its own has no way to Ansible before its end.
        """
        module = _Module(argument_spec=self.options, supports_check_mode=True, **self.rules)
        result = self.run(
            module.params, check=module.check_mode, diff=module._diff, notice=module.warn, progress=progress
        )
        if result["failed"]:
            module.fail_json(**result)
        module.exit_json(**result)

    def run(
        self,
        params: dict[str, t.Any],
        *,
        check: bool,
        diff: bool,
        notice: Notice,
        progress: Notice = lambda _line: None,
    ) -> Result:
        """Plan, and unless `check` apply.

        Args:
            params: checked by `options`.
            check: say what would be done, and send no write.
            diff: add what changed to the result.
            notice: tells the user something with the result.
            progress: tells the user something while the task goes on.

        Returns:
            The result for Ansible; `failed` says whether any target failed.
        """
        try:
            connection = settings(params)
            _check_sendable(params)
            patience = Patience(connection.max_wait, notice, progress)
            pagerduty = PagerDuty(connection, patience)

            def again(targets: list[str]) -> t.Iterable[Planned]:
                narrowed = {**params, "incident_id": targets} if params.get("incident_id") else params
                return self._plan(pagerduty, narrowed, notice)

            changing = [] if check or not self._writes else params.get("incident_id") or []
            with turn(connection.api_url, changing, patience):
                runner = Runner(
                    self._plan(pagerduty, params, notice),
                    again,
                    lambda lost, attempt: patience.pause(lost, attempt, patience.clock()),
                )
                outcomes = runner.rehearse() if check else runner.apply()
        except PagerDutyError as error:
            return {
                "failed": True,
                "changed": False,
                "msg": str(error),
                "failures": [{"target": None, **error.as_result()}],
            }
        return self._report(outcomes, check=check, diff=diff)

    def _report(self, outcomes: t.Sequence[Outcome], *, check: bool, diff: bool) -> Result:
        failures = [(outcome.target, outcome.error) for outcome in outcomes if outcome.error]
        result: Result = {
            "failed": bool(failures),
            "changed": any(outcome.changed for outcome in outcomes),
            "msg": _sentence(self._noun, outcomes, check=check),
            **self._result([outcome.record for outcome in outcomes if outcome.record is not None]),
        }
        if diff:
            result["diff"] = [_difference(self._noun, outcome) for outcome in outcomes if outcome.changed]
        if failures:
            result["failures"] = [{"target": target, **error.as_result()} for target, error in failures]
        return result


class _Module(AnsibleModule):
    """Prints its result piece by piece: as one text, that of thousands of incidents takes more than what it tells."""

    def _log_invocation(self) -> None:
        # Half a character, which `Action.run` refuses in a sentence, has the log end in a traceback.
        with contextlib.suppress(UnicodeEncodeError):
            super()._log_invocation()

    def _record_module_result(self, o: Result) -> None:
        # ansible-core before 2.19 has neither this method nor the encoder, and prints the text.
        from ansible.module_utils.common.json import Direction, get_module_encoder

        encoder = get_module_encoder(basic._ANSIBLE_PROFILE or "legacy", Direction.MODULE_TO_CONTROLLER)()
        sys.stdout.writelines(itertools.chain("\n", encoder.iterencode(o), "\n"))


def _check_sendable(params: t.Mapping[str, t.Any]) -> None:
    """Whether every option is something that can be written down as JSON in UTF-8.

    Raises:
        BadInput: when one is not; its value may be a secret and is not repeated.
    """
    for option, value in params.items():
        try:
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except ValueError as error:
            raise BadInput(option, "neither half a character nor a number without an end can be sent") from error


def incidents_result(records: t.Sequence[Record]) -> Result:
    """`incidents`, and `incident` where there is one."""
    return {"incidents": list(records), **({"incident": records[0]} if len(records) == 1 else {})}


def _difference(noun: str, outcome: Outcome) -> Result:
    header = f"{noun} {outcome.target}"
    return {"before_header": header, "after_header": header, "before": outcome.before, "after": outcome.after}


def _sentence(noun: str, outcomes: t.Sequence[Outcome], *, check: bool) -> str:
    """One line for a job log: what happened to which target."""
    if not outcomes:
        return f"No {noun} was found."
    if len(outcomes) == 1:
        outcome = outcomes[0]
        return str(outcome.error) if outcome.error else f"{noun} {outcome.target}: {_change(outcome, check=check)}."
    failed = [outcome for outcome in outcomes if outcome.error]
    words = [_word(outcome, check=check) for outcome in outcomes]
    order = ("would change", "changed", "already so", "read", "failed")
    counts = [f"{words.count(word)} {word}" for word in order if word in words]
    told = [f"{noun} {outcome.target}: {outcome.error}" for outcome in failed]
    return " ".join([f"{len(outcomes)} {noun}s: {', '.join(counts)}.", *told])


def _word(outcome: Outcome, *, check: bool) -> str:
    if outcome.error:
        return "failed"
    if outcome.changed:
        return "would change" if check else "changed"
    return "already so" if outcome.after else "read"


def _change(outcome: Outcome, *, check: bool) -> str:
    word = _word(outcome, check=check)
    if not outcome.changed:
        return word
    before, after = outcome.before, outcome.after
    changes = [
        f"{name} {_told(before.get(name))} → {_told(after[name])}" for name in after if before.get(name) != after[name]
    ]
    return f"{word} {', '.join(changes)}"


def _told(value: t.Any) -> str:
    return shortened(json.dumps(value, ensure_ascii=False))
