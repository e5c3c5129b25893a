# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time on the server's clock, which this machine's may be far from.

Private to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime


class ServerClock:
    """The server's clock as far as its responses tell; this machine's until then.

    Args:
        monotonic: returns monotonic seconds.
    """

    def __init__(self, monotonic: t.Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._shown = datetime.now(timezone.utc)
        self._since = monotonic()

    def set(self, date: str | None) -> None:
        """Set it by a response.

        Args:
            date: the header Date; None, or a text that is no date, leaves the clock as it is.

        Source: https://www.rfc-editor.org/rfc/rfc9110#name-date.
        """
        try:
            shown = parsedate_to_datetime(date or "")
        except (TypeError, ValueError, OverflowError):
            return
        self._shown = shown.replace(tzinfo=shown.tzinfo or timezone.utc)
        self._since = self._monotonic()

    def now(self) -> datetime:
        """Return the time."""
        return self._shown + timedelta(seconds=self._monotonic() - self._since)
