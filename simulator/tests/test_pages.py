# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages for a browser."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

TITLE = "<script>alert('fire')</script>"


def page(simulator: Simulator, path: str) -> str:
    request = urllib.request.Request(simulator.url + path, headers={"Accept": "text/html,application/xhtml+xml"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return str(answer.read().decode())


@pytest.mark.parametrize("path", ["/", "/incidents/{}"])
def test_a_title_is_text_and_never_code(path: str, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1, incident={"title": TITLE})["incidents"]
    shown = page(simulator, path.format(incident))
    assert TITLE not in shown
    assert "&lt;script&gt;alert" in shown


def test_an_incident_shows_all_of_its_life(simulator: Simulator) -> None:
    options = {"notes": ["Looking at it."], "priority": "PPRIOR2", "responders": {account.OWNER.id: "joined"}}
    (incident,) = simulator.reset(incidents=1, incident={**options, "status": "acknowledged"})["incidents"]
    shown = page(simulator, f"/incidents/{incident}")
    told = (
        "acknowledged",
        "high",
        "P2",
        "Checkout",
        "Web Operations",
        "Primary On-call",
        "Service Owner",
        "Looking at it.",
    )
    assert [words for words in told if words not in shown] == []
    assert "Acknowledged by Automation" in shown


def test_the_html_url_of_a_response_is_that_of_the_page(simulator: Simulator, call: Client) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    address = call("GET", f"/incidents/{incident}").body["incident"]["html_url"]
    assert "Simulated incident 1" in page(simulator, address.removeprefix(simulator.url))


def test_an_unknown_incident_has_an_error_page(simulator: Simulator) -> None:
    with pytest.raises(urllib.error.HTTPError) as missing:
        page(simulator, "/incidents/Q9999999999999")
    assert missing.value.code == 404
    assert "There is no incident Q9999999999999" in missing.value.read().decode()


def test_pages_are_not_in_the_journal(simulator: Simulator) -> None:
    assert "All is quiet" in page(simulator, "/")
    assert simulator.journal()["entries"] == []
