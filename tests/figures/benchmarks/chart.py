# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The figures of a run as an SVG chart: a group of bars for each benchmark, each group on a scale of its own."""

from __future__ import annotations

import typing as t
from html import escape

Medians = t.Mapping[str, t.Mapping[str, float]]
"""Milliseconds by benchmark and contender."""

WIDTH = 760
LABELS = 170
"""Where the bars begin."""
VALUES = 90
"""What is left for the numbers."""
BAR = 18
GAP = 6
HEADING = 34
OWN, OTHER = "#0a7a3b", "#8a94a3"
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2933}.heading{font-weight:600}"
    "@media(prefers-color-scheme:dark){text{fill:#e4e7eb}}"
)


def chart(medians: Medians, own: str) -> str:
    """Return the chart.

    Args:
        own: the contender whose bars stand out.
    """
    parts: list[str] = []
    top = 0
    for name, values in medians.items():
        parts.append(f'<text class="heading" x="0" y="{top + 20}">{escape(name)}, in milliseconds</text>')
        top += HEADING
        for contender, value in values.items():
            parts.append(_bar(contender, value, max(values.values()), top, OWN if contender == own else OTHER))
            top += BAR + GAP
        top += GAP
    size = f'width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}"'
    title = "<title>How long PagerDuty calls take from Ansible</title>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>{title}<style>{STYLE}</style>\n' + (
        "\n".join(parts) + "\n</svg>\n"
    )


def _bar(label: str, value: float, longest: float, top: int, color: str) -> str:
    length = max(1.0, (WIDTH - LABELS - VALUES) * value / longest)
    middle = top + BAR - 5
    return (
        f'<text x="{LABELS - 10}" y="{middle}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{LABELS}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2" fill="{color}"/>'
        f'<text x="{LABELS + length + 8:.1f}" y="{middle}">{value:,.0f}</text>'
    )
