# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random options that several modules share."""

from __future__ import annotations

import typing as t

from hypothesis import strategies as st

from modules.rows import Options
from simulator import account

PRIORITIES = {priority.name: f"{priority.name} ({priority.id})" for priority in account.PRIORITIES.values()}

users = st.sampled_from([name for user in account.USERS.values() for name in (user.id, user.name, user.email)])
policies = st.sampled_from([account.WEB_OPERATIONS.id, account.DATABASE_POLICY.name, account.NOBODY_HOME.id])
texts = st.sampled_from(["Disk full", "Disk  full", "two\nlines", "  framed ", "ünïcode ✓", "{{ 7 * 7 }}", "<b>&amp;"])
urls = st.sampled_from(["https://meet.example.com/a", "https://meet.example.com/b"])


def some(**options: st.SearchStrategy[t.Any]) -> st.SearchStrategy[Options]:
    """Return at least one of the options."""
    return st.fixed_dictionaries({}, optional=options).filter(bool)


resolutions = st.fixed_dictionaries({"status": st.just("resolved"), "resolution": texts})
