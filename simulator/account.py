# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The account that the simulator starts with: users, schedules, policies, services and keys.

Everything is a constant that tests can name. The keys are long and unique, so a search for them finds every leak.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field

ACCOUNT_KEY = "simulated-account-key-with-full-access-7f3a9c51"
"""Has all permissions; needs a From header where PagerDuty requires one."""
READ_ONLY_KEY = "simulated-read-only-account-key-2b8e6d04"
"""Read-only."""
USER_KEY = "simulated-user-key-of-the-incident-commander-91c4e7aa"
"""Belongs to the Incident Commander, so it needs no From header."""
OAUTH_TOKEN = "pdus+simulated-oauth-token-with-every-scope-5d20b8f3"
"""An OAuth token; accepted only with `Bearer`."""
ROUTING_KEY = "SIMULATEDCHECKOUTROUTINGKEY00001"
"""The integration key of the service Checkout."""
SECOND_ROUTING_KEY = "SIMULATEDDATABASEROUTINGKEY00002"
GROUPING_ROUTING_KEY = "SIMULATEDPAYMENTSROUTINGKEY00003"
MAINTENANCE_ROUTING_KEY = "SIMULATEDBILLINGROUTINGKEY000004"
UNATTENDED_ROUTING_KEY = "SIMULATEDARCHIVEROUTINGKEY000005"
"""The integration key of the service Archive."""
FROM_EMAIL = "automation@example.com"
"""The user for whom the automation works."""
SECRETS = (
    ACCOUNT_KEY,
    READ_ONLY_KEY,
    USER_KEY,
    OAUTH_TOKEN,
    ROUTING_KEY,
    SECOND_ROUTING_KEY,
    GROUPING_ROUTING_KEY,
    MAINTENANCE_ROUTING_KEY,
    UNATTENDED_ROUTING_KEY,
)
ACCOUNT_ID = "PACCNT1"


@dataclass(frozen=True)
class Team:
    """A team."""

    id: str
    name: str
    kind: t.ClassVar[str] = "team"


@dataclass(frozen=True)
class User:
    """A user of the account.

    Args:
        digests: those of the e-mail address and the name, if a snapshot has masked them.
    """

    id: str
    name: str
    email: str
    job_title: str | None
    teams: tuple[Team, ...] = ()
    role: str = "limited_user"
    description: str | None = None
    color: str = "green"
    time_zone: str = "Etc/UTC"
    invitation_sent: bool = False
    digests: tuple[str, ...] = ()
    kind: t.ClassVar[str] = "user"


@dataclass(frozen=True)
class Schedule:
    """A schedule.

    Args:
        members: who takes turns, a week each; None for a slot that is not assigned.
        on_call: whose turn it is this week.
        is_shift_based: whether it is of the newer kind, under /v3/schedules.
        former: who took turns until a year ago.
    """

    id: str
    name: str
    members: tuple[User | None, ...]
    on_call: tuple[User | None, ...]
    teams: tuple[Team, ...] = ()
    is_shift_based: bool = False
    former: tuple[User, ...] = ()

    @property
    def kind(self) -> str:
        """The type by which PagerDuty tells the two kinds apart."""
        return "schedule_v3" if self.is_shift_based else "schedule"

    @property
    def users(self) -> tuple[User, ...]:
        """Its members who are users."""
        return tuple(member for member in self.members if member)

    @property
    def users_on_call(self) -> tuple[User, ...]:
        """The users on call this week."""
        return tuple(member for member in self.on_call if member)


Target = User | Schedule


@dataclass(frozen=True)
class EscalationRule:
    """One level of an escalation policy."""

    id: str
    targets: tuple[Target, ...]
    delay: int = 30
    """Minutes until the next level; the simulator never escalates by itself."""

    @property
    def on_call(self) -> tuple[User, ...]:
        """The users who are on call at this level, each once."""
        users = [
            user
            for target in self.targets
            for user in (target.users_on_call if isinstance(target, Schedule) else (target,))
        ]
        return tuple(dict.fromkeys(users))


@dataclass(frozen=True)
class EscalationPolicy:
    """An escalation policy; level N is its N-th rule."""

    id: str
    name: str
    rules: tuple[EscalationRule, ...]
    teams: tuple[Team, ...] = ()
    kind: t.ClassVar[str] = "escalation_policy"

    @property
    def first_level(self) -> int | None:
        """The first level at which somebody is on call: PagerDuty passes over empty ones.

        Source: https://support.pagerduty.com/main/docs/escalation-policies.
        """
        return next((level for level, rule in enumerate(self.rules, start=1) if rule.on_call), None)


