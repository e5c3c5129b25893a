# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The links, images and URLs of an event. What PagerDuty would refuse is left out.

Private to the collection.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from .._api.auth import is_unset
from .._core.json_values import from_json, text_of
from .repairs import Repairs

MAX_ATTACHMENTS = 50
"""Links, and images, of an event. Source: https://github.com/PagerDuty/go-pagerduty/issues/478."""
URL_CHARACTERS = "%/:?#[]@!$&'()*+,;=-._~"
BETWEEN_URLS = re.compile(r"\s*(?:,\s+|,(?=https?://)|,$|\n)\s*", re.IGNORECASE)
"""What separates URLs in a text. A URL may contain commas."""


class Kind(t.NamedTuple):
    """Links or images.

    Args:
        option: the name of the option.
        url: the key of the URL.
        texts: the keys of texts.
        schemes: those that PagerDuty accepts.
    """

    option: str
    url: str
    texts: tuple[str, ...]
    schemes: tuple[str, ...]


LINKS = Kind("links", "href", ("text",), ("https", "http"))
IMAGES = Kind("images", "src", ("alt",), ("https",))
"""Source: PagerDuty/api-schema, reference/events-v2/openapiv3.json, `Links` and `Images`: images need HTTPS."""


def attachments(kind: Kind, given: t.Any, repairs: Repairs) -> list[dict[str, str]]:
    """Return links or images as PagerDuty accepts them.

    Args:
        given: a URL, a dictionary, or a list of both; in a text, commas or lines may separate URLs, or JSON hold them.
    """
    usable, unusable = [], []
    for entry in _entries(_listed(given) if isinstance(given, str) else given):
        attachment = _attachment(kind, entry, repairs)
        if attachment:
            usable.append(attachment)
        else:
            unusable.append(entry)
    if unusable:
        repairs.move(
            kind.option,
            unusable,
            f"need a URL that starts with {' or '.join(f'{scheme}://' for scheme in kind.schemes)}",
        )
    if len(usable) > MAX_ATTACHMENTS:
        repairs.warn(f"{kind.option}: only the first {MAX_ATTACHMENTS} of {len(usable)} are sent, PagerDuty's limit.")
    return usable[:MAX_ATTACHMENTS]


def usable_url(given: t.Any, schemes: t.Collection[str]) -> str:
    """Return a URL, with quotes for characters that are not allowed in one; empty if it is none."""
    text = str(given).strip()
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme.lower() in schemes and bool(parts.hostname)
    except ValueError:
        return ""
    return quote(parts.scheme + text[len(parts.scheme) :], safe=URL_CHARACTERS) if is_usable else ""


def _listed(text: str) -> t.Any:
    """Return what a text lists, as JSON or as URLs."""
    parsed = from_json(text)
    return BETWEEN_URLS.split(text) if parsed is text else parsed


def _entries(given: t.Any) -> t.Iterator[t.Any]:
    """Yield what is not empty, of lists in lists as well."""
    if isinstance(given, (list, tuple)):
        for entry in given:
            yield from _entries(entry)
    elif not (is_unset(given) or (isinstance(given, Mapping) and all(is_unset(value) for value in given.values()))):
        yield given


def _attachment(kind: Kind, entry: t.Any, repairs: Repairs) -> dict[str, str]:
    """Return one link or image; empty if it has no usable URL."""
    fields = entry if isinstance(entry, Mapping) else {kind.url: entry}
    url = usable_url(fields.get(kind.url, ""), kind.schemes)
    if not url:
        return {}
    texts = {name: text_of(fields[name]) for name in kind.texts if not is_unset(fields.get(name))}
    # An image may be a link as well.
    target = usable_url(fields.get(LINKS.url, ""), LINKS.schemes)
    accepted = {kind.url: url, **({LINKS.url: target} if target else {}), **texts}
    ignored = [str(name) for name, value in fields.items() if name not in accepted and not is_unset(value)]
    if ignored:
        repairs.warn(f"{kind.option}: left out {', '.join(ignored)} of {url}, as PagerDuty does not accept it.")
    return accepted
