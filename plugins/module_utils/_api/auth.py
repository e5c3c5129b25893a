# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials and connection, the same for modules, lookups, callbacks and event sources.

An option that is null, empty, or blank is not set. Then the first of its environment variables that is set counts.
Needs no Ansible: event sources run without it. Private to the collection.
"""

from __future__ import annotations

import os
import re
import typing as t

from .._core.errors import InvalidOption, TaskError
from .addresses import API_URLS, EVENTS, EVENTS_URLS, REST, base_url, shown

VARIABLES = {
    "api_token": ("PAGERDUTY_API_TOKEN", "PAGERDUTY_TOKEN", "PAGERDUTY_API_KEY"),
    "from_email": ("PAGERDUTY_FROM_EMAIL", "PAGERDUTY_EMAIL"),
    "region": ("PAGERDUTY_REGION",),
    "api_url": ("PAGERDUTY_API_URL",),
    "events_url": ("PAGERDUTY_EVENTS_URL",),
    "ca_path": ("PAGERDUTY_CA_PATH",),
    "timeout": ("PAGERDUTY_TIMEOUT",),
    "max_wait": ("PAGERDUTY_MAX_WAIT",),
    "routing_key": ("PAGERDUTY_ROUTING_KEY",),
}
"""The environment variables of each option, the first one first."""
DEFAULTS = {"validate_certs": True, "timeout": 30, "max_wait": 120}

OAUTH_REGIONS = {"pdus+": "us", "pdeu+": "eu"}
"""Region by the prefix of a scoped OAuth token. Source: https://developer.pagerduty.com/docs/authentication."""
AUTH_TYPES = ("token", "bearer")
MAX_TIMEOUT = 24 * 60 * 60
"""Seconds; the operating system's own limit differs from system to system."""
ROUTING_KEY_LENGTH = 32
QUOTES = "'\""
HEADER = "authorization:"
SCHEMES = {"token token=": "token", "bearer ": "bearer"}
"""What people copy along with a token from a header, with what it says of it, in lower case."""
REQUIRED_KEY = "required; set the option or the environment variable PAGERDUTY_ROUTING_KEY"

Options = t.Mapping[str, t.Any]
Value = t.TypeVar("Value")


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


def is_unset(value: t.Any) -> bool:
    """Return whether an option has no value: AWX and Rundeck make empty ones of what nobody has filled in."""
    return value is None or (isinstance(value, str) and not value.strip())


def first_set(variables: t.Iterable[str]) -> str | None:
    """Return the value of the first of some environment variables that is set; None if none is."""
    values = (os.environ.get(variable, "").strip() for variable in variables)
    return next(filter(None, values), None)


def refuse(error: InvalidOption) -> None:
    """Raise an error."""
    raise error


def settings(params: Options, unusable: t.Callable[[InvalidOption], None] = refuse) -> Settings:
    """Check the shared options of a task.

    Args:
        params: the options, with what the environment has for those that are not set.
        unusable: is called for each option that has an unusable value. If it returns, the option counts as not set.

    Raises:
        InvalidOption: as `unusable` does.
    """

    def checked(check: t.Callable[[], Value], otherwise: Value) -> Value:
        try:
            return check()
        except InvalidOption as error:
            unusable(error)
            return otherwise

    scheme, given = _scheme_and_token(checked(lambda: _text(params, "api_token"), None))
    token = checked(lambda: _token(given), None)
    region = checked(lambda: _choice(params, "region", tuple(API_URLS)), None) or _region(token)
    auth_type = checked(lambda: _choice(params, "auth_type", AUTH_TYPES), None) or scheme or _auth_type(token)
    return Settings(
        api_url=checked(lambda: base_url(REST, _text(params, "api_url"), region), API_URLS[region]),
        events_url=checked(lambda: base_url(EVENTS, _text(params, "events_url"), region), EVENTS_URLS[region]),
        api_token=token,
        is_bearer=auth_type == "bearer",
        from_email=checked(lambda: checked_email("from_email", _text(params, "from_email")), None),
        verify=params["validate_certs"] and (checked(lambda: _ca_path(_text(params, "ca_path")), None) or True),
        timeout=checked(lambda: _timeout(params["timeout"]), float(DEFAULTS["timeout"])),
        max_wait=checked(lambda: _max_wait(params["max_wait"]), float(DEFAULTS["max_wait"])),
    )