@dataclass(frozen=True)
class Integration:
    """An integration of a service, with its routing key."""

    id: str
    name: str
    integration_key: str = field(repr=False)
    service_id: str
    kind: t.ClassVar[str] = "events_api_v2_inbound_integration"


@dataclass(frozen=True)
class Service:
    """A service.

    Args:
        acknowledgement_timeout: seconds after which an acknowledged incident is triggered again; None for never.
    """

    id: str
    name: str
    escalation_policy: EscalationPolicy
    integrations: tuple[Integration, ...]
    teams: tuple[Team, ...] = ()
    groups_alerts: bool = False
    status: str = "active"
    acknowledgement_timeout: int | None = None
    kind: t.ClassVar[str] = "service"


@dataclass(frozen=True)
class Priority:
    """A priority."""

    id: str
    name: str
    kind: t.ClassVar[str] = "priority"


@dataclass(frozen=True)
class ConferenceBridge:
    """A conference bridge."""

    conference_number: str | None = None
    conference_url: str | None = None


@dataclass(frozen=True)
class ResponsePlay:
    """A response play."""

    id: str
    name: str
    responders: tuple[User | EscalationPolicy, ...]
    responders_message: str | None
    subscribers: tuple[User | Team, ...]
    subscribers_message: str | None
    bridge: ConferenceBridge
    runnability: str
    kind: t.ClassVar[str] = "response_play"


@dataclass(frozen=True)
class IncidentWorkflow:
    """An incident workflow."""

    id: str
    name: str
    is_enabled: bool
    kind: t.ClassVar[str] = "incident_workflow"


@dataclass(frozen=True)
class CustomField:
    """A custom field of incidents.

    Args:
        options: the values of a `…_fixed` field.
        max_length: characters of a text.
        max_values: of a `multi_value…` field.
    """

    id: str
    name: str
    display_name: str
    data_type: str
    field_type: str
    options: tuple[str, ...] = ()
    max_length: int = 200
    max_values: int = 100


@dataclass(frozen=True)
class IncidentType:
    """A type of incidents."""

    id: str
    name: str
    display_name: str
    is_enabled: bool = True
    kind: t.ClassVar[str] = "incident_type"


class Access(enum.Enum):
    """What a key may do, and for which user."""

    FULL = enum.auto()
    READ_ONLY = enum.auto()
    USER = enum.auto()


@dataclass(frozen=True)
class Credential:
    """A key and the way it is sent.

    Args:
        header: the whole Authorization header.
        user: its user; None for a key of the account.
    """

    header: str = field(repr=False)
    access: Access
    user: User | None = None


Item = t.TypeVar("Item")


def by_id(items: t.Iterable[Item]) -> dict[str, Item]:
    """Return the items by id, in the same order."""
    return {t.cast("t.Any", item).id: item for item in items}


WEB = Team("PTEAM01", "Web")
DATA = Team("PTEAM02", "Data")
TEAMS = by_id((WEB, DATA))

PRIMARY = User("PUSER01", "Primary On-call", "primary.oncall@example.com", "Site Reliability Engineer", (WEB,))
SECONDARY = User("PUSER02", "Secondary On-call", "secondary.oncall@example.com", "Site Reliability Engineer", (WEB,))
DATABASE_FIRST = User("PUSER03", "Database First", "database.first@example.com", "Database Engineer", (DATA,))
DATABASE_SECOND = User("PUSER04", "Database Second", "database.second@example.com", "Database Engineer", (DATA,))
COMMANDER = User("PUSER05", "Incident Commander", "incident.commander@example.com", "Head of Operations", role="admin")
DEPUTY = User(
    "PUSER06", "Deputy Incident Commander", "deputy.incident.commander@example.com", "Operations Manager", role="admin"
)
"""The name and address contain those of the Incident Commander: a substring search for one finds both."""
COMMUNICATIONS = User("PUSER07", "Communications Lead", "communications.lead@example.com", "Customer Care")
OWNER = User("PUSER08", "Service Owner", "service.owner@example.com", "Product Manager", (WEB, DATA))
NIGHT_SHIFT = User("PUSER09", "Night Shift", "night.shift@example.com", "Operator")
AUTOMATION = User("PUSER10", "Automation", FROM_EMAIL, "Runs playbooks", role="admin")
USERS = by_id(
    (
        PRIMARY,
        SECONDARY,
        DATABASE_FIRST,
        DATABASE_SECOND,
        DEPUTY,
        COMMANDER,
        COMMUNICATIONS,
        OWNER,
        NIGHT_SHIFT,
        AUTOMATION,
    )
)

