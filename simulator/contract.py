# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PagerDuty's contract: requests and responses are validated against the OpenAPI files.

The official files contradict their own examples in some places. `AMENDMENTS` lists everything that is read differently
here, each with its reason. The headers that OpenAPI leaves to HTTP (Accept, Content-Type, Authorization), and From, are
not validated here but by middleware.py, as PagerDuty does it.
"""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from dataclasses import dataclass
from pathlib import Path

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.responses.exceptions import ResponseNotFound
from werkzeug.datastructures import Headers, ImmutableMultiDict

from simulator import events
from simulator.call import Response
from simulator.errors import OffContract
from simulator.request import Request
from simulator.shift_based_schema import PARAMETERS, PATHS, SCHEMAS

Json = dict[str, t.Any]

MAX_ERRORS = 5
"""Errors shown in one response."""
LARGER = {"maxLength": 2000, "maxItems": 100}
"""Limits of custom fields."""
MAX_MESSAGE = 300
"""Characters; jsonschema begins with the whole value."""
TIME = re.compile(rb'"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"')
"""Times that are all valid, whichever they are; not those of the last days of a month, which it may not have."""


class Contract:
    """Both APIs' OpenAPI files.

    Args:
        folder: where rest.json and events-v2.json are.

    Raises:
        OSError: a file is missing.
    """

    def __init__(self, folder: Path) -> None:
        # The official file is not valid by OpenAPI's own schema, so it is not validated itself.
        config = Config(spec_validator_cls=None)
        rest = amended(json.loads((folder / "rest.json").read_text(encoding="utf-8")))
        self._rest = OpenAPI.from_dict(rest, config=config)
        self._events = OpenAPI.from_dict(
            json.loads((folder / "events-v2.json").read_text(encoding="utf-8")), config=config
        )
        # Tests send the same requests again and again, and validating a response takes longer than making it.
        self._valid: set[t.Hashable] = set()

    def check_request(self, request: Request) -> None:
        """Validate a request.

        Raises:
            OffContract: it is invalid.
        """
        known = request.method, request.path, request.query, request.media_type, request.content
        if known in self._valid:
            return
        errors = [_told(error) for error in self._api(request).iter_request_errors(ContractRequest.of(request))]
        if errors:
            raise OffContract("request", errors[:MAX_ERRORS])
        self._valid.add(known)

    def check_response(self, request: Request, response: Response) -> None:
        """Validate a response; error responses are valid everywhere, listed or not.

        Raises:
            OffContract: it is invalid.
        """
        answer = ContractResponse.of(response)
        # A page of incidents is large, so only its digest is kept.
        digest = hashlib.sha256(TIME.sub(b"", answer.data or b"")).digest()
        known = request.method, request.path, answer.status_code, answer.content_type, digest
        if known in self._valid:
            return
        found = self._api(request).iter_response_errors(ContractRequest.of(request), answer)
        errors = [
            _told(error) for error in found if not (response.status >= 400 and isinstance(error, ResponseNotFound))
        ]
        if errors:
            raise OffContract("answer", errors[:MAX_ERRORS])
        self._valid.add(known)

    def _api(self, request: Request) -> OpenAPI:
        return self._events if request.path.startswith(events.PREFIX) else self._rest


@dataclass
class ContractRequest:
    """A request as openapi-core expects it."""

    host_url: str
    path: str
    method: str
    parameters: RequestParameters
    content_type: str
    body: bytes | None

    @classmethod
    def of(cls, request: Request) -> ContractRequest:
        """Return the request as if it was sent to PagerDuty's own host."""
        host = "events" if request.path.startswith(events.PREFIX) else "api"
        parameters = RequestParameters(query=ImmutableMultiDict(request.query), header=Headers(dict(request.headers)))
        return cls(
            host_url=f"https://{host}.pagerduty.com",
            path=request.path,
            method=request.method.lower(),
            parameters=parameters,
            content_type=request.media_type,
            body=request.content or None,
        )


@dataclass
class ContractResponse:
    """A response as openapi-core expects it."""

    status_code: int
    content_type: str
    headers: Headers
    data: bytes | None

    @classmethod
    def of(cls, response: Response) -> ContractResponse:
        """Return the response for openapi-core."""
        data = None if response.body is None else json.dumps(response.body).encode()
        return cls(response.status, response.content_type, Headers(dict(response.headers)), data)