def routing_key(params: Options) -> str:
    """Return the checked routing key of a task.

    Raises:
        InvalidOption: it is missing or malformed.

    Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, `routing_key`.
    """
    key = _text(params, "routing_key")
    if not key:
        raise InvalidOption("routing_key", REQUIRED_KEY)
    if len(key) != ROUTING_KEY_LENGTH or not _is_word(key) or not key.isalnum():
        raise InvalidOption("routing_key", "must be the 32 letters and digits of an Events API v2 integration key")
    return key


def checked_email(option: str, value: str | None) -> str | None:
    """Return an e-mail address, without the name that mail programs put before it; None if there is none.

    Raises:
        InvalidOption: it is something else.
    """
    named = re.fullmatch(r"[^<>]*<([^<>]+)>", value) if value and "<" in value else None
    value = named[1].strip() if named else value
    if value and not (_is_word(value) and value.count("@") == 1 and value.strip("@") == value):
        # Without an @ it may be a token in the wrong place.
        raise InvalidOption(option, "must be an e-mail address", value if "@" in value else None)
    return value or None


def _text(params: Options, option: str) -> str | None:
    value = params.get(option)
    if is_unset(value):
        return None
    if isinstance(value, (list, tuple, dict)):
        # It may hold a secret, so the message does not repeat it.
        raise InvalidOption(option, "must be text")
    return _without_quotes(str(value).strip()) or None


def _without_quotes(text: str) -> str:
    """Return a text without quotes around it: some programs that set the environment from a file leave them."""
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in QUOTES
    return text[1:-1].strip() if is_quoted else text


def _choice(params: Options, option: str, choices: t.Sequence[str]) -> str | None:
    value = _text(params, option)
    if value is not None and value.lower() not in choices:
        raise InvalidOption(option, f"must be one of {', '.join(choices)}", shown(value))
    return value and value.lower()


def _is_word(text: str) -> bool:
    """Return whether a text is printable ASCII without white space."""
    return text.isascii() and text.isprintable() and " " not in text


def _auth_type(token: str | None) -> str:
    return "bearer" if token and token.startswith(tuple(OAUTH_REGIONS)) else "token"


def _region(token: str | None) -> str:
    return OAUTH_REGIONS.get((token or "").partition("+")[0] + "+", "us")


def _scheme_and_token(value: str | None) -> tuple[str, str | None]:
    """Return the kind of a token and the token, of which the header Authorization may be there as well."""
    header = value or ""
    header = header[len(HEADER) :].strip() if header.lower().startswith(HEADER) else header
    for beginning, auth_type in SCHEMES.items():
        if header.lower().startswith(beginning):
            return auth_type, header[len(beginning) :].strip()
    return "", value


def _token(value: str | None) -> str | None:
    if value and value[0] in "[{":
        # ansible-core makes text of whatever it gets.
        raise InvalidOption("api_token", "must be text, not a list or a dictionary")
    if value and not _is_word(value):
        raise InvalidOption("api_token", "must be printable ASCII characters without spaces or line breaks")
    return value


def _ca_path(ca_path: str | None) -> str | None:
    if ca_path and not os.path.exists(ca_path):
        raise InvalidOption("ca_path", "no such file or directory on the machine that calls PagerDuty", shown(ca_path))
    if ca_path and os.path.isfile(ca_path):
        # Filters of the roles import this file, and each of their tasks would load OpenSSL.
        import ssl

        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_path)
        except OSError as error:
            raise InvalidOption(
                "ca_path", "has no certificates in PEM format, or cannot be read", shown(ca_path)
            ) from error
    return ca_path


def _timeout(seconds: float | str) -> float:
    # "Not a number" fails this comparison as well, and is a text in what an event was given.
    if not 0 < float(seconds) <= MAX_TIMEOUT:
        raise InvalidOption("timeout", f"must be greater than 0 and at most {MAX_TIMEOUT} seconds", seconds)
    return float(seconds)


def _max_wait(seconds: float | str) -> float:
    if not 0 <= float(seconds) < float("inf"):
        raise InvalidOption("max_wait", "must be 0 or greater", seconds)
    return float(seconds)
