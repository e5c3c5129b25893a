# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a module that were given as variables or in the environment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: given
author:
  - oncall.pagerduty contributors (!UNKNOWN)
short_description: Options of a module from variables and the environment
version_added: 1.0.0
description:
  - Returns the options of a module of this collection that were given, as a dictionary. The ready playbooks use it.
  - Each option is the variable C(pagerduty_OPTION), else the environment variable of that name, such as
    C(pagerduty_content), or the same with an alias of the option, such as C(pagerduty_text). Those of the connection
    are among them, such as C(pagerduty_region).
  - What is null, empty or blank counts as not set. C(false) and 0 are values. So is an empty list of incidents, with
    which there is nothing to do.
  - Where a module takes either C(incident_id) or C(dedup_key), and both are given, C(incident_id) counts.
  - A list can be a list, JSON, or text with commas or ends of lines between the entries. A dictionary can be a
    dictionary or JSON.
options:
  _terms:
    description:
      - The name of the module, such as V(incident_note).
      - V(connection) stands for the options that all modules have, and C(routing_key), for the C(module_defaults) of
        the action group.
    type: list
    elements: str
    required: true
notes:
  - What this returns can hold secrets. Use it for C(module_defaults), as the example does, where no value is shown.
  - An undefined variable inside a value counts as not set, and a warning names it.
seealso:
  - ref: ansible_collections.oncall.pagerduty.docsite.guide_rundeck
    description: How Rundeck gives the options to the ready playbooks.
"""

EXAMPLES = r"""
- name: Add a note with the content of pagerduty_content to the incident pagerduty_incident_id
  oncall.pagerduty.incident_note:
  module_defaults:
    oncall.pagerduty.incident_note: "{{ lookup('oncall.pagerduty.given', 'incident_note') }}"
"""

RETURN = r"""
_list:
  description: One dictionary, with the options of the module that were given.
  type: list
  elements: dict
  sample: [{"incident_id": ["Q1R2DLCB21K7NP"], "content": "The backup has run."}]
"""

import json
import os
import re
import typing as t

from ansible import errors
from ansible.errors import AnsibleLookupError, AnsibleUndefinedVariable
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._api.auth import is_unset
from ..module_utils._core.json_values import encodable
from ..module_utils._options import CONNECTION
from ..plugin_utils import _controller
from ..plugin_utils._given import INCIDENTS, incidents_of

PREFIX = "pagerduty_"
OF_CONNECTION = "connection"
OF_INCIDENTS = tuple(PREFIX + name for name in INCIDENTS)
"""Variables that an empty list sets, and a text with white space between the entries."""
OMITTED = getattr(errors, "AnsibleValueOmittedError", AnsibleUndefinedVariable)
"""What ansible-core 2.19 and later raises for `omit`; before, it is a text in a variable of that name."""

display = Display()


class LookupModule(LookupBase):
    """The lookup."""

    def __init__(self, loader: t.Any = None, templar: t.Any = None, **kwargs: t.Any) -> None:
        super().__init__(loader=loader, templar=templar, **kwargs)
        self.templar = templar

    def run(
        self, terms: list[str], variables: t.Mapping[str, t.Any] | None = None, **kwargs: t.Any
    ) -> list[dict[str, t.Any]]:
        """Return the options of the named module.

        Raises:
            AnsibleLookupError: there is no such module, or an option is not valid JSON.
        """
        if len(terms) != 1 or kwargs:
            raise AnsibleLookupError("Name one module of oncall.pagerduty, and nothing else.")
        values = {
            name: _value(PREFIX + name, spec, self._given_by_any_name(name, spec, variables or {}))
            for name, spec in _options(terms[0]).items()
        }
        found = {name: value for name, value in values.items() if not _is_unset(PREFIX + name, value)}
        if found.keys() >= {"incident_id", "dedup_key"}:
            # In a workflow, earlier jobs may have passed on both: the incident was found by the key.
            del found["dedup_key"]
        return [found]

    def _given_by_any_name(self, option: str, spec: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any]) -> t.Any:
        """Return what is given for an option under its name, else under one of its aliases."""
        names = [PREFIX + name for name in (option, *spec.get("aliases", ()))]
        values = (self._given(name, variables) for name in names)
        return next((value for value in values if not _is_unset(names[0], value)), None)

    def _given(self, name: str, variables: t.Mapping[str, t.Any]) -> t.Any:
        """Return what a variable, else an environment variable says."""
        value = self._variable(name, variables) if name in variables else None
        return os.environ.get(name) if _is_unset(name, value) else value

    def _variable(self, name: str, variables: t.Mapping[str, t.Any]) -> t.Any:
        try:
            # Before ansible-core 2.19 a lookup gets variables as they are written.
            value = self.templar.template(variables[name])
        except OMITTED:
            return None
        except AnsibleUndefinedVariable as error:
            display.warning(f"{name} counts as not set: {error}")
            return None
        return None if value == variables.get("omit", "") else value


def _is_unset(name: str, value: t.Any) -> bool:
    """Return whether a variable counts as not set: no incidents are nothing to do."""
    return is_unset(value) or value == {} or (value == [] and name not in OF_INCIDENTS)


def _options(module: str) -> dict[str, dict[str, t.Any]]:
    if module == OF_CONNECTION:
        return CONNECTION
    try:
        return _controller.definition(module).options
    except ModuleNotFoundError as error:
        raise AnsibleLookupError(f"oncall.pagerduty has no module {module!r}.") from error


def _value(name: str, spec: t.Mapping[str, t.Any], given: t.Any) -> t.Any:
    """Return a value as the module takes it: text, a list, or a dictionary.

    Numbers and truth values become text, as text that looks like one must not become a number. So do dates: before
    ansible-core 2.19, what is returned here is written as text and read again, which a date would not survive.
    """
    if _is_unset(name, given):
        return None
    kind = spec.get("type", "str")
    if kind == "list":
        return _entries(name, given)
    return encodable(given) if kind in ("dict", "raw") else str(given)


def _entries(name: str, given: t.Any) -> t.Any:
    """Return the entries of a list.

    Raises:
        AnsibleLookupError: it looks like JSON, but is invalid.
    """
    value = encodable(given)
    if not isinstance(value, str):
        return value
    if not value.startswith("["):
        # A survey has a box with several lines for it.
        listed = incidents_of(value) if name in OF_INCIDENTS else re.split(r"[,\n]", value)
        return [entry.strip() for entry in listed if entry.strip()]
    try:
        return encodable(json.loads(value))
    except (ValueError, RecursionError) as error:
        raise AnsibleLookupError(f"{name} starts with '[', but is not a JSON list: {error}") from error
