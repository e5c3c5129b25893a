# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens, headers, limits and lists."""

from __future__ import annotations

from beliefs.belief import ERRORS, INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService

RATE_LIMITS = "https://developer.pagerduty.com/docs/rest-api-rate-limits"
PAGINATION = "https://developer.pagerduty.com/docs/pagination"
NOBODY = "nobody-has-this-address@example.com"


@belief((401, 2006), source=ERRORS)
def an_unknown_token_is_refused(own: OwnService) -> object:
    """An unknown token is refused with status 401 and code 2006."""
    response = own.account.call("GET", "/users", headers={"Authorization": "Token token=unknown"})
    return response.status_and_code


@belief(400, source=f"{SCHEMA}, POST /incidents, header From")
def a_write_with_an_account_key_needs_from(own: OwnService) -> object:
    """With an API key of the account, a write without From is refused with status 400."""
    check_account_key(own)
    return own.account.call("POST", "/incidents", own.new_incident(), headers={"From": None}).status


@belief(400, source=ERRORS)
def a_from_of_nobody_is_refused(own: OwnService) -> object:
    """With an API key of the account, a From address of nobody in the account is refused with status 400."""
    check_account_key(own)
    return own.account.call("POST", "/incidents", own.new_incident(), headers={"From": NOBODY}).status


@belief((400, 2001), source=f"{INFERRED} from answers that users quote in issues of other clients")
def a_write_needs_json(own: OwnService) -> object:
    """A write without the content type application/json is refused with status 400 and code 2001."""
    headers = {"Content-Type": "text/plain"}
    return own.account.call("POST", "/incidents", own.new_incident(), headers=headers).status_and_code


@belief(True, source=RATE_LIMITS)
def responses_tell_the_rate_limit(own: OwnService) -> object:
    """A response has the headers ratelimit-remaining and ratelimit-reset."""
    headers = {name.lower() for name in own.account.call("GET", "/users").headers}
    return {"ratelimit-remaining", "ratelimit-reset"} <= headers


@belief(True, source="https://developer.pagerduty.com/docs/rest-api-overview")
def responses_have_a_request_id(own: OwnService) -> object:
    """A response has the header x-request-id."""
    return "x-request-id" in {name.lower() for name in own.account.call("GET", "/users").headers}


@belief(100, source=PAGINATION)
def a_page_has_at_most_100(own: OwnService) -> object:
    """A page of a list has at most 100 items, whatever the limit."""
    response = own.account.call("GET", "/users", query=[("limit", "1000")])
    return response.body["limit"]


@belief(400, source=PAGINATION)
def a_list_ends_at_10_000(own: OwnService) -> object:
    """An offset plus limit of more than 10,000 is refused with status 400."""
    return own.account.call("GET", "/incidents", query=[("limit", "100"), ("offset", "9901")]).status


@belief(404, source=ERRORS)
def an_unknown_incident_is_not_found(own: OwnService) -> object:
    """A call for an unknown incident gets status 404."""
    return own.account.call("GET", "/incidents/Q0000000000000").status


def check_account_key(own: OwnService) -> None:
    """Check that the token is an API key of the account.

    Raises:
        NotTried: it belongs to a user, so PagerDuty needs no From.
    """
    if own.account.call("GET", "/users/me").status == 200:
        raise NotTried("the token belongs to a user")
