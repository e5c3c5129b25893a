# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that sends events: nothing that can be mended, or left out, stops it.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from ._api.auth import Settings, settings
from ._core.http_client import default_bundle, unreadable_bundle
from ._core.json_values import encodable
from ._core.retry import Log
from ._module import Module, Params


class EventModule(Module):
    """What one module does.

    Args:
        refuses_only: the options that alone may stop a task: what is wrong with any other is mended, or the option
            is left out with a warning.
        arguments: as for `Module`.
    """

    def __init__(self, *arguments: t.Any, refuses_only: t.Collection[str], **keywords: t.Any) -> None:
        super().__init__(*arguments, **keywords)
        self.refuses_only = refuses_only

    def checked(self, params: Params, warn: Log) -> tuple[Params, Settings]:
        """Return the options as JSON can hold them, and the connection that they ask for, as far as it is usable."""
        usable = encodable(params)
        connection = settings(usable, lambda error: warn(f"Ignored {error}"))
        unreadable = connection.verify is True and unreadable_bundle()
        if unreadable:
            warn(f"Ignored {unreadable}")
            connection = connection._replace(verify=default_bundle())
        return usable, connection
