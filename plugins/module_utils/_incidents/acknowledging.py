# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who acknowledges an incident: PagerDuty assigns it to them alone, and pages nobody.

Source: https://community.pagerduty.com/pagerduty-user-onboarding-13/responding-to-incidents-in-pagerduty-372; for the
user of the header From hubot-archive/hubot-pager-me, issue 125. INFERRED: nobody else stays assigned (in
PagerDuty/developer-docs, docs/webhooks/10-V1-Overview.md, "incident.unacknowledge", the earlier assignee is assigned
anew), and nobody is paged. Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._api.directory import USER, Directory
from .._api.shapes import LOG_ENTRY, has_shape
from .._core.change import Change
from .._core.errors import TaskError
from .._core.timestamps import time_of
from .._core.words import ACKNOWLEDGE, ASSIGN, Phrase, label, short_name
from .fields import DesiredField, assignees_of
from .log_entries import ACKNOWLEDGED, ASSIGNING, kind_of
from .on_call import QUICK_READS, assigned


class Acknowledger(t.NamedTuple):
    """Who acknowledges the incidents of a task, and so gets them.

    Args:
        user: None if PagerDuty does not tell.
        email: the address in whose name PagerDuty is called; None for the task's own.
        left_to: the wanted assignees, of whom one has to acknowledge, as nobody else can in their name.
    """

    user: Record | None
    email: str | None = None
    left_to: t.Sequence[Record] = ()

    def taking(self, incident: Record) -> AssignedByAcknowledging | None:
        """Return the assignee of an incident once it is acknowledged; None if that is no change, or not known."""
        if self.user is None:
            return None
        taken = AssignedByAcknowledging(self.user)
        return None if taken.present(incident) == taken.shown else taken

    def why_left(self, name: str) -> str:
        """Return a warning about an incident that is not acknowledged.

        Args:
            name: the incident's.
        """
        if len(self.left_to) > 1:
            own = "and to nobody else"
        elif self.user:
            own = f"and the token acknowledges for {short_name(self.user)}"
        else:
            own = "and that user's address is not known"
        return (
            f"{name}: PagerDuty assigns an incident to whoever acknowledges it, {own}, so acknowledging is left to "
            f"{' or '.join(map(short_name, self.left_to))}."
        )


class AssignedByAcknowledging(DesiredField):
    """The assignees of an incident that is acknowledged: the user who does so."""

    name = "assignees"

    def __init__(self, user: Record) -> None:
        self._user = user
        self.shown = [label(user)]

    def present(self, incident: Record) -> list[str] | None:
        """Return the names of the assignees; the user has the same name on both sides of a diff."""
        if incident.get("assignments") is None:
            return None
        return sorted(label(self._user if each["id"] == self._user["id"] else each) for each in assignees_of(incident))

    def body(self, incident: Record) -> Record:
        """Return the status: PagerDuty does the rest by itself."""
        return {"status": "acknowledged"}

    def record(self, incident: Record) -> Record:
        """Return the user as the only assignee; only PagerDuty knows what it calls that."""
        stays = any(each["id"] == self._user["id"] for each in assignees_of(incident))
        return {
            "assignments": assigned([self._user]),
            "assigned_via": incident.get("assigned_via") if stays else None,
        }

    def says(self, incident: Record) -> t.Sequence[Phrase]:
        """Return who gets the incident."""
        return [ASSIGN(short_name(self._user))]


def acknowledger(client: PagerDuty, wanted: t.Sequence[Record]) -> Acknowledger:
    """Return who acknowledges.

    Args:
        wanted: the users to whom the incident should be assigned; none for nobody in particular. With the token of an
            account, one of them acknowledges it if there is no other. Several are left to agree on who does.
    """
    if not wanted:
        return Acknowledger(requester(client))
    if len(wanted) > 1:
        return Acknowledger(None, left_to=wanted)
    (user,) = wanted
    own = user_of_token(client)
    if own is None and user.get("email"):
        return Acknowledger(user, email=user["email"])
    if own is None or own["id"] != user["id"]:
        return Acknowledger(own, left_to=wanted)
    return Acknowledger(own)


