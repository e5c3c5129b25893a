# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users. None is created, since that costs a licence and sends an e-mail, and none is deleted."""

from __future__ import annotations

from beliefs.belief import SCHEMA, belief
from beliefs.own_service import OwnService

TAKEN = "https://github.com/PagerDuty/terraform-provider-pagerduty/issues/845"
EASED = "https://github.com/PagerDuty/terraform-provider-pagerduty/pull/312"
KEPT = ("role", "job_title", "description", "color", "time_zone")


@belief((400, 2001, ["Email has already been taken"]), source=TAKEN)
def an_address_belongs_to_one_user(own: OwnService) -> object:
    """A second user with the same e-mail address is refused with status 400, code 2001 and these words."""
    user = {"type": "user", "name": own.name, "email": own.user["email"]}
    response = own.account.call("POST", "/users", {"user": user})
    return (*response.status_and_code, response.body.get("error", {}).get("errors"))


@belief(True, source=f"{SCHEMA}, User, required")
def an_update_leaves_other_fields_alone(own: OwnService) -> object:
    """An update of a user with type, name and e-mail address leaves the other fields as they are."""
    user = {"type": "user", "name": own.user["name"], "email": own.user["email"]}
    updated = own.account.write("PUT", f"/users/{own.user['id']}", {"user": user}, "user")
    return [updated.get(name) for name in KEPT] == [own.user.get(name) for name in KEPT]


@belief(True, source=EASED)
def spaces_around_a_name_are_dropped(own: OwnService) -> object:
    """PagerDuty drops the white space around the name of a user."""
    with own.renamed(f" {own.user['name']} ") as user:
        return user["name"] == own.user["name"]


@belief(404, source=f"{SCHEMA}, DELETE /users/{{id}}")
def an_unknown_user_cannot_be_deleted(own: OwnService) -> object:
    """DELETE /users/{id} of an unknown user is answered with status 404."""
    return own.account.call("DELETE", "/users/PNOBODY").status
