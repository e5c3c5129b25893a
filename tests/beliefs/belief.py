# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A belief about PagerDuty: what the collection relies on, its source, and a check that works on any account."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from beliefs.own_service import OwnService

INFERRED = "INFERRED"
SCHEMA = "PagerDuty/api-schema, reference/REST/openapiv3.json"
EVENTS_SCHEMA = "PagerDuty/api-schema, reference/events-v2/openapiv3.json"
ERRORS = "https://developer.pagerduty.com/docs/errors"
SLOW = "no call makes PagerDuty slow"

OPEN, LIKELY, SOURCED = "open", "inferred", "sourced"
STANDINGS = (OPEN, LIKELY, SOURCED)
"""How well a belief is founded, worst first: nothing speaks for it, something does, or something says it."""

Check = t.Callable[["OwnService"], t.Any]


class NotTried(Exception):
    """The check does not work on this account, such as one whose plan lacks a feature.

    The message is why. It is a constant, as it is shown to others: it must not name anything of the account.
    """


class Belief(t.NamedTuple):
    """One belief.

    Args:
        text: the belief, as a sentence.
        expected: what the check returns if the belief is true; one or more values. None if no call can check it.
        source: the document, or what else says so; or INFERRED, and from what.
        check: makes the calls, and returns what was seen.
    """

    text: str
    expected: tuple[t.Any, ...]
    source: str
    check: Check

    @property
    def name(self) -> str:
        """A short name, for tests."""
        return self.check.__name__

    @property
    def standing(self) -> str:
        """How well it is founded: one of `STANDINGS`."""
        if not self.source.startswith(INFERRED):
            return SOURCED
        return LIKELY if self.source.startswith(f"{INFERRED} from") else OPEN


class Seen(t.NamedTuple):
    """The result of a check.

    Args:
        belief: what was checked.
        verdict: `as expected`, `different` or `not tried`.
        seen: the value, or the reason.
        value: the value itself, or the error.
    """

    belief: Belief
    verdict: str
    seen: str
    value: object = None


BELIEFS: list[Belief] = []


def belief(*expected: t.Any, source: str) -> t.Callable[[Check], Check]:
    """Register a check; its docstring is the belief.

    Args:
        expected: what it returns if the belief is true; one or more values. None if no call can check it.
        source: the document, or what else says so; or INFERRED, and from what.
    """

    def register(check: Check) -> Check:
        BELIEFS.append(Belief((check.__doc__ or "").strip(), expected, source, check))
        return check

    return register


def try_belief(wanted: Belief, own: OwnService) -> Seen:
    """Check one belief; an unexpected error is what was seen."""
    try:
        seen = wanted.check(own)
    except NotTried as reason:
        return Seen(wanted, "not tried", str(reason))
    except Exception as error:
        # One belief must not keep the others from being checked.
        return Seen(wanted, "different", f"{type(error).__name__}: {error}", error)
    return Seen(wanted, "as expected" if seen in wanted.expected else "different", repr(seen), seen)


def worst_founded_first(beliefs: t.Iterable[Belief]) -> list[Belief]:
    """Return beliefs in the order in which it is worth while to check them: the open ones first."""
    return sorted(beliefs, key=lambda belief: STANDINGS.index(belief.standing))
