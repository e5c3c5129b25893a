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
    description: Can run in C(check_mode) and predict the change without sending any write.
    support: full
  diff_mode:
    description: Returns what changes, or in check mode would change, when C(diff) is asked for.
    support: full
  idempotent:
    description: Running it again with the same options changes nothing.
    support: full
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
      - Use C(group/oncall.pagerduty.pagerduty) in C(module_defaults) to set the defaults of all modules at
        once.
    support: full
    membership:
      - oncall.pagerduty.pagerduty
"""
