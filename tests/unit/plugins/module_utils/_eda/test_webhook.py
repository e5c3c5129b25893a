# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the source webhook, its signatures, and what it remembers; tests/eda delivers webhooks to it."""

from __future__ import annotations

import hashlib
import hmac
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.webhook import RecentIds, is_signed, settings_of
from hypothesis import given
from hypothesis import strategies as st

SECRET = "a-signing-secret"


def signature(content: bytes, secret: str) -> str:
    return f"v1={hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"secrets": [SECRET]}, "port: must be a number of at least 0"),
        ({"port": "http", "secrets": [SECRET]}, "port: must be a number of at least 0"),
        ({"port": 65536, "secrets": [SECRET]}, "port: must be a number from 0 to 65535"),
        ({"port": True, "secrets": [SECRET]}, "port: must be a number from 0 to 65535"),
        ({"port": 0}, "secrets: at least one signing secret is needed"),
        ({"port": 0, "secrets": ["", " "]}, "secrets: at least one signing secret is needed"),
        ({"port": 0, "secrets": [42]}, "secrets: must be a list of strings"),
        ({"port": 0, "secret": SECRET, "secrets": [SECRET]}, "secret: unknown option"),
        ({"port": 0, "secrets": [SECRET], "queue_size": 0}, "queue_size: must be a number of at least 1"),
        ({"port": 0, "secrets": [SECRET], "cafile": "ca.pem"}, "certfile: keyfile and cafile need it"),
    ],
)
def test_unusable_options_are_refused(args: dict[str, t.Any], message: str) -> None:
    with pytest.raises(InvalidOption, match=message):
        settings_of(args)


def test_what_is_not_set_has_its_documented_default() -> None:
    """Documentation: extensions/eda/plugins/event_source/webhook.py."""
    settings = settings_of({"port": 5000, "secrets": [SECRET]})
    assert (settings.host, settings.queue_size, settings.remember) == ("0.0.0.0", 100, 10_000)
    assert (settings.max_age, settings.max_size, settings.tls, settings.client_names) == (96, 262_144, None, None)


def test_variables_of_a_rulebook_may_be_texts_or_empty() -> None:
    settings = settings_of({"port": "5000", "secrets": f"{SECRET}\n", "queue_size": "7"})
    assert (settings.port, settings.secrets, settings.queue_size) == (5000, (SECRET.encode(),), 7)
    assert SECRET not in repr(settings)
    empty = dict.fromkeys(("host", "queue_size", "remember", "max_age", "max_size", "certfile", "password"), "")
    assert settings_of({"port": 1, "secrets": [SECRET], **empty}) == settings_of({"port": 1, "secrets": [SECRET]})


@given(st.text())
def test_no_header_is_too_strange_to_be_refused(header: str) -> None:
    assert not is_signed(b"body", header, [SECRET.encode()])


@given(st.lists(st.text().filter(lambda text: "," not in text)), st.data(), st.sampled_from(["", " ", "\t"]))
def test_the_right_signature_is_found_among_any_others(others: list[str], data: st.DataObject, space: str) -> None:
    right = f"{space}{signature(b'body', SECRET)}{space}"
    parts = list(others)
    parts.insert(data.draw(st.integers(0, len(parts))), right)
    assert is_signed(b"body", ",".join(parts), [b"another", SECRET.encode()])
    assert not is_signed(b"bodies", ",".join(parts), [b"another", SECRET.encode()])


@given(st.integers(1, 5), st.lists(st.integers(0, 9)))
def test_the_latest_ids_are_remembered_and_no_more(size: int, numbers: list[int]) -> None:
    recent = RecentIds(size)
    added: list[int] = []
    for number in numbers:
        if (str(number), None) not in recent:
            recent.add((str(number), None))
            added.append(number)
    assert [number for number in range(10) if (str(number), None) in recent] == sorted(added[-size:])
