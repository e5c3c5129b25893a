# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users: creates, updates and deletes one by the e-mail address, which PagerDuty lets only one user have.

Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t
from datetime import timedelta

from .._api.auth import checked_email
from .._api.client import PagerDuty, Record, path_of
from .._api.directory import USER, label
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.plan import Notification, Outcome, Plan, PlanOrOutcome, Write
from .._core.time_texts import iso_8601, now
from .on_call import READ_TIMEOUT

FIELDS = {
    "name": "name",
    "role": "role",
    "title": "job_title",
    "description": "description",
    "color": "color",
    "time_zone": "time_zone",
}
"""Fields of a user, by option. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `User`."""
ROLES = (
    "admin",
    "limited_user",
    "observer",
    "owner",
    "read_only_limited_user",
    "read_only_user",
    "restricted_access",
    "user",
)
"""Source: as FIELDS."""
USER_FIELDS = (
    "id",
    "type",
    "summary",
    "self",
    "html_url",
    "name",
    "email",
    "time_zone",
    "color",
    "role",
    "avatar_url",
    "description",
    "invitation_sent",
    "job_title",
    "created_via_sso",
    "teams",
    "contact_methods",
    "notification_rules",
)
"""What PagerDuty returns of a new user. Source: as FIELDS."""
MAX_LENGTHS = {"name": 100, "title": 100}
"""Characters. Source: as FIELDS."""
EMAIL_LENGTHS = (6, 100)
MAY_BE_EMPTY = ("title", "description")
CALENDAR_URLS = ("http_cal_url", "web_cal_url")
"""Fields that show the user's calendar to everybody who knows them. Source: as FIELDS."""
NEVER_DELIVERED = ".invalid"
"""The end of an e-mail address to which no invitation is sent.

Source: PagerDuty/public-support-scripts, import_users/README.md.
"""
DUTY = timedelta(days=90)
"""How far ahead PagerDuty knows shifts. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /oncalls."""
MAX_LISTED = 5
OFFBOARDING = "in accounts with offboarding, the managers of the user's teams"
"""Whom deleting a user who is on call notifies. Source: https://support.pagerduty.com/main/docs/offboarding."""


