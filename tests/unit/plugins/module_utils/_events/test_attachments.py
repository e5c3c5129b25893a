# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which links and images are sent, and what becomes of the others."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._events.attachments import (
    IMAGES,
    LINKS,
    Kind,
    attachments,
    usable_url,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._events.repairs import Repairs

A, B = "https://a.example.com/", "http://b.example.com/"
Given = t.Any


def sent(kind: Kind, given: Given) -> tuple[list[dict[str, str]], list[str], dict[str, t.Any]]:
    """Return what is sent, the warnings, and what is added to the details."""
    warnings: list[str] = []
    repairs = Repairs(warnings.append)
    return attachments(kind, given, repairs), warnings, repairs.details({})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, []),
        ("", []),
        ([], []),
        ([None, " ", {}, {"href": "", "text": None}], []),
        (A, [{"href": A}]),
        (f" {A}, {B},", [{"href": A}, {"href": B}]),
        (f"{A},{B}\n", [{"href": A}, {"href": B}]),
        (f"{A}\n{B}\n", [{"href": A}, {"href": B}]),
        (f"{A}?target=a,b", [{"href": f"{A}?target=a,b"}]),
        (f'["{A}", {{"href": "{B}"}}]', [{"href": A}, {"href": B}]),
        ([f" {A} ", {"href": B, "text": "B"}], [{"href": A}, {"href": B, "text": "B"}]),
        ([[A], [[B]]], [{"href": A}, {"href": B}]),
        ({"href": A, "text": 5}, [{"href": A, "text": "5"}]),
        ({"href": A, "text": ""}, [{"href": A}]),
        (f"{A}a b?q=Größe", [{"href": f"{A}a%20b?q=Gr%C3%B6%C3%9Fe"}]),
        (f"{A}a%20b", [{"href": f"{A}a%20b"}]),
    ],
    ids=repr,
)
def test_links_are_urls_and_dictionaries_in_any_form(given: Given, expected: list[dict[str, str]]) -> None:
    assert sent(LINKS, given) == (expected, [], {})


@pytest.mark.parametrize(
    "given",
    [
        "nowhere",
        "www.example.com",
        "ftp://a.example.com",
        "https://",
        "https://[::1",
        {"href": 17},
        {"url": A},
        17,
        True,
    ],
    ids=repr,
)
def test_a_link_without_a_usable_url_is_moved_to_the_details(given: Given) -> None:
    links, warnings, details = sent(LINKS, [A, given])
    assert (links, details) == ([{"href": A}], {"links": [given]})
    assert warnings == ["links need a URL that starts with https:// or http://; see custom_details."]


@pytest.mark.parametrize("given", [B, {"src": B, "alt": "b"}, {"href": A}], ids=repr)
def test_an_image_without_https_is_moved_to_the_details(given: Given) -> None:
    images, warnings, details = sent(IMAGES, given)
    assert (images, details) == ([], {"images": [given]})
    assert warnings == ["images need a URL that starts with https://; see custom_details."]


@pytest.mark.parametrize(
    ("kind", "given", "expected", "left_out"),
    [
        (LINKS, {"href": A, "text": "A", "type": "link", "rel": ""}, {"href": A, "text": "A"}, "type"),
        (IMAGES, {"src": A, "href": B, "alt": "A", "size": 1, 2: 3}, {"src": A, "href": B, "alt": "A"}, "size, 2"),
        (IMAGES, {"src": A, "href": "nowhere"}, {"src": A}, "href"),
    ],
)
def test_what_pagerduty_does_not_accept_of_one_is_left_out(
    kind: Kind, given: Given, expected: dict[str, str], left_out: str
) -> None:
    warning = f"{kind.option}: left out {left_out} of {A}, as PagerDuty does not accept it."
    assert sent(kind, given) == ([expected], [warning], {})


@pytest.mark.parametrize("count", [50, 51])
def test_no_more_than_fifty_are_sent(count: int) -> None:
    links, warnings, _details = sent(LINKS, [f"{A}{number}" for number in range(count)])
    assert [link["href"] for link in links] == [f"{A}{number}" for number in range(50)]
    assert warnings == ["links: only the first 50 of 51 are sent, PagerDuty's limit."] * (count - 50)


@pytest.mark.parametrize(("given", "url"), [(f"\t{A}\n", A), ("HTTPS://A.example.com", "https://A.example.com")])
def test_a_url_is_taken_without_the_space_around_it(given: str, url: str) -> None:
    assert usable_url(given, ("https",)) == url
