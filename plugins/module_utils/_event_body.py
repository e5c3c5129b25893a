# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The body of an event: checked, and cut where it is too long, as a page must not be refused for its length.

Private to the collection.
"""

from __future__ import annotations

import hashlib
import json
import re
import typing as t

from ._api.auth import routing_key
from ._api.client import Record
from ._core.errors import InvalidOption
from ._core.time_texts import parse_time

SEVERITIES = ("critical", "error", "warning", "info")
MAX_SUMMARY = 1024
MAX_DEDUP_KEY = 255
MAX_BYTES = 512 * 1024
"""Limits of an event, in characters and bytes. Source: https://developer.pagerduty.com/docs/send-alert-event."""
MAX_CUT = 1024
"""Characters that are left of another text if an event is still too large without its details."""
CUT_MARGIN = 16
"""Bytes that are cut beyond what is needed, for the mark at the end of a cut text."""
FULL_SUMMARY = "full_summary"
"""The key in custom_details for a summary that was cut."""

HTTP_URL = r"https?://[^\s/]+\S*"
OPTIONAL_FIELDS = ("component", "group", "class", "custom_details", "timestamp")
IDENTIFYING_FIELDS = ("summary", "source", "component", "group", "class")
Warn = t.Callable[[str], None]


def build_event(params: dict[str, t.Any], warn: Warn) -> Record:
    """Return the body of an event.

    Args:
        params: the options of the module `event`.
        warn: is called with what was cut.

    Raises:
        InvalidOption: an option has an unusable value.
    """
    action = params["action"]
    payload = {**checked_payload(params, OPTIONAL_FIELDS), "severity": params["severity"]}
    event: Record = {
        "routing_key": routing_key(params),
        "event_action": action,
        # From the complete summary: cutting it must not make two alerts one.
        "dedup_key": _dedup_key(action, params["dedup_key"], payload),
    }
    details = {
        "payload": payload,
        "images": checked_images(params["images"]),
        "links": checked_links(params["links"]),
        "client": params["client"],
        "client_url": _client_url(params["client_url"]),
    }
    if action == "trigger":
        event.update({name: value for name, value in details.items() if value})
        cut_to_fit(event, warn)
    return event


def checked_payload(params: t.Mapping[str, t.Any], optional: t.Sequence[str]) -> Record:
    """Return what every event says: its summary, its source and some of the optional fields.

    Raises:
        InvalidOption: a field has an unusable value.
    """
    for option in ("summary", "source"):
        if not (params[option] or "").strip():
            raise InvalidOption(option, "must not be empty", params[option])
    if params["timestamp"] is not None:
        parse_time("timestamp", params["timestamp"])
    given = {name: params[name] for name in optional if params[name] is not None}
    return {"summary": params["summary"], "source": params["source"], **given}


def checked_images(entries: t.Sequence[t.Any] | None) -> list[dict[str, str]]:
    """Return images as PagerDuty takes them, from URLs and dictionaries.

    Raises:
        InvalidOption: one is neither, or not on https://.
    """
    images = [_url_fields("images", entry, "src", ("src", "href", "alt")) for entry in entries or ()]
    for image in images:
        if not image["src"].startswith("https://"):
            raise InvalidOption("images", "src must be a URL that starts with https://", image["src"])
    return images


def checked_links(entries: t.Sequence[t.Any] | None) -> list[dict[str, str]]:
    """Return links as PagerDuty takes them, from URLs and dictionaries.

    Raises:
        InvalidOption: one is neither.
    """
    return [_url_fields("links", entry, "href", ("href", "text")) for entry in entries or ()]


def cut_to_fit(event: Record, warn: Warn, protected: t.Collection[str] = ()) -> None:
    """Cut what PagerDuty would refuse for its length.

    Args:
        protected: keys in custom_details that are never cut.
    """
    _cut_summary(event["payload"], warn)
    _cut_event(event, warn, protected)