def manage_user(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Return the plan for one user.

    Args:
        params: `email`, `state`, and any of `FIELDS`; None leaves a field as it is.

    Raises:
        InvalidOption: an option has an unusable value.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /users and /users/{id}.
    """
    _check(params)
    email, desired = params["email"], _desired(params)
    found = find_by_email(pagerduty, email)
    try:
        if params["state"] == "absent":
            return [_removal(pagerduty, email, found)]
        return [_update(pagerduty, email, found, desired) if found else _creation(pagerduty, email, desired)]
    except TaskError as error:
        if error.is_fatal:
            raise
        return [Outcome(email, error=error)]


def find_by_email(pagerduty: PagerDuty, email: str) -> Record | None:
    """Return the user with an e-mail address, in upper or lower case."""
    for page in pagerduty.pages("/users", "users", [("query", email)]):
        for user in page:
            if (user.get("email") or "").casefold() == email.casefold():
                return user
    return None


def without_calendars(user: Record) -> Record:
    """Return a user without the addresses of their calendar, which are secrets."""
    return {name: value for name, value in user.items() if name not in CALENDAR_URLS}


def user_result(records: t.Sequence[Record]) -> Record:
    """Return the result of the module; a user who is not there has no record."""
    (record,) = records or ({},)
    return {"user": record} if record else {}


def _check(params: t.Mapping[str, t.Any]) -> None:
    shortest, longest = EMAIL_LENGTHS
    if not checked_email("email", params["email"]):
        raise InvalidOption("email", "must not be empty", params["email"])
    if not shortest <= len(params["email"]) <= longest:
        raise InvalidOption("email", f"must have {shortest} to {longest} characters", params["email"])
    for option in FIELDS:
        value = params[option]
        if value is not None and not value.strip() and option not in MAY_BE_EMPTY:
            raise InvalidOption(option, "must not be empty", value)
        if value is not None and len(value) > MAX_LENGTHS.get(option, len(value)):
            problem = f"must have at most {MAX_LENGTHS[option]} characters, but has {len(value)}"
            raise InvalidOption(option, problem)


def _desired(params: t.Mapping[str, t.Any]) -> Record:
    """Return the given fields, by option; PagerDuty drops repeated white space of a name.

    Source: https://github.com/PagerDuty/terraform-provider-pagerduty/pull/810.
    """
    given = {option: params[option] for option in FIELDS if params[option] is not None}
    return {**given, "name": " ".join(given["name"].split())} if "name" in given else given


def _creation(pagerduty: PagerDuty, email: str, desired: Record) -> Plan:
    if "name" not in desired:
        raise Refused(
            f"No user has the e-mail address {email}.", hint="Set name to create the user, or check the address."
        )
    fields = {FIELDS[option]: value for option, value in desired.items()}
    new = {"type": "user", "email": email, **fields}
    return Plan(
        email,
        dict.fromkeys(("email", *desired)),
        {"email": email, **desired},
        {},
        {**dict.fromkeys(USER_FIELDS), "summary": desired["name"], **new},
        Write(functools.partial(_create, pagerduty), harmful_twice=True),
        new,
        _invitations(email),
    )


def _invitations(email: str) -> list[Notification]:
    """Return whom creating a user notifies.

    Source: PagerDuty/public-support-scripts, import_users/README.md.
    """
    if email.casefold().endswith(NEVER_DELIVERED):
        return []
    invited = {"id": None, "type": USER.type, "summary": email}
    return [Notification(invited, "PagerDuty sends new users an invitation by e-mail")]


def _update(pagerduty: PagerDuty, email: str, user: Record, desired: Record) -> Plan:
    shown = without_calendars(user)
    before = {option: user.get(FIELDS[option]) or None for option in desired}
    after = {option: value or None for option, value in desired.items()}
    changed = {FIELDS[option]: desired[option] for option in desired if before[option] != after[option]}
    predicted = {**shown, **changed, **({"summary": changed["name"]} if "name" in changed else {})}
    # PagerDuty requires these three in each update.
    body = {"type": "user", "name": user.get("name"), "email": user["email"], **changed}
    write = Write(functools.partial(_put, pagerduty, user["id"]))
    return Plan(email, before, after, shown, predicted, write, body)


def _removal(pagerduty: PagerDuty, email: str, user: Record | None) -> Plan:
    if user is None:
        return Plan(email, {"email": None}, {"email": None}, {}, {})
    _check_incidents(pagerduty, user)
    duties = _duties(pagerduty, user)
    if duties:
        pagerduty.warn(
            f"User {label(user)} is on call, now or within {DUTY.days} days, for {', '.join(duties)}. PagerDuty "
            "deletes such a user only in accounts with offboarding."
        )
    before = {"email": user["email"], "name": user.get("name"), "role": user.get("role")}
    shown = without_calendars(user)
    write = Write(functools.partial(_delete, pagerduty, user["id"]))
    managers = [Notification(None, OFFBOARDING)] if duties else []
    return Plan(email, before, dict.fromkeys(before), shown, shown, write, notifies=managers)


def _check_incidents(pagerduty: PagerDuty, user: Record) -> None:
    """Check that a user is assigned to no open incident.

    PagerDuty refuses to delete such a user, unless the account's settings for offboarding let it restart the incidents,
    which would page others: that is for a task that says so.

    Raises:
        Refused: there is one.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, DELETE /users/{id};
    https://support.pagerduty.com/main/docs/offboarding.
    """
    query = [("user_ids[]", user["id"]), ("statuses[]", "triggered"), ("statuses[]", "acknowledged")]
    incidents = pagerduty.get("/incidents", "incidents", [*query, ("date_range", "all")])
    if incidents:
        listed = ", ".join(f"{each['id']} (number {each['incident_number']})" for each in incidents[:MAX_LISTED])
        more = "" if len(incidents) <= MAX_LISTED else ", and others"
        raise Refused(
            f"User {label(user)} is assigned to open incidents: {listed}{more}.",
            hint="Reassign or resolve them first.",
        )


def _duties(pagerduty: PagerDuty, user: Record) -> list[str]:
    """Return the escalation policies for which a user is on call, now or later.

    PagerDuty deletes such a user only in accounts with offboarding.

    Source: as for incidents, and https://github.com/PagerDuty/terraform-provider-pagerduty/issues/833.
    """
    today = now()
    query = [
        ("user_ids[]", user["id"]),
        ("since", iso_8601(today)),
        ("until", iso_8601(today + DUTY)),
        ("earliest", "true"),
    ]
    once = pagerduty.without_retries(READ_TIMEOUT)
    try:
        entries = [entry for page in once.pages("/oncalls", "oncalls", query) for entry in page]
    except TaskError as error:
        # This only informs: PagerDuty decides.
        pagerduty.warn(f"Could not read whether user {label(user)} is on call: {error}")
        return []
    return list(dict.fromkeys(label(entry["escalation_policy"]) for entry in entries))


def _create(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    return [without_calendars(pagerduty.write_and_get("POST", "/users", {"user": plan.body}, "user"))]


def _put(pagerduty: PagerDuty, user_id: str, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    user = pagerduty.write_and_get("PUT", path_of("users", user_id), {"user": plan.body}, "user")
    return [without_calendars(user)]


def _delete(pagerduty: PagerDuty, user_id: str, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    try:
        pagerduty.write("DELETE", path_of("users", user_id))
    except Refused as error:
        if error.status == 400:
            error.hint = "Remove the user from all escalation policies and schedules, and reassign their incidents."
        # Another task may have deleted them first.
        if error.status != 404:
            raise
    return [plan.predicted]
