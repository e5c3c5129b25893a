# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of an incident that can be set: how each shows in a diff, what is sent and said, and whom it notifies.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from .._api.client import Record
from .._api.directory import (
    ESCALATION_POLICY,
    INCIDENT_TYPE,
    PRIORITY,
    SERVICE,
    USER,
    Directory,
    Kind,
    full_reference,
    reference,
)
from .._core.change import Notification
from .._core.errors import InvalidOption, Refused
from .._core.words import ACKNOWLEDGE, ASSIGN, MOVE, RE_OPEN, RESOLVE, SET, TRIGGER_AGAIN, Phrase, label, short_name
from .on_call import OnCall, assigned, notified

Options = t.Mapping[str, t.Any]
BRIDGE = ("conference_number", "conference_url")
REOPENED: Record = {"acknowledgements": [], "resolved_at": None, "resolve_reason": None, "assignments": None}
"""Fields of an incident that is re-opened; only PagerDuty knows whom it assigns."""
ENDED: Record = {"assignments": []}
"""Fields of an incident that is resolved."""


class DesiredField:
    """What one field of an incident should become.

    Args:
        directory: finds what the user has named.
        given: the option of the field's name.

    Raises:
        Refused: a name matches no object, or more than one.
    """

    name = ""
    """The option, and the key in an incident."""

    def __init__(self, directory: Directory, given: t.Any) -> None:
        self.shown = given
        """The value in a diff; values that show the same are equal."""

    @classmethod
    def check(cls, given: t.Any) -> None:
        """Check the option. Calls nobody.

        Raises:
            InvalidOption: it has an unusable value.
        """

    def present(self, incident: Record) -> t.Any:
        """Return the field's current value, as a diff shows it."""
        return incident.get(self.name)

    def body(self, incident: Record) -> Record:
        """Return what is sent."""
        return {self.name: self.shown}

    def record(self, incident: Record) -> Record:
        """Return what the incident will hold."""
        return self.body(incident)

    def says(self, incident: Record) -> t.Sequence[Phrase]:
        """Return what is done."""
        return [SET(f"{self.name} to {self.shown}")]

    def notifies(self, incident: Record, on_call: OnCall) -> t.Sequence[Notification]:
        """Return whom PagerDuty notifies when the field is set; an incident that is to be opened is empty."""
        return ()


Desired = dict[str, DesiredField]


class Status(DesiredField):
    """The status.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `Incident`, `assignments`: none once it is resolved.
    INFERRED: taking an acknowledgement back notifies the assignees.
    """

    name = "status"

    def record(self, incident: Record) -> Record:
        """Return the status, and what goes with it."""
        reopened = REOPENED if incident.get("status") == "resolved" else {}
        ended = ENDED if self.shown == "resolved" else {}
        return {**reopened, **ended, self.name: self.shown}

    def says(self, incident: Record) -> t.Sequence[Phrase]:
        """Return what becomes of the incident."""
        present = incident.get("status")
        if present == self.shown:
            return ()
        if self.shown == "resolved":
            return [RESOLVE()]
        if self.shown == "triggered":
            return [RE_OPEN() if present == "resolved" else TRIGGER_AGAIN()]
        return [RE_OPEN(), ACKNOWLEDGE()] if present == "resolved" else [ACKNOWLEDGE()]

    def notifies(self, incident: Record, on_call: OnCall) -> t.Sequence[Notification]:
        """Return whom an incident that is triggered again notifies."""
        if self.shown != "triggered":
            return ()
        if incident.get("status") == "resolved":
            return on_call.notified_by(incident.get("escalation_policy"))
        return _notified_assignees(incident, "assigned to the incident, which is triggered again")


class TriggeredByReassigning(Status):
    """The status of an incident that gets new assignees: PagerDuty pages them, so it becomes triggered (INFERRED)."""

    def __init__(self) -> None:
        self.shown = "triggered"

    def body(self, incident: Record) -> Record:
        """Return nothing: PagerDuty does it by itself."""
        return {}

    def record(self, incident: Record) -> Record:
        """Return the status without an acknowledgement."""
        return {self.name: self.shown, "acknowledgements": []}

    def says(self, incident: Record) -> t.Sequence[Phrase]:
        """Return nothing: it is said who is paged."""
        return ()


class Title(DesiredField):
    """The title."""

    name = "title"


class Urgency(DesiredField):
    """The urgency. INFERRED: raising it notifies the assignees."""

    name = "urgency"

    def notifies(self, incident: Record, on_call: OnCall) -> t.Sequence[Notification]:
        """Return whom a raised urgency notifies."""
        if self.shown != "high" or incident.get("status") not in (None, "triggered"):
            return ()
        return _notified_assignees(incident, "assigned to the incident, which gets high urgency")


