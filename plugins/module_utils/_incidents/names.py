# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What incidents are called in sentences. Private to the collection."""

from __future__ import annotations

import typing as t

from .._core.errors import shorten
from .._core.words import one_line
from .foretold import is_foretold, key_of

Record = dict[str, t.Any]

MAX_TITLE = 100
"""Characters of a title in the name of an incident."""


def name_of(incident: Record) -> str:
    """Return an incident's name in sentences, such as `Incident Q1R2DLCB21K7NP (#42)`."""
    return f"Incident {id_and_number(incident)}"


def title_of(incident: Record) -> str:
    """Return an incident's name for people, such as `#42 Disk full (Q1R2DLCB21K7NP)`."""
    number, title = incident.get("incident_number"), incident.get("title")
    known = ["" if number is None else f"#{number}", shorten(one_line(str(title or "")), MAX_TITLE)]
    if not any(known):
        return name_of(incident)
    identity = str(incident["id"])
    if is_foretold(identity):
        identity = f"would be opened with key {key_of(identity)!r}"
    return " ".join([*filter(None, known), f"({identity})"])


def id_and_number(incident: Record) -> str:
    """Return what identifies an incident in a list or within a sentence, such as `Q1R2DLCB21K7NP (#42)`."""
    if is_foretold(str(incident["id"])):
        return f"that would be opened with key {key_of(incident['id'])!r}"
    number = incident.get("incident_number")
    return str(incident["id"]) if number is None else f"{incident['id']} (#{number})"
