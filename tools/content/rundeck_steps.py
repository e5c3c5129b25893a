# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rundeck's PagerDuty workflow steps, and the module and options that take the place of each.

Source: rundeck/docs, docs/manual/jobs/job-plugins/workflow-steps/pagerduty.md.
"""

from __future__ import annotations

import typing as t


class Step(t.NamedTuple):
    """A workflow step of Rundeck.

    Args:
        module: the module that takes its place. Steps of modules that do not exist are left out of the guide.
        fields: the option for each field, without the fields of every step.
    """

    name: str
    module: str
    fields: dict[str, str]


STEPS = (
    Step("Get Incident", "incident_info", {}),
    Step("Incident Note", "incident_note", {"Note": "content"}),
    Step("Update Status", "incident_status", {"Message": "status", "Resolution": "resolution"}),
    Step(
        "Incident Update",
        "incident",
        {
            "Status": "status",
            "Resolution": "resolution",
            "Assignees": "assignees",
            "Escalation Policy": "escalation_policy",
        },
    ),
    Step("Escalate Incident", "incident_escalation", {"Escalation Level": "level"}),
    Step("Update Escalation Policy", "incident_escalation_policy", {"Escalation Policy": "escalation_policy"}),
    Step(
        "Add Additional Responders",
        "incident_responders",
        {
            "User": "users",
            "Escalation Policy": "escalation_policies",
            "Message": "responders_message",
            "Requester": "requester",
        },
    ),
    Step("Run Response Play", "incident_response_play", {"Response Play ID": "response_play"}),
    Step("Start Incident Workflow", "incident_workflow", {"Incident Workflow ID": "incident_workflow"}),
    Step(
        "Send Event",
        "event",
        {
            "Integration Key": "routing_key",
            "Event Action": "action",
            "Dedupe Key": "dedup_key",
            "Severity": "severity",
            "Event Summary": "summary",
            "Source": "source",
            "Component": "component",
            "Group": "group",
            "Class": "class",
            "Images": "images",
        },
    ),
    Step(
        "Send Change Event",
        "change_event",
        {"Routing Key": "routing_key", "Summary": "summary", "Source": "source", "Custom Fields": "custom_details"},
    ),
    Step(
        "Create User",
        "user",
        {
            "Email": "email",
            "Name": "name",
            "Color": "color",
            "Role": "role",
            "Title": "title",
            "Description": "description",
        },
    ),
    Step(
        "Update User",
        "user",
        {
            "User ID": "email",
            "Name": "name",
            "Color": "color",
            "Role": "role",
            "Title": "title",
            "Description": "description",
        },
    ),
    Step("Delete User", "user", {"User ID": "email"}),
    Step("Get User", "user_info", {"User ID": "users"}),
    Step("Get Users (List)", "user_info", {"Team Ids": "teams", "Filter": "query"}),
)

EVERY_STEP = (
    ("Every step", "API Token or API Key", ":ansopt:`oncall.pagerduty.incident_info#module:api_token`"),
    ("Every step", "Email", ":ansopt:`oncall.pagerduty.incident_info#module:from_email`"),
    ("Every step", "Incident ID", ":ansopt:`oncall.pagerduty.incident_info#module:incident_id`"),
)
KEY_PATH = "``pagerduty_api_token``, from a secure option with that storage path"
SETTINGS = (
    ("Settings", "project.pagerduty.api_key_path", KEY_PATH),
    ("Settings", "framework.pagerduty.api_key_path", KEY_PATH),
)
"""Rows of the table of fields that are not fields of one step."""
