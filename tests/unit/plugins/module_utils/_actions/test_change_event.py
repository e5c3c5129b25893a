# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a change event says, how it is found again, and when it is never sent a second time."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.change_event import send_change_event
from ansible_collections.oncall.pagerduty.plugins.module_utils._actions.event_body import MAX_BYTES
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.plan import Plan
from ansible_collections.oncall.pagerduty.plugins.modules.change_event import DEFINITION

if t.TYPE_CHECKING:
    from ansible_collections.oncall.pagerduty.plugins.module_utils._api.client import PagerDuty

DEFAULTS: dict[str, t.Any] = {
    **{name: spec.get("default") for name, spec in DEFINITION.options.items()},
    "routing_key": "0" * 32,
    "summary": "Deployed shop 1.2.3",
    "source": "shop-1",
}
ONCE = {"change_key": "shop 1.2.3", "service": "PSHOP01"}
LIST = "GET /services/PSHOP01/change_events"


@pytest.fixture
def planned(pagerduty: PagerDuty, http: t.Any) -> t.Callable[..., Plan]:
    """Plans, when the service has no change event."""
    http.answers["GET /services/PSHOP01"] = {"service": {"id": "PSHOP01", "summary": "Shop"}}
    http.answers[LIST] = {"change_events": [], "more": False}

    def plan(**options: t.Any) -> Plan:
        (made,) = send_change_event(pagerduty, {**DEFAULTS, **options})
        return made

    return plan


Planned = t.Callable[..., Plan]


def test_everything_given_is_sent(planned: Planned) -> None:
    plan = planned(
        timestamp="2026-01-31T23:59:59Z",
        custom_details={"version": "1.2.3"},
        change_key="shop 1.2.3",
        links=["https://git.example.com/"],
        images=["https://graphs.example.com/a.png"],
    )
    assert plan.body == {
        "routing_key": "0" * 32,
        "payload": {
            "summary": "Deployed shop 1.2.3",
            "source": "shop-1",
            "timestamp": "2026-01-31T23:59:59Z",
            "custom_details": {"version": "1.2.3", "change_key": "shop 1.2.3"},
        },
        "links": [{"href": "https://git.example.com/"}],
        "images": [{"src": "https://graphs.example.com/a.png"}],
    }


def test_the_event_with_the_key_is_found_among_all_of_the_service(planned: Planned, http: t.Any) -> None:
    others = [{"id": "1", "custom_details": None}, {"id": "2", "custom_details": {"change_key": "shop 1.2"}}]
    own = {"id": "3", "summary": "Deployed", "source": "ci", "custom_details": {"change_key": "shop 1.2.3"}}
    http.answers[LIST] = [{"change_events": others, "more": True}, {"change_events": [own], "more": False}]
    plan = planned(**ONCE)
    assert not plan.has_changes
    assert plan.record["summary"] == "Deployed"


@pytest.mark.parametrize("missing", ["change_key", "service"])
def test_without_a_key_or_a_service_nothing_is_read(missing: str, planned: Planned, http: t.Any) -> None:
    plan = planned(**{**ONCE, missing: None})
    assert plan.has_changes
    assert http.calls == []


@pytest.mark.parametrize(("options", "hint"), [(ONCE, "run the task again"), ({}, "sends the event again")])
def test_after_a_lost_response_an_event_is_never_sent_again(
    options: dict[str, str], hint: str, planned: Planned
) -> None:
    plan = planned(**options)
    assert plan.write is not None
    assert not plan.write.can_be_verified
    assert hint in plan.if_unknown


def test_a_long_summary_is_cut_with_a_warning_and_kept_in_the_details(planned: Planned, http: t.Any) -> None:
    payload = planned(summary="x" * 1025, **ONCE).body["payload"]
    assert len(payload["summary"]) == 1024
    assert payload["custom_details"] == {"full_summary": "x" * 1025, "change_key": "shop 1.2.3"}
    assert "summary was cut from 1025 to 1024 characters" in http.warnings[0]


def test_the_change_key_outlives_any_cut(planned: Planned) -> None:
    details = {str(number): number for number in range(60_000)}
    sent = planned(custom_details=details, change_key="k" * 255).body
    assert len(json.dumps(sent)) <= MAX_BYTES
    assert sent["payload"]["custom_details"]["change_key"] == "k" * 255


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"change_key": ""}, "change_key"),
        ({"change_key": "x" * 256}, "change_key"),
        ({"change_key": "a", "custom_details": {"change_key": "b"}}, "custom_details"),
        ({"routing_key": None}, "routing_key"),
        ({"summary": None}, "summary"),
        ({"timestamp": "2026-01-31T23:59:59"}, "timestamp"),
    ],
)
def test_an_unusable_option_is_refused(options: dict[str, t.Any], option: str, planned: Planned) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: "):
        planned(**options)
