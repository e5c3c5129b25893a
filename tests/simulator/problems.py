# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors that PagerDuty answers with, each under a name of its own.

Source: PAGERDUTY_API.md, "Errors" (https://developer.pagerduty.com/docs/errors).
"""

from __future__ import annotations

import typing as t


class Problem(Exception):
    """A refusal of the REST API.

    Args:
        status: the HTTP status.
        code: PagerDuty's own code.
        message: what went wrong, in PagerDuty's words where these are known.
        errors: details.
    """

    def __init__(self, status: int, code: int, message: str, errors: t.Sequence[str] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = list(errors)

    @property
    def body(self) -> dict[str, t.Any]:
        """The answer's body."""
        error: dict[str, t.Any] = {"message": self.message, "code": self.code}
        return {"error": {**error, "errors": self.errors} if self.errors else error}


class OffContract(Exception):
    """A request or an answer that the OpenAPI files do not allow.

    Args:
        side: `request` or `answer`.
        errors: what is wrong with it.
    """

    STATUS = 599

    def __init__(self, side: str, errors: t.Sequence[str]) -> None:
        super().__init__(f"{side}: {'; '.join(errors)}")
        self.side = side
        self.errors = [f"{side}: {error}" for error in errors]

    @property
    def body(self) -> dict[str, t.Any]:
        """The answer's body; no status that PagerDuty itself could answer."""
        message = f"off contract: the {self.side} breaks the OpenAPI file"
        return {"error": {"message": message, "code": self.STATUS, "errors": self.errors}}


def invalid(*errors: str) -> Problem:
    """The arguments are wrong."""
    return Problem(400, 2001, "Invalid Input Provided", errors)


def conflicting(*errors: str) -> Problem:
    """The arguments are right, but not in this state."""
    return Problem(400, 2002, "Arguments Caused Error", errors)


def no_hash() -> Problem:
    """A write without `Content-Type: application/json`, or with a body that is no JSON object."""
    return invalid("params must be a Hash")


def no_from() -> Problem:
    """An account key without a From."""
    return Problem(400, 2001, 'You must specify a user\'s email address in the "From" header to perform this action')


def unknown_requester() -> Problem:
    """A From that is no user's address."""
    return Problem(400, 1008, "Requester User Not Found")


def unauthorized() -> Problem:
    """No key, an unknown one, or one sent in the wrong way."""
    return Problem(401, 2006, "Unauthorized", ["The API key is not known"])


def forbidden() -> Problem:
    """A read-only key that writes."""
    return Problem(403, 2010, "Access Denied", ["The API key may only read"])


def too_many_requests() -> Problem:
    """The rate limit is used up."""
    return Problem(429, 2020, "Rate Limit Exceeded", ["Too many requests for this key within a minute"])


def not_found(what: str) -> Problem:
    """There is no such thing."""
    return Problem(404, 2100, "Not Found", [f"{what} not found"])


def incident_not_found(incident_id: str) -> Problem:
    """There is no such incident."""
    return Problem(404, 5001, "Incident Not Found", [f"Incident {incident_id} not found"])


def missing_ability(ability: str) -> Problem:
    """The account's plan lacks something."""
    return Problem(402, 2014, "Account Does Not Have Ability", [f"The account does not have the ability {ability}"])


def too_many_incidents() -> Problem:
    """More than 250 incidents in one PUT /incidents."""
    return Problem(413, 2001, "Request Entity Too Large", ["At most 250 incidents can be updated in one request"])


def already_resolved() -> Problem:
    """Nothing re-opens or changes the course of a resolved incident."""
    return Problem(400, 1001, "Incident Already Resolved")


def already_acknowledged() -> Problem:
    """The user has acknowledged the incident before."""
    return Problem(400, 1002, "Incident Already Acknowledged")


def invalid_status() -> Problem:
    """A status that no incident has."""
    return Problem(400, 1003, "Invalid Status Provided")


def cannot_escalate(level: int, levels: int) -> Problem:
    """A level that the escalation policy lacks."""
    error = f"Escalation level {level} does not exist; the escalation policy has {levels} levels"
    return Problem(400, 1006, "Cannot Escalate Incident", [error])


def assignee_not_found(user_id: str) -> Problem:
    """Somebody who is no user of the account shall be assigned."""
    return Problem(400, 1007, "Assignee User Not Found", [f"User {user_id} not found"])


def escalation_policy_not_found(policy_id: str) -> Problem:
    """An escalation policy that the account lacks."""
    return Problem(400, 1014, "Escalation Policy Not Found", [f"Escalation policy {policy_id} not found"])


def nobody_on_call(level: int) -> Problem:
    """A level of the escalation policy at which nobody is on call."""
    return Problem(400, 1015, "Escalation Policy Has No One On Call", [f"Nobody is on call at level {level}"])


def invalid_priority(priority: str) -> Problem:
    """A priority that the account lacks."""
    return Problem(400, 1020, "Invalid Priority", [f"Priority {priority} not found"])


def requester_id_missing() -> Problem:
    """A responder request of nobody."""
    return Problem(400, 2011, "Requester ID Missing", ["requester_id is required"])


def user_not_found(user_id: str) -> Problem:
    """Somebody named in a body is no user of the account."""
    return Problem(400, 2013, "User Not Found", [f"User {user_id} not found"])
