# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages for a browser, their buttons, and who may press them."""

from __future__ import annotations

import html
import http.client
import re
import typing as t
from urllib.parse import urlencode, urlsplit

import pytest

from simulator import account
from simulator.client import Client
from simulator.launch import Simulator

TITLE = "<script>alert('fire')</script>"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
TAGS = re.compile(r"<style.*?</style>|<script.*?</script>|<[^>]+>", re.DOTALL)
WORD_BREAK = "<wbr>"


class Answer(t.NamedTuple):
    """What a browser gets."""

    status: int
    headers: t.Mapping[str, str]
    text: str


def ask(simulator: Simulator, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(simulator.url).netloc)
    try:
        connection.request(method, path, body, {**BROWSER, **{key.replace("_", "-"): headers[key] for key in headers}})
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers), response.read().decode())
    finally:
        connection.close()


def words(simulator: Simulator, path: str) -> str:
    """Return the text of a page, as a person reads it."""
    answer = ask(simulator, "GET", path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    return " ".join(html.unescape(TAGS.sub(" ", answer.text.replace(WORD_BREAK, ""))).split())


def press(simulator: Simulator, button: str, **form: t.Any) -> Answer:
    return ask(simulator, "POST", f"/_pages/{button}", urlencode(form), Referer=f"{simulator.url}/woken?a=1")


def incident(simulator: Simulator, **fields: t.Any) -> str:
    (created,) = simulator.reset(incidents=1, incident=fields)["incidents"]
    return str(created)


@pytest.mark.parametrize("path", ["/", "/incidents/{}", "/woken"])
def test_a_title_is_text_and_never_code(path: str, simulator: Simulator) -> None:
    shown = ask(simulator, "GET", path.format(incident(simulator, title=TITLE))).text
    assert TITLE not in shown
    assert "&lt;script&gt;alert" in shown


def test_an_incident_shows_all_of_its_life(simulator: Simulator) -> None:
    options = {"notes": ["Looking at it."], "priority": "PPRIOR2", "responders": {account.OWNER.id: "joined"}}
    shown = words(simulator, f"/incidents/{incident(simulator, **options, status='acknowledged')}")
    told = (
        "acknowledged #1 Simulated incident 1",
        "Urgency high",
        "P2",
        "Checkout",
        "Web Operations",
        "Primary On-call",
        "Service Owner joined",
        "Looking at it.",
        "Acknowledged by Automation",
    )
    assert [each for each in told if each not in shown] == []


def test_incidents_are_listed_with_title_status_and_age(simulator: Simulator) -> None:
    simulator.reset(incidents=2, incident={"title": "Disk full", "created_at": "2026-01-31T12:00:00Z"})
    assert re.search(r"triggered #2 Disk full Checkout Primary On-call high \d+ d ago", words(simulator, "/"))


def test_it_says_who_was_woken_why_and_by_which_call(simulator: Simulator, call: Client) -> None:
    created = incident(simulator)
    call("PUT", f"/incidents/{created}", {"incident": {"type": "incident_reference", "escalation_level": 2}})
    shown = words(simulator, "/woken")
    why = f"escalated: on call at level 2 of Web Operations PUT /incidents/{created}"
    assert f"Secondary On-call {why} #1 Simulated incident 1" in shown
    assert "2 pages to Secondary On-call, Primary On-call." in shown
    assert why.replace(" PUT", " · PUT") in words(simulator, f"/incidents/{created}")


def test_it_says_who_is_on_call_and_what_sends_events_to_a_service(simulator: Simulator) -> None:
    shown = words(simulator, "/on-call")
    told = (
        "Web Operations PPOLCY1 Primary On-call Secondary On-call by Web Secondary until",
        "Empty House PPOLCY6 nobody",
        "Payments Shifts PSCHED5 · shift-based Service Owner, Database Second",
        f"Checkout PSERVC1 active Web Operations {account.ROUTING_KEY}",
        "Service Owner PUSER08 · Product Manager service.owner@example.com limited_user Web, Data",
    )
    assert [each for each in told if each not in shown] == []


def test_an_override_changes_who_is_on_call(simulator: Simulator, call: Client) -> None:
    span = {"start": "2026-01-01T00:00:00Z", "end": "2099-01-01T00:00:00Z"}
    override = {**span, "user": {"id": account.OWNER.id, "type": "user_reference"}}
    call("POST", f"/schedules/{account.WEB_SECONDARY.id}/overrides", {"overrides": [override]})
    assert "Web Secondary PSCHED1 Service Owner" in words(simulator, "/on-call")


def test_a_call_shows_its_request_and_its_response_without_secrets(simulator: Simulator, call: Client) -> None:
    call("POST", "/v2/enqueue", {"routing_key": account.ROUTING_KEY, "event_action": "trigger", "payload": {}})
    shown = words(simulator, "/calls/1")
    assert '"event_action": "trigger"' in shown
    assert '"status": "invalid event"' in shown
    assert account.ROUTING_KEY not in shown


def test_a_lost_response_is_told_in_the_list_of_calls(simulator: Simulator, call: Client) -> None:
    created = incident(simulator)
    simulator.faults([{"method": "PUT", "path": "/incidents/.*", "fault": "drop_after"}])
    with pytest.raises(ConnectionError):
        call("PUT", f"/incidents/{created}", {"incident": {"type": "incident_reference", "escalation_level": 2}})
    call("GET", "/incidents")
    assert f"PUT /incidents/{created} no response drop_after Secondary On-call" in words(simulator, "/calls")
    assert "GET /incidents" not in words(simulator, "/calls?show=writes")


def test_the_html_url_of_a_response_is_that_of_the_page(simulator: Simulator, call: Client) -> None:
    address = call("GET", f"/incidents/{incident(simulator)}").body["incident"]["html_url"]
    assert "Simulated incident 1" in words(simulator, address.removeprefix(simulator.url))


@pytest.mark.parametrize("path", ["/users/PUSER01", "/schedules/PSCHED1", "/services/PSERVC1"])
def test_the_address_of_what_an_account_has_leads_to_who_is_on_call(path: str, simulator: Simulator) -> None:
    assert ask(simulator, "GET", path).headers["Location"] == f"/on-call#{path.rpartition('/')[2]}"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/incidents/Q9999999999999", "There is no incident Q9999999999999."),
        ("/calls/7", "There is no call 7:"),
        ("/services", "There is no page at /services: PagerDuty's APIs are here"),
        ("/v2/enqueue", "There is no page at /v2/enqueue: PagerDuty's APIs are here"),
    ],
)
def test_a_browser_at_an_address_without_a_page_is_told_so(path: str, says: str, simulator: Simulator) -> None:
    answer = ask(simulator, "GET", path)
    assert answer.status == 404
    assert says in html.unescape(answer.text)


