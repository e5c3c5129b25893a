# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the modules support."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode), and returns what would change without changing anything.
    support: full
  diff_mode:
    description: Shows what the task changes in C(diff) mode, or in check mode what it would change.
    support: full
  idempotent:
    description: Running the task again with the same options changes nothing.
    support: full
notes:
  - If the response to a change is lost, the module reads again before it decides whether to send the change a second
    time.
  - To set the credentials once for all modules, use environment variables, or C(module_defaults) with the action group
    C(group/oncall.pagerduty.pagerduty).
"""

    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This action does not change anything.
  diff_mode:
    support: N/A
    details:
      - This action does not change anything.
  idempotent:
    support: full
    details:
      - This action does not change anything.
"""

    ACTION_GROUP = r"""
options: {}
attributes:
  action_group:
    description:
      - Use C(group/oncall.pagerduty.pagerduty) in C(module_defaults) to set defaults for all modules. Each leaves out
        what only other modules have.
    support: full
    membership:
      - oncall.pagerduty.pagerduty
"""
