# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits of an event: a page must neither wait for what is read before it, nor be refused for its length.

Private to the collection.
"""

from __future__ import annotations

import json
import typing as t

from .._api.client import Record
from .repairs import Warn

READS_BEFORE_EVENT = 5.0
"""Seconds for all reads before an event together."""
MAX_SUMMARY = 1024
MAX_BYTES = 512 * 1024
"""Limits of an event, in characters and bytes. Source: https://developer.pagerduty.com/docs/send-alert-event."""
MAX_CUT = 1024
"""Characters that are left of another text if an event is still too large without its details."""
CUT_MARGIN = 16
"""Bytes that are cut beyond what is needed, for the mark at the end of a cut text."""
FULL_SUMMARY = "full_summary"
"""The key in custom_details for a summary that was cut."""


def cut_to_fit(event: Record, warn: Warn, protected: t.Collection[str] = ()) -> None:
    """Cut what PagerDuty would refuse for its length.

    Args:
        protected: keys in custom_details that are never cut.
    """
    _cut_summary(event["payload"], warn)
    _cut_event(event, warn, protected)


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