def _dedup_key(action: str, given: str | None, payload: Record) -> str:
    if given is not None and not given.strip():
        raise InvalidOption("dedup_key", "must not be empty", given)
    if given is not None and len(given) > MAX_DEDUP_KEY:
        raise InvalidOption("dedup_key", f"must have at most {MAX_DEDUP_KEY} characters, but has {len(given)}")
    if given is not None:
        return given
    if action != "trigger":
        raise InvalidOption("dedup_key", f"required with action={action}")
    # Made from what the alert is about: a retry, a second run or another host finds the same alert.
    about = json.dumps([payload.get(name) for name in IDENTIFYING_FIELDS])
    return f"ansible-{hashlib.sha256(about.encode()).hexdigest()[:32]}"


def _url_fields(option: str, entry: t.Any, url: str, known: tuple[str, ...]) -> dict[str, str]:
    """Return an image or link: a plain URL, or a dictionary that holds the URL under the key `url`."""
    fields = {url: entry.strip()} if isinstance(entry, str) else entry
    if not isinstance(fields, dict) or not set(fields) <= set(known) or not isinstance(fields.get(url), str):
        raise InvalidOption(option, f"each must be a URL, or a dictionary of {', '.join(known)} with {url}", entry)
    if not re.fullmatch(HTTP_URL, fields[url]):
        raise InvalidOption(option, f"{url} must be a URL that starts with https://", fields[url])
    return {name: str(value) for name, value in fields.items()}


def _client_url(url: str | None) -> str | None:
    if url is not None and not re.fullmatch(HTTP_URL, url):
        raise InvalidOption("client_url", "must be a URL such as https://monitoring.example.com/", url)
    return url


def _cut_summary(payload: Record, warn: Warn) -> None:
    """Cut a summary that is too long, and keep the complete text in custom_details."""
    summary = payload["summary"]
    if len(summary) <= MAX_SUMMARY:
        return
    warn(f"summary was cut from {len(summary)} to {MAX_SUMMARY} characters; the full text is in custom_details.")
    payload["summary"] = _cut(summary, MAX_SUMMARY)
    payload["custom_details"] = {FULL_SUMMARY: summary, **(payload.get("custom_details") or {})}


def _cut_event(event: Record, warn: Warn, protected: t.Collection[str]) -> None:
    """Cut an event that is too large: first its details, then links and images, then any other text."""
    payload = event["payload"]
    if _size(event) <= MAX_BYTES:
        return
    cut: list[str] = []
    details = payload.get("custom_details") or {}
    if details:
        cut.append("custom_details")
        payload["custom_details"] = details = dict(details)
    while details.keys() - protected and _size(event) > MAX_BYTES:
        _cut_details(details, _size(event) - MAX_BYTES, protected)
    for name in ("images", "links"):
        if name in event and _size(event) > MAX_BYTES:
            cut.append(name)
            del event[name]
    for fields in (payload, event):
        for name in [name for name, value in fields.items() if isinstance(value, str)]:
            if len(fields[name]) > MAX_CUT and _size(event) > MAX_BYTES:
                cut.append(name)
                fields[name] = _cut(fields[name], MAX_CUT)
    warn(f"The event was larger than {MAX_BYTES // 1024} KB; cut: {', '.join(cut)}.")


def _cut_details(details: Record, excess: int, protected: t.Collection[str]) -> None:
    """Shorten or remove entries, the largest first, until `excess` bytes are gone."""
    for name in sorted(details.keys() - protected, key=lambda name: _size(details[name]), reverse=True):
        if excess <= 0:
            return
        before = _size({name: details[name]})
        text = details[name] if isinstance(details[name], str) else json.dumps(details[name])
        size = _size(text)
        kept = len(text) * (size - excess - CUT_MARGIN) // size
        if kept > 1:
            details[name] = _cut(text, kept)
            excess -= before - _size({name: details[name]})
        else:
            del details[name]
            excess -= before


def _cut(text: str, length: int) -> str:
    return f"{text[: length - 1]}…"


def _size(value: t.Any) -> int:
    return len(json.dumps(value))
