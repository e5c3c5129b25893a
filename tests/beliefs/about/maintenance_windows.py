# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows: what they do, and what can be changed of them."""

from __future__ import annotations

from beliefs.account import Json, Response
from beliefs.belief import ERRORS, INFERRED, SCHEMA, belief
from beliefs.own_service import OwnService, in_hours, time_of

POST = f"{SCHEMA}, POST /maintenance_windows"
DELETE = f"{SCHEMA}, DELETE /maintenance_windows/{{id}}"
WINDOWS = "https://support.pagerduty.com/main/docs/maintenance-windows"
ISSUE_396 = "https://github.com/PagerDuty/terraform-provider-pagerduty/issues/396"


@belief(True, source=f"{SCHEMA}, MaintenanceWindow, start_time")
def a_start_in_the_past_becomes_the_present(own: OwnService) -> object:
    """A start in the past becomes the time at which PagerDuty receives the call."""
    with own.maintenance(start_time=in_hours(-1)) as window:
        return time_of(window["start_time"]) > time_of(in_hours(-0.5))


@belief((True, True), source=f"{SCHEMA}, MaintenanceWindow")
def a_window_comes_back_as_it_was_sent(own: OwnService) -> object:
    """A window comes back with its description and its times, however the time zone is spelled."""
    end = in_hours(1)
    with own.maintenance(end_time=end) as window:
        read = own.account.get(f"/maintenance_windows/{window['id']}", "maintenance_window")
        return read["description"] == own.name, time_of(read["end_time"]) == time_of(end)


@belief((201, True), source=f"{INFERRED}: no document says that a description must be unique")
def the_same_window_is_opened_again(own: OwnService) -> object:
    """A second window with the same description is opened, and has a higher sequence number."""
    with own.maintenance() as first:
        response = own.account.call("POST", "/maintenance_windows", own.new_window())
        second = response.body["maintenance_window"]
        own.account.call("DELETE", f"/maintenance_windows/{second['id']}")
        return response.status, second["sequence_number"] > first["sequence_number"]


@belief({"ongoing", "future"}, source=f"{INFERRED}: the schema names the filter `open` without saying what it finds")
def the_filter_open_finds_what_has_not_ended(own: OwnService) -> object:
    """The filter `open` finds windows that have begun and windows that have not, but none that has ended."""
    with own.maintenance(description="ended"):
        pass
    future = {"description": "future", "start_time": in_hours(1), "end_time": in_hours(2)}
    with own.maintenance(description="ongoing"), own.maintenance(**future):
        query = [("filter", "open"), ("service_ids[]", own.service["id"])]
        return {each["description"] for each in own.account.get("/maintenance_windows", "maintenance_windows", query)}


@belief("maintenance", source=f"{SCHEMA}, Service, status")
def a_service_in_a_window_is_in_maintenance(own: OwnService) -> object:
    """During a window, the status of the service is `maintenance`."""
    with own.maintenance():
        return own.eventually(lambda: status_of(own), lambda status: status == "maintenance")


@belief((202, 0), source=WINDOWS)
def an_event_in_a_window_opens_nothing(own: OwnService) -> object:
    """An event to a service in a window is accepted with status 202 and opens nothing."""
    key = own.new_key()
    with own.maintenance():
        own.eventually(lambda: status_of(own), lambda status: status == "maintenance")
        response = own.send(key)
        own.let_events_settle()
        return response.status, len(own.with_key(key))


@belief((200, True), source=f"{INFERRED} from {ISSUE_396}: PagerDuty refuses an end that has passed")
def a_window_that_has_begun_is_extended(own: OwnService) -> object:
    """The end of a window that has begun can be changed, if its start is sent as it was read."""
    end = in_hours(3)
    with own.maintenance() as window:
        response = update(own, window, start_time=window["start_time"], end_time=end)
        return response.status, time_of(response.body["maintenance_window"]["end_time"]) == time_of(end)


@belief((400, 2001), source=ISSUE_396)
def the_start_of_a_window_that_has_begun_stays(own: OwnService) -> object:
    """Another start for a window that has begun is refused."""
    with own.maintenance() as window:
        return update(own, window, start_time=in_hours(0.5)).status_and_code


@belief((204, 405), source=DELETE)
def a_window_that_has_begun_is_ended(own: OwnService) -> object:
    """DELETE ends a window that has begun, and is refused once it has ended."""
    with own.maintenance() as window:
        path = f"/maintenance_windows/{window['id']}"
        return own.account.call("DELETE", path).status, own.account.call("DELETE", path).status


@belief(5003, source=ERRORS)
def an_ended_window_has_a_code(own: OwnService) -> object:
    """The refusal to end a window that has ended has code 5003."""
    with own.maintenance() as window:
        path = f"/maintenance_windows/{window['id']}"
        own.account.call("DELETE", path)
        return own.account.call("DELETE", path).code


@belief((204, 404, 404), source=DELETE)
def a_window_that_has_not_begun_is_deleted(own: OwnService) -> object:
    """DELETE removes a window that has not begun; another DELETE is answered with 404."""
    with own.maintenance(start_time=in_hours(1), end_time=in_hours(2)) as window:
        path = f"/maintenance_windows/{window['id']}"
        return tuple(own.account.call(method, path).status for method in ("DELETE", "GET", "DELETE"))


@belief((405, []), source=f"{INFERRED}: the answer to a second DELETE, which {ISSUE_396} had for a first one")
def a_window_that_is_over_is_not_listed_as_open(own: OwnService) -> object:
    """A window whose DELETE is answered with 405 because it is over is not among those of the filter `open`."""
    with own.maintenance() as window:
        path = f"/maintenance_windows/{window['id']}"
        own.account.call("DELETE", path)
        status = own.account.call("DELETE", path).status
        query = [("filter", "open"), ("service_ids[]", own.service["id"])]
        return status, own.account.get("/maintenance_windows", "maintenance_windows", query)


def status_of(own: OwnService) -> str:
    """The status of the service."""
    return str(own.account.get(f"/services/{own.service['id']}", "service")["status"])


def update(own: OwnService, window: Json, **fields: str) -> Response:
    """Change a window, whatever becomes of it."""
    return own.account.call("PUT", f"/maintenance_windows/{window['id']}", own.new_window(**fields))
