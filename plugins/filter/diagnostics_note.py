# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The note of the role diagnostics."""

from __future__ import annotations

DOCUMENTATION = r"""
name: diagnostics_note
author:
  - oncall.pagerduty contributors (!UNKNOWN)
short_description: Text for a note from the results of commands
version_added: 1.0.0
description:
  - Returns the results of commands as text, with passwords, tokens, keys, and credentials in URLs masked. The role
    P(oncall.pagerduty.diagnostics#role) uses it.
  - Colour codes and control characters are removed.
positional: _input, title
options:
  _input:
    description:
      - The results of C(ansible.builtin.shell) in a loop over commands, as C(register) has them in C(results).
      - Instead, a list with the result of the one task that shows why no command could run on the host.
    type: list
    elements: dict
    required: true
  title:
    description: The first line.
    type: str
    required: true
  masks:
    description: What to mask in addition.
    type: list
    elements: dict
    default: []
    suboptions:
      regex:
        description: A regular expression of Python's.
        type: str
        required: true
      replacement:
        description: The text in its place, in which C(\1) is the first group.
        type: str
        default: "***"
  file:
    description:
      - The file on the controller that has the whole text. If it is set, a text that is too long for a note is cut,
        each command gets a fair share of the space, and the last line names the file.
      - If it is not set, the whole text is returned.
    type: path
"""

EXAMPLES = r"""
- name: Show what the note would say
  ansible.builtin.debug:
    msg: "{{ ran.results | oncall.pagerduty.diagnostics_note('Diagnostics of ' ~ inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: The text.
  type: str
  sample: "Diagnostics of web-1\n\n$ uptime\n 11:07:00 up 3 days\n"
"""

import re
import typing as t

from ansible.errors import AnsibleFilterError

from ..module_utils._masking import MASKED, Mask
from ..plugin_utils._diagnostics_note import Result, short_note, whole_note


def diagnostics_note(
    results: t.Sequence[Result], title: str, masks: t.Sequence[t.Mapping[str, str]] | None = None, file: str = ""
) -> str:
    """Return the text of a note; see the documentation above.

    Raises:
        AnsibleFilterError: a mask is not a regular expression.
    """
    own = [_mask(mask) for mask in masks or ()]
    return short_note(title, results, own, file=file) if file else whole_note(title, results, own)


def _mask(mask: t.Mapping[str, str]) -> Mask:
    try:
        return Mask(re.compile(mask["regex"]), mask.get("replacement", MASKED))
    except (KeyError, re.error) as error:
        raise AnsibleFilterError(
            f"A mask needs a regular expression as its regex, not {dict(mask)}: {error}"
        ) from error


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        """Return it by its name."""
        return {"diagnostics_note": diagnostics_note}
