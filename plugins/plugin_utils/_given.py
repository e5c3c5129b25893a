# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a task, as modules take them: what is empty is not set, and lists are trimmed.

Ansible's controller does this, so it holds wherever a module runs. Private to the collection.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ..module_utils._api.auth import is_unset
from ..module_utils._incidents.foretold import as_text, is_foretold
from ..module_utils._options import CONNECTION, INCIDENT_ID, Options

if t.TYPE_CHECKING:
    from ..module_utils._module import Module

ONE_INCIDENT = "move_to"
INCIDENTS = (*INCIDENT_ID, "source_incidents", ONE_INCIDENT)
"""Options that take incidents, also if the module cannot be loaded here."""
INCIDENT = re.compile(
    r"(?:https?://[^/\s]+|[^/\s]+\.[^/\s]+)/incidents/(?P<id>[A-Z0-9]+)(?:[/?#]\S*)?|#(?P<number>\d+)"
)
"""Other names of an incident; what only looks like an address is taken as it is, and refused."""


def given_to(module: Module, options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the options of a task that are set, as a module takes them."""
    found = given(options, module.options, module.clearable)
    names = option_names(module.options)
    if any(names.get(name) in module.filters for name in found):
        return found
    # They do not stand for everything.
    return given(options, module.options, (*module.clearable, *module.filters))


def given(options: t.Mapping[str, t.Any], specification: Options, kept: t.Collection[str] = ()) -> dict[str, t.Any]:
    """Return the options of a task that are set, as a module takes them.

    What is null, empty or blank is not set, whatever the kind of option: then its environment variables, or its
    default, count. A blank `incident_id` is set, to one blank entry: it must stand neither for all incidents nor for
    none. So is an empty list: it may be all that a filter has left.

    Args:
        options: as in the task; one that the specification lacks stays as it is.
        specification: the options of the module.
        kept: options that an empty text sets.
    """
    names = option_names(specification)
    return {
        name: _value(names.get(name, name), specification, value)
        for name, value in options.items()
        if value is not None and not (is_unset(value) and name in names and names[name] not in (*INCIDENT_ID, *kept))
    }


def option_names(specification: Options) -> dict[str, str]:
    """Return the options by all their names."""
    return {name: option for option, spec in specification.items() for name in (option, *spec.get("aliases", ()))}


def _value(option: str, specification: Options, value: t.Any) -> t.Any:
    if option in INCIDENTS:
        incidents = _incidents(value)
        return _only(incidents, value) if option == ONE_INCIDENT else incidents
    spec = specification.get(option, {})
    if "choices" in spec:
        value = _chosen(value, spec["choices"])
    if spec.get("type") == "list":
        listed = entries(value)
        return [_chosen(each, spec.get("choices", ())) for each in listed] if isinstance(listed, list) else listed
    # Ansible masks a secret as it is given, so it must be as it is sent.
    return value.strip() if option in CONNECTION and isinstance(value, str) else value


def _chosen(value: t.Any, choices: t.Collection[t.Any]) -> t.Any:
    """Return the choice that a text is in another case, or with white space around it; any other value as it is."""
    chosen = value.strip().lower() if isinstance(value, str) else value
    return chosen if isinstance(chosen, str) and chosen in choices else value


def _incidents(value: t.Any) -> t.Any:
    """Return incidents by id or number, whatever people have at hand.

    That is also `#42`, the address of an incident in PagerDuty's web interface, or an incident of a result. In check
    mode, that may be one that does not exist yet. Lists may hold lists.
    """
    listed = incidents_of(value) if isinstance(value, str) else list(_flat(value))
    # One blank entry remains of a blank text.
    return entries(list(map(_incident, listed))) or [""] * bool(listed)


def incidents_of(text: str) -> list[str]:
    """Return the entries of a text that lists incidents: split at white space as well as at commas."""
    # The key of an incident that does not exist yet may have both.
    return [text] if is_foretold(text.strip()) else text.replace(",", " ").split() or [""]


def _flat(value: t.Any) -> t.Iterator[t.Any]:
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _flat(each)
    else:
        yield value.strip() if isinstance(value, str) else value


def _only(incidents: t.Sequence[t.Any], value: t.Any) -> t.Any:
    """Return the only one of some incidents; what was given, which is refused, unless there is exactly one."""
    return incidents[0] if len(incidents) == 1 else value


def _incident(value: t.Any) -> t.Any:
    if isinstance(value, Mapping):
        return as_text(value) or value.get("id") or value
    found = INCIDENT.fullmatch(value) if isinstance(value, str) else None
    return found["id"] or found["number"] if found else value


def entries(value: t.Any) -> t.Any:
    """Return a list without white space around its entries, without empty ones, and without repetitions.

    A text is split at its commas. An entry of a list is not: a name can have a comma. Whatever else is given stays as
    it is: Ansible takes or refuses it.
    """
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, (list, tuple)):
        return value
    stripped = [each.strip() if isinstance(each, str) else each for each in value]
    kept = [each for each in stripped if each not in (None, "")]
    # A dictionary has no hash.
    return list(dict.fromkeys(kept)) if all(isinstance(each, (str, int)) for each in kept) else kept
