# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PagerDuty's refusals, each with the next step for the person who reads it.

Private to the collection.
"""

from __future__ import annotations

import re
import typing as t

from .._core.errors import Refused, shorten

HINTS_BY_CODE: dict[int, str] = {
    1001: "The incident is resolved. Re-open it with status: triggered, or trigger a new one with the event module.",
    1002: "The incident is already acknowledged. Run the task again to see its current status.",
    1003: "Check status: PagerDuty does not accept this value.",
    1005: "Somebody else has changed the incident. Run the task again.",
    1006: "The escalation policy does not have this level.",
    1007: "Check assignees: each must be a user of this PagerDuty account.",
    1008: "Set from_email to the e-mail address of a user of this PagerDuty account.",
    1011: "The incident cannot be reassigned. If it is resolved, re-open it with status: triggered.",
    1012: "Somebody else has changed the incident. Run the task again.",
    1014: "Check escalation_policy: this PagerDuty account does not have it.",
    1015: "Nobody is on call at that level of the escalation policy. Fill its schedule, or choose another level.",
    1018: "The user of from_email lacks the permission. Choose a user who is a responder or above.",
    1019: "The incident is merged into another one already. Run the task again to see its current status.",
    1020: "Check priority: it must be one of the account's priorities, and priorities must be enabled.",
    2006: "Check api_token and region: a token of an EU account works only with region eu.",
    2010: "The token lacks the permission: it may be read-only, or its user's role does not allow this.",
    2011: "Set requester or from_email to a user of this PagerDuty account.",
    2013: "Check the user: this PagerDuty account does not have them.",
    2014: "The PagerDuty account's plan does not include this feature.",
    5001: "Check incident_id, and that the token belongs to the incident's account and region.",
}
"""The next step by PagerDuty's error code. Source: https://developer.pagerduty.com/docs/errors."""

HINTS_BY_STATUS: dict[int, str] = {
    401: HINTS_BY_CODE[2006],
    402: HINTS_BY_CODE[2014],
    403: HINTS_BY_CODE[2010],
    404: "Check the id, and that the token belongs to the same account and region.",
    413: "Send less in one call.",
}
"""The next step by HTTP status, if the code does not tell more."""

FROM_HEADER_HINT = HINTS_BY_CODE[1008]
ROUTING_KEY = "routing_key"
ROUTING_KEY_HINT = (
    "Check routing_key and region: it must be the key of an Events API v2 integration, of a service in this region."
)
CALLER_STATUSES = frozenset((401, 402, 413))
CALLER_CODES = frozenset((1008, 2006, 2011, 2014))
"""Statuses and codes that refuse the caller, not just one incident."""
FORBIDDEN = 403
"""The token is read-only, or roles and teams do not allow a change of this incident.

Source: https://developer.pagerduty.com/docs/errors, codes 2010 and 2018.
"""
CONFLICT_CODES = frozenset((1001, 1002, 1005, 1012, 1019))
"""Codes for a status that somebody else has set in the meantime."""
CODES_BY_WORDS = {"already resolved": 1001, "already acknowledged": 1002}
"""The same by their words in the error details under code 2001.

INFERRED from openshift/configuration-anomaly-detection, pkg/pagerduty/pagerduty.go, which looks for them in the answer.
"""
INVALID_INPUT = 2001
CODE = r"[0-9]{1,9}"
DUPLICATES = {
    "open incident with matching dedup key already exists": "Run the task again: it then finds the open incident.",
    "email has already been taken": "Run the task again: it then finds the user.",
}
"""Words of a refusal to create what exists, in the details, with the next step.

Source: https://github.com/mapbox/dispatch/issues/119;
https://github.com/PagerDuty/terraform-provider-pagerduty/issues/845.
"""


def refusal(status: int, body: t.Any, request_id: str | None, description: str) -> Refused:
    """Return the error for a refusal by the REST API or the Events API.

    Args:
        status: the HTTP status, 300 or above.
        body: the decoded JSON, or None if it was not JSON.
        request_id: the `x-request-id` header.
        description: the call, such as `PUT /incidents`.
    """
    message, code, errors = _parse(body)
    details = ", ".join(
        filter(None, (f"HTTP {status}", f"code {code}" if code is not None else "", _request_id(request_id)))
    )
    said = ": ".join(filter(None, (message, "; ".join(errors)))) or "PagerDuty gave no error message"
    reason = _reason(code, errors)
    text = " ".join(errors).casefold()
    duplicate = next((hint for words, hint in DUPLICATES.items() if words in text), "")
    hint = duplicate or _hint(status, reason, message) or (ROUTING_KEY_HINT if ROUTING_KEY in text else "")
    return Refused(
        f"{description}: {said} ({details}).",
        hint=hint,
        status=status,
        code=code,
        errors=errors,
        request_id=request_id,
        is_fatal=status in CALLER_STATUSES or reason in CALLER_CODES or hint == FROM_HEADER_HINT,
        is_forbidden=status == FORBIDDEN,
        is_conflict=bool(duplicate) or reason in CONFLICT_CODES,
    )


def reason_of(error: Refused) -> int | None:
    """Return the code of a refusal, also where only its details tell it."""
    return _reason(error.code, error.errors)


def _request_id(request_id: str | None) -> str:
    return f"request id {request_id}" if request_id else ""


def _parse(body: t.Any) -> tuple[str, int | None, list[str]]:
    """Return message, code and details: the REST API nests them in `error`, the Events API does not."""
    if not isinstance(body, dict):
        return "", None, []
    error = body.get("error", body)
    if isinstance(error, list):
        return "", None, _details(error)
    if not isinstance(error, dict):
        return shorten(str(error)), None, []
    return shorten(str(error.get("message") or "")), _code(error.get("code")), _details(error.get("errors") or [])


def _code(code: t.Any) -> int | None:
    """Return a code, which was also seen as a text: PagerDuty/go-pagerduty, client_test.go."""
    if isinstance(code, str) and re.fullmatch(CODE, code):
        return int(code)
    return code if isinstance(code, int) else None


def _details(errors: t.Any) -> list[str]:
    if isinstance(errors, dict):
        errors = [f"{name}: {value}" for name, value in errors.items()]
    return [shorten(str(entry)) for entry in errors] if isinstance(errors, list) else [shorten(str(errors))]


def _reason(code: int | None, errors: t.Sequence[str]) -> int | None:
    """Return the code of a refusal, also where only the details tell it."""
    text = " ".join(errors).casefold()
    if code != INVALID_INPUT:
        return code
    return next((known for words, known in CODES_BY_WORDS.items() if words in text), code)


def _hint(status: int, code: int | None, message: str) -> str:
    # A missing or malformed From header comes with more than one code, but always with these words.
    if status == 400 and '"From" header' in message:
        return FROM_HEADER_HINT
    if code in HINTS_BY_CODE:
        return HINTS_BY_CODE[code]
    return HINTS_BY_STATUS.get(status, "")
