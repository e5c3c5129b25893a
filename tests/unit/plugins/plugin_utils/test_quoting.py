# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile text in Markdown and in a Mermaid timeline, as a renderer reads it."""

from __future__ import annotations

import re
import typing as t
import unicodedata

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._quoting import block, event, line, link
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

HOSTILE = (
    "```\nopen fence",
    "~~~",
    "<!-- hidden",
    "-->",
    "<script>alert(1)</script>",
    "<img src=https://evil.example/x.png>",
    "![seen](https://evil.example/x.png)",
    "[click](https://evil.example)",
    "[a]: https://evil.example",
    "# Heading",
    "Heading\n=======",
    "Heading\n---",
    "- Status: resolved",
    "+ Status: resolved",
    "* Status: resolved",
    "1. Status: resolved",
    "1) Status: resolved",
    "> quoted",
    "\n\n- Status: resolved",
    "\r\r## Alerts\r",
    "| a | b |\n|---|---|",
    "**bold** __bold__ *it* _it_ `code` ~~gone~~ $x$",
    "    indented code",
    "\tindented code",
    "a  \nhard break\\\nanother",
    "&lt;script&gt; &#60; &copy;",
    "end with a backslash\\",
    "\\`\\*\\<",
    "<https://evil.example>",
    "{% raw %} {{ 7 * 7 }}",
    "\u202eright to left\u2066",
    "\x00\x1b[31m\x85\u2028line\u2029paragraph\u200b",
    "---",
    "***",
    "-",
    "",
)
HARMLESS = {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "blockquote_open", "blockquote_close"}
HARMLESS |= {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "inline"}
IN_A_LINE = {"text", "hardbreak", "softbreak", "text_special"}
RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens(markdown: str) -> tuple[list[str], str]:
    """Return the kinds of blocks of a text, and its words; a text has nothing but words."""
    found: list[Token] = RENDERER.parse(markdown)
    inside = [child for token in found for child in token.children or ()]
    assert {token.type for token in found} <= HARMLESS
    assert {token.type for token in inside} <= IN_A_LINE
    return [token.type for token in found], "".join(
        "\n" if token.type in ("hardbreak", "softbreak") else token.content for token in inside
    )


def words(text: str) -> str:
    """Return what is to be read of a text."""
    visible = "".join(" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in text)
    return "".join(each for each in visible if unicodedata.category(each) != "Cf" and not each.isspace())


def readable_words(text: str) -> str:
    return "".join(each for each in text if not each.isspace())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text: str) -> None:
    for shows in (one_line_of_a_list, nothing_at_the_start_of_a_line, quotation_that_ends, text_of_one_event):
        shows(text)


def one_line_of_a_list(text: str) -> None:
    kinds, shown = tokens(f"- Opened: {line(text)}\n- Next")
    assert kinds.count("list_item_open") == 2
    assert len(kinds) == len(tokens("- Opened\n- Next")[0])
    assert readable_words(shown) == words(f"Opened:{text}Next")


def nothing_at_the_start_of_a_line(text: str) -> None:
    kinds, shown = tokens(f"{line(text)}\n")
    assert kinds == (["paragraph_open", "inline", "paragraph_close"] if words(text) else [])
    assert readable_words(shown) == words(text)


def quotation_that_ends(text: str) -> None:
    kinds, shown = tokens(f"{block(text)}\n\n## Alerts\n")
    assert kinds[0] == "blockquote_open"
    assert kinds[-4:] == ["blockquote_close", "heading_open", "inline", "heading_close"]
    assert set(kinds[1:-4]) <= {"paragraph_open", "inline", "paragraph_close"}
    assert readable_words(shown) == words(f"{text}Alerts")


def text_of_one_event(text: str) -> None:
    shown = event(text)
    assert not re.search(r"[\n\r:;#%<>`{}]", shown)
    assert not any(unicodedata.category(each) in ("Cc", "Cf", "Zl", "Zp") for each in shown)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cf"]), max_size=40)
    | st.text("`*_[]()<>!#-+=1.)|~&\\ \n\t:a", max_size=40)
)
@example("\\\n")
@example("&amp;\\")
def test_any_text_is_shown_as_it_is(text: str) -> None:
    _kinds, shown = tokens(f"- Opened: {line(text)}\n\n{block(text)}\n\nEnd")
    assert readable_words(shown) == words(f"Opened:{text}{text}End")


def test_a_quotation_keeps_lines_and_indentation() -> None:
    _kinds, shown = tokens(block("first\n    second\n\nthird\n"))
    assert shown == "first\n\u00a0\u00a0\u00a0\u00a0secondthird"
    assert block("first\nsecond\n\nthird") == "> first\\\n> second\n>\n> third"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.pagerduty.com/incidents/Q1_2?a=b&c=%20#d", "<https://x.pagerduty.com/incidents/Q1_2?a=b&c=%20#d>"),
        ("https://x.example/> <img src=x>", "https://x.example/&gt; &lt;img src=x&gt;"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("https://x.example/`a`", "https://x.example/\\`a\\`"),
        (None, ""),
    ],
)
def test_only_an_address_is_a_link(url: t.Any, expected: str) -> None:
    assert link(url) == expected
