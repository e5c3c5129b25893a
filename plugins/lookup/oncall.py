# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is on call, for any expression."""

from __future__ import annotations

DOCUMENTATION = r"""
name: oncall
author:
  - oncall.pagerduty contributors (!UNKNOWN)
short_description: Who is on call in PagerDuty
version_added: 1.0.0
description:
  - Returns the people on call for escalation policies, schedules, or users, each person once, those at the lowest level
    first. At least one escalation policy, schedule, or user is required.
  - Without O(at), O(since), and O(until), those who are on call now.
  - Levels and schedules without anybody on call are shown as warnings, schedules with their next shift. If nobody is on
    call, the list is empty.
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.auth.lookup
  - oncall.pagerduty.oncall
  - oncall.pagerduty.time_zone
options:
  _terms:
    description: Escalation policies, by id or name; the same as O(escalation_policies).
    type: list
    elements: str
  want:
    description: What to return of each person.
    type: str
    choices: [name, email, id]
    default: name
notes:
  - It returns no times. With C(-v), the log says in which time zone a time of day such as O(at=08:00) was meant.
  - The calls are made on the controller, each time that the expression is evaluated. Keep the value with
    M(ansible.builtin.set_fact) to use it more than once.
  - Credentials come from the options, from variables such as C(pagerduty_api_token), or from the environment.
    C(module_defaults) do not apply to lookups.
  - The OAuth scopes needed are C(oncalls.read), and C(escalation_policies.read), C(schedules.read), and C(users.read)
    to look up O(escalation_policies), O(schedules), and O(users).
seealso:
  - module: oncall.pagerduty.oncall_info
"""

EXAMPLES = r"""
- name: Show who is on call for an escalation policy
  ansible.builtin.debug:
    msg: "On call: {{ query('oncall.pagerduty.oncall', 'Web Operations') | join(', ') }}"

- name: Write to whoever is on call at the first level
  ansible.builtin.debug:
    msg: "To: {{ lookup('oncall.pagerduty.oncall', escalation_policies=['Web Operations'], levels=[1], want='email') }}"

- name: Assign an incident to whoever is on call for the databases
  oncall.pagerduty.incident:
    incident_id: "{{ incident_id }}"
    assignees: "{{ query('oncall.pagerduty.oncall', schedules=['Database Rotation'], want='id') }}"

- name: Run a task for each person who is on call in the next week
  ansible.builtin.debug:
    msg: "{{ item }} is on call this week."
  loop: "{{ query('oncall.pagerduty.oncall', 'Database', since='now', until='+7d', want='email') }}"
"""

RETURN = r"""
_list:
  description: The names, e-mail addresses, or ids of the people on call.
  type: list
  elements: str
  sample: [primary.oncall@example.com, secondary.oncall@example.com]
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.template import Templar
from ansible.utils.display import Display

from ..module_utils._api.auth import is_unset
from ..module_utils._options import AUTH
from ..plugin_utils import _controller
from ..plugin_utils._given import given, given_to
from ..plugin_utils._unknown_options import did_you_mean

display = Display()

DEFINITION = _controller.definition("oncall_info")
OWN_OPTION = "want"
WANTED = ("name", "email", "id")
SUBJECTS = ("escalation_policies", "schedules", "users")
VARIABLE_PREFIX = "pagerduty_"

Options = dict[str, t.Any]


class LookupModule(LookupBase):
    """The lookup: the module oncall_info, run in Ansible's own process.

    Options are validated by the module's own specification, as Ansible's configuration takes an empty environment
    variable for a value.
    """

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[str]:
        """Return what is wanted of each person on call.

        Raises:
            AnsibleLookupError: an option has an unusable value, or PagerDuty cannot be read.
        """
        _check_names(kwargs)
        wanted = _wanted(kwargs.pop(OWN_OPTION, None))
        asked = given_to(DEFINITION, kwargs)
        options = {**asked, **_policies(terms, asked), **_levels(asked)}
        result = _read({**_own_variables(variables or {}, options), **options})
        return [user[wanted] for user in result["users"] if user[wanted]]


def _check_names(options: Options) -> None:
    """Check that no option has a wrong name.

    Raises:
        AnsibleLookupError: one has.
    """
    aliases = [alias for option in DEFINITION.options.values() for alias in option.get("aliases", ())]
    unknown = sorted(set(options) - {OWN_OPTION, *DEFINITION.options, *aliases})
    if unknown:
        supported = ", ".join(sorted([OWN_OPTION, *DEFINITION.options]))
        sentences = (f"Unsupported options: {', '.join(unknown)}.", did_you_mean(DEFINITION, unknown))
        raise AnsibleLookupError(f"{' '.join(filter(None, sentences))} Supported options are: {supported}.")


def _wanted(value: t.Any) -> str:
    """Return which field is wanted.

    Raises:
        AnsibleLookupError: people have no such field.
    """
    wanted = WANTED[0] if is_unset(value) else str(value)
    if wanted not in WANTED:
        raise AnsibleLookupError(f"{OWN_OPTION}: must be one of {', '.join(WANTED)}, got {wanted!r}.")
    return wanted


def _policies(terms: t.Iterable[t.Any], options: Options) -> Options:
    """Return the escalation policies, which can be terms as well; a term may be a list.

    Raises:
        AnsibleLookupError: there is nothing to look up; an empty variable must not stand for everybody.
    """
    listed = [term if isinstance(term, (list, tuple)) else [term] for term in terms]
    named = [str(name) for names in listed for name in names if not is_unset(name)]
    if not named and not any(options.get(name) for name in SUBJECTS):
        raise AnsibleLookupError("Name at least one escalation policy, schedule, or user.")
    return {"escalation_policies": [*named, *options.get("escalation_policies", ())]} if named else {}


def _levels(options: Options) -> Options:
    """Return a single level as a list, as for the module."""
    levels = options.get("levels")
    return {"levels": [levels]} if isinstance(levels, int) else {}


def _own_variables(variables: Options, options: Options) -> Options:
    """Return the options of the connection that are variables and not in the call, under whatever name.

    Before ansible-core 2.19 a lookup gets variables as they are written.
    """
    free = [name for name, spec in AUTH.items() if options.keys().isdisjoint((name, *spec.get("aliases", ())))]
    found = {name: variables[f"{VARIABLE_PREFIX}{name}"] for name in free if f"{VARIABLE_PREFIX}{name}" in variables}
    if not found:
        return {}
    templar = Templar(loader=None, variables=variables)
    return given({name: templar.template(value) for name, value in found.items()}, AUTH)


def _read(options: Options) -> _controller.Result:
    """Run the module; returns its result, which holds the people on call.

    Raises:
        AnsibleLookupError: it failed.
    """
    result = _controller.run("oncall_info", options, check_mode=True)
    if result["failed"]:
        raise AnsibleLookupError(result["msg"])
    # A list of names cannot say which time zone was meant.
    display.v(result["msg"])
    return result