WEB_SECONDARY = Schedule(
    "PSCHED1", "Web Secondary", (SECONDARY, PRIMARY), (SECONDARY,), (WEB,), former=(COMMUNICATIONS,)
)
DATABASE_ROTATION = Schedule(
    "PSCHED2", "Database Rotation", (DATABASE_FIRST, DATABASE_SECOND), (DATABASE_FIRST,), (DATA,)
)
EMPTY = Schedule("PSCHED3", "Empty Schedule", (), ())
FACILITIES = Schedule("PSCHED4", "Facilities", (NIGHT_SHIFT, OWNER), (NIGHT_SHIFT,), former=(COMMUNICATIONS,))
"""No escalation policy uses it, so GET /oncalls does not list its people."""
PAYMENTS_SHIFTS = Schedule(
    "PSCHED5", "Payments Shifts", (OWNER, DATABASE_SECOND, NIGHT_SHIFT), (OWNER, DATABASE_SECOND), is_shift_based=True
)
"""Shift-based: two people are on call at once."""
LAUNCH_WATCH = Schedule("PSCHED6", "Launch Watch", (None, NIGHT_SHIFT), (None,), is_shift_based=True)
"""Shift-based, with nobody on call until next week, and no escalation policy uses it."""
SCHEDULES = by_id((WEB_SECONDARY, DATABASE_ROTATION, EMPTY, FACILITIES, PAYMENTS_SHIFTS, LAUNCH_WATCH))

WEB_OPERATIONS = EscalationPolicy(
    "PPOLCY1",
    "Web Operations",
    (
        EscalationRule("PRULE01", (PRIMARY,)),
        EscalationRule("PRULE02", (WEB_SECONDARY,)),
        EscalationRule("PRULE03", (COMMANDER, OWNER)),
    ),
    (WEB,),
)
DATABASE_POLICY = EscalationPolicy(
    "PPOLCY2",
    "Database",
    (
        EscalationRule("PRULE04", (DATABASE_ROTATION,)),
        EscalationRule("PRULE05", (DATABASE_SECOND,)),
        EscalationRule("PRULE06", (COMMANDER,)),
    ),
    (DATA,),
)
NOBODY_HOME = EscalationPolicy(
    "PPOLCY3",
    "Nobody Home",
    (EscalationRule("PRULE07", (NIGHT_SHIFT,)), EscalationRule("PRULE08", (EMPTY,))),
)
DUPLICATE_ONE = EscalationPolicy("PPOLCY4", "Duplicate Name", (EscalationRule("PRULE09", (NIGHT_SHIFT,)),))
DUPLICATE_TWO = EscalationPolicy("PPOLCY5", "Duplicate Name", (EscalationRule("PRULE10", (OWNER,)),))
EMPTY_HOUSE = EscalationPolicy("PPOLCY6", "Empty House", (EscalationRule("PRULE11", (EMPTY,)),))
"""Nobody is on call for it, so no incident can be moved to it."""
PAYMENTS_POLICY = EscalationPolicy(
    "PPOLCY7",
    "Payments",
    (EscalationRule("PRULE12", (PAYMENTS_SHIFTS,)), EscalationRule("PRULE13", (COMMANDER,))),
)
ESCALATION_POLICIES = by_id(
    (WEB_OPERATIONS, DATABASE_POLICY, NOBODY_HOME, DUPLICATE_ONE, DUPLICATE_TWO, EMPTY_HOUSE, PAYMENTS_POLICY)
)

CHECKOUT = Service(
    "PSERVC1",
    "Checkout",
    WEB_OPERATIONS,
    (Integration("PINTEG1", "Checkout events", ROUTING_KEY, "PSERVC1"),),
    (WEB,),
)
DATABASE = Service(
    "PSERVC2",
    "Database",
    DATABASE_POLICY,
    (Integration("PINTEG2", "Database events", SECOND_ROUTING_KEY, "PSERVC2"),),
    (DATA,),
)
PAYMENTS = Service(
    "PSERVC3",
    "Payments",
    WEB_OPERATIONS,
    (Integration("PINTEG3", "Payments events", GROUPING_ROUTING_KEY, "PSERVC3"),),
    (WEB,),
    groups_alerts=True,
)
"""A new alert joins its open incident."""
BILLING = Service(
    "PSERVC4",
    "Billing",
    WEB_OPERATIONS,
    (Integration("PINTEG4", "Billing events", MAINTENANCE_ROUTING_KEY, "PSERVC4"),),
    (WEB,),
)
"""In maintenance."""
ARCHIVE = Service(
    "PSERVC5",
    "Archive",
    EMPTY_HOUSE,
    (Integration("PINTEG5", "Archive events", UNATTENDED_ROUTING_KEY, "PSERVC5"),),
)
"""Nobody is on call for it, so its events are dropped."""
SERVICES = by_id((CHECKOUT, DATABASE, PAYMENTS, BILLING, ARCHIVE))

