# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a source: private, of one process, and never the reason why a source ends."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda import state_file
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda.state_file import StateFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "eda" / "state.json"


@contextlib.contextmanager
def opened(path: Path) -> t.Iterator[StateFile]:
    file = StateFile(path)
    file.open()
    try:
        yield file
    finally:
        file.close()


def content(path: Path) -> str:
    file = StateFile(path)
    try:
        return file.open()
    finally:
        file.close()


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in sorted(folder.iterdir())}


def test_what_is_written_can_be_read_after_a_restart(path: Path) -> None:
    with opened(path) as file:
        file.replace("one")
        file.replace("two")
        assert file.append("three")
    assert content(path) == "two\nthree"


def test_the_folder_and_the_files_are_private_and_no_other_file_stays(path: Path) -> None:
    with opened(path) as file:
        file.replace("one")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert modes(path.parent) == {"state.json": 0o600, "state.json.lock": 0o600}


def test_a_file_that_everybody_can_read_becomes_private(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("one")
    path.chmod(0o644)
    with opened(path) as file:
        file.replace("two")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_kill_has_left_is_no_obstacle(path: Path) -> None:
    with opened(path) as file:
        file.replace("one")
    (path.parent / "state.json.new").write_text("half of")
    assert content(path) == "one"
    with opened(path) as file:
        file.replace("two")
    assert sorted(modes(path.parent)) == ["state.json", "state.json.lock"]


def test_a_symbolic_link_is_followed_and_stays(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(path)
    with opened(link) as file:
        file.replace("one")
    assert (link.is_symlink(), path.read_text()) == (True, "one")


def test_two_names_of_one_file_are_one_file(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_file, "LOCK_WAIT", 0.0)
    link = tmp_path / "link.json"
    link.symlink_to(path)
    with opened(path), pytest.raises(InvalidOption, match="another source already uses"):
        StateFile(link).open()


def test_a_second_source_is_told_what_to_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_file, "LOCK_WAIT", 0.0)
    hint = "stop the other one, or give each of them a state_file of its own"
    said = f"state_file: another source already uses {path}; {hint}"
    with opened(path), pytest.raises(InvalidOption, match=said):
        StateFile(path).open()
    with opened(path):
        pass


def test_a_source_waits_for_one_that_is_ending(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = StateFile(path)
    first.open()
    monkeypatch.setattr(state_file.time, "sleep", lambda _seconds: first.close())
    with opened(path) as second:
        second.replace("one")


def test_a_file_that_cannot_be_read_is_an_error_of_the_option(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(InvalidOption, match=f"state_file: {path} is not a regular file"):
        StateFile(path).open()
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(InvalidOption, match=f"state_file: {path} is not a regular file"):
        StateFile(path).open()
    path.unlink()
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidOption, match=f"state_file: {path} cannot be read"):
        StateFile(path).open()


def failing(name: str, number: int) -> t.Callable[..., t.Any]:
    def fail(*_arguments: t.Any, **_keywords: t.Any) -> t.NoReturn:
        raise OSError(number, os.strerror(number), name)

    return fail


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("open", errno.EROFS),
        ("open", errno.EACCES),
        ("open", errno.ENOSPC),
        ("fsync", errno.EIO),
        ("fsync", errno.ENOSPC),
        ("replace", errno.EROFS),
        ("replace", errno.ENOSPC),
    ],
)
def test_a_disk_that_cannot_be_written_costs_one_warning_until_it_can(
    name: str, number: int, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(path) as file:
        file.replace("one")
        with monkeypatch.context() as broken:
            broken.setattr(state_file.os, name, failing(name, number))
            for text in ("two", "three"):
                file.replace(text)
            assert name == "replace" or not file.append("four")
        assert sorted(modes(path.parent)) == ["state.json", "state.json.lock"]
        (warning,) = caplog.messages
        assert f"The position cannot be saved in {path} ({os.strerror(number)})" in warning
        file.replace("five")
    assert caplog.messages[1:] == [f"The position can be saved in {path} again."]
    assert content(path) == "five"


def test_a_folder_that_has_vanished_is_created_again(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with opened(path) as file:
        file.replace("one")
        shutil.rmtree(path.parent)
        assert not file.append("two")
        file.replace("three")
    assert (content(path), caplog.messages) == ("three", [])


def test_a_folder_that_cannot_be_created_ends_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(state_file.Path, "mkdir", failing("mkdir", errno.EACCES))
    with opened(path) as file:
        file.replace("one")
    assert [f"cannot be saved in {path} (Permission denied)" in line for line in caplog.messages] == [True]


def test_a_path_through_a_file_is_an_error_of_the_option(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidOption, match=r"state_file: .* cannot be read: .*Not a directory"):
        StateFile(tmp_path / "file" / "state.json").open()


def test_where_locks_do_not_exist_the_source_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(state_file.fcntl, "flock", failing("flock", errno.ENOLCK))
    with caplog.at_level(logging.WARNING), opened(path) as file:
        file.replace("one")
    assert "let no other source use it" in caplog.text
    assert path.read_text() == "one"
