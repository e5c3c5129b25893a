# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module on incidents, which are given by id or by key.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from ._api.client import PagerDuty
from ._core.action import Action
from ._module import Module, Params
from ._options import INCIDENTS, Options


class IncidentModule(Module):
    """What one module does.

    Args:
        action: as for `Module`.
        options: the argument spec, without `INCIDENTS` and the other shared options.
        required_one_of: pairs of options of which one must be given, apart from those that name the incidents.
        rules: as for `Module`.
    """

    def __init__(
        self,
        action: t.Callable[[PagerDuty, Params], Action[PagerDuty]],
        options: Options,
        *,
        required_one_of: t.Sequence[tuple[str, ...]] = (),
        mutually_exclusive: t.Sequence[tuple[str, ...]] = (),
        **rules: t.Any,
    ) -> None:
        super().__init__(
            action,
            {**INCIDENTS, **options},
            required_one_of=[("incident_id", "dedup_key"), *required_one_of],
            mutually_exclusive=[("incident_id", "dedup_key"), *mutually_exclusive],
            **rules,
        )