def test_pages_and_buttons_are_not_in_the_journal(simulator: Simulator) -> None:
    assert "All is quiet" in words(simulator, "/")
    assert press(simulator, "advance", seconds=1).status == 303
    assert simulator.journal()["entries"] == []


def test_a_button_acknowledges_and_resolves_as_a_user_and_returns_to_its_page(simulator: Simulator) -> None:
    created = incident(simulator)
    answer = press(simulator, "acknowledge", incident=created, user=account.SECONDARY.id)
    assert (answer.status, answer.headers["Location"]) == (303, "/woken?a=1")
    shown = words(simulator, f"/incidents/{created}")
    assert shown.partition("Timeline")[2].count("Acknowledged by Secondary On-call") == 1
    press(simulator, "resolve", incident=created, user=account.SECONDARY.id)
    assert simulator.state()["incidents"][0]["status"] == "resolved"


def test_time_that_is_put_forward_ends_a_snooze(simulator: Simulator, call: Client) -> None:
    created = incident(simulator, status="acknowledged")
    call("POST", f"/incidents/{created}/snooze", {"duration": 3600})
    press(simulator, "advance", seconds=3600)
    assert "the snooze or acknowledgement has ended · time" in words(simulator, f"/incidents/{created}")
    assert simulator.journal()["entries"][-1]["pages"] == []


