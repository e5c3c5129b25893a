# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials and connection: the shared options, their environment variables, and their checks.

The doc fragments `auth` and `events` describe the same options. Private to the collection.
"""

from __future__ import annotations

import os
import re
import ssl
import typing as t
from urllib.parse import urlsplit

from .._core.errors import InvalidOption, TaskError

API_URLS = {"us": "https://api.pagerduty.com", "eu": "https://api.eu.pagerduty.com"}
EVENTS_URLS = {"us": "https://events.pagerduty.com", "eu": "https://events.eu.pagerduty.com"}
OAUTH_REGIONS = {"pdus+": "us", "pdeu+": "eu"}
"""Region by the prefix of a scoped OAuth token. Source: https://developer.pagerduty.com/docs/authentication."""
LOOPBACK = r"localhost|127(\.\d{1,3}){3}|::1"
MAX_TIMEOUT = 24 * 60 * 60
"""Seconds; the operating system's own limit differs from system to system."""
ROUTING_KEY_LENGTH = 32


class Settings(t.NamedTuple):
    """A task's checked connection options. `repr` leaves the secrets out."""

    api_url: str
    events_url: str
    api_token: str | None
    is_bearer: bool
    from_email: str | None
    verify: bool | str
    timeout: float
    """Seconds for one call."""
    max_wait: float
    """Seconds the task may spend on waiting and retrying."""

    def __repr__(self) -> str:
        return f"Settings({self.api_url!r})"

    @property
    def authorization(self) -> str:
        """The `Authorization` header of REST calls.

        Raises:
            TaskError: there is no token.

        Source: https://developer.pagerduty.com/docs/authentication.
        """
        if not self.api_token:
            raise TaskError(
                "api_token is not set.",
                hint="Set the option api_token or the environment variable PAGERDUTY_API_TOKEN.",
            )
        return f"Bearer {self.api_token}" if self.is_bearer else f"Token token={self.api_token}"


def settings(params: dict[str, t.Any]) -> Settings:
    """Check the shared options of a task.

    Args:
        params: the task's options, validated by `AUTH`.

    Raises:
        InvalidOption: an option has an unusable value.
    """
    token = _token(params["api_token"])
    region = params["region"] or _region(token)
    return Settings(
        api_url=_base_url("api_url", params["api_url"] or API_URLS[region]),
        events_url=_base_url("events_url", params["events_url"] or EVENTS_URLS[region]),
        api_token=token,
        is_bearer=(params["auth_type"] or _auth_type(token)) == "bearer",
        from_email=checked_email("from_email", params["from_email"]),
        verify=_verify(params["validate_certs"], params["ca_path"]),
        timeout=_timeout(params["timeout"]),
        max_wait=_max_wait(params["max_wait"]),
    )


def routing_key(params: t.Mapping[str, t.Any]) -> str:
    """Return the checked routing key of a task.

    Raises:
        InvalidOption: it is missing or malformed.

    Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, `routing_key`.
    """
    key: str = params["routing_key"] or ""
    if not key:
        raise InvalidOption("routing_key", "required; set the option or the environment variable PAGERDUTY_ROUTING_KEY")
    if len(key) != ROUTING_KEY_LENGTH or not _is_word(key) or not key.isalnum():
        raise InvalidOption("routing_key", "must be the 32 letters and digits of an Events API v2 integration key")
    return key


def checked_email(option: str, value: str | None) -> str | None:
    """Return an e-mail address; None if there is none.

    Raises:
        InvalidOption: it is something else.
    """
    if value and not (_is_word(value) and value.count("@") == 1 and value.strip("@") == value):
        raise InvalidOption(option, "must be an e-mail address", value)
    return value or None


def _is_word(text: str) -> bool:
    """Return whether a text is printable ASCII without white space."""
    return text.isascii() and text.isprintable() and " " not in text


def _auth_type(token: str | None) -> str:
    return "bearer" if token and token.startswith(tuple(OAUTH_REGIONS)) else "token"


def _region(token: str | None) -> str:
    return OAUTH_REGIONS.get((token or "").partition("+")[0] + "+", "us")


def _token(value: str | None) -> str | None:
    if value and not _is_word(value):
        raise InvalidOption("api_token", "must be printable ASCII characters without spaces or line breaks")
    return value or None


def _verify(validate_certs: bool, ca_path: str | None) -> bool | str:
    if ca_path and not os.path.exists(ca_path):
        raise InvalidOption("ca_path", "no such file or directory on the machine that runs the module", ca_path)
    if ca_path and os.path.isfile(ca_path):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_path)
        except OSError as error:
            raise InvalidOption("ca_path", "has no certificates in PEM format, or cannot be read", ca_path) from error
    return (ca_path or True) if validate_certs else False


def _timeout(seconds: float) -> float:
    # "Not a number" fails this comparison as well.
    if not 0 < seconds <= MAX_TIMEOUT:
        raise InvalidOption("timeout", f"must be greater than 0 and at most {MAX_TIMEOUT} seconds", seconds)
    return seconds


def _max_wait(seconds: float) -> float:
    if not 0 <= seconds < float("inf"):
        raise InvalidOption("max_wait", "must be 0 or greater", seconds)
    return seconds


def _base_url(option: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InvalidOption(option, "must be a URL such as https://api.pagerduty.com") from error
    # The value may hold a password, so the message does not repeat it.
    if parts.username or parts.password:
        raise InvalidOption(option, "must not contain a user name or password")
    if parts.query or parts.fragment or not host or parts.scheme not in ("https", "http"):
        raise InvalidOption(option, "must be a URL such as https://api.pagerduty.com", url)
    if parts.scheme == "http" and not re.fullmatch(LOOPBACK, host):
        raise InvalidOption(option, "http:// is allowed only for localhost; use https://", url)
    return url.rstrip("/")
