# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends a status update, which notifies the subscribers of an incident.

PagerDuty has no list of status updates. Other clients read them from the incident's log entries, which the schema does
not mention. So an update that the log shows is not sent again, but one that it does not show may have been sent: after
a lost response it is never sent a second time. Private to the collection.
"""

from __future__ import annotations

import functools
import typing as t

from .._api.client import PagerDuty, Record, path_of
from .._core.errors import InvalidOption
from .._core.plan import Plan, PlanOrOutcome, Write
from .._core.time_texts import time_of
from .incidents import checked_ids, incidents_result, plan_each, resolve_numbers
from .subscribers import notified_by_update

LOG_ENTRY = "status_update_log_entry"
"""INFERRED from a client that reads them: filetrust/jira-pagerduty-integration, jpi/handlers/log_entries.py."""
UPDATE_FIELDS = ("id", "message", "sender", "created_at")
"""Source: PagerDuty/api-schema, reference/REST/openapiv3.json, `StatusUpdate`."""
EMAIL_FIELDS = ("subject", "html_message")
IF_UNKNOWN = (
    "Check in PagerDuty whether the incident has this status update. Run the task again only if it does not: it would "
    "notify the subscribers again."
)


def send_status_update(pagerduty: PagerDuty, params: t.Mapping[str, t.Any]) -> list[PlanOrOutcome]:
    """Send a status update on each incident whose latest one has another message.

    Args:
        params: `incident_id`, `update_message`, `subject`, `html_message` and `allow_duplicate`.

    Raises:
        InvalidOption: an option has an unusable value.

    Source: PagerDuty/api-schema, reference/REST/openapiv3.json, POST /incidents/{id}/status_updates.
    """
    ids = checked_ids(params["incident_id"])
    for option in ("update_message", *EMAIL_FIELDS):
        if params[option] is not None and not params[option].strip():
            raise InvalidOption(option, "must not be empty", params[option])
    write = Write(functools.partial(_send, pagerduty), harmful_twice=True, can_be_verified=False)
    plan = functools.partial(_plan, pagerduty, params, write)
    return plan_each(resolve_numbers(pagerduty, ids), plan)


def status_updates_result(records: t.Sequence[Record]) -> dict[str, t.Any]:
    """Return the result of the module: as for all modules, and `status_update` if there is one incident."""
    own = {"status_update": records[0]["status_update"]} if len(records) == 1 else {}
    return {**incidents_result(records), **own}


def _plan(pagerduty: PagerDuty, params: t.Mapping[str, t.Any], write: Write, incident: Record) -> Plan:
    target, message = incident["id"], params["update_message"]
    entries = _read_updates(pagerduty, target)
    sent = [str(entry.get("message")) for entry in entries]
    before = {"status_updates": sent}
    if sent and sent[-1].strip() == message.strip() and not params["allow_duplicate"]:
        latest = entries[-1]
        found = {"message": sent[-1], "sender": latest.get("agent"), "created_at": latest.get("created_at")}
        record = {"id": target, "status_update": {**dict.fromkeys(UPDATE_FIELDS), **found}}
        return Plan(target, before, before, record, record)
    email = {name: params[name] for name in EMAIL_FIELDS if params[name] is not None}
    body = {"message": message, **email}
    return Plan(
        target,
        before,
        {"status_updates": [*sent, message]},
        {"id": target, "status_update": None},
        {"id": target, "status_update": {**dict.fromkeys(UPDATE_FIELDS), **body}},
        write,
        body,
        notified_by_update(pagerduty, target),
        IF_UNKNOWN,
    )


def _read_updates(pagerduty: PagerDuty, incident_id: str) -> list[Record]:
    """Return the log entries of the status updates, oldest first."""
    pages = pagerduty.pages(path_of("incidents", incident_id, "log_entries"), "log_entries")
    entries = [entry for page in pages for entry in page if entry.get("type") == LOG_ENTRY]
    # The newest come first (INFERRED), and may be of the same second.
    entries.reverse()
    return sorted(entries, key=lambda entry: time_of(entry.get("created_at")))


def _send(pagerduty: PagerDuty, plans: t.Sequence[Plan]) -> list[Record]:
    (plan,) = plans
    path = path_of("incidents", plan.target, "status_updates")
    update = pagerduty.write_and_get("POST", path, plan.body, "status_update")
    return [{**plan.predicted, "status_update": update}]
