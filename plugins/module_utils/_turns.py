# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turns on call, and the spans of time that they cover.

Private to the collection.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

Record = dict[str, t.Any]

NO_SOURCE: Record = {}


class Span(t.NamedTuple):
    """A time from a start to an end, which is after it."""

    start: datetime
    end: datetime

    def meets(self, other: Span) -> bool:
        """Return whether two spans overlap."""
        return self.start < other.end and other.start < self.end


class Turn(t.NamedTuple):
    """Somebody's time on call.

    Args:
        user: a reference.
        source: where it comes from, on a shift-based schedule.
    """

    user: Record
    span: Span
    source: Record = NO_SOURCE


def without(spans: t.Iterable[Span], taken: t.Iterable[Span]) -> list[Span]:
    """Return what is left of spans when others are taken away."""
    left = list(spans)
    for gone in taken:
        left = [part for span in left for part in _parts(span, gone)]
    return left


def _parts(span: Span, gone: Span) -> t.Iterator[Span]:
    if not span.meets(gone):
        yield span
        return
    if span.start < gone.start:
        yield Span(span.start, gone.start)
    if gone.end < span.end:
        yield Span(gone.end, span.end)


def joined(spans: t.Iterable[Span]) -> list[Span]:
    """Return spans in order, with those in one that overlap or follow each other."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def parts_in(turns: t.Iterable[Turn], spans: t.Sequence[Span]) -> list[Turn]:
    """Return the parts of turns that are in spans."""
    return [
        turn._replace(span=Span(max(turn.span.start, span.start), min(turn.span.end, span.end)))
        for turn in turns
        for span in spans
        if turn.span.meets(span)
    ]


def parts_out_of(turns: t.Iterable[Turn], spans: t.Sequence[Span]) -> list[Turn]:
    """Return the parts of turns that are in none of the spans."""
    return [turn._replace(span=part) for turn in turns for part in without([turn.span], spans)]


def on_top(lower: t.Iterable[Turn], upper: t.Sequence[Turn]) -> list[Turn]:
    """Return who is on call if some turns take the place of others."""
    return [*parts_out_of(lower, [turn.span for turn in upper]), *upper]
