# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make simulator`: its file sends a playbook to it, and its pages show in a real browser what happens."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from simulator import account
from simulator.client import Client
from simulator.launch import Simulator
from tools.browser import ARGUMENTS, CHROMIUM
from tools.practice import shell_file, written

ROOT = Path(__file__).resolve().parents[2]


class Practice:
    """A running `make simulator`."""

    def __init__(self, file: Path) -> None:
        command = [sys.executable, "-m", "tools.practice", str(file)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self.process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)
        self._stdout = t.cast("t.IO[str]", self.process.stdout)
        self.printed = ""
        while "Ctrl+C stops it" not in self.printed:
            line = self._stdout.readline()
            assert line, self.printed
            self.printed += line

    def stop(self, signal_number: signal.Signals) -> str:
        """Stop it; returns what it has printed then, to the end of the simulator, which has the same error output."""
        self.process.send_signal(signal_number)
        rest = self._stdout.read()
        assert self.process.wait() == 0, rest
        self._stdout.close()
        return rest


def in_a_shell(file: Path, command: str, **variables: str) -> list[str]:
    """Source a file in a shell and run a command; returns the lines that it prints."""
    script = f'. "$0" && {command}'
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", **variables}
    return subprocess.run(
        ["sh", "-eu", "-c", script, str(file)], env=environment, check=True, capture_output=True, text=True
    ).stdout.splitlines()


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_its_file_sends_a_shell_to_it_until_a_signal_ends_both(signal_number: signal.Signals, tmp_path: Path) -> None:
    file = tmp_path / "a folder's" / "simulator.sh"
    file.parent.mkdir()
    practice = Practice(file)
    assert f". {shlex.quote(str(file))}\n" in practice.printed
    show = 'echo "$PAGERDUTY_API_TOKEN" && echo "$PAGERDUTY_API_URL" && echo "$PAGERDUTY_ROUTING_KEY"'
    token, url, routing_key = in_a_shell(file, show)
    assert (token, routing_key) == (account.ACCOUNT_KEY, account.ROUTING_KEY)
    assert f"{url}/woken" in practice.printed
    assert len(Client(url)("GET", "/incidents").body["incidents"]) == 3
    assert practice.stop(signal_number) == "\nStopped.\n"
    assert not file.exists()


def test_a_shell_with_its_file_finds_ansible_and_the_collection_and_keeps_its_own_settings(tmp_path: Path) -> None:
    file = tmp_path / "simulator.sh"
    file.write_text(shell_file("http://127.0.0.1:9", ["another-key"]))
    show = 'command -v ansible-playbook && echo "$PAGERDUTY_ROUTING_KEY|$NO_PROXY|$ANSIBLE_CALLBACKS_ENABLED" && env'
    given = {"NO_PROXY": "intranet", "ANSIBLE_CALLBACKS_ENABLED": "timer", "ANSIBLE_COLLECTIONS_PATH": "/own"}
    program, values, *variables = in_a_shell(file, show, **given)
    assert program == str(Path(sys.executable).with_name("ansible-playbook"))
    assert values == "another-key|127.0.0.1,intranet|oncall.pagerduty.log,timer"
    assert f"ANSIBLE_COLLECTIONS_PATH={os.environ['ANSIBLE_COLLECTIONS_PATH']}:/own" in variables


def test_the_file_of_another_simulator_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "simulator.sh"
    with written(file, "of the first"):
        file.write_text("of the second")
    assert file.read_text() == "of the second"


@pytest.mark.parametrize("program", ["tools.demo", "tools.practice"])
def test_no_shell_stands_between_make_and_what_a_signal_is_to_end(program: str) -> None:
    (recipe,) = [line for line in (ROOT / "Makefile").read_text().splitlines() if f"-m {program}" in line]
    assert recipe.startswith("\t@exec env ")


def test_a_busy_port_is_told_in_one_sentence_and_leaves_no_file(tmp_path: Path) -> None:
    file = tmp_path / "simulator.sh"
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        command = [sys.executable, "-m", "tools.practice", str(file), "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, file.exists()) == (1, "", False)
    assert done.stderr == f"Port {port} is in use already; choose another with --port, or 0 for a free one.\n"


@pytest.fixture
def page() -> t.Iterator[Page]:
    """A page in a browser."""
    if not CHROMIUM:
        pytest.skip("Chromium was not found: install the package chromium of your distribution")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser.new_page()
        finally:
            browser.close()


def test_its_pages_show_changes_as_they_happen(page: Page, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    page.goto(f"{simulator.url}/incidents/{incident}")
    expect(page.get_by_text("No notes yet.")).to_be_visible()
    Client(simulator.url)("POST", f"/incidents/{incident}/notes", {"note": {"content": "Rotating the logs."}})
    expect(page.get_by_role("region", name="Notes").get_by_text("Rotating the logs.")).to_be_visible()
    page.goto(simulator.url)
    (other,) = simulator.reset(incidents=1, incident={"title": "Disk full"})["incidents"]
    expect(page.get_by_text("Disk full")).to_be_visible()
    page.get_by_text("Disk full").click()
    expect(page).to_have_url(f"{simulator.url}/incidents/{other}")


def test_its_buttons_work_in_a_browser_without_a_mouse(page: Page, simulator: Simulator) -> None:
    (incident,) = simulator.reset(incidents=1)["incidents"]
    page.goto(f"{simulator.url}/incidents/{incident}")
    page.get_by_label("as", exact=True).focus()
    page.keyboard.type("Secondary")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    Client(simulator.url)("POST", f"/incidents/{incident}/notes", {"note": {"content": "Rotating the logs."}})
    for _read_again in range(2):
        with page.expect_response(page.url):
            # What was chosen stays, although the page has changed.
            expect(page.get_by_label("as", exact=True)).to_have_value(account.SECONDARY.id)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Acknowledged by Secondary On-call")).to_be_visible()
    page.get_by_role("button", name="Advance").press("Enter")
    page.get_by_role("link", name="Who was woken").press("Enter")
    expect(page.get_by_role("heading", name="Who was woken")).to_be_visible()
    expect(page.get_by_role("cell", name="Primary On-call")).to_be_visible()