def _told(error: BaseException) -> str:
    """Return what is invalid and where; openapi-core keeps it in `schema_errors` of a cause."""
    cause: BaseException | None = error
    while cause is not None:
        if reasons := [reason for each in getattr(cause, "schema_errors", ()) for reason in _reasons(each)]:
            return f"{type(error).__name__}: {'; '.join(reasons[:MAX_ERRORS])}"
        cause = cause.__cause__
    return str(error)


def _reasons(error: t.Any) -> t.Iterator[str]:
    """The reasons of a schema's error, each with its place.

    Args:
        error: jsonschema's ValidationError; its context holds what each alternative of a schema found wrong.
    """
    if error.context:
        for inner in error.context:
            yield from _reasons(inner)
    else:
        path = ".".join(str(part) for part in error.absolute_path)
        yield f"{path or 'body'}: {error.message[:MAX_MESSAGE]}"


def amended(document: Json) -> Json:
    """The REST file, read as `AMENDMENTS` says."""
    for amend in AMENDMENTS:
        amend(document)
    return document


def leave_headers_to_the_middleware(document: Json) -> None:
    """OpenAPI 3.0.2 itself says that Accept, Content-Type and Authorization are ignored as parameters.

    A From is not needed with a user's key, which a schema cannot say.
    """
    document.pop("security")
    for operation in _operations(document):
        for holder in operation:
            holder["parameters"] = [
                parameter
                for parameter in holder.get("parameters", [])
                if _resolved(document, parameter)["in"] != "header"
            ]


def read_repeated_parameters_as_lists(document: Json) -> None:
    """`include[]` and its like may be repeated, but are typed as single strings."""
    for parameter in document["components"]["parameters"].values():
        schema = parameter.get("schema", {})
        if parameter["name"].endswith("[]") and schema.get("type") != "array":
            schema.pop("uniqueItems", None)
            parameter["schema"] = {"type": "array", "items": schema, "uniqueItems": True}


def allow_null_where_the_examples_have_it(document: Json) -> None:
    """PagerDuty answers null for what is not there, as its examples and pages show; the schemas forget `nullable`."""
    for schema, names in NULLABLE.items():
        for properties in _properties(document, schema):
            for name in set(names) & set(properties):
                properties[name] = {"anyOf": [properties[name], {"type": "string", "nullable": True, "enum": [None]}]}


def allow_no_total_of_past_incidents(document: Json) -> None:
    """The parameter `total` says that it is null unless asked for; the schema of the response forgets `nullable`."""
    responses = document["paths"]["/incidents/{id}/past_incidents"]["get"]["responses"]
    responses["200"]["content"]["application/json"]["schema"]["properties"]["total"]["nullable"] = True


def read_the_refusal_of_an_account_key_as_a_text(document: Json) -> None:
    """GET /users/me answers the key of an account with a text, as PagerDuty's client expects, not with an object.

    Source: PagerDuty/python-pagerduty, tests/rest_api_v2_client_test.py, test_api_key_access.
    """
    schema = {"type": "object", "properties": {"error": {"type": "string"}}}
    refusal = {"description": "The key belongs to no user.", "content": {"application/json": {"schema": schema}}}
    document["paths"]["/users/me"]["get"]["responses"]["400"] = refusal


def ignore_patterns_that_are_pictures(document: Json) -> None:
    """`YYYY-MM-DDThh:mm:ssZ` shows what a time looks like, but as a regular expression it matches none."""
    for parameter in document["components"]["parameters"].values():
        if parameter.get("schema", {}).get("pattern", "").startswith("YYYY"):
            del parameter["schema"]["pattern"]


def allow_what_include_expands(document: Json) -> None:
    """`include[]` puts the whole thing in the place of a reference; these schemas know the reference only."""
    for schema, expandable in EXPANDABLE.items():
        for properties in _properties(document, schema):
            for name, whole in expandable.items():
                if name in properties:
                    properties[name] = _or_whole(properties[name], whole)


