# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the collection for a release, checks it, and prints the next steps: `python -m tools.release`.

Publishes nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tools.tracked import copy_tracked

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".cache" / "release"


def main() -> str | int:
    """Return what is wrong, in a sentence, or the exit code of the check."""
    problem = uncommitted(ROOT) or unreleased(ROOT)
    if problem:
        return problem
    tarball = build(ROOT, FOLDER)
    # It leaves its result in the folder in which it runs.
    checked = subprocess.run([sys.executable, "-m", "galaxy_importer.main", str(tarball)], cwd=FOLDER, check=False)
    if checked.returncode == 0:
        print(f"Next: git tag {tarball.stem.removesuffix('.tar').rpartition('-')[2]}, push the tag,")
        print(f"and publish with: ansible-galaxy collection publish {tarball.relative_to(ROOT)}")
    return checked.returncode


def uncommitted(root: Path) -> str:
    """Return that something is not committed, or nothing."""
    status = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    names = ", ".join(line[3:] for line in status.stdout.splitlines())
    return f"A release is built from what is committed; commit or remove first: {names}." if names else ""


def unreleased(root: Path) -> str:
    """Return what the changelog lacks for the version in galaxy.yml, or nothing."""
    version = yaml.safe_load((root / "galaxy.yml").read_text())["version"]
    releases = yaml.safe_load((root / "changelogs" / "changelog.yaml").read_text())["releases"]
    if version not in releases:
        return f"The changelog has no entry for {version}. Run: antsibull-changelog release"
    fragments = sorted(path.name for path in (root / "changelogs" / "fragments").glob("*.yml"))
    if fragments:
        return f"Fragments without a release: {', '.join(fragments)}. Raise the version in galaxy.yml and release them."
    return ""


def build(root: Path, folder: Path) -> Path:
    """Build the collection from what git tracks, in a new folder; returns the tarball.

    Raises:
        CalledProcessError: ansible-galaxy refuses; it says why.
    """
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "source"
    copy_tracked(root, source)
    galaxy = str(Path(sys.executable).with_name("ansible-galaxy"))
    subprocess.run([galaxy, "collection", "build", str(source), "--output-path", str(folder)], check=True)
    (tarball,) = folder.glob("*.tar.gz")
    return tarball


if __name__ == "__main__":
    sys.exit(main())