PRIORITIES = by_id(Priority(f"PPRIOR{number}", f"P{number}") for number in (3, 1, 5, 2, 4))

MAJOR_INCIDENT = ResponsePlay(
    "15b4b27e-2448-4df9-85a5-85382304ff37",
    "Major Incident",
    (COMMUNICATIONS, DATABASE_POLICY),
    "Please join the bridge.",
    (OWNER, DATA),
    "A major incident is going on.",
    ConferenceBridge("+1-415-555-0100,,,,1234#", "https://meet.example.com/major-incident"),
    "services",
)
TELL_STAKEHOLDERS = ResponsePlay(
    "7a0d21c4-93f5-4c0e-8a6b-0c1d7e5f9b28",
    "Tell Stakeholders",
    (),
    None,
    (COMMUNICATIONS, WEB),
    None,
    ConferenceBridge(),
    "responders",
)
RESPONSE_PLAYS = by_id((MAJOR_INCIDENT, TELL_STAKEHOLDERS))

DECLARE_MAJOR = IncidentWorkflow("PWRKFL1", "Declare Major Incident", is_enabled=True)
RETIRED = IncidentWorkflow("PWRKFL2", "Retired Workflow", is_enabled=False)
INCIDENT_WORKFLOWS = by_id((DECLARE_MAJOR, RETIRED))

CUSTOM_FIELDS = by_id(
    (
        CustomField("PFIELD1", "environment", "Environment", "string", "single_value_fixed", ("production", "staging")),
        CustomField("PFIELD2", "ticket", "Ticket", "string", "single_value"),
        CustomField("PFIELD3", "customers_affected", "Customers affected", "integer", "single_value"),
        CustomField("PFIELD4", "regions", "Regions", "string", "multi_value_fixed", ("eu", "us", "apac")),
        CustomField("PFIELD5", "customer_facing", "Customer facing", "boolean", "single_value"),
        CustomField("PFIELD6", "started_at", "Started at", "datetime", "single_value"),
        CustomField("PFIELD7", "revenue_lost", "Revenue lost", "float", "single_value"),
        # A paragraph, whose type is INFERRED, and tags, whose type is that of PagerDuty/public-support-scripts,
        # custom_field/README.md. Source of the limits: PagerDuty/api-schema, docs/CHANGELOG.md, 2026-03-25.
        CustomField("PFIELD8", "impact", "Impact", "string", "single_value", max_length=2000),
        CustomField("PFIELD9", "labels", "Labels", "string", "multi_value", max_length=255, max_values=55),
        CustomField("PFIELDA", "runbook", "Runbook", "url", "single_value"),
    )
)

BASE_INCIDENT = IncidentType("PINTYP1", "incident_default", "Base Incident")
MAJOR_INCIDENT_TYPE = IncidentType("PINTYP2", "major_incident", "Major Incident")
DISABLED_TYPE = IncidentType("PINTYP3", "fire_drill", "Fire Drill", is_enabled=False)
"""Earlier incidents have it; no incident gets it any more."""
INCIDENT_TYPES = {each.name: each for each in (BASE_INCIDENT, MAJOR_INCIDENT_TYPE, DISABLED_TYPE)}
ABILITIES = (
    "coordinated_responding",
    "custom_fields",
    "incident_workflows",
    "permissions_service",
    "priorities",
    "read_only_users",
    "response_plays",
    "teams",
)
"""What the account's plan includes; a reset can take some away."""

CREDENTIALS = {
    credential.header: credential
    for credential in (
        Credential(f"Token token={ACCOUNT_KEY}", Access.FULL),
        Credential(f"Token token={READ_ONLY_KEY}", Access.READ_ONLY),
        Credential(f"Token token={USER_KEY}", Access.USER, COMMANDER),
        Credential(f"Bearer {OAUTH_TOKEN}", Access.FULL),
    )
}
