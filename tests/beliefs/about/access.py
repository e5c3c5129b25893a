# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens, headers, limits and lists."""

from __future__ import annotations

from beliefs.account import Json
from beliefs.belief import ERRORS, INFERRED, SCHEMA, SLOW, NotTried, belief
from beliefs.own_service import OwnService

RATE_LIMITS = "https://developer.pagerduty.com/docs/rest-api-rate-limits"
PAGINATION = "https://developer.pagerduty.com/docs/pagination"
GO = "https://github.com/PagerDuty/go-pagerduty/issues"
PYTHON = "PagerDuty/python-pagerduty"
FROM = f"{PYTHON}, sphinx/source/user_guide.rst, The From header"
NOBODY = "nobody-has-this-address@example.com"
UNKNOWN = "Q0000000000000"


@belief((401, 2006), source=ERRORS)
def an_unknown_token_is_refused(own: OwnService) -> object:
    """An unknown token is refused with status 401 and code 2006."""
    response = own.account.call("GET", "/users", headers={"Authorization": "Token token=unknown"})
    return response.status_and_code


@belief((400, 2016), source=f"{GO}/32")
def a_write_with_an_account_key_needs_from(own: OwnService) -> object:
    """With an API key of the account, a write without From is refused with status 400 and code 2016."""
    check_account_key(own)
    return own.account.call("POST", "/incidents", own.new_incident(), headers={"From": None}).status_and_code


@belief((400, 1028), source=f"{GO}/336")
def a_from_that_is_no_address_is_refused(own: OwnService) -> object:
    """With an API key of the account, a From that is no e-mail address is refused with status 400 and code 1028."""
    check_account_key(own)
    return own.account.call("POST", "/incidents", own.new_incident(), headers={"From": "nobody"}).status_and_code


@belief(400, source=f"{INFERRED} from code 1008 of {ERRORS}, Requester User Not Found")
def a_from_of_nobody_is_refused(own: OwnService) -> object:
    """With an API key of the account, a From address of nobody in the account is refused with status 400."""
    check_account_key(own)
    return own.account.call("POST", "/incidents", own.new_incident(), headers={"From": NOBODY}).status


@belief("acknowledged", source=FROM)
def a_user_key_needs_no_from(own: OwnService) -> object:
    """With the API key of a user, a write needs no From."""
    check_user_key(own)
    return acknowledged_by(own, None)["status"]


@belief(True, source=f"{INFERRED} from {FROM}: the key tells the user")
def a_user_key_overrides_from(own: OwnService) -> object:
    """With the API key of a user, a write is that user's, whatever From says."""
    me = check_user_key(own)
    incident = acknowledged_by(own, NOBODY)
    return me in [given["acknowledger"]["id"] for given in incident["acknowledgements"]]


@belief((400, True), source=f"{PYTHON}, tests/rest_api_v2_client_test.py, test_api_key_access")
def an_account_key_is_nobody(own: OwnService) -> object:
    """GET /users/me with an API key of the account is refused with status 400, and a text in the place of an object."""
    check_account_key(own)
    response = own.account.call("GET", "/users/me")
    return response.status, "account-level access token" in str(response.body.get("error"))


@belief((400, 2001), source=f"{GO}/89")
def a_write_needs_json(own: OwnService) -> object:
    """A write without the content type application/json is refused with status 400 and code 2001."""
    headers = {"Content-Type": "text/plain"}
    return own.account.call("POST", "/incidents", own.new_incident(), headers=headers).status_and_code


@belief(True, source=RATE_LIMITS)
def responses_tell_the_rate_limit(own: OwnService) -> object:
    """A response has the headers ratelimit-remaining and ratelimit-reset."""
    headers = {name.lower() for name in own.account.call("GET", "/users").headers}
    return {"ratelimit-remaining", "ratelimit-reset"} <= headers


@belief(True, source="https://github.com/PagerDuty/pdpyras/issues/16")
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


@belief(404, source=f"{SCHEMA}, GET /incidents/{{id}}, 404")
def an_unknown_incident_is_not_found(own: OwnService) -> object:
    """A call for an unknown incident gets status 404."""
    return own.account.call("GET", f"/incidents/{UNKNOWN}").status


@belief(2100, 5001, source=f"{INFERRED} from the example of NotFound in the schema; {ERRORS} also lists 5001")
def an_unknown_incident_has_a_code(own: OwnService) -> object:
    """A call for an unknown incident gets code 2100 or 5001."""
    return own.account.call("GET", f"/incidents/{UNKNOWN}").code


@belief(source=f"{ERRORS}, status 408 and code 2016")
def a_call_that_takes_too_long_is_refused(_own: OwnService) -> object:
    """A call that takes too long gets status 408 and code 2016; it may have been carried out all the same."""
    raise NotTried(SLOW)


def acknowledged_by(own: OwnService, address: str | None) -> Json:
    """Return an incident that was acknowledged with a From header, or with none."""
    incident = own.open_incident()
    body = {"incident": {"type": "incident_reference", "status": "acknowledged"}}
    own.account.call("PUT", f"/incidents/{incident['id']}", body, headers={"From": address})
    return own.read(incident["id"])


def check_account_key(own: OwnService) -> None:
    """Check that the token is an API key of the account.

    Raises:
        NotTried: it belongs to a user, so PagerDuty needs no From.
    """
    if own.account.call("GET", "/users/me").status == 200:
        raise NotTried("the token belongs to a user")


def check_user_key(own: OwnService) -> str:
    """Return the id of the user to whom the token belongs.

    Raises:
        NotTried: it belongs to the account.
    """
    response = own.account.call("GET", "/users/me")
    if response.status != 200:
        raise NotTried("the token belongs to the account")
    return str(response.body["user"]["id"])
