# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of the role report."""

from __future__ import annotations

DOCUMENTATION = r"""
name: incident_report
author:
  - oncall.pagerduty contributors (!UNKNOWN)
short_description: A report on an incident, in Markdown
version_added: 1.0.0
description:
  - Returns what happened in an incident as Markdown, with a Mermaid timeline. The role P(oncall.pagerduty.report#role)
    uses it.
  - Text from outside, such as titles, notes, and alerts, is quoted. It can neither format the report nor hide a part of
    it, and loads nothing from other hosts.
  - Who was notified, and when, comes with the part V(log_entries). It is a line for each person, however often
    PagerDuty has tried.
  - A field that PagerDuty leaves out is left out of the report.
positional: _input, parts
options:
  _input:
    description: The incident, as M(oncall.pagerduty.incident_info) returns it.
    type: dict
    required: true
  parts:
    description:
      - The results of M(oncall.pagerduty.incident_info) in a loop over what to include, one part each, as C(register)
        has them in C(results).
      - A part that could not be read is a line in the report, with the reason.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Read an incident
  oncall.pagerduty.incident_info:
    incident_id: "{{ incident_id }}"
    include: [body, conference_bridge, notes]
  register: found

- name: Write a report on it
  ansible.builtin.copy:
    content: "{{ found.incident | oncall.pagerduty.incident_report }}"
    dest: /srv/reports/{{ incident_id }}.md
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The report.
  type: str
  sample: "# Incident 42: Disk full on web-1\n\n- Status: resolved\n"
"""

import typing as t

from ..plugin_utils._incident_report import Record, report

READ_WITH = {"log_entries": ("notified",)}
"""What the module incident_info adds beside a part, by the name of the part."""


def incident_report(incident: Record, parts: t.Sequence[Record] = ()) -> str:
    """Return the report; see the documentation above."""
    read = [(name, part) for part in parts for name in (part["item"], *READ_WITH.get(part["item"], ()))]
    found = {name: (part.get("incident") or {}).get(name) for name, part in read}
    missing = {name: part.get("msg") or "unknown" for name, part in read if found[name] is None}
    return report({**incident, **found}, missing)


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        """Return it by its name."""
        return {"incident_report": incident_report}
