#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: incident_note
short_description: Add, rewrite, or remove a note on PagerDuty incidents
version_added: 0.1.0
description:
  - Adds a note to one or many incidents, rewrites one, or removes it. Nobody is paged.
  - PagerDuty itself would add the same note again and again. This module reads the notes first and adds nothing
    where one with this content is there already; white space around lines does not count.
author:
  - oncall.pagerduty contributors (!UNKNOWN)
extends_documentation_fragment:
  - oncall.pagerduty.auth
  - oncall.pagerduty.incident_id
  - oncall.pagerduty.attributes
  - oncall.pagerduty.attributes.action_group
attributes:
  idempotent:
    support: partial
    details:
      - With O(allow_duplicate=true) each run adds a note.
options:
  content:
    description:
      - The text of the note.
      - Required where O(state=present). Where O(state=absent), every note with this content is removed.
    type: str
    aliases: [note]
  state:
    description: Whether the note shall be there.
    type: str
    choices: [present, absent]
    default: present
  note_id:
    description:
      - The note to rewrite or remove, on a single incident.
      - Where it is not given, notes are known by their content.
    type: str
  allow_duplicate:
    description: Add the note even where one with this content is there.
    type: bool
    default: false
seealso:
  - name: Create a note on an incident
    description: The call in PagerDuty's API reference.
    link: https://developer.pagerduty.com/api-reference/a1ac30885eb7a-create-a-note-on-an-incident
  - module: oncall.pagerduty.incident_info
"""

EXAMPLES = r"""
- name: Add a note
  oncall.pagerduty.incident_note:
    incident_id: "{{ incident_id }}"
    content: The database is back, the queues are draining.

- name: Write down what the check found, and keep the note's id
  oncall.pagerduty.incident_note:
    incident_id: "{{ incident_id }}"
    content: "Free space on /var: 2 %"
  register: noted

- name: Correct that note
  oncall.pagerduty.incident_note:
    incident_id: "{{ incident_id }}"
    note_id: "{{ noted.incident.notes[-1].id }}"
    content: "Free space on /var: 20 %"

- name: Take it away again
  oncall.pagerduty.incident_note:
    incident_id: "{{ incident_id }}"
    content: "Free space on /var: 20 %"
    state: absent
"""

RETURN = r"""
incidents:
  description:
    - For each incident its id and all its notes as they are now; in check mode, as they would be.
    - In check mode, what only PagerDuty can know of a new note is null.
  returned: when the notes could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      notes:
        - id: PWL7QXS
          content: The database is back, the queues are draining.
          created_at: "2026-01-31T23:59:59Z"
incident:
  description: The same, where one incident was asked for.
  returned: when one incident was asked for
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    notes:
      - id: PWL7QXS
        content: The database is back, the queues are draining.
        created_at: "2026-01-31T23:59:59Z"
failures:
  description: The incidents whose notes could not be changed, and why.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: Incident Q1R2DLCB21K7NP has no note PWL7QXS.
      hint: >-
        Leave note_id out to add a note, or take an id from incident_info with include: [notes].
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils._incidents import INCIDENT_ID
from ..module_utils._module import Action
from ..module_utils._notes import change_notes


def plan(pagerduty, params, notice):
    return change_notes(
        pagerduty,
        params["incident_id"],
        content=params["content"],
        state=params["state"],
        note_id=params["note_id"],
        allow_duplicate=params["allow_duplicate"],
    )


ACTION = Action(
    plan,
    {
        **INCIDENT_ID,
        "content": {"type": "str", "aliases": ["note"]},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "note_id": {"type": "str"},
        "allow_duplicate": {"type": "bool", "default": False},
    },
)


def main():
    ACTION.main()


if __name__ == "__main__":
    main()
