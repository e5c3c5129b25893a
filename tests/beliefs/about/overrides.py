# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Overrides and custom shifts. These checks only read, since anything else would change who is on call."""

from __future__ import annotations

import itertools
import typing as t

from beliefs.about.schedules import GUIDE, MAX_READ, layer_based_ones, moment, next_second, shift_based_ones
from beliefs.belief import INFERRED, SCHEMA, NotTried, belief
from beliefs.own_service import OwnService

REASON = "it would change who is on call"
POST = f"{SCHEMA}, POST /schedules/{{id}}/overrides"
DELETE = f"{SCHEMA}, DELETE /schedules/{{id}}/overrides/{{override_id}}"
DELETE_SHIFT = f"{SCHEMA}, DELETE /v3/schedules/{{id}}/custom_shifts/{{custom_shift_id}}"
CREATE = f"{GUIDE}, Create an override"


@belief(200, source=f"{INFERRED} from all other lists: the schema has 201 for this one")
def the_overrides_of_a_span_are_listed(own: OwnService) -> object:
    """GET /schedules/{id}/overrides lists the overrides of a span, with status 200."""
    return own.account.call("GET", f"/schedules/{layer_based_ones(own)[0]['id']}/overrides", query=next_second()).status


@belief((200, 200), source=f"{SCHEMA}, GET /v3/schedules/{{id}}/overrides and /v3/schedules/{{id}}/custom_shifts")
def the_overrides_and_custom_shifts_of_a_span_are_listed(own: OwnService) -> object:
    """A shift-based schedule has a list of overrides and one of custom shifts, each of a span."""
    path = f"/v3/schedules/{shift_based_ones(own)[0]['id']}"
    lists = ("overrides", "custom_shifts")
    return tuple(own.account.call("GET", f"{path}/{name}", query=next_second()).status for name in lists)


@belief((400, 400), source=f"{INFERRED} from {GUIDE}, which says so of the schedule itself")
def overrides_are_read_only_where_their_kind_is(own: OwnService) -> object:
    """The overrides of a schedule are refused with status 400 under the path of the other kind."""
    layer_based, shift_based = layer_based_ones(own)[0]["id"], shift_based_ones(own)[0]["id"]
    paths = (f"/v3/schedules/{layer_based}/overrides", f"/schedules/{shift_based}/overrides")
    return tuple(own.account.call("GET", path, query=next_second()).status for path in paths)


@belief(True, source=f"{GUIDE}, The final_schedule field, concurrent on-calls")
def a_layer_based_schedule_has_one_person_on_call(own: OwnService) -> object:
    """Of a layer-based schedule, one person at most is on call at a time, however many layers and overrides it has."""
    found = []
    for listed in layer_based_ones(own)[:MAX_READ]:
        schedule = own.account.get(f"/schedules/{listed['id']}", "schedule", next_second())
        spans = [(moment(each["start"]), moment(each["end"])) for each in entries_of(schedule)]
        found.append(all(end <= start for (_start, end), (start, _end) in itertools.pairwise(spans)))
    return all(found)


@belief(source=f"{POST}; {GUIDE} shows an object with `overrides` instead, which is understood as well")
def a_response_tells_of_each_override(_own: OwnService) -> object:
    """The response to overrides of a layer-based schedule is a list with a status for each; a refused one has no id."""
    raise NotTried(REASON)


@belief(source=POST)
def the_last_override_counts(_own: OwnService) -> object:
    """Of overrides of a layer-based schedule that overlap, the one that was created last counts."""
    raise NotTried(REASON)


@belief(source=f"{INFERRED} from https://github.com/PagerDuty/lita-pagerduty/issues/8, whose code sends the present")
def an_override_can_start_now(_own: OwnService) -> object:
    """An override whose start has passed when PagerDuty receives the call starts then."""
    raise NotTried(REASON)


@belief(source=DELETE)
def an_override_that_has_begun_ends(_own: OwnService) -> object:
    """DELETE ends an override that has begun (200), deletes one that has not (204), and refuses one that has ended."""
    raise NotTried(REASON)


@belief(source=f"{CREATE}, Field-by-field mapping")
def an_override_of_a_shift_names_its_source(_own: OwnService) -> object:
    """An override of a shift names `overridden_member`, and either `rotation_id` or `custom_shift_id`."""
    raise NotTried(REASON)


@belief(source=f"{INFERRED}: the schema has a source with both a rotation and an override")
def an_override_of_a_shift_can_be_overridden(_own: OwnService) -> object:
    """Whoever is on call by the override of a shift can be replaced by another override of the same source."""
    raise NotTried(REASON)


@belief(source=f"{INFERRED} from custom shifts, {DELETE_SHIFT}")
def an_override_of_a_shift_that_has_begun_ends(_own: OwnService) -> object:
    """DELETE ends the override of a shift that has begun, and what has passed of it stays."""
    raise NotTried(REASON)


@belief(source=f"{CREATE}, Adding coverage rather than swapping a person")
def a_custom_shift_adds_a_person(_own: OwnService) -> object:
    """A custom shift puts a user on call as well as those whose turn it is."""
    raise NotTried(REASON)


@belief(source=DELETE_SHIFT)
def a_custom_shift_that_has_begun_ends(_own: OwnService) -> object:
    """DELETE ends a custom shift that has begun, deletes one that has not, and refuses one that has ended (400)."""
    raise NotTried(REASON)


@belief(source=f"{INFERRED}: only escalations and updates are known to change who is assigned")
def open_incidents_stay_where_they_are(_own: OwnService) -> object:
    """An override does not reassign incidents that are open already."""
    raise NotTried(REASON)


@belief(
    source=f"{INFERRED} from https://github.com/PagerDuty/public-support-scripts/pull/60: PagerDuty's responses have "
    "layers in the reverse of the order in which they are sent"
)
def the_first_layer_counts(_own: OwnService) -> object:
    """Where layers of a layer-based schedule overlap, the first one in PagerDuty's response counts."""
    raise NotTried("few accounts have layers that overlap")


def entries_of(schedule: t.Mapping[str, t.Any]) -> list[t.Any]:
    """Return whose turn it is on a layer-based schedule, in the order of time."""
    return sorted(schedule["final_schedule"]["rendered_schedule_entries"], key=lambda each: moment(each["start"]))
