# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, told apart by what it means for the effect.

L(BadInput) is raised before any call. L(Refused) means that PagerDuty answered no: nothing happened. L(NotSent)
means that nothing left this machine, or that PagerDuty turned it away unread. L(Unanswered) means that the call may
have had its effect: whoever sent a write must look before sending it again. Each carries the next step for the person
who reads it.

Private to the collection.
"""

from __future__ import annotations

import typing as t

HINTS_BY_CODE: dict[int, str] = {
    1001: "Nothing re-opens a resolved incident; trigger a new one with the event module.",
    1002: "Somebody acknowledged the incident in the meantime; run the task again to see its state.",
    1003: "An incident can be acknowledged or resolved; nothing else can be asked for.",
    1006: "The escalation policy has no such level.",
    1007: "Check assignees: each must be a user of this PagerDuty account.",
    1008: "Set from_email to the e-mail address of a user of this PagerDuty account.",
    1011: "The incident cannot be reassigned; is it resolved?",
    1014: "Check escalation_policy: no such policy is on this PagerDuty account.",
    1015: "Nobody is on call at that level of the escalation policy; fill its schedule or choose another level.",
    1018: "The user of from_email may not do this; choose a user with a responder's rights.",
    1020: "Check priority: it must be one of the account's priorities, and priorities must be enabled.",
    2006: "Check api_token, and region: a token of an EU account is known only to the EU hosts.",
    2010: "The token may not do this: it may be read-only, or its user lacks the rights.",
    2011: "Set requester or from_email to a user of this PagerDuty account.",
    2013: "Check the user: no such user is on this PagerDuty account.",
    2014: "The PagerDuty account's plan does not include this ability.",
    5001: "Check incident_id, and that the token belongs to the incident's account and region.",
}
"""What to do next, by PagerDuty's error code. Source: https://developer.pagerduty.com/docs/errors."""

HINTS_BY_STATUS: dict[int, str] = {
    401: HINTS_BY_CODE[2006],
    402: HINTS_BY_CODE[2014],
    403: HINTS_BY_CODE[2010],
    404: "Check the id, and that the token belongs to the same account and region.",
    413: "Send less in one call.",
    429: "Raise max_wait to wait longer, or run fewer tasks at the same time with this key.",
}
"""What to do next, by HTTP status, where the code says nothing more exact."""

FROM_HEADER_HINT = HINTS_BY_CODE[1008]
CALLER_STATUSES = frozenset((401, 402, 403, 413))
OVERTAKEN_CODES = frozenset((1001, 1002))
CALLER_CODES = frozenset((1008, 1018, 2006, 2010, 2011, 2014))


class PagerDutyError(Exception):
    """A failure with everything a person needs to act on it.

    Args:
        message: what failed and, where PagerDuty answered, what it said; one or two sentences.
        hint: what to do next.
        status: the HTTP status, where there was an answer.
        code: PagerDuty's own error code.
        errors: PagerDuty's details.
        request_id: names the request to PagerDuty's support.
    """

    outcome = "not_done"
    """`not_done`: the effect is not there; `unknown`: it may be there."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        status: int | None = None,
        code: int | None = None,
        errors: t.Sequence[str] = (),
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status
        self.code = code
        self.errors = list(errors)
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()

    @property
    def ends_task(self) -> bool:
        """Whether the same would befall the task's other targets, so that going on is of no use."""
        return False

    def as_result(self) -> dict[str, t.Any]:
        """The same for a playbook to branch on; keys are always all there."""
        return {
            "message": self.message,
            "hint": self.hint,
            "outcome": self.outcome,
            "status": self.status,
            "code": self.code,
            "errors": self.errors,
            "request_id": self.request_id,
        }


class BadInput(PagerDutyError):
    """An option cannot be right; found before any call.

    Args:
        option: the option's name.
        value: what was given; leave it out for a secret.
        allowed: what would be right, as the end of the sentence "... must be".
    """

    def __init__(self, option: str, allowed: str, value: t.Any = None) -> None:
        given = "" if value is None else f" {shortened(repr(value))}"
        super().__init__(f"{option}{given} is not valid: {allowed}.")

    @property
    def ends_task(self) -> bool:
        """Always: the options are those of all targets."""
        return True