def read_custom_field_values_as_in_the_examples(document: Json) -> None:
    """The examples have `"value": "production"`; the schemas wrap each kind of value into an object once more.

    An editable value is named by `name` or by `id`; without `required` both alternatives fit, and `oneOf` never does.
    """
    schemas = document["components"]["schemas"]
    for properties in _properties(document, "CustomFieldsFieldValue"):
        properties["value"] = _unwrapped(properties["value"])
    schemas["CustomFieldsFieldValue"]["required"].remove("description")
    for alternative, name in zip(schemas["CustomFieldsEditableFieldValue"]["oneOf"], ("name", "id"), strict=True):
        alternative["properties"]["value"] = _unwrapped(alternative["properties"]["value"])
        alternative["required"] = [name, "value"]


def allow_paragraphs_and_more_tags(document: Json) -> None:
    """A text has at most 200 characters and a list 10 to the schema, whose changelog is newer: 2,000 and 100.

    Source: PagerDuty/api-schema, docs/CHANGELOG.md, 2026-03-25.
    """
    schemas = document["components"]["schemas"]
    values = [properties["value"] for properties in _properties(document, "CustomFieldsFieldValue")]
    values += [each["properties"]["value"] for each in schemas["CustomFieldsEditableFieldValue"]["oneOf"]]
    kinds = [each for value in values for kind in value["anyOf"] for each in (kind, *kind.get("oneOf", ()))]
    for schema in (each for kind in kinds for each in (kind, kind.get("items", {}))):
        schema.update({name: most for name, most in LARGER.items() if name in schema})


def read_log_entries_as_in_the_examples(document: Json) -> None:
    """An acknowledgement is an `acknowledge_log_entry` to LogEntry, but not to AcknowledgeLogEntry, which includes it.

    The kinds of a channel overlap: the example's own `{"type": "api"}` fits several, and `oneOf` fails.
    """
    schemas = document["components"]["schemas"]
    for properties in _properties(document, "AcknowledgeLogEntry"):
        if "acknowledgement_timeout" in properties:
            properties["type"]["enum"] = ["acknowledge_log_entry"]
    schemas["Channel"]["anyOf"] = schemas["Channel"].pop("oneOf")


def know_the_log_entries_of_status_updates(document: Json) -> None:
    """The schema has no log entry for a status update; clients read a `status_update_log_entry` with a `message`.

    Source: filetrust/jira-pagerduty-integration, jpi/handlers/log_entries.py at 4ac33cb.
    """
    schemas = document["components"]["schemas"]
    for properties in _properties(document, "LogEntry"):
        properties.get("type", {}).get("enum", []).append("status_update_log_entry")
    own = {"type": {"type": "string", "enum": ["status_update_log_entry"]}, "message": {"type": "string"}}
    entry = {"$ref": "#/components/schemas/LogEntry"}
    schemas["StatusUpdateLogEntry"] = {"allOf": [entry, {"type": "object", "properties": own}]}
    for path in ("/log_entries", "/incidents/{id}/log_entries"):
        content = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        for part in content["schema"]["allOf"]:
            if "log_entries" in part.get("properties", {}):
                part["properties"]["log_entries"]["items"]["oneOf"].append(
                    {"$ref": "#/components/schemas/StatusUpdateLogEntry"}
                )


def know_the_channels_of_notifications(document: Json) -> None:
    """A notification in a log entry is of type `email`, `sms`, `phone` or `ios_push_notification`.

    The schema has the types of GET /notifications, such as `email_notification`.
    Source: PagerDuty/public-support-scripts, notifications_team_report; as in serializers.py, `log_entry`.
    """
    for properties in _properties(document, "Notification"):
        properties["type"]["enum"] += ["email", "sms", "phone", "ios_push_notification"]


def ignore_discriminators_that_name_no_schema(document: Json) -> None:
    """A response play's responders are told apart by a type such as `user_reference`, which is no schema's name."""
    for properties in _properties(document, "ResponsePlay"):
        for name in {"responders", "subscribers"} & set(properties):
            properties[name]["items"].pop("discriminator")


def read_incident_details_as_in_the_example(document: Json) -> None:
    """The example of POST /incidents has a text for the details; the schema has an object."""
    for properties in _properties(document, "IncidentBody"):
        properties["details"] = {"anyOf": [{"type": "string"}, properties["details"]]}


def know_shift_based_schedules(document: Json) -> None:
    """A file from before 2026-03-18, or a part of one, does not have them: what is missing is as in a newer one."""
    for path, operations in PATHS.items():
        document["paths"].setdefault(path, operations)
    for name, schema in SCHEMAS.items():
        document["components"]["schemas"].setdefault(name, schema)
    for name, parameter in PARAMETERS.items():
        document["components"]["parameters"].setdefault(name, parameter)


