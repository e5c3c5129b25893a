# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the simulator starts and ends, and what is installed by `pip install ./simulator`."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import typing as t
import zipfile
from pathlib import Path

import pytest

from simulator.__main__ import main, options
from simulator.account import ACCOUNT_KEY, FROM_EMAIL, ROUTING_KEY
from simulator.client import Client
from simulator.launch import FOLDER, NotStarted, Simulator

PACKAGE = FOLDER / "simulator"
NOTHING = ("teams", "users", "schedules", "escalation_policies", "services", "priorities", "incident_workflows")
TIME_LIMIT = 60
LAUNCHER = """
import signal
from simulator.launch import Simulator
simulator = Simulator()
print(simulator.url, flush=True)
signal.pause()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with the file of an account that has one team."""
    content = {**{name: [] for name in NOTHING}, "teams": [{"id": "PTEAM1", "name": "Night Shift"}]}
    (tmp_path / "account.json").write_text(json.dumps(content))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def teams(url: str) -> list[str]:
    return [team["name"] for team in Client(url)("GET", "/teams").body["teams"]]


def start(*arguments: str, **options: t.Any) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end; it must end by itself."""
    command = [sys.executable, "-m", "simulator", *arguments]
    given = {"cwd": FOLDER, "stdin": subprocess.DEVNULL, "timeout": TIME_LIMIT, **options}
    return subprocess.run(command, capture_output=True, text=True, check=False, **given)


def test_it_ends_when_the_process_that_has_launched_it_is_killed() -> None:
    command = [sys.executable, "-c", LAUNCHER]
    with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as launcher:
        url = t.cast("t.IO[str]", launcher.stdout).readline().strip()
        assert teams(url)
        launcher.kill()
        # The simulator has the launcher's error output, so this waits for the end of both.
        assert launcher.communicate(timeout=TIME_LIMIT) == ("", "")
    with pytest.raises(ConnectionError):
        teams(url)


def test_a_busy_port_is_told_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        done = start("--port", str(port))
    sentence = f"Port {port} is in use already; choose another with --port, or 0 for a free one.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


@pytest.mark.parametrize("given", ["</dev/null", "<&-"])
def test_an_input_that_cannot_close_is_told_in_one_sentence(given: str) -> None:
    """Such as that of a job without a terminal."""
    command = ["sh", "-c", f'exec "$0" -m simulator --until-stdin-closes {given}', sys.executable]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=TIME_LIMIT)
    sentence = "--until-stdin-closes needs a pipe or a terminal as standard input. Leave it out to run until stopped.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


@pytest.mark.parametrize("text", ["[]", "no JSON", '{"users": []}'])
def test_a_file_that_is_no_account_is_told_in_one_sentence(text: str, tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    file.write_text(text)
    done = start("--account", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{file} is not a snapshot of an account")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "192.0.2.1"], "Cannot listen on 192.0.2.1, port 0: Cannot assign requested address."),
        (["--contract", "nowhere"], "Cannot read nowhere/rest.json: No such file or directory."),
        (["--certfile", "no.pem", "--keyfile", "no.key"], "Cannot use no.pem with no.key: No such file or directory."),
        (
            ["--certfile", "account.json", "--keyfile", "account.json"],
            "Cannot use account.json with account.json: not a PEM certificate and its key.",
        ),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_keeps_it_from_starting_is_told_in_one_sentence(
    arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["pagerduty-simulator", *arguments])
    with pytest.raises(SystemExit, match=re.escape(sentence)):
        main()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("--port 70000", "--port must be from 0 to 65535"),
        ("--account nowhere", "nowhere is not a file"),
        ("--certfile a.pem", "--certfile and --keyfile go together"),
        ("--rest-limit 0", "limits and speed must be above 0"),
    ],
)
def test_an_option_that_cannot_be_is_refused(arguments: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options(arguments.split())
    assert capsys.readouterr().err.splitlines()[-1] == f"pagerduty-simulator: error: {says}"


def test_the_help_has_what_a_client_needs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options(["--help"])
    shown = capsys.readouterr().out
    assert [each for each in (ACCOUNT_KEY, FROM_EMAIL, ROUTING_KEY) if each not in shown] == []


def test_a_launcher_is_told_at_once_that_it_did_not_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy, pytest.raises(NotStarted):
        Simulator(port=busy.getsockname()[1])


@pytest.mark.usefixtures("folder")
def test_a_relative_path_is_seen_from_the_folder_of_the_caller() -> None:
    with Simulator(account=Path("account.json")) as simulator:
        assert teams(simulator.url) == ["Night Shift"]


@pytest.fixture
def installed(folder: Path) -> Path:
    """A folder with the package as pip installs it, from a source folder in which an account lies about."""
    source = folder / "source"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(folder / "account.json", source)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "installed")
    return folder / "installed"


def test_what_is_installed_is_the_code_with_its_pages(installed: Path) -> None:
    files = [path for path in (installed / "simulator").rglob("*") if path.is_file()]
    wanted = [*PACKAGE.glob("*.py"), *PACKAGE.glob("resources/*.py"), *PACKAGE.glob("templates/*")]
    assert {path.relative_to(installed) for path in files} == {path.relative_to(FOLDER) for path in wanted}
    (commands,) = installed.glob("*.dist-info/entry_points.txt")
    assert "pagerduty-simulator = simulator.__main__:main" in commands.read_text()


def test_what_is_installed_runs_in_any_folder_until_its_input_closes(installed: Path) -> None:
    command = [sys.executable, "-m", "simulator", "--until-stdin-closes", "--account", "account.json"]
    variables = {**os.environ, "PYTHONPATH": str(installed)}
    with subprocess.Popen(command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        url = t.cast("t.IO[str]", process.stdout).readline().split()[-1]
        assert teams(url) == ["Night Shift"]
        t.cast("t.IO[str]", process.stdin).close()
        assert process.wait(TIME_LIMIT) == 0
