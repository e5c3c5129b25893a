# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module user: creates, updates and deletes users by e-mail address, which PagerDuty lets only one user have.

Private to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import timedelta

from .._api.auth import checked_email
from .._api.client import PagerDuty, Record, path_of
from .._api.directory import USER
from .._core.action import Action, State, each
from .._core.change import CAREFULLY, Change, Notification
from .._core.errors import InvalidOption, Refused, TaskError
from .._core.timestamps import iso_8601, now
from .._core.words import CREATE, DELETE, INVITE, NOTIFY, REMOVE, SET, Phrase, few, label, short_name
from .._incidents.names import id_and_number
from .._incidents.on_call import QUICK_READS
from .._users import without_calendars

Options = dict[str, t.Any]

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
NEVER_DELIVERED = ".invalid"
"""The end of an e-mail address to which no invitation is sent.

Source: PagerDuty/public-support-scripts, import_users/README.md.
"""
DUTY = timedelta(days=90)
"""How far ahead PagerDuty knows shifts. Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /oncalls."""
MAX_LISTED = 5
OFFBOARDING = "a manager of the user's teams, if the account has offboarding"
"""Whom deleting a user who is on call notifies. Source: https://support.pagerduty.com/main/docs/offboarding."""
INVITATION = "PagerDuty sends new users an invitation by e-mail"


def user(client: PagerDuty, options: Options) -> Action[PagerDuty]:
    """Return the action that a task asks for.

    Args:
        options: `email`, `state`, and any of `FIELDS`; None leaves a field as it is.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, /users and /users/{id}.
    """
    return Deletion(client, options) if options["state"] == "absent" else Profile(client, options)


class UserAction(Action[PagerDuty]):
    """What both have in common: one user, by the e-mail address."""

    noun = "user"

    def check(self) -> None:
        """Check the address and the fields."""
        email, (shortest, longest) = self.options["email"], EMAIL_LENGTHS
        checked_email("email", email)
        if not shortest <= len(email) <= longest:
            raise InvalidOption("email", f"must have {shortest} to {longest} characters", email)
        for option in FIELDS:
            value = self.options[option]
            if value is not None and len(value) > MAX_LENGTHS.get(option, len(value)):
                problem = f"must have at most {MAX_LENGTHS[option]} characters, but has {len(value)}"
                raise InvalidOption(option, problem)

    def prepare(self) -> None:
        """Take the address as the target."""
        self.targets = [self.options["email"]]

    def locks(self) -> t.Sequence[str]:
        """Return the address, which means the same user in upper and lower case."""
        return [f"user {self.options['email'].casefold()}"]

    def find(self, email: str) -> Record | None:
        """Return the user with an e-mail address, in upper or lower case."""
        for page in self.client.pages("/users", "users", [("query", email)]):
            for listed in page:
                if (listed.get("email") or "").casefold() == email.casefold():
                    return listed
        return None

    def result(self, records: t.Sequence[Record]) -> dict[str, t.Any]:
        """Return `user`; one who is not there has no record."""
        return {"user": records[0]} if records and records[0] else {}


class Profile(UserAction):
    """Creates the user, or gives those fields their values that are given and differ."""

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the user."""
        return each(targets, self.find)

    def plan(self, target: str, state: Record | None) -> Change:
        """Plan to create or to update the user.

        Raises:
            Refused: there is no such user, and a new one needs a name.
        """
        return self._update(target, state) if state else self._creation(target)

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return whom creating a user notifies.

        Source: PagerDuty/public-support-scripts, import_users/README.md.
        """
        if change.record or change.target.casefold().endswith(NEVER_DELIVERED):
            return []
        invited = {"id": None, "type": USER.type, "summary": change.target}
        return [Notification(invited, INVITATION, INVITE)]

    def send_one(self, change: Change) -> Record:
        """Create the user, or update the one who is there."""
        method, path = ("PUT", path_of("users", change.record["id"])) if change.record else ("POST", "/users")
        return without_calendars(self.client.write_and_get(method, path, {"user": change.body}, "user"))

    def _desired(self) -> Record:
        """Return the given fields, by option; PagerDuty drops repeated white space of a name.

        Source: https://github.com/PagerDuty/terraform-provider-pagerduty/pull/810.
        """
        given = {option: self.options[option] for option in FIELDS if self.options[option] is not None}
        return {**given, "name": " ".join(given["name"].split())} if "name" in given else given

    def _creation(self, email: str) -> Change:
        desired = self._desired()
        if "name" not in desired:
            raise Refused(
                f"No user has the e-mail address {email}.", hint="Set name to create the user, or check the address."
            )
        new = {"type": "user", "email": email, **{FIELDS[option]: value for option, value in desired.items()}}
        return Change(
            target=email,
            name=f"User {desired['name']}",
            before=dict.fromkeys(("email", *desired)),
            after={"email": email, **desired},
            says=[CREATE()],
            record={},
            predicted={**dict.fromkeys(USER_FIELDS), "summary": desired["name"], **new},
            body=new,
            resend=CAREFULLY,
        )

    def _update(self, email: str, present: Record) -> Change:
        desired = self._desired()
        before = {option: present.get(FIELDS[option]) or None for option in desired}
        after = {option: value or None for option, value in desired.items()}
        changed = {option: desired[option] for option in desired if before[option] != after[option]}
        fields = {FIELDS[option]: value for option, value in changed.items()}
        shown = without_calendars(present)
        return Change(
            target=email,
            name=_name(present),
            before=before,
            after=after,
            says=_says(changed) or "already as wanted",
            record=shown,
            predicted={**shown, **fields, **({"summary": changed["name"]} if "name" in changed else {})},
            # PagerDuty requires these three in each update.
            body={"type": "user", "name": present.get("name"), "email": present.get("email") or email, **fields},
        )


