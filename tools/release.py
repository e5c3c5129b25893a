# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the collection for a release, checks it, and prints the next steps: `python -m tools.release`.

A release is built from a clean tree at its tag. Without the tag it is a trial. Publishes nothing.
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
    """Return what is wrong, in a sentence, or 0."""
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    problem = uncommitted(ROOT) or unreleased(ROOT, version) or tagged_elsewhere(ROOT, version)
    if problem:
        return problem
    tarball = build(ROOT, FOLDER)
    problem = refused(tarball)
    if problem:
        return problem
    print(next_steps(ROOT, version, tarball.relative_to(ROOT)))
    return 0


def uncommitted(root: Path) -> str:
    """Return that something is not committed, or nothing."""
    names = ", ".join(line[3:] for line in _git(root, "status", "--porcelain"))
    return f"A release is built from what is committed; commit or remove first: {names}." if names else ""


def unreleased(root: Path, version: str) -> str:
    """Return what the changelog lacks for this version, or nothing."""
    releases = yaml.safe_load((root / "changelogs" / "changelog.yaml").read_text())["releases"]
    if version not in releases:
        return f"The changelog has no entry for {version}. Run: antsibull-changelog release"
    fragments = sorted(path.name for path in (root / "changelogs" / "fragments").glob("*.yml"))
    if fragments:
        return f"Fragments without a release: {', '.join(fragments)}. Raise the version in galaxy.yml and release them."
    return ""


def tagged_elsewhere(root: Path, version: str) -> str:
    """Return that another commit has the tag of this version, or nothing."""
    if is_tagged(root, version) or version not in _git(root, "tag", "--list"):
        return ""
    return f"The tag {version} is on another commit: check that out, or raise the version in galaxy.yml."


def is_tagged(root: Path, version: str) -> bool:
    """Return whether the commit has the tag of this version."""
    return version in _git(root, "tag", "--points-at", "HEAD")


def _git(root: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=root, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()


def build(root: Path, folder: Path) -> Path:
    """Build the collection from what git tracks, in a new folder; returns the tarball.

    Raises:
        CalledProcessError: ansible-galaxy refuses; it says why.
    """
    shutil.rmtree(folder, ignore_errors=True)
    copy_tracked(root, folder / "source")
    return pack(folder / "source", folder)


def pack(source: Path, folder: Path) -> Path:
    """Pack a folder with the sources of a collection as ansible-galaxy does; returns the tarball.

    Raises:
        CalledProcessError: ansible-galaxy refuses; it says why.
    """
    galaxy = str(Path(sys.executable).with_name("ansible-galaxy"))
    subprocess.run([galaxy, "collection", "build", str(source), "--output-path", str(folder)], check=True)
    (tarball,) = folder.glob("*.tar.gz")
    return tarball


def refused(tarball: Path) -> str:
    """Return that galaxy-importer refuses the tarball or warns of something, or nothing; it says why."""
    # It leaves its result in the folder in which it runs.
    command = [sys.executable, "-m", "galaxy_importer.main", tarball.name]
    done = subprocess.run(command, cwd=tarball.parent, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, end="", flush=True)
    warned = any(line.startswith(("WARNING:", "ERROR:")) for line in done.stdout.splitlines())
    return "galaxy-importer refuses the collection, or warns: see above." if done.returncode or warned else ""


def next_steps(root: Path, version: str, tarball: Path) -> str:
    """Return what to do with a tarball that is good."""
    if not is_tagged(root, version):
        return f"This was a trial: the commit has no tag {version}. To release it: git tag {version}, and make release."
    return (
        f"Built {tarball} from the tag {version}. Push the tag: the hosted workflow builds it again and attests it.\n"
        f"Where that workflow has no key for Galaxy, publish with: ansible-galaxy collection publish {tarball}"
    )


if __name__ == "__main__":
    sys.exit(main())
