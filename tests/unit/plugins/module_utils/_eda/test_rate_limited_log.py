# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A log that strangers cannot fill: a line of each kind at a time, and how many were left out."""

from __future__ import annotations

import logging
import time

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.rate_limited_log import (
    INTERVAL,
    RateLimitedLog,
    RateLimitedLogger,
)


def test_each_kind_is_written_once_in_a_while_with_how_many_were_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    log = RateLimitedLog(logging.getLogger("test"))
    for number in range(1000):
        log.write(logging.WARNING, "Forged: %d", number)
        log.write(logging.WARNING, "Slow")
    assert caplog.messages == ["Forged: 0", "Slow"]
    now += INTERVAL
    log.write(logging.WARNING, "Forged: %d", 1000)
    now += INTERVAL
    log.write(logging.WARNING, "Forged: %d", 1001)
    assert caplog.messages[2:] == ["Forged: 1000; 999 more like this before", "Forged: 1001"]


def test_a_library_writes_one_traceback(caplog: pytest.LogCaptureFixture) -> None:
    log = RateLimitedLogger(logging.getLogger("test"))
    for number in range(1000):
        try:
            raise ValueError(number)
        except ValueError:
            log.exception("Cannot read the request from %s", "192.0.2.1")
            log.debug("Closed")
    assert caplog.messages == ["Cannot read the request from 192.0.2.1"]
    assert caplog.text.count("Traceback") == 1