class ReferenceField(DesiredField):
    """A field that holds a reference to an object."""

    kind: Kind

    def __init__(self, directory: Directory, given: str) -> None:
        self.found = directory.find(self.kind, given)
        super().__init__(directory, label(self.found))

    def present(self, incident: Record) -> str | None:
        """Return the object's name; the one that was found has the same name on both sides of a diff."""
        value = incident.get(self.name)
        if value is None:
            return None
        return self.shown if value["id"] == self.found["id"] else label(value)

    def body(self, incident: Record) -> Record:
        """Return the reference."""
        return {self.name: reference(self.kind, self.found)}

    def record(self, incident: Record) -> Record:
        """Return the reference as PagerDuty returns it."""
        return {self.name: full_reference(self.kind, self.found)}

    def says(self, incident: Record) -> t.Sequence[Phrase]:
        """Return to which object the field is set."""
        return [SET(f"{self.name} to {short_name(self.found)}")]


class Priority(ReferenceField):
    """The priority."""

    name = "priority"
    kind = PRIORITY


class ImpactedService(ReferenceField):
    """The service, which PUT /incidents/{id} alone can set.

    INFERRED: the incident keeps its escalation policy and its assignees, so that nobody is notified.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, PUT /incidents/{id}, `service`.
    """

    name = "service"
    kind = SERVICE

    def says(self, incident: Record) -> t.Sequence[Phrase]:
        """Return where the incident moves to."""
        return [MOVE(f"to service {short_name(self.found)}")]


class EscalationPolicy(ReferenceField):
    """The escalation policy; it assigns the incident."""

    name = "escalation_policy"
    kind = ESCALATION_POLICY

    def record(self, incident: Record) -> Record:
        """Return the policy; only PagerDuty knows whom it assigns."""
        return {**super().record(incident), "assignments": None, "assigned_via": "escalation_policy"}

    def says(self, incident: Record) -> t.Sequence[Phrase]:
        """Return where the incident moves to."""
        return [MOVE(f"to escalation policy {short_name(self.found)}")]

    def notifies(self, incident: Record, on_call: OnCall) -> t.Sequence[Notification]:
        """Return who is on call for the policy."""
        return on_call.notified_by(self.found)


class IncidentType(DesiredField):
    """The incident type."""

    name = "incident_type"

    def __init__(self, directory: Directory, given: str) -> None:
        super().__init__(directory, directory.find(INCIDENT_TYPE, given)["name"])

    def present(self, incident: Record) -> t.Any:
        """Return the name of the type."""
        return (incident.get(self.name) or {}).get("name")

    def body(self, incident: Record) -> Record:
        """Return the name: PagerDuty takes no id."""
        return {self.name: {"name": self.shown}}

    def says(self, incident: Record) -> t.Sequence[Phrase]:
        """Return what the type is set to."""
        return [SET(f"incident type to {self.shown}")]


class Assignees(DesiredField):
    """The users that the incident is assigned to, whatever their order: those who are known, as somebody must come."""

    name = "assignees"

    def __init__(self, directory: Directory, given: t.Sequence[str]) -> None:
        self.users = directory.find_known(USER, given)
        if not self.users:
            directory.check_known()
        super().__init__(directory, sorted(map(label, self.users.values())))

    @classmethod
    def check(cls, given: t.Sequence[str]) -> None:
        """Check that there is somebody."""
        if not given:
            raise InvalidOption(cls.name, "must be users, by id, e-mail address or name", given)

    def present(self, incident: Record) -> list[str] | None:
        """Return the names of the assignees; who was found has the same name on both sides of a diff."""
        if incident.get("assignments") is None:
            return None
        return sorted(label(self.users.get(user["id"], user)) for user in assignees_of(incident))

    def body(self, incident: Record) -> Record:
        """Return the users as assignments."""
        return {"assignments": [{"assignee": reference(USER, user)} for user in self.users.values()]}

    def record(self, incident: Record) -> Record:
        """Return the users as PagerDuty returns them."""
        return {"assignments": assigned(self.users.values()), "assigned_via": "direct_assignment"}

    def says(self, incident: Record) -> t.Sequence[Phrase]:
        """Return who gets the incident."""
        return [ASSIGN(*map(short_name, self.users.values()))]

    def notifies(self, incident: Record, on_call: OnCall) -> t.Sequence[Notification]:
        """Return the users to whom the incident is not assigned yet.

        Source: https://support.pagerduty.com/main/docs/notification-rules.
        """
        present = {user["id"] for user in assignees_of(incident)}
        new = [user for user_id, user in self.users.items() if user_id not in present]
        return notified(new, "assigned to the incident")


