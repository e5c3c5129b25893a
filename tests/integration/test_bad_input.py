# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input never reaches the network, and the message names the option, the value and what is allowed."""

from __future__ import annotations

import typing as t

import pytest

from integration.cases import SIMPLEST, step
from integration.playing import Player

ID = "Q0000000000001"
SHARED: tuple[tuple[dict[str, t.Any], str], ...] = (
    ({"auth_type": "basic"}, "value of auth_type must be one of: token, bearer, got: basic"),
    ({"region": "asia"}, "value of region must be one of: us, eu, got: asia"),
    ({"from_email": "nobody"}, "from_email 'nobody' is not valid: it must be the e-mail address"),
    ({"from_email": "me@example.com\r\nX-Evil: 1"}, "from_email"),
    ({"api_token": "two words"}, "api_token is not valid: it must be printable ASCII"),
    ({"api_url": "http://example.com"}, "api_url 'http://example.com' is not valid: http:// is allowed only"),
    ({"api_url": "pagerduty"}, "api_url 'pagerduty' is not valid: it must be a URL"),
    ({"events_url": "http://example.com"}, "events_url 'http://example.com' is not valid: http:// is allowed only"),
    ({"validate_certs": "perhaps"}, "validate_certs"),
    ({"ca_path": "/no/such/bundle.pem"}, "ca_path '/no/such/bundle.pem' is not valid"),
    ({"ca_path": __file__}, "it holds no certificates in PEM form"),
    ({"timeout": 0}, "timeout 0.0 is not valid: it must be a number of seconds above 0"),
    ({"timeout": "soon"}, "timeout"),
    ({"max_wait": -1}, "max_wait -1.0 is not valid: it must be a number of seconds from 0 on"),
)
INCIDENT_ID: tuple[tuple[dict[str, t.Any], str], ...] = (
    ({"incident_id": []}, "incident_id [] is not valid: give at least one incident id or number"),
    ({"incident_id": ""}, "incident_id '' is not valid"),
    ({"incident_id": "../users"}, "incident_id '../users' is not valid: it must be an incident's id"),
    ({"incident_id": ["Q1?include=x"]}, "incident_id 'Q1?include=x' is not valid"),
)
OWN: dict[str, tuple[tuple[dict[str, t.Any], str], ...]] = {
    "incident_info": (
        *INCIDENT_ID,
        ({"include": ["everything"]}, "value of include must be one or more of"),
        ({"dedup_key": "key"}, "parameters are mutually exclusive: incident_id|dedup_key"),
        ({"incident_id": None}, "one of the following is required: incident_id, dedup_key"),
        ({"incident_id": None, "dedup_key": " "}, "dedup_key ' ' is not valid: it must not be empty"),
        (
            {"incident_id": None, "dedup_key": "key", "include": ["custom_fields"]},
            "include ['custom_fields'] is not valid",
        ),
    ),
    "incident_note": (
        *INCIDENT_ID,
        ({"content": None}, "content is not valid: it is required where state is present"),
        ({"content": " \n"}, "content ' \\n' is not valid: it must not be empty"),
        ({"state": "gone"}, "value of state must be one of: present, absent, got: gone"),
        ({"note_id": "a/b"}, "note_id 'a/b' is not valid: it must be the id of a note"),
        (
            {"note_id": "PWL7QXS", "incident_id": [ID, "Q2"]},
            "note_id 'PWL7QXS' is not valid: a note belongs to one incident",
        ),
        ({"note_id": "PWL7QXS", "state": "absent"}, "content is not valid: where state is absent, give either"),
        ({"content": None, "state": "absent"}, "content is not valid: where state is absent, give either"),
        ({"allow_duplicate": True, "state": "absent"}, "allow_duplicate True is not valid"),
        ({"allow_duplicate": "often"}, "allow_duplicate"),
    ),
    "incident": (
        *INCIDENT_ID,
        ({"title": None}, "incident is not valid: give at least one of status, title, urgency"),
        ({"status": "triggered"}, "value of status must be one of: acknowledged, resolved, got: triggered"),
        ({"resolution": "done"}, "resolution 'done' is not valid: it goes with status resolved only"),
        ({"status": "resolved", "resolution": ""}, "resolution '' is not valid: it must not be empty"),
        ({"assignees": []}, "assignees [] is not valid: give at least one user, by id or e-mail address"),
        ({"assignees": ["PUSER01", " "]}, "assignees ['PUSER01', ' '] is not valid: give at least one user"),
        (
            {"assignees": ["PUSER01"], "escalation_policy": "Database"},
            "assignees ['PUSER01'] is not valid: they do not go with escalation_policy",
        ),
        ({"title": " "}, "title ' ' is not valid: it must not be empty"),
        ({"urgency": "middling"}, "value of urgency must be one of: high, low, got: middling"),
        ({"priority": ""}, "priority '' is not valid: it must not be empty"),
        ({"escalation_policy": ""}, "escalation_policy '' is not valid: it must not be empty"),
        ({"conference_bridge": "+1-415-555-0100"}, "dictionary requested"),
        ({"conference_bridge": {}}, "give conference_number, conference_url, or both"),
        ({"conference_bridge": {"room": "7"}}, "give conference_number, conference_url, or both"),
        ({"conference_bridge": {"conference_url": ["https://meet.example.com/"]}}, "give conference_number"),
        ({"conference_bridge": True}, "cannot be converted to a dict"),
    ),
    "incident_escalation": (
        *INCIDENT_ID,
        ({"level": None}, "missing required arguments: level"),
        ({"level": 0}, "level 0 is not valid: levels are counted from 1"),
        ({"level": "top"}, "level"),
    ),
    "incident_escalation_policy": (
        *INCIDENT_ID,
        ({"escalation_policy": None}, "missing required arguments: escalation_policy"),
        ({"escalation_policy": " "}, "escalation_policy ' ' is not valid: it must not be empty"),
    ),
    "incident_responders": (
        *INCIDENT_ID,
        ({"users": None}, "one of the following is required: users, escalation_policies"),
        ({"users": []}, "users [] is not valid: give at least one of users and escalation_policies"),
        ({"users": [""]}, "users '' is not valid: a name, id or e-mail address must not be empty"),
        ({"escalation_policies": [" "]}, "escalation_policies ' ' is not valid"),
        ({"responders_message": " "}, "responders_message ' ' is not valid: it must not be empty"),
        ({"requester": ""}, "requester '' is not valid: it must be a user, by id or e-mail address"),
        ({"renotify": "perhaps"}, "renotify"),
    ),
    "incident_response_play": (
        *INCIDENT_ID,
        ({"response_play": None}, "missing required arguments: response_play"),
        ({"response_play": ""}, "response_play '' is not valid: it must not be empty"),
    ),
    "incident_workflow": (
        *INCIDENT_ID,
        ({"incident_workflow": None}, "missing required arguments: incident_workflow"),
        ({"incident_workflow": " "}, "incident_workflow ' ' is not valid: it must not be empty"),
        ({"run_key": " "}, "run_key ' ' is not valid: it must be a line of 1 to 200 characters"),
        ({"run_key": "x" * 201}, "it must be a line of 1 to 200 characters"),
        ({"run_key": "two\nlines"}, "it must be a line of 1 to 200 characters"),
    ),
    "incident_status": (
        *INCIDENT_ID,
        ({"status": "triggered"}, "value of status must be one of: acknowledged, resolved, got: triggered"),
        ({"status": None}, "missing required arguments: status"),
        (
            {"status": "acknowledged", "resolution": "done"},
            "resolution 'done' is not valid: it goes with status resolved only",
        ),
        ({"status": "resolved", "resolution": " "}, "resolution ' ' is not valid: it must not be empty"),
    ),
    "event": (
        ({"routing_key": "short"}, "routing_key is not valid: it must be the 32 letters and digits"),
        ({"action": "reopen"}, "value of action must be one of: trigger, acknowledge, resolve, got: reopen"),
        ({"action": "resolve", "dedup_key": None}, "dedup_key is not valid: it is required to resolve"),
        ({"dedup_key": "x" * 256}, "dedup_key"),
        ({"severity": "bad"}, "value of severity must be one of: critical, error, warning, info, got: bad"),
        ({"summary": "x" * 1025}, "summary"),
        ({"source": ""}, "source '' is not valid: it must not be empty"),
        ({"custom_details": "text"}, "custom_details"),
        (
            {"custom_details": {"free": "{{ 'nan' | float }}"}},
            "custom_details is not valid: neither half a character nor",
        ),
        ({"images": "http://example.com/a.png"}, "images 'http://example.com/a.png' is not valid: src must be a URL"),
        (
            {"links": [{"text": "no address"}]},
            "links {'text': 'no address'} is not valid: each must be a URL, or a mapping",
        ),
        ({"client_url": "nowhere"}, "client_url 'nowhere' is not valid: it must be a URL"),
        ({"timestamp": "yesterday"}, "timestamp 'yesterday' is not valid: it must be an ISO 8601 time"),
        ({"colour": "red"}, "Unsupported parameters"),
    ),
}


@pytest.mark.parametrize("module", SIMPLEST)
def test_bad_input_never_reaches_the_network(module: str, play: Player) -> None:
    rows = (*SHARED, *OWN[module])
    played = play(*[step(module, ID, **options) for options, _told in rows])
    for (options, told), done in zip(rows, played.tasks, strict=True):
        assert done.outcome == "failed", options
        assert told in done.msg, (options, done.msg)
        assert done.journal == [], options
        assert "Traceback" not in str(done.result)


@pytest.mark.parametrize(
    ("module", "variable", "told"),
    [
        ("incident_status", "PAGERDUTY_API_TOKEN", "Give the option api_token, or set the environment variable"),
        ("incident_info", "PAGERDUTY_API_TOKEN", "Give the option api_token, or set the environment variable"),
        ("incident_note", "PAGERDUTY_API_TOKEN", "Give the option api_token, or set the environment variable"),
        ("event", "PAGERDUTY_ROUTING_KEY", "give the option, or set the environment variable PAGERDUTY_ROUTING_KEY"),
    ],
)
def test_missing_credentials_are_said_with_what_to_do(module: str, variable: str, told: str, play: Player) -> None:
    done = play(step(module, ID), environment={variable: None}).only
    assert told in done.msg
    assert done.journal == []
