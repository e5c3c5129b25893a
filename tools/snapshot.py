# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads an account into a file, for `make simulator ACCOUNT=FILE`: `python -m tools.snapshot FILE [--with-people]`.

Only reads. Names and e-mail addresses of people are masked, unless asked otherwise; names of teams, schedules, policies
and services are not, since playbooks use them. No key is in the file.
"""

from __future__ import annotations

import argparse
import json
import sys
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.schedules import (
    is_shift_based,
    read_schedule,
    turns_of,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import Refused, TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.retry import RetryBudget
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.time_texts import parse_time
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import AUTH

Record = dict[str, t.Any]

EVENTS_INTEGRATION = "events_api_v2_inbound_integration"
WITHOUT_FEATURE = (402, 403, 404)
"""How PagerDuty refuses what a plan, or a token, does not have."""


def main() -> int:
    """Write the file; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make snapshot", description="Read a PagerDuty account into a file.")
    parser.add_argument("file", type=Path, help="the file to write")
    parser.add_argument("--with-people", action="store_true", help="keep names and e-mail addresses of people")
    given = parser.parse_args()
    try:
        content = snapshot(connected(), with_people=given.with_people)
    except TaskError as error:
        print(f"{error} {error.hint}".strip(), file=sys.stderr)
        return 1
    given.file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Wrote {given.file}: {', '.join(f'{len(things)} {name}' for name, things in content.items())}.")
    print(f"Practice on it with: make simulator ACCOUNT={given.file}")
    return 0


def connected() -> PagerDuty:
    """Return a client of the account that the environment names, as the modules would use it.

    Raises:
        TaskError: a variable has an unusable value.
    """
    validated = ArgumentSpecValidator(AUTH).validate({})
    if validated.error_messages:
        raise TaskError("; ".join(validated.error_messages))
    connection = settings(validated.validated_parameters)
    return PagerDuty(connection, RetryBudget(connection.max_wait, _say, _say), _say)


def snapshot(pagerduty: PagerDuty, *, with_people: bool) -> dict[str, list[Record]]:
    """Return what the simulator needs to stand in for an account.

    Args:
        with_people: whether to keep names and e-mail addresses of people.

    Raises:
        TaskError: the account cannot be read.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, the paths read here.
    """
    integrations = [("include[]", "integrations")]
    return {
        "teams": [_named(each) for each in _read(pagerduty, "teams")],
        "users": [_user(each, number, with_people) for number, each in enumerate(_read(pagerduty, "users"), start=1)],
        "schedules": [
            _schedule(pagerduty, each)
            for path in ("schedules", "v3/schedules")
            for each in _read(pagerduty, "schedules", path=path)
        ],
        "escalation_policies": [_policy(each) for each in _read(pagerduty, "escalation_policies")],
        "services": [_service(each) for each in _read(pagerduty, "services", integrations)],
        "priorities": [_named(each) for each in _read(pagerduty, "priorities")],
        "incident_workflows": [
            {**_named(each), "is_enabled": bool(each.get("is_enabled", True))}
            for each in _read(pagerduty, "incident_workflows")
        ],
    }


def _read(
    pagerduty: PagerDuty, key: str, query: t.Sequence[tuple[str, str]] = (), path: str | None = None
) -> list[Record]:
    """Return all entries of a list; none, and a line that says so, if the account has no such feature.

    Args:
        path: of the list; None if it is the key.
    """
    name = path or key
    try:
        entries = [entry for page in pagerduty.pages(f"/{name}", key, query) for entry in page]
    except Refused as error:
        if error.status not in WITHOUT_FEATURE:
            raise
        _say(f"Left out {name}: {error}")
        return []
    _say(f"Read {len(entries)} {name}.")
    return entries


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _ids(references: t.Iterable[Record] | None) -> list[str]:
    return [str(each["id"]) for each in references or ()]


def _named(record: Record) -> Record:
    return {"id": record["id"], "name": record.get("name") or record.get("summary")}


def _user(record: Record, number: int, with_people: bool) -> Record:
    people = {"name": record["name"], "email": record["email"]}
    masked = {"name": f"User {number}", "email": f"user{number}@example.com"}
    return {
        "id": record["id"],
        **(people if with_people else masked),
        "role": record.get("role") or "user",
        "time_zone": record.get("time_zone"),
        "teams": _ids(record.get("teams")),
    }


def _schedule(pagerduty: PagerDuty, listed: Record) -> Record:
    now = datetime.now(timezone.utc)
    record = read_schedule(pagerduty, listed, now, now + timedelta(seconds=1))
    members = _members(record, now) if is_shift_based(listed) else _ids(listed.get("users"))
    return {
        **_named(record),
        "teams": _ids(record.get("teams")),
        "members": members,
        "on_call": list(dict.fromkeys(_ids(turn["user"] for turn in turns_of(record) or ()))),
        "is_shift_based": is_shift_based(listed),
    }


def _members(record: Record, now: datetime) -> list[str]:
    """Return the ids of those who take shifts, without those whose last shift is over."""
    events = [event for rotation in record.get("rotations") or () for event in rotation.get("events") or ()]
    members = [
        member
        for event in events
        if not event.get("effective_until") or parse_time("effective_until", event["effective_until"]) > now
        for member in event["assignment_strategy"]["members"]
    ]
    return list(dict.fromkeys(member["user_id"] for member in members if member.get("user_id")))


def _policy(record: Record) -> Record:
    rules = [
        {"id": rule["id"], "delay": rule["escalation_delay_in_minutes"], "targets": _ids(rule["targets"])}
        for rule in record["escalation_rules"]
    ]
    return {**_named(record), "teams": _ids(record.get("teams")), "rules": rules}


def _service(record: Record) -> Record:
    integrations = [each for each in record.get("integrations") or () if each["type"].startswith(EVENTS_INTEGRATION)]
    return {
        **_named(record),
        "escalation_policy": record["escalation_policy"]["id"],
        "teams": _ids(record.get("teams")),
        "status": record["status"],
        "groups_alerts": bool((record.get("alert_grouping_parameters") or {}).get("type")),
        "integrations": [_named(each) for each in integrations],
    }


if __name__ == "__main__":
    sys.exit(main())