def requester(client: PagerDuty) -> Record | None:
    """Return the user who makes a task's changes; None if PagerDuty does not tell.

    This only informs, so an acknowledgement must neither fail nor wait if it cannot be read.

    Source: PagerDuty/python-pagerduty, sphinx/source/user_guide.rst, "The From header": a user's key tells the user.
    """
    email = client.settings.from_email
    own = user_of_token(client)
    if own or email is None:
        return own
    try:
        return Directory(client.quick(QUICK_READS)).find(USER, email)
    except TaskError:
        return None


def user_of_token(client: PagerDuty) -> Record | None:
    """Return the user to whom the token belongs; None if it is an account's, or PagerDuty does not tell.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, GET /users/me.
    """
    try:
        return client.quick(QUICK_READS).get("/users/me", "user")
    except TaskError:
        return None


def is_acknowledging(change: Change) -> bool:
    """Return whether a change acknowledges its incident."""
    return bool(change.body.get("status") == "acknowledged")


def tell_who_got_it(change: Change, incident: Record) -> None:
    """Tell who has got an incident by acknowledging it, if that was not foretold.

    Args:
        change: as planned; it says that the incident is acknowledged.
        incident: as PagerDuty returned it.
    """
    users, first = assignees_of(incident), change.origin
    if not users or [each["id"] for each in users] == [each["id"] for each in assignees_of(change.predicted)]:
        return
    told = [each for each in t.cast("t.Sequence[Phrase]", first.says) if each.verb is not ASSIGN]
    done = next(number for number, each in enumerate(told, start=1) if each.verb is ACKNOWLEDGE)
    first.says = [*told[:done], ASSIGN(*map(short_name, users)), *told[done:]]
    first.before = {"assignees": sorted(map(label, assignees_of(change.record))), **first.before}
    first.after = {**first.after, "assignees": sorted(map(label, users))}


def assignees_before(client: PagerDuty, incident: Record) -> set[str] | None:
    """Return the ids of those whom an incident was assigned to before it was acknowledged.

    None if it was not assigned by acknowledging it.

    Raises:
        TaskError: its log cannot be read.
    """
    present = {user["id"] for user in assignees_of(incident)}
    entries: list[Record] = []
    for page in client.pages(path_of("incidents", incident["id"], "log_entries"), "log_entries"):
        entries += [entry for entry in page if has_shape(entry, LOG_ENTRY)]
        assignments = _assignments(entries)
        earlier = [users for users, is_acknowledging in assignments if not is_acknowledging]
        if earlier:
            is_taken = assignments[0][1] or present < earlier[0]
            return earlier[0] if is_taken else None
    return None


def _assignments(entries: t.Sequence[Record]) -> list[tuple[set[str], bool]]:
    """Return whom an incident was assigned to, the latest first, each with whether that was by acknowledging it.

    PagerDuty may write an entry for each user, all of the same time.

    Source: https://community.pagerduty.com/forum/t/2151; PagerDuty/developer-docs, docs/webhooks/09-V2-Overview.md,
    "incident.assign".
    """
    acknowledged = {
        (entry.get("created_at"), entry["agent"]["id"])
        for entry in entries
        if kind_of(entry) == ACKNOWLEDGED and entry.get("agent")
    }
    found: dict[tuple[t.Any, str, bool], set[str]] = {}
    for entry in sorted(entries, key=lambda each: time_of(each.get("created_at")), reverse=True):
        at, kind, users = entry.get("created_at"), kind_of(entry), {each["id"] for each in entry.get("assignees") or ()}
        if kind in ASSIGNING:
            is_acknowledging = len(users) == 1 and (at, *users) in acknowledged
            found.setdefault((at, kind, is_acknowledging), set()).update(users)
    return [(users, is_acknowledging) for (_at, _type, is_acknowledging), users in found.items()]
