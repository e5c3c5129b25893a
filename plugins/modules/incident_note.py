#!/usr/bin/python
# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: incident_note
short_description: Add, update, or remove notes on PagerDuty incidents
version_added: 1.0.0
description:
  - Adds a note to one or more incidents, updates a note, or removes notes. Nobody is paged.
  - No note is added if the incident already has a note with this content, apart from white space at the end of lines
    and around the text.
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
      - With O(allow_duplicate=true), every run adds a note.
options:
  content:
    description:
      - The text of the note. Required with O(state=present).
      - With O(state=absent), all notes with this content are removed.
    type: str
    aliases: [note, text]
  state:
    description: Whether the note should exist.
    type: str
    choices: [present, absent]
    default: present
  note_id:
    description:
      - The id of the note to update or remove. Requires a single O(incident_id).
      - If not set, notes are identified by their content.
    type: str
  allow_duplicate:
    description: Whether to add the note even if there is one with this content.
    type: bool
    default: false
notes:
  - The OAuth scopes needed are C(incidents.read) and C(incidents.write).
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

- name: Add a note to the incident of an event that was just sent
  oncall.pagerduty.incident_note:
    dedup_key: checkout-disk-full
    wait: 30
    content: Rotating the logs.

- name: Add the result of a check
  oncall.pagerduty.incident_note:
    incident_id: "{{ incident_id }}"
    content: "Free space on /var: 2 %"
  register: added

- name: Correct that note
  oncall.pagerduty.incident_note:
    incident_id: "{{ incident_id }}"
    note_id: "{{ added.note.id }}"
    content: "Free space on /var: 20 %"

- name: Remove it
  oncall.pagerduty.incident_note:
    incident_id: "{{ incident_id }}"
    content: "Free space on /var: 20 %"
    state: absent
"""

RETURN = r"""
incidents:
  description:
    - For each incident its C(id), all its C(notes), oldest first, and the C(note) that was written or found.
    - In check mode, the fields of a new note that only PagerDuty knows are null.
  returned: when the notes could be read
  type: list
  elements: dict
  sample:
    - id: Q1R2DLCB21K7NP
      note:
        id: PWL7QXS
        content: The database is back, the queues are draining.
      notes:
        - id: PWL7QXS
          content: The database is back, the queues are draining.
incident:
  description: The same, if there is exactly one incident.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: Q1R2DLCB21K7NP
    notes:
      - id: PWL7QXS
        content: The database is back, the queues are draining.
note:
  description: The note that was written or found, if there is exactly one incident; null if it was removed.
  returned: when there is exactly one incident
  type: dict
  sample:
    id: PWL7QXS
    content: The database is back, the queues are draining.
notifies:
  description:
    - Always empty, as a note notifies nobody.
  returned: success
  type: list
  elements: dict
  sample: []
failures:
  description: The incidents whose notes could not be changed, each with the reason.
  returned: on failure
  type: list
  elements: dict
  sample:
    - target: Q1R2DLCB21K7NP
      message: "Incident Q1R2DLCB21K7NP has no note PWL7QXS."
      hint: "Omit note_id to add a note, or get the id from incident_info with include: [notes]."
      outcome: not_done
      status:
      code:
      errors: []
      request_id:
"""

from ..module_utils import _start  # noqa: F401  # pylint: disable=unused-import
from ..module_utils._actions.incident_note import incident_note
from ..module_utils._incident_module import IncidentModule

DEFINITION = IncidentModule(
    incident_note,
    {
        "content": {"type": "str", "aliases": ["note", "text"]},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "note_id": {"type": "str"},
        "allow_duplicate": {"type": "bool", "default": False},
    },
)


def main():
    DEFINITION.main()


if __name__ == "__main__":
    main()
