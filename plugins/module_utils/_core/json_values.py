# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as JSON can hold them, whatever they are.

Private to the collection.
"""

from __future__ import annotations

import json
import math
import re
import typing as t
from collections.abc import Mapping

MAX_DEPTH = 50
"""Levels of dictionaries and lists. Some JSON parsers refuse more than 100.

Source: https://docs.ruby-lang.org/en/3.4/JSON.html, `max_nesting`.
"""
SURROGATE = "[\ud800-\udfff]"


def encodable(value: t.Any, depth: int = 0) -> t.Any:
    """Return a value that can be sent as JSON in UTF-8, and that every parser reads.

    Invalid Unicode becomes a replacement character; NaN and the infinite numbers become text, as does what JSON lacks.
    What lies deeper than `MAX_DEPTH` levels is left out.
    """
    if isinstance(value, str):
        return without_surrogates(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else json.dumps(value)
    if isinstance(value, (Mapping, list, tuple, set)) and depth == MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {text_of(encodable(key)): encodable(each, depth + 1) for key, each in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [encodable(each, depth + 1) for each in value]
    return encodable(str(value))


def without_surrogates(text: str) -> str:
    """Return a text with a replacement character for each half of a surrogate pair, which is no text."""
    return re.sub(SURROGATE, "\ufffd", text)


def from_json(text: str) -> t.Any:
    """Return the list or dictionary that a text holds as JSON; otherwise the text."""
    try:
        value = encodable(json.loads(text))
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, (list, dict)) else text


def text_of(value: t.Any) -> str:
    """Return a value as text: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
