# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes, and whom they notify."""

from __future__ import annotations

import gc

from ansible_collections.oncall.pagerduty.plugins.module_utils._core.change import (
    FOUND,
    FREELY,
    Change,
    Notification,
    found,
)
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.words import NOTIFY, PAGE, SET

OFF, ON = {"on": False}, {"on": True}
ANA = {"id": "PU1", "type": "user_reference", "summary": "Ana"}


def test_a_change_is_needed_only_if_something_differs() -> None:
    change = Change(target="a", name="Lamp a", before=OFF, after=ON, says=[SET("on")], record=OFF)
    assert change.is_needed
    change.after = dict(OFF)
    assert not change.is_needed


def test_what_a_change_leaves_out_has_a_safe_default() -> None:
    change = Change(target="a", name="Lamp a", before=OFF, after=OFF, says="on already", record=OFF)
    assert (change.predicted, change.resend, change.origin) == (OFF, FREELY, change)
    assert (change.body, change.batch, change.if_unknown) == (None, None, "")
    assert (list(change.warnings), list(change.notifies)) == ([], [])


def test_a_change_is_freed_with_its_last_user() -> None:
    """It holds all that was read of a target, and a task may have thousands."""
    change = Change(target="a", name="Lamp a", before=OFF, after=ON, says="", record=OFF)
    again = Change(target="a", name="Lamp a", before=OFF, after=ON, says="", record=OFF)
    again.origin = change
    assert (change.origin, again.origin) == (change, change)
    gc.collect()
    del change, again
    assert gc.collect() == 0


def test_an_empty_prediction_is_one() -> None:
    change = Change(target="a", name="Lamp a", before=ON, after=OFF, says="", record=ON, predicted={})
    assert change.predicted == {}


def test_a_task_that_only_reads_changes_nothing() -> None:
    change = found("a", "lamp a", ON)
    assert (change.is_needed, change.says, change.record, change.predicted) == (False, FOUND, ON, ON)


def test_somebody_is_named_and_whoever_cannot_be_named_is_described() -> None:
    known, unknown = Notification(ANA, "on call"), Notification(None, "on call for Checkout", NOTIFY)
    assert (known.name, known.shown, known.how) == ("Ana", "Ana (PU1): on call", PAGE)
    assert (unknown.name, unknown.shown) == ("whoever is on call for Checkout",) * 2
