# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks that the version in galaxy.yml has its entry in the changelog, and that no fragment is left."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def main() -> str | None:
    """Return what is wrong, or None."""
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    releases = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text())["releases"]
    if version not in releases:
        return f"The changelog has no entry for {version}. Run: antsibull-changelog release"
    fragments = sorted(path.name for path in (ROOT / "changelogs" / "fragments").glob("*.yml"))
    if fragments:
        return f"Fragments without a release: {', '.join(fragments)}. Raise the version in galaxy.yml and release them."
    return None


if __name__ == "__main__":
    sys.exit(main())