class Assigned(t.NamedTuple):
    """A user and what is assigned to them.

    Args:
        incidents: the open incidents.
        duties: the escalation policies for which the user is on call, now or later; or why that could not be read.
    """

    user: Record
    incidents: t.Sequence[Record]
    duties: t.Sequence[str] | TaskError


class Deletion(UserAction):
    """Deletes the user, if no open incident is assigned to them.

    PagerDuty refuses to delete a user with open incidents, unless the account's settings for offboarding let it restart
    the incidents, which would page others: do that in a task of its own.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, DELETE /users/{id};
    https://support.pagerduty.com/main/docs/offboarding.
    """

    def read(self, targets: t.Sequence[str]) -> t.Iterable[tuple[str, State | TaskError]]:
        """Read the user, and what is assigned to them."""
        return each(targets, self._state)

    def plan(self, target: str, state: Assigned | None) -> Change:
        """Plan to delete the user.

        Raises:
            Refused: the user is assigned to open incidents.
        """
        if state is None:
            nobody = {"email": None}
            says = "there is no such user"
            return Change(target=target, name=f"User {target}", before=nobody, after=nobody, says=says, record={})
        _check_incidents(state)
        present = state.user
        before = {"email": present["email"], "name": present.get("name"), "role": present.get("role")}
        return Change(
            target=target,
            name=_name(present),
            before=before,
            after=dict.fromkeys(before),
            says=[DELETE()],
            record=without_calendars(present),
            body=[] if isinstance(state.duties, TaskError) else state.duties,
            warnings=list(_warnings(state)),
        )

    def people(self, change: Change) -> t.Sequence[Notification]:
        """Return whom the deletion of a user who is on call notifies."""
        return [Notification(None, OFFBOARDING, NOTIFY)] if change.body else []

    def send_one(self, change: Change) -> Record:
        """Delete the user, unless another task has done so first."""
        try:
            self.client.write("DELETE", path_of("users", change.record["id"]))
        except Refused as error:
            if error.status == 400:
                error.hint = "Remove the user from all escalation policies and schedules, and reassign their incidents."
            if error.status != 404:
                raise
        return change.record

    def _state(self, email: str) -> Assigned | None:
        present = self.find(email)
        if present is None:
            return None
        query = [("user_ids[]", present["id"]), ("statuses[]", "triggered"), ("statuses[]", "acknowledged")]
        incidents = self.client.get_list("/incidents", "incidents", [*query, ("date_range", "all")])
        return Assigned(present, incidents, [] if incidents else self._duties(present))

    def _duties(self, present: Record) -> list[str] | TaskError:
        """Return the escalation policies for which a user is on call, or why that could not be read.

        PagerDuty deletes such a user only in accounts with offboarding. This only informs: PagerDuty decides.

        Source: as for incidents, and https://github.com/PagerDuty/terraform-provider-pagerduty/issues/833.
        """
        today = now()
        query = [
            ("user_ids[]", present["id"]),
            ("since", iso_8601(today)),
            ("until", iso_8601(today + DUTY)),
            ("earliest", "true"),
        ]
        pages = self.client.quick(QUICK_READS).pages("/oncalls", "oncalls", query)
        try:
            policies = [entry["escalation_policy"] for page in pages for entry in page]
        except TaskError as error:
            return error
        return list(dict.fromkeys(map(label, policies)))


def _name(present: Record) -> str:
    return f"User {short_name(present)}"


def _says(changed: Record) -> list[Phrase]:
    set_to = [f"{option.replace('_', ' ')} to {value}" for option, value in changed.items() if value]
    removed = [option for option, value in changed.items() if not value]
    return [*([SET(*set_to)] if set_to else []), *([REMOVE(*removed)] if removed else [])]


def _check_incidents(state: Assigned) -> None:
    """Check that a user is assigned to no open incident.

    Raises:
        Refused: there is one.
    """
    if state.incidents:
        listed = ", ".join(map(id_and_number, state.incidents[:MAX_LISTED]))
        more = "" if len(state.incidents) <= MAX_LISTED else ", and others"
        raise Refused(
            f"{_name(state.user)} is assigned to open incidents: {listed}{more}.",
            hint="Reassign or resolve them first.",
        )


def _warnings(state: Assigned) -> t.Iterator[str]:
    if isinstance(state.duties, TaskError):
        yield f"Could not read whether {_name(state.user)} is on call: {state.duties}"
    elif state.duties:
        yield (
            f"{_name(state.user)} is on call, now or within {DUTY.days} days, for {few(state.duties)}. PagerDuty "
            "deletes such a user only in accounts with offboarding."
        )
