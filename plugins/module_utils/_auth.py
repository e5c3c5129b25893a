# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who asks, and where: the shared options, their environment variables, and what they may hold.

The argument specs stand beside the checks; the doc fragments `auth` and `events` describe the same options.

Private to the collection.
"""

from __future__ import annotations

import os
import re
import ssl
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ansible.module_utils.basic import env_fallback

from ._errors import BadInput, PagerDutyError

Options = dict[str, dict[str, t.Any]]

API_URLS = {"us": "https://api.pagerduty.com", "eu": "https://api.eu.pagerduty.com"}
EVENTS_URLS = {"us": "https://events.pagerduty.com", "eu": "https://events.eu.pagerduty.com"}
OAUTH_PREFIXES = ("pdus+", "pdeu+")
LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
LONGEST_TIMEOUT = 24 * 60 * 60
"""Seconds; the system's own limit is not the same everywhere."""
PRINTABLE = re.compile(r"[\x21-\x7e]+")
EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
ROUTING_KEY = re.compile(r"[A-Za-z0-9]{32}")


def _from_environment(*names: str) -> tuple[t.Callable[..., t.Any], list[str]]:
    return (env_fallback, list(names))


AUTH: Options = {
    "api_token": {
        "type": "str",
        "aliases": ["api_key", "token"],
        "no_log": True,
        "fallback": _from_environment("PAGERDUTY_API_TOKEN", "PAGERDUTY_TOKEN", "PAGERDUTY_API_KEY"),
    },
    "auth_type": {"type": "str", "choices": ["token", "bearer"]},
    "from_email": {
        "type": "str",
        "aliases": ["email", "requester_email"],
        "fallback": _from_environment("PAGERDUTY_FROM_EMAIL", "PAGERDUTY_EMAIL"),
    },
    "region": {
        "type": "str",
        "choices": ["us", "eu"],
        "default": "us",
        "fallback": _from_environment("PAGERDUTY_REGION"),
    },
    "api_url": {"type": "str", "fallback": _from_environment("PAGERDUTY_API_URL")},
    "events_url": {"type": "str", "fallback": _from_environment("PAGERDUTY_EVENTS_URL")},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 30, "fallback": _from_environment("PAGERDUTY_TIMEOUT")},
    "max_wait": {"type": "float", "default": 120, "fallback": _from_environment("PAGERDUTY_MAX_WAIT")},
}
"""Options of every module; the doc fragment `auth`."""

EVENTS: Options = {
    "routing_key": {
        "type": "str",
        "aliases": ["integration_key"],
        "no_log": True,
        "fallback": _from_environment("PAGERDUTY_ROUTING_KEY"),
    },
}
"""Options of the modules that speak to the Events API; the doc fragment `events`."""


@dataclass(frozen=True)
class Settings:
    """A task's connection, checked.

    Secrets are left out of `repr`, so that no debugging aid can print them.
    """

    api_url: str
    events_url: str
    api_token: str | None = field(repr=False)
    bearer: bool
    from_email: str | None
    verify: bool | str
    timeout: float
    """Seconds for one attempt."""
    max_wait: float
    """Seconds the task may spend waiting and retrying in all."""

    @property
    def authorization(self) -> str:
        """The `Authorization` header of REST calls.

        Raises:
            PagerDutyError: when no token was given.

        Source: https://developer.pagerduty.com/docs/authentication.
        """
        if not self.api_token:
            raise PagerDutyError(
                "api_token is not set.",
                hint="Give the option api_token, or set the environment variable PAGERDUTY_API_TOKEN.",
            )
        return f"Bearer {self.api_token}" if self.bearer else f"Token token={self.api_token}"


def settings(params: dict[str, t.Any]) -> Settings:
    """Check the shared options of a task.

    Args:
        params: the task's options, already typed by `AUTH`.

    Raises:
        BadInput: when one cannot be right.
    """
    token = _printable("api_token", params["api_token"])
    region = params["region"]
    return Settings(
        api_url=_base_url("api_url", params["api_url"] or API_URLS[region]),
        events_url=_base_url("events_url", params["events_url"] or EVENTS_URLS[region]),
        api_token=token,
        bearer=(params["auth_type"] or _auth_type(token)) == "bearer",
        from_email=_email(params["from_email"]),
        verify=_verify(params["validate_certs"], params["ca_path"]),
        timeout=_timeout(params["timeout"]),
        max_wait=_max_wait(params["max_wait"]),
    )


def routing_key(params: dict[str, t.Any]) -> str:
    """The checked routing key of a task.

    Raises:
        BadInput: when it is missing or cannot be one.

    Source: openapi/events-v2.json, `routing_key`.
    """
    key: str = params["routing_key"] or ""
    if not key:
        raise BadInput("routing_key", "give the option, or set the environment variable PAGERDUTY_ROUTING_KEY")
    if not ROUTING_KEY.fullmatch(key):
        raise BadInput("routing_key", "it must be the 32 letters and digits of an Events API v2 integration")
    return key


def _auth_type(token: str | None) -> str:
    return "bearer" if token and token.startswith(OAUTH_PREFIXES) else "token"


def _printable(option: str, value: str | None) -> str | None:
    if value and not PRINTABLE.fullmatch(value):
        raise BadInput(option, "it must be printable ASCII characters without spaces or line breaks")
    return value or None


def _email(value: str | None) -> str | None:
    if value and not (EMAIL.fullmatch(value) and value.isascii()):
        raise BadInput("from_email", "it must be the e-mail address of a user of the account", value)
    return value or None


def _verify(validate_certs: bool, ca_path: str | None) -> bool | str:
    if ca_path and not os.path.exists(ca_path):
        raise BadInput("ca_path", "no such file or directory is on the machine that runs the module", ca_path)
    if ca_path and os.path.isfile(ca_path):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_path)
        except OSError as error:
            raise BadInput("ca_path", "it holds no certificates in PEM form, or cannot be read", ca_path) from error
    return (ca_path or True) if validate_certs else False


def _timeout(seconds: float) -> float:
    # Also turns away "not a number".
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise BadInput("timeout", f"it must be a number of seconds above 0, up to {LONGEST_TIMEOUT}", seconds)
    return seconds


def _max_wait(seconds: float) -> float:
    if not 0 <= seconds < float("inf"):
        raise BadInput("max_wait", "it must be a number of seconds from 0 on", seconds)
    return seconds


def _base_url(option: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadInput(option, "it must be a URL such as https://api.pagerduty.com") from error
    # The value is not repeated: it may carry a password.
    if parts.username or parts.password:
        raise BadInput(option, "it must not hold a user name or a password")
    if parts.query or parts.fragment or not host or parts.scheme not in ("https", "http"):
        raise BadInput(option, "it must be a URL such as https://api.pagerduty.com", url)
    if parts.scheme == "http" and not LOOPBACK.fullmatch(host):
        raise BadInput(option, "http:// is allowed only to this machine itself (localhost); use https://", url)
    return url.rstrip("/")
