# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that several modules share, as `AnsibleModule` takes them; the doc fragments describe the same ones.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.errors import AnsibleFallbackNotFound

from ._api.addresses import API_URLS
from ._api.auth import AUTH_TYPES, DEFAULTS, VARIABLES, first_set

Options = dict[str, dict[str, t.Any]]


def environment_fallback(*variables: str) -> str:
    """Return the first of some environment variables that is not empty, as `env_fallback` does with empty ones as well.

    Raises:
        AnsibleFallbackNotFound: none is set.
    """
    value = first_set(variables)
    if value is None:
        raise AnsibleFallbackNotFound
    return value.lower() if variables == VARIABLES["region"] else value


def _environment(option: str) -> tuple[t.Callable[..., str], list[str]]:
    return (environment_fallback, list(VARIABLES[option]))


AUTH: Options = {
    "api_token": {
        "type": "str",
        "aliases": ["api_key", "token"],
        "no_log": True,
        "fallback": _environment("api_token"),
    },
    "auth_type": {"type": "str", "choices": list(AUTH_TYPES)},
    "from_email": {
        "type": "str",
        "aliases": ["requester_email"],
        "fallback": _environment("from_email"),
    },
    "region": {"type": "str", "choices": list(API_URLS), "fallback": _environment("region")},
    "api_url": {"type": "str", "fallback": _environment("api_url")},
    "events_url": {"type": "str", "fallback": _environment("events_url")},
    "validate_certs": {"type": "bool", "default": DEFAULTS["validate_certs"]},
    "ca_path": {"type": "path", "fallback": _environment("ca_path")},
    "timeout": {"type": "float", "default": DEFAULTS["timeout"], "fallback": _environment("timeout")},
    "max_wait": {"type": "float", "default": DEFAULTS["max_wait"], "fallback": _environment("max_wait")},
}
"""Options of every module; the doc fragment `auth`."""

EVENTS: Options = {
    "routing_key": {
        "type": "str",
        "aliases": ["integration_key"],
        "no_log": True,
        "fallback": _environment("routing_key"),
    },
}
"""Options of the modules that use the Events API; the doc fragment `events`."""

INCIDENT_ID: Options = {
    "incident_id": {"type": "list", "elements": "str", "aliases": ["incident_ids", "id"]},
}
"""The incidents to work on, by id."""
WAIT: Options = {"wait": {"type": "int", "default": 0}}
"""How long to wait for the incident of an event."""
INCIDENTS: Options = {
    **INCIDENT_ID,
    "dedup_key": {"type": "str", "aliases": ["incident_key"], "no_log": False},
    "service": {"type": "str"},
    **WAIT,
}
"""The incidents to work on, by id or key; the doc fragment `incident_id`."""
TIME_ZONE: Options = {"time_zone": {"type": "str"}}
"""What a time of day means; the doc fragment `time_zone`."""
CONNECTION: Options = {**AUTH, **EVENTS}
"""Options that say how PagerDuty is called."""
