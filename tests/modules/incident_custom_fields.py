# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of the module incident_custom_fields."""

from __future__ import annotations

from hypothesis import strategies as st

from modules.rows import PUT_CUSTOM_FIELDS, Case, FaultTask, ModuleTests
from modules.strategies import some, texts

TICKET = {"custom_fields": {"ticket": "OPS-1"}}
TESTS = ModuleTests(
    simplest=TICKET,
    cases=(
        Case(
            "sets fields of several types",
            {"custom_fields": {"environment": "production", "Customers affected": "7", "customer_facing": "yes"}},
            changes=True,
            reads=2,
            writes=(PUT_CUSTOM_FIELDS,),
        ),
        Case(
            "finds the values in another order",
            {"custom_fields": {"regions": ["us", "eu"], "started_at": "2026-01-31T13:00:00+01:00"}},
            changes=False,
            before=(
                (
                    "incident_custom_fields",
                    {"custom_fields": {"regions": ["eu", "us"], "started_at": "2026-01-31T12:00:00Z"}},
                ),
            ),
            reads=1,
        ),
        Case(
            "sets a paragraph, tags and a URL",
            {
                "custom_fields": {
                    "impact": "Cards fail.\nOther ways to pay work.\n",
                    "labels": ["payments", "third-party", "payments"],
                    "runbook": "https://wiki.example.com/payments",
                }
            },
            changes=True,
            reads=1,
            writes=(PUT_CUSTOM_FIELDS,),
        ),
        Case("sets a field of many", TICKET, changes=True, incidents=3, reads=3, writes=(PUT_CUSTOM_FIELDS,) * 3),
    ),
    bad_input=(
        ({"custom_fields": None}, "missing required arguments: custom_fields"),
        ({"custom_fields": {}}, "custom_fields: "),
        ({"custom_fields": {"": "text"}}, "custom_fields: "),
        ({"custom_fields": "text"}, "custom_fields"),
        ({"custom_fields": {"revenue_lost": "{{ 'nan' | float }}"}}, "custom_fields: "),
    ),
    strategy=st.fixed_dictionaries(
        {
            "custom_fields": some(
                environment=st.sampled_from(["production", "staging", "test", None]),
                ticket=texts | st.none(),
                customers_affected=st.integers(0, 3) | st.sampled_from(["2", "many"]),
                customer_facing=st.booleans() | st.just("yes"),
                regions=st.lists(st.sampled_from(["eu", "us", "apac"]), max_size=4) | st.just("eu"),
                impact=texts | st.none(),
                labels=st.lists(texts, max_size=3) | texts,
                runbook=st.sampled_from(["https://wiki.example.com/a", "http://example.com", None]),
                started_at=st.sampled_from(["2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00"]),
                unknown=st.just("text"),
            )
        }
    ),
    fault_tasks=(FaultTask("sets", TICKET, (PUT_CUSTOM_FIELDS,)),),
    needs_from=False,
)
