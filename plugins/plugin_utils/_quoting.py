# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from outside in Markdown and in a Mermaid timeline: it shows as it is, and formats, hides and loads nothing.

Source: https://spec.commonmark.org/0.31.2/, sections 2.4 (backslash escapes) and 2.5 (entities).
Private to the collection.
"""

from __future__ import annotations

import re
import typing as t

INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Control characters, and those that hide text or turn its direction."""
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""Not every renderer knows a backslash before these."""
FORMATTING = re.compile(r"([\\`*_\[\]{}|~$#])")
"""The number sign also ends a heading, and is left out there."""
AT_THE_START = re.compile(r"([+=-]|\d{1,9}(?=[.)]))")
"""What makes a line a heading or a part of a list."""
URL = re.compile(r"https?://[\w.~:/?#@!$&'()*+,;=%-]+", re.ASCII)
MERMAID = str.maketrans(
    {":": "\u2236", ";": ",", "#": "", "%": "\u066a", "<": "\u2039", ">": "\u203a", "`": "'", "{": "(", "}": ")"}
)
"""What looks alike in place of what ends a text, or is a comment, a setting, a tag or an entity."""


def line(text: t.Any) -> str:
    """Return a text on one line of Markdown."""
    return _escaped(_one_line(text))


def link(url: t.Any) -> str:
    """Return an address as a link; anything else as text."""
    return f"<{url}>" if URL.fullmatch(_text(url)) else line(url)


def block(text: t.Any) -> str:
    """Return a text of several lines as a quotation, which keeps its line ends."""
    lines = INVISIBLE.sub("", _text(text)).expandtabs(4).strip("\n").split("\n")
    # A backslash keeps the end of a line, but before an empty line it would show.
    ends = ["\\" if this.strip() and following.strip() else "" for this, following in zip(lines, [*lines[1:], ""])]
    return "\n".join(f"> {_indented(each.rstrip())}{end}".rstrip() for each, end in zip(lines, ends))


def event(text: t.Any) -> str:
    """Return a text as that of an event in a Mermaid timeline."""
    return _one_line(text).translate(MERMAID)


def _text(text: t.Any) -> str:
    return "" if text is None else str(text).replace("\r\n", "\n").replace("\r", "\n")


def _one_line(text: t.Any) -> str:
    return " ".join(INVISIBLE.sub(" ", _text(text)).split())


def _indented(text: str) -> str:
    """Return a line with its indentation, which Markdown would take for code or leave out."""
    words = text.lstrip()
    return "\u00a0" * (len(text) - len(words)) + _escaped(words)


def _escaped(text: str) -> str:
    escaped = FORMATTING.sub(r"\\\1", text.translate(ENTITIES))
    start = AT_THE_START.match(escaped)
    if not start:
        return escaped
    # A digit cannot be escaped, only what follows it.
    position = start.end() if start[0].isdigit() else 0
    return f"{escaped[:position]}\\{escaped[position:]}"
