# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors, grouped by what they mean for the effect of a call.

L(InvalidOption): nothing was sent. L(Refused): the server said no, nothing changed. L(NotSent): the server did not
process the call. L(OutcomeUnknown): the call may have taken effect, so a write must be checked before it is sent again.
L(PartlyDone): part of a change was made.

Private to the collection.
"""

from __future__ import annotations

import typing as t


class TaskError(Exception):
    """A failure with everything a person needs to act on it.

    Args:
        message: what failed and what the server said, in one or two sentences.
        hint: what to do next.
        status: the HTTP status, if there was a response.
        code: the server's own error code.
        errors: the server's error details.
        request_id: identifies the call to the server's support team.
    """

    outcome = "not_done"
    """`not_done`: the change was not made; `partly_done`: part of it was; `unknown`: it may have been made."""
    is_fatal = False
    """Whether the same error would hit every other target of the task."""

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

    def as_result(self) -> dict[str, t.Any]:
        """Return the error as a dictionary for playbooks; every key is always present."""
        return {
            "message": self.message,
            "hint": self.hint,
            "outcome": self.outcome,
            "status": self.status,
            "code": self.code,
            "errors": self.errors,
            "request_id": self.request_id,
        }


class InvalidOption(TaskError):
    """An option has an unusable value. Raised before any call.

    Args:
        option: the option's name.
        problem: what is wrong, to be read after the option's name.
        value: the value given; omit it for secrets.
    """

    is_fatal = True

    def __init__(self, option: str, problem: str, value: t.Any = None) -> None:
        given = "" if value is None else f", got {shorten(repr(value))}"
        super().__init__(f"{option}: {problem}{given}.")


class Refused(TaskError):
    """The server refused the call, and nothing changed.

    Args:
        is_fatal: whether the caller was refused (a bad token), not just this target.
        is_forbidden: whether a permission is missing: it can be the caller's, or differ from target to target.
        is_conflict: whether somebody else may have made the change in the meantime.
    """

    def __init__(
        self,
        message: str,
        *,
        is_fatal: bool = False,
        is_forbidden: bool = False,
        is_conflict: bool = False,
        **details: t.Any,
    ) -> None:
        super().__init__(message, **details)
        self.is_fatal = is_fatal
        self.is_forbidden = is_forbidden
        self.is_conflict = is_conflict


class NotSent(TaskError):
    """The server did not process the call: it was unreachable or over its rate limit.

    Args:
        retryable: whether a retry can succeed.
        retry_after: how many seconds the server asked to wait, if it said so.
    """

    is_fatal = True

    def __init__(
        self, message: str, *, retryable: bool = True, retry_after: float | None = None, **details: t.Any
    ) -> None:
        super().__init__(message, **details)
        self.retryable = retryable
        self.retry_after = retry_after


class OutcomeUnknown(TaskError):
    """The call was sent, but there was no usable response: it may have taken effect.

    Args:
        retryable: whether a retry can bring a usable response.
        may_still_apply: whether the server may still be processing the call. Reading the target then proves nothing
            if it does not show the change.
    """

    outcome = "unknown"
    retry_after: float | None = None

    def __init__(
        self, message: str, *, retryable: bool = True, may_still_apply: bool = False, **details: t.Any
    ) -> None:
        super().__init__(message, **details)
        self.retryable = retryable
        self.may_still_apply = may_still_apply


class PartlyDone(TaskError):
    """Part of a change was made, and then something failed."""

    outcome = "partly_done"

    @classmethod
    def because_of(cls, error: TaskError) -> PartlyDone:
        """Return the error for a change that another error stopped half-way."""
        return cls(
            error.message,
            hint=error.hint,
            status=error.status,
            code=error.code,
            errors=error.errors,
            request_id=error.request_id,
        )


def shorten(text: str, max_length: int = 300) -> str:
    """Return a text for messages, cut to `max_length` characters."""
    return text if len(text) <= max_length else f"{text[: max_length - 1]}…"
