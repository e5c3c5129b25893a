# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A collection is built from what git tracks, and a release only from what is committed."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from tools.release import build, uncommitted
from tools.tracked import ROOT, copy_tracked

NOT_FOR_OTHERS = ("account.json", "env.sh", "playbooks/vars/production.yml", "plugins/modules/account.json")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a small collection, committed."""
    root = tmp_path / "repository"
    (root / "plugins" / "modules").mkdir(parents=True)
    (root / "playbooks" / "vars").mkdir(parents=True)
    (root / "galaxy.yml").write_text("{namespace: a, name: b, version: 1.0.0, readme: README.md, authors: [c]}")
    (root / "README.md").write_text("as committed")
    git(root, "init", "--quiet")
    commit(root)
    return root


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"]
    # Whoever runs the tests may sign commits, or have hooks.
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *who, *arguments], cwd=root, env=environment, check=True)


def commit(root: Path) -> None:
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "all of it")


def names(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_what_git_does_not_track_is_not_packed(repository: Path, tmp_path: Path) -> None:
    for name in NOT_FOR_OTHERS:
        (repository / name).write_text("{token: secret}")
    with tarfile.open(build(repository, tmp_path / "built")) as packed:
        files = {member.name for member in packed if member.isfile()}
    assert files == {"FILES.json", "MANIFEST.json", "README.md"}


def test_a_copy_has_the_tracked_files_as_they_are_now_and_nothing_of_an_earlier_copy(
    repository: Path, tmp_path: Path
) -> None:
    copy_tracked(repository, tmp_path / "copy")
    (repository / "README.md").write_text("as it is now")
    (repository / "galaxy.yml").unlink()
    copy_tracked(repository, tmp_path / "copy")
    assert names(tmp_path / "copy") == {"README.md"}
    assert (tmp_path / "copy" / "README.md").read_text() == "as it is now"


@pytest.mark.parametrize("name", ["README.md", "new.py"])
def test_a_release_is_refused_while_something_is_not_committed(name: str, repository: Path) -> None:
    assert uncommitted(repository) == ""
    (repository / name).write_text("not committed")
    assert name in uncommitted(repository)
    commit(repository)
    assert uncommitted(repository) == ""


def test_git_ignores_the_accounts_that_make_snapshot_writes() -> None:
    git(ROOT, "check-ignore", "--quiet", "account.json")
