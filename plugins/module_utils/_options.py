# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that several modules share, as `AnsibleModule` takes them; the doc fragments describe the same ones.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import env_fallback

Options = dict[str, dict[str, t.Any]]


def _env(*names: str) -> tuple[t.Callable[..., t.Any], list[str]]:
    return (env_fallback, list(names))


AUTH: Options = {
    "api_token": {
        "type": "str",
        "aliases": ["api_key", "token"],
        "no_log": True,
        "fallback": _env("PAGERDUTY_API_TOKEN", "PAGERDUTY_TOKEN", "PAGERDUTY_API_KEY"),
    },
    "auth_type": {"type": "str", "choices": ["token", "bearer"]},
    "from_email": {
        "type": "str",
        "aliases": ["email", "requester_email"],
        "fallback": _env("PAGERDUTY_FROM_EMAIL", "PAGERDUTY_EMAIL"),
    },
    "region": {"type": "str", "choices": ["us", "eu"], "fallback": _env("PAGERDUTY_REGION")},
    "api_url": {"type": "str", "fallback": _env("PAGERDUTY_API_URL")},
    "events_url": {"type": "str", "fallback": _env("PAGERDUTY_EVENTS_URL")},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 30, "fallback": _env("PAGERDUTY_TIMEOUT")},
    "max_wait": {"type": "float", "default": 120, "fallback": _env("PAGERDUTY_MAX_WAIT")},
}
"""Options of every module; the doc fragment `auth`."""

EVENTS: Options = {
    "routing_key": {
        "type": "str",
        "aliases": ["integration_key"],
        "no_log": True,
        "fallback": _env("PAGERDUTY_ROUTING_KEY"),
    },
}
"""Options of the modules that use the Events API; the doc fragment `events`."""

INCIDENT_ID: Options = {
    "incident_id": {"type": "list", "elements": "str", "required": True, "aliases": ["incident_ids", "id"]},
}
"""The incidents to work on; the doc fragment `incident_id`."""