class Acknowledgers(Assignees):
    """The users of whom one should acknowledge the incident: whoever does so gets it, and the others lose it."""

    def present(self, incident: Record) -> list[str] | None:
        """Return the wanted users once one of them has acknowledged the incident, else the assignees."""
        present = {user["id"] for user in assignees_of(incident)}
        if incident.get("status") == "acknowledged" and present and present <= self.users.keys():
            return t.cast("list[str]", self.shown)
        return super().present(incident)


class ConferenceBridge(DesiredField):
    """How responders meet; a part that is not given stays as it is."""

    name = "conference_bridge"

    def __init__(self, directory: Directory, given: t.Mapping[str, t.Any]) -> None:
        super().__init__(directory, {key: str(value) for key, value in given.items() if value})

    @classmethod
    def check(cls, given: t.Mapping[str, t.Any]) -> None:
        """Check that there is a number or a URL, and nothing else."""
        # A telephone number without quotes is an integer.
        are_texts = all(value is None or isinstance(value, (str, int)) for value in given.values())
        if not (are_texts and set(given) <= set(BRIDGE) and any(given.values())):
            raise InvalidOption(cls.name, "must have conference_number, conference_url, or both", given)

    def present(self, incident: Record) -> Record:
        """Return the given parts."""
        value = incident.get(self.name) or {}
        return {key: value.get(key) for key in self.shown}

    def body(self, incident: Record) -> Record:
        """Return the whole bridge: no document says whether PagerDuty keeps what is left out."""
        value = incident.get(self.name) or {}
        return {self.name: {**{key: value[key] for key in BRIDGE if value.get(key)}, **self.shown}}

    def record(self, incident: Record) -> Record:
        """Return the whole bridge; what it lacks is None."""
        return {self.name: {**dict.fromkeys(BRIDGE), **self.body(incident)[self.name]}}

    def says(self, incident: Record) -> t.Sequence[Phrase]:
        """Return that the bridge is set: its address is long."""
        return [SET("the conference bridge")]


REASSIGNING = (Assignees.name, EscalationPolicy.name)
DETAILS = (Priority.name, IncidentType.name)
"""Fields that decide neither who gets an incident nor where it is."""
FIELDS: t.Mapping[str, type[DesiredField]] = {
    field.name: field
    for field in (
        Status,
        Title,
        Urgency,
        Priority,
        IncidentType,
        ConferenceBridge,
        ImpactedService,
        Assignees,
        EscalationPolicy,
    )
}
"""The fields that PUT /incidents/{id} changes, by option, in the order in which they are told.

Source: PagerDuty/api-schema, reference/REST/openapiv3.json.
"""


def check_fields(options: Options) -> None:
    """Check the options for fields. Calls nobody.

    Raises:
        InvalidOption: one has an unusable value, or two cannot be combined.
    """
    given, resolution = _given(options), options.get("resolution")
    if resolution is not None and given.get("status") != "resolved":
        raise InvalidOption("resolution", "requires status=resolved", resolution)
    for name, value in given.items():
        FIELDS[name].check(value)
    status, assignees = given.get("status"), given.get("assignees")
    if assignees and status == "resolved":
        raise InvalidOption(
            "assignees", "cannot be combined with status=resolved, as a resolved incident has no assignees"
        )


def desired_fields(directory: Directory, options: Options, dispensable: t.Collection[str] = DETAILS) -> Desired:
    """Return what each given field should become.

    Args:
        dispensable: the fields without which the others are set, if a name in them is unknown. The directory keeps why.

    Raises:
        Refused: a name in another field matches no object, or more than one.
    """
    given = _given(options)
    fields = {**FIELDS, **({Assignees.name: Acknowledgers} if given.get("status") == "acknowledged" else {})}
    desired: Desired = {}
    for name, value in given.items():
        try:
            desired[name] = fields[name](directory, value)
        except Refused as error:
            if error.is_fatal or name not in dispensable:
                raise
            # Those in a list are there already.
            if isinstance(value, str):
                directory.unknown[value] = error
    return desired


def assignees_of(incident: Record) -> list[Record]:
    """Return the users that an incident is assigned to, as far as PagerDuty names them."""
    return [entry["assignee"] for entry in incident.get("assignments") or () if entry.get("assignee")]


def _notified_assignees(incident: Record, why: str) -> list[Notification]:
    if incident.get("assignments") is None:
        return [Notification(None, why)]
    return notified(assignees_of(incident), why)


def _given(options: Options) -> dict[str, t.Any]:
    return {name: options[name] for name in FIELDS if options.get(name) is not None}
