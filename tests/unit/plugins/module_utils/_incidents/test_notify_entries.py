# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom the log of an incident names as notified."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._incidents.notify_entries import people_notified

Record = dict[str, t.Any]

EARLY, LATE = "2026-01-31T12:00:00Z", "2026-01-31T12:05:00Z"
ANN = {"id": "PUSER01", "type": "user_reference", "summary": "Ann"}


def entry(channel: t.Any = None, user: t.Any = ANN, at: str = EARLY, **fields: t.Any) -> Record:
    return {"type": "notify_log_entry", "channel": channel, "user": user, "created_at": at, **fields}


def by(kind: t.Any) -> Record:
    """Return a channel in the shape of PagerDuty's recorded answers."""
    return {"type": "auto", "notification": {"type": kind, "address": "+1 415 555 0100", "status": "success"}}


def test_notifications_are_listed_with_the_oldest_first_and_without_addresses() -> None:
    log = [entry(by("phone"), at=LATE), {"type": "trigger_log_entry", "created_at": EARLY}, entry(by("sms"))]
    assert people_notified(log) == [
        {"who": ANN, "channel": "sms", "status": "success", "at": EARLY},
        {"who": ANN, "channel": "phone", "status": "success", "at": LATE},
    ]


@pytest.mark.parametrize(
    ("channel", "shown"),
    [
        (by("email"), "email"),
        (by("short_email"), "email"),
        (by("sms_notification"), "sms"),
        (by("phone"), "phone"),
        (by("ios_push_notification"), "push"),
        (by("android_push_notification"), "push"),
        (by("pigeon"), "pigeon"),
        (by(None), None),
        ({"type": "sms"}, "sms"),
        ({"type": "auto"}, None),
        ({"type": "auto", "notification": None}, None),
        ({"type": "auto", "notification": "sms"}, None),
        (None, None),
    ],
    ids=str,
)
def test_a_channel_has_the_word_that_people_use(channel: t.Any, shown: str | None) -> None:
    (notification,) = people_notified([entry(channel)])
    assert notification["channel"] == shown


@pytest.mark.parametrize(
    ("user", "who"),
    [
        (ANN, ANN),
        ({"id": "PUSER01", "type": "user", "name": "Ann", "email": "ann@example.com"}, ANN),
        ({**ANN, "self": None, "deleted_at": EARLY}, ANN),
        ({"id": "PUSER01"}, {**ANN, "summary": None}),
        (None, None),
    ],
    ids=["reference", "whole", "deleted", "without a name", "null"],
)
def test_who_it_was_is_known_as_far_as_pagerduty_says(user: t.Any, who: t.Any) -> None:
    assert people_notified([entry(by("sms"), user)]) == [
        {"who": who, "channel": "sms", "status": "success", "at": EARLY}
    ]


def test_an_entry_with_nothing_but_its_type_is_a_notification() -> None:
    nothing = dict.fromkeys(("who", "channel", "status", "at"))
    assert people_notified([{"type": "notify_log_entry"}, {"type": "notify_log_entry_reference"}]) == [nothing] * 2
    assert people_notified([{}, {"type": None}]) == []
