# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies the files that git tracks, as they are now: `python -m tools.tracked FOLDER`.

A collection is built from such a copy. `ansible-galaxy` packs every file that it finds, and beside the tracked ones may
lie accounts, tokens and variables that are nobody else's business.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def copy_tracked(root: Path, folder: Path) -> None:
    """Fill a folder with the tracked files of a repository; whatever was in it is removed.

    Raises:
        SystemExit: git does not know the repository; it says why.
    """
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, stdout=subprocess.PIPE, check=False)
    if listed.returncode:
        sys.exit(listed.returncode)
    shutil.rmtree(folder, ignore_errors=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)


if __name__ == "__main__":
    copy_tracked(ROOT, Path(sys.argv[1]))