def read_the_list_of_overrides_as_an_answer_to_a_read(document: Json) -> None:
    """The schema has status 201 for a GET, which creates nothing; clients expect 200.

    INFERRED: every other list of the schema has 200.
    """
    responses = document["paths"]["/schedules/{id}/overrides"]["get"]["responses"]
    responses.setdefault("200", responses.get("201"))


def include_the_body(document: Json) -> None:
    """`Incident` says that its body is returned with `include[]=body`; the parameters do not list it."""
    for name in ("include_incident", "include_incidents"):
        document["components"]["parameters"][name]["schema"]["items"]["enum"].append("body")


AMENDMENTS: t.Sequence[t.Callable[[Json], None]] = (
    know_shift_based_schedules,
    leave_headers_to_the_middleware,
    read_repeated_parameters_as_lists,
    allow_null_where_the_examples_have_it,
    allow_no_total_of_past_incidents,
    read_the_refusal_of_an_account_key_as_a_text,
    ignore_patterns_that_are_pictures,
    allow_what_include_expands,
    read_custom_field_values_as_in_the_examples,
    allow_paragraphs_and_more_tags,
    read_log_entries_as_in_the_examples,
    know_the_log_entries_of_status_updates,
    know_the_channels_of_notifications,
    ignore_discriminators_that_name_no_schema,
    read_the_list_of_overrides_as_an_answer_to_a_read,
    read_incident_details_as_in_the_example,
    include_the_body,
)
NULLABLE: t.Mapping[str, t.Sequence[str]] = {
    "AcknowledgeLogEntry": ("acknowledgement_timeout",),
    "AlertGroupingParameters": ("config",),
    "Incident": ("priority", "resolve_reason", "conference_bridge", "resolved_at", "incident_key"),
    "Oncall": ("schedule", "start", "end"),
    "Service": ("auto_resolve_timeout", "acknowledgement_timeout"),
    "ScheduleLayer": ("end",),
    # Source: PagerDuty/api-schema, docs/CHANGELOG.md, 2025-07-23.
    "WebhookSubscription": ("oauth_client",),
    "User": ("job_title",),
}
EXPANDABLE: t.Mapping[str, t.Mapping[str, str]] = {
    "Alert": {"service": "Service", "first_trigger_log_entry": "TriggerLogEntry", "incident": "Incident"},
    "EscalationPolicy": {"services": "Service", "teams": "Team"},
    "EscalationRule": {"targets": "User Schedule"},
    "Integration": {"service": "Service"},
    "LogEntry": {"service": "Service", "incident": "Incident", "teams": "Team"},
    "MaintenanceWindow": {"created_by": "User", "services": "Service", "teams": "Team"},
    "Oncall": {"escalation_policy": "EscalationPolicy", "user": "User", "schedule": "Schedule"},
    "Service": {"escalation_policy": "EscalationPolicy", "teams": "Team", "integrations": "Integration"},
    "User": {"teams": "Team"},
}


def _operations(document: Json) -> t.Iterator[tuple[Json, ...]]:
    """Yield each path and operation: what can hold parameters."""
    for path in document["paths"].values():
        yield path, *(operation for name, operation in path.items() if name in ("get", "put", "post", "delete"))


def _resolved(document: Json, parameter: Json) -> Json:
    if "$ref" not in parameter:
        return parameter
    return t.cast("Json", document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]])


def _properties(document: Json, schema: str) -> t.Iterator[Json]:
    """Yield the properties of a schema, wherever they are."""
    whole = document["components"]["schemas"][schema]
    yield from (part["properties"] for part in (whole, *whole.get("allOf", ())) if "properties" in part)


def _or_whole(schema: Json, names: str) -> Json:
    """Return a schema for a reference, or list of references, or the complete objects."""
    if schema.get("type") == "array":
        return {**schema, "items": _or_whole(schema["items"], names)}
    return {"anyOf": [schema, *({"$ref": f"#/components/schemas/{name}"} for name in names.split())]}


def _unwrapped(value: Json) -> Json:
    """Return the schema of a custom field's value without the object around it."""
    kinds = [kind["properties"]["value"] for kind in value["oneOf"]]
    return {"anyOf": kinds}
