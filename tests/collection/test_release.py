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

from tools.release import build, is_tagged, next_steps, pack, tagged_elsewhere, uncommitted
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


def packed_files(tarball: Path) -> set[str]:
    with tarfile.open(tarball) as packed:
        return {member.name for member in packed if member.isfile()}


def test_what_git_does_not_track_is_not_packed(repository: Path, tmp_path: Path) -> None:
    for name in NOT_FOR_OTHERS:
        (repository / name).write_text("{token: secret}")
    assert packed_files(build(repository, tmp_path / "built")) == {"FILES.json", "MANIFEST.json", "README.md"}


def test_accounts_and_variables_are_not_packed_by_ansible_galaxy_alone_either(tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    for name in ("account.json", "account-eu.json", "env.sh", "playbooks/account.json"):
        (tmp_path / name).write_text("{token: secret}")
    for name in ("galaxy.yml", "README.md"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    assert packed_files(pack(tmp_path, tmp_path)) == {"FILES.json", "MANIFEST.json", "README.md"}


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


def test_without_its_tag_it_is_a_trial(repository: Path) -> None:
    assert not is_tagged(repository, "1.0.0")
    assert tagged_elsewhere(repository, "1.0.0") == ""
    assert "This was a trial" in next_steps(repository, "1.0.0", Path("a-b-1.0.0.tar.gz"))


def test_at_its_tag_it_is_the_release(repository: Path) -> None:
    git(repository, "tag", "1.0.0")
    assert is_tagged(repository, "1.0.0")
    assert tagged_elsewhere(repository, "1.0.0") == ""
    assert "collection publish a-b-1.0.0.tar.gz" in next_steps(repository, "1.0.0", Path("a-b-1.0.0.tar.gz"))


def test_a_version_whose_tag_is_on_another_commit_is_refused(repository: Path) -> None:
    git(repository, "tag", "1.0.0")
    (repository / "README.md").write_text("changed since")
    commit(repository)
    assert "1.0.0 is on another commit" in tagged_elsewhere(repository, "1.0.0")
