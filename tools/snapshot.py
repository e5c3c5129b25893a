# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads an account into a file, for `make simulator ACCOUNT=FILE`: `python -m tools.snapshot FILE [--with-people]`.

Only reads. Names and e-mail addresses of people are masked, unless asked otherwise, but a playbook that names somebody
still finds them: the file has their digests. Names of teams, schedules, policies and services are not masked, since
playbooks use them. No key is in the file.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
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

from simulator.account_file import digest

Record = dict[str, t.Any]

EVENTS_INTEGRATION = "events_api_v2_inbound_integration"
PRIVATE = 0o600
PEOPLE_ARE_KEPT = "It has the names and e-mail addresses of people: keep it to yourself."
PEOPLE_ARE_MASKED = (
    "Names and e-mail addresses of people are masked. A playbook that names somebody still finds them; whoever has the "
    "file can check a guess as well."
)
WITHOUT_FEATURE = (402, 403, 404)
"""How PagerDuty refuses what a plan, or a token, does not have."""


def main() -> int:
    """Write the file; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make snapshot", description="Read a PagerDuty account into a file.")
    parser.add_argument("file", type=Path, help="the file to write")
    parser.add_argument("--with-people", action="store_true", help="keep names and e-mail addresses of people")
    given = parser.parse_args()
    try:
        check_writable(given.file)
        content = snapshot(connected(), with_people=given.with_people)
        write_private(given.file, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    except TaskError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Cannot write {given.file}: {error.strerror}.", file=sys.stderr)
        return 1
    print(f"Wrote {given.file}: {', '.join(f'{len(things)} {name}' for name, things in content.items())}.")
    print(PEOPLE_ARE_KEPT if given.with_people else PEOPLE_ARE_MASKED)
    print(f"Practice on it with: make simulator ACCOUNT={given.file}")
    return 0


def check_writable(file: Path) -> None:
    """Check that a file can be written, before an account is read for minutes.

    Raises:
        OSError: it cannot.
    """
    if file.is_dir():
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not file.parent.is_dir():
        raise OSError(errno.ENOENT, f"there is no folder {file.parent}")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def write_private(file: Path, text: str) -> None:
    """Write a file that nobody else may read.

    Raises:
        OSError: it cannot be written.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    with open(descriptor, "w", encoding="utf-8") as written:
        # It may have been there before.
        os.fchmod(descriptor, PRIVATE)
        written.write(text)


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
        "users": [_user(each, with_people) for each in _read(pagerduty, "users")],
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


def _user(record: Record, with_people: bool) -> Record:
    people = {"name": record["name"], "email": record["email"]}
    return {
        "id": record["id"],
        **(people if with_people else _masked(record["id"], record["name"], record["email"])),
        "role": record.get("role") or "user",
        "time_zone": record.get("time_zone"),
        "teams": _ids(record.get("teams")),
    }


def _masked(user_id: str, name: str, email: str) -> Record:
    """Return who somebody is to those who do not know it: always the same."""
    digests = [digest(user_id, email.casefold()), digest(user_id, name)]
    return {"name": f"User {user_id}", "email": f"{user_id.lower()}@example.com", "digests": digests}


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
