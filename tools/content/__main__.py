# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the generated files: `make content`."""

from __future__ import annotations

from tools.content import ROOT, files


def main() -> None:
    """Write every file that has changed, and remove the files of modules that are gone."""
    made = files()
    for file in (ROOT / "playbooks").glob("*.yml"):
        if str(file.relative_to(ROOT)) not in made:
            file.unlink()
    for name, text in made.items():
        file = ROOT / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"Wrote {name}.")


if __name__ == "__main__":
    main()
