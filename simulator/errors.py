# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PagerDuty's error responses, each with a name.

Source: https://developer.pagerduty.com/docs/errors.
"""

from __future__ import annotations

import typing as t


class ApiError(Exception):
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
        """The body of the response."""
        error: dict[str, t.Any] = {"message": self.message, "code": self.code}
        return {"error": {**error, "errors": self.errors} if self.errors else error}


class OffContract(Exception):
    """A request or response that the OpenAPI files do not allow.

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
        """The body of the response, with a status that PagerDuty never returns."""
        message = f"off contract: the {self.side} breaks the OpenAPI file"
        return {"error": {"message": message, "code": self.STATUS, "errors": self.errors}}


def invalid(*errors: str) -> ApiError:
    """The arguments are invalid."""
    return ApiError(400, 2001, "Invalid Input Provided", errors)


def conflicting(*errors: str) -> ApiError:
    """The arguments are valid, but not in this state."""
    return ApiError(400, 2002, "Arguments Caused Error", errors)


def no_hash() -> ApiError:
    """A write without `Content-Type: application/json`, or whose body is not a JSON object."""
    return invalid("params must be a Hash")


def no_from() -> ApiError:
    """An account key without a From header. Source: https://github.com/PagerDuty/go-pagerduty/issues/32."""
    return ApiError(400, 2016, 'You must specify a user\'s email address in the "From" header to perform this action')


def malformed_from() -> ApiError:
    """A From header without an e-mail address. Source: https://github.com/PagerDuty/go-pagerduty/issues/336."""
    return ApiError(400, 1028, 'Malformed "From" header')


def unknown_requester() -> ApiError:
    """A From header without the address of a user."""
    return ApiError(400, 1008, "Requester User Not Found")


def unauthorized() -> ApiError:
    """No key, an unknown key, or a key with the wrong scheme."""
    return ApiError(401, 2006, "Unauthorized", ["The API key is not known"])


def forbidden() -> ApiError:
    """A write with a read-only key."""
    return ApiError(403, 2010, "Access Denied", ["The API key may only read"])


def too_many_requests() -> ApiError:
    """The rate limit is used up."""
    return ApiError(429, 2020, "Rate Limit Exceeded", ["Too many requests for this key within a minute"])


def trouble(status: int) -> ApiError:
    """A server error, or a call that took too long. Source: https://developer.pagerduty.com/docs/errors, code 2016."""
    if status == 408:
        return ApiError(status, 2016, "Request Timeout", ["The request took too long to process"])
    return ApiError(status, 2000, "Simulated trouble")


def not_found(what: str) -> ApiError:
    """Something does not exist. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, responses, `NotFound`."""
    return ApiError(404, 2100, "Not Found", [f"{what} not found"])


def shift_based_schedule() -> ApiError:
    """GET /schedules/{id} of a shift-based schedule. Its code is INFERRED.

    Source: PagerDuty/pagerduty-mcp-server, tests/test_schedules.py; PagerDuty/pd-oncall-chat-topic#48.
    """
    return ApiError(400, 2001, "This is a shift-based schedule. Use the v3 Schedules API to access it.")


def layer_based_schedule() -> ApiError:
    """GET /v3/schedules/{id} of a layer-based schedule. Its code is INFERRED.

    Source: PagerDuty/developer-docs, docs/REST-API/21-Schedules-v2-to-v3-Upgrade.md; the words are those of
    PagerDuty/pagerduty-mcp-server, tests/test_schedules.py.
    """
    return ApiError(400, 2001, "This is a layer-based schedule. Use the v2 Schedules API to access it.")


def missing_ability(ability: str) -> ApiError:
    """The account's plan lacks something."""
    return ApiError(402, 2014, "Account Does Not Have Ability", [f"The account does not have the ability {ability}"])


def too_many(things: str) -> ApiError:
    """More than 250 incidents or alerts in one update."""
    return ApiError(413, 2001, "Request Entity Too Large", [f"At most 250 {things} can be updated in one request"])


def low_urgency() -> ApiError:
    """A low-urgency incident has no escalation levels (INFERRED: the code of the API for it is not documented).

    Source: https://support.pagerduty.com/main/docs/reassigning-and-delegating-incidents.
    """
    return ApiError(400, 1006, "Cannot Escalate", ["Low-urgency incidents cannot be reassigned to a level"])


def cannot_reassign() -> ApiError:
    """A resolved incident has no assignees (INFERRED: the documents list the code, but not what it is for)."""
    return ApiError(400, 1011, "Cannot process reassign action")


def access_denied() -> ApiError:
    """Roles differ from incident to incident. Source: https://developer.pagerduty.com/docs/errors."""
    message = "Access Denied: You may have lost access to this incident if it has been resolved"
    return ApiError(403, 2018, message)


def already_resolved() -> ApiError:
    """A resolved incident cannot be resolved again."""
    return ApiError(400, 1001, "Incident Already Resolved")


def invalid_status() -> ApiError:
    """An unknown status."""
    return ApiError(400, 1003, "Invalid Status Provided")


def no_such_level(level: int, levels: int) -> ApiError:
    """A level that the escalation policy lacks (INFERRED: the words).

    Source: openshift/configuration-anomaly-detection, pkg/pagerduty/pagerduty.go, EscalateIncident.
    """
    return invalid(f"Escalation level {level} does not exist; the escalation policy has {levels} levels")


def assignee_not_found(user_id: str) -> ApiError:
    """An assignee who is not a user of the account."""
    return ApiError(400, 1007, "Assignee User Not Found", [f"User {user_id} not found"])


def escalation_policy_not_found(policy_id: str) -> ApiError:
    """An escalation policy that the account lacks."""
    return ApiError(400, 1014, "Escalation Policy Not Found", [f"Escalation policy {policy_id} not found"])


def nobody_on_call(level: int) -> ApiError:
    """A level of the escalation policy at which nobody is on call."""
    return ApiError(400, 1015, "Escalation Policy Has No One On Call", [f"Nobody is on call at level {level}"])


def invalid_priority(priority: str) -> ApiError:
    """A priority that the account lacks."""
    return ApiError(400, 1020, "Invalid Priority", [f"Priority {priority} not found"])


def past_maintenance_window() -> ApiError:
    """A maintenance window that has ended cannot be ended. Source: https://developer.pagerduty.com/docs/errors."""
    return ApiError(405, 5003, "Cannot cancel a maintenance window from the past")


def past_override() -> ApiError:
    """An override or a custom shift that has ended cannot be removed; of the status, only that of shifts is known.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, DELETE /schedules/{id}/overrides/{override_id} and
    DELETE /v3/schedules/{id}/custom_shifts/{custom_shift_id}.
    """
    return invalid("A past override cannot be removed")


def maintenance_window_not_found() -> ApiError:
    """There is no such maintenance window. Source: https://developer.pagerduty.com/docs/errors."""
    return ApiError(404, 5001, "Maintenance Window Not Found")


def requester_id_missing() -> ApiError:
    """A responder request without a requester."""
    return ApiError(400, 2011, "Requester ID Missing", ["requester_id is required"])


def user_not_found(user_id: str) -> ApiError:
    """A user in the body who is not a user of the account."""
    return ApiError(400, 2013, "User Not Found", [f"User {user_id} not found"])