def test_a_reset_starts_again_with_as_many_incidents(simulator: Simulator) -> None:
    incident(simulator)
    assert press(simulator, "reset", incidents=2).headers["Location"] == "/"
    assert [each["title"] for each in simulator.state()["incidents"]] == [
        "Simulated incident 1",
        "Simulated incident 2",
    ]


@pytest.mark.parametrize(
    ("button", "form", "says"),
    [
        ("acknowledge", {"user": account.OWNER.id, "incident": "Q0"}, "Incident Q0"),
        ("acknowledge", {"user": "nobody"}, "There is no such user."),
        ("resolve", {"user": account.OWNER.id}, "Incident Already Resolved"),
        ("advance", {"seconds": "-1"}, "seconds must be a whole number from 0"),
        ("advance", {"seconds": "9" * 99}, "seconds must be a whole number from 0"),
        ("reset", {"incidents": "some"}, "incidents must be a whole number from 0"),
        ("explode", {}, "There is no such button."),
    ],
)
def test_a_button_that_cannot_work_says_why(button: str, form: dict[str, str], says: str, simulator: Simulator) -> None:
    resolved = incident(simulator, status="resolved")
    answer = press(simulator, button, **{"incident": resolved, **form})
    assert 400 <= answer.status < 500
    assert says in html.unescape(answer.text)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/_pages/reset", {"Sec-Fetch-Site": "same-origin"}, 303),
        ("POST", "/_pages/reset", {}, 303),
        ("POST", "/_pages/reset", {"Origin": "http://{host}"}, 303),
        ("POST", "/_pages/reset", {"Origin": "http://other.example"}, 403),
        ("POST", "/_pages/reset", {"Origin": "null"}, 403),
        ("POST", "/_pages/reset", {"Origin": "http://["}, 403),
        ("POST", "/_pages/reset", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", "/_simulator/reset", {"Sec-Fetch-Site": "same-site"}, 403),
        ("DELETE", "/_simulator/journal", {"Origin": "http://other.example"}, 403),
        ("GET", "/", {"Sec-Fetch-Site": "cross-site"}, 200),
        ("GET", "/", {"Host": "localhost:80"}, 200),
        ("GET", "/", {"Host": "[::1]"}, 200),
        ("GET", "/", {"Host": "rebound.example"}, 421),
        ("GET", "/", {"Host": "["}, 400),
        ("GET", "/_simulator/state", {"Host": "rebound.example:80"}, 421),
        ("GET", "/users", {"Host": "rebound.example"}, 421),
    ],
)
def test_other_web_sites_can_neither_press_a_button_nor_read(
    method: str, path: str, headers: dict[str, str], status: int, simulator: Simulator
) -> None:
    incident(simulator)
    host = urlsplit(simulator.url).netloc
    sent = {name: value.format(host=host) for name, value in headers.items()}
    body = "incidents=0" if path.startswith("/_pages") else None
    assert ask(simulator, method, path, body, **sent).status == status
    assert len(simulator.state()["incidents"]) == (0 if status == 303 else 1)


def test_a_page_of_another_site_cannot_be_put_around_it(simulator: Simulator) -> None:
    policy = ask(simulator, "GET", "/").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy


def test_every_field_has_a_label(simulator: Simulator) -> None:
    shown = ask(simulator, "GET", f"/incidents/{incident(simulator)}").text
    fields = re.findall(r'<(?:select|input) id="(\w+)"', shown)
    assert {"user", "seconds", "incidents"} == set(fields)
    assert [name for name in fields if f'<label for="{name}">' not in shown] == []
