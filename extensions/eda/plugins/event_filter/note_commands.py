# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event filter for ansible-rulebook: finds the notes that are commands which a rule may run."""

from __future__ import annotations

import sys
from pathlib import Path

DOCUMENTATION = r"""
---
author: oncall.pagerduty contributors
short_description: Find the commands that responders write in notes.
description:
  - An ansible-rulebook event filter for the source C(oncall.pagerduty.log_entries). Where somebody has added the note
    C(/acknowledge) or C(/resolve) and may do so, it puts C(acknowledge) or C(resolve) into C(event.meta.command). All
    other events pass unchanged.
  - A command counts only if whoever wrote it is assigned to the incident or one of O(people), if it is not older than
    O(max_age), and if the status of the incident has not changed since. Otherwise the log says why it is ignored.
  - How the incident stands is what the source has read with the note. The event of a webhook does not say it, so no
    command of a webhook counts.
options:
  people:
    description:
      - The ids of those who may give commands on every incident. A person's id is the end of the address of their
        profile, as in C(https://example.pagerduty.com/users/PUSER01).
      - If it is not set, the environment variable E(PAGERDUTY_NOTE_COMMANDERS) counts, with commas between ids.
    type: list
    elements: str
    default: []
  max_age:
    description:
      - The age in minutes after which a command is no longer run, by PagerDuty's clock.
    type: float
    default: 15
"""

EXAMPLES = r"""
- name: Run the commands of those who are assigned, and of two others
  oncall.pagerduty.log_entries:
    interval: 15
  filters:
    - oncall.pagerduty.note_commands:
        people: [PUSER01, PUSER02]
        max_age: 5
"""

# ansible-rulebook runs this file by its path, as part of no package.
FOLDERS = [folder.parent for folder in Path(__file__).absolute().parents if folder.name == "ansible_collections"]
sys.path[:0] = map(str, FOLDERS)

from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.note_commands import main  # noqa: E402

__all__ = ["main"]