class Refused(PagerDutyError):
    """PagerDuty answered no, and nothing happened."""

    @property
    def ends_task(self) -> bool:
        """Whether it is the caller that is refused: the token, its rights, the From address."""
        return self.status in CALLER_STATUSES or self.code in CALLER_CODES or self.hint == FROM_HEADER_HINT

    @property
    def may_be_so_already(self) -> bool:
        """Whether it is refused because somebody has done it, or more, in the meantime."""
        return self.code in OVERTAKEN_CODES


class NotSent(PagerDutyError):
    """PagerDuty did not take the call: it was not reached, or it was too busy to look (429).

    Args:
        again: whether a later try could go better.
        wait: how many seconds PagerDuty asked to wait, if it said so.
    """

    def __init__(self, message: str, *, again: bool = True, wait: float | None = None, **details: t.Any) -> None:
        super().__init__(message, **details)
        self.again = again
        self.wait = wait

    @property
    def ends_task(self) -> bool:
        """Always: by the time it is raised, the task's patience has run out."""
        return True


class Unanswered(PagerDutyError):
    """The call was sent and no usable answer came back: it may have had its effect.

    Args:
        again: whether asking again could bring a usable answer; only what is safe to send twice is sent again.
        under_way: whether PagerDuty may still be at it, so that a look that does not show the effect proves nothing.
    """

    outcome = "unknown"
    wait: float | None = None

    def __init__(self, message: str, *, again: bool = True, under_way: bool = False, **details: t.Any) -> None:
        super().__init__(message, **details)
        self.again = again
        self.under_way = under_way

    @classmethod
    def after_the_effect(cls, error: PagerDutyError) -> Unanswered:
        """For a call that failed after a write had its effect, which a fresh look by the planner will show."""
        return cls(error.message, hint=error.hint, again=False, status=error.status)


def refusal(status: int, body: t.Any, request_id: str | None, what: str) -> Refused:
    """The error for an answer that says no, in the shape of either API.

    Args:
        status: the HTTP status, 300 or above.
        body: the decoded JSON, or None where it was not JSON.
        request_id: the `x-request-id` header.
        what: what was tried, as the start of a sentence, such as `PUT /incidents`.
    """
    message, code, errors = _said(body)
    details = "".join(
        (
            f"status {status}",
            f", code {code}" if code is not None else "",
            f": {'; '.join(errors)}" if errors else "",
            f", request id {request_id}" if request_id else "",
        )
    )
    return Refused(
        f"{what}: PagerDuty said: {message or 'nothing more'} ({details}).",
        hint=_hint(status, code, message),
        status=status,
        code=code,
        errors=errors,
        request_id=request_id,
    )


def _said(body: t.Any) -> tuple[str, int | None, list[str]]:
    """Message, code and details of an error body: REST nests them in `error`, the Events API does not."""
    if not isinstance(body, dict):
        return "", None, []
    error = body.get("error", body)
    if not isinstance(error, dict):
        return shortened(str(error)), None, []
    code = error.get("code")
    return shortened(str(error.get("message") or "")), code if isinstance(code, int) else None, _listed(error)


def _listed(error: dict[str, t.Any]) -> list[str]:
    errors = error.get("errors") or []
    if isinstance(errors, dict):
        errors = [f"{name}: {value}" for name, value in errors.items()]
    return [shortened(str(entry)) for entry in errors] if isinstance(errors, list) else [shortened(str(errors))]


def _hint(status: int, code: int | None, message: str) -> str:
    # The missing From header is answered with more than one code, but always with this word.
    if status == 400 and '"From" header' in message:
        return FROM_HEADER_HINT
    if code in HINTS_BY_CODE:
        return HINTS_BY_CODE[code]
    return HINTS_BY_STATUS.get(status, "")


def shortened(text: str, most: int = 300) -> str:
    """A text cut to `most` characters, for messages."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
