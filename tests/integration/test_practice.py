# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make simulator`: what it prints sends a playbook to it, and its pages show in a real browser what happens."""

from __future__ import annotations

import re
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

ROOT = Path(__file__).resolve().parents[2]
EXPORT = re.compile(r"^export (\w+)=(.+)$", re.MULTILINE)


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_what_it_prints_sends_a_client_to_it_until_a_signal_ends_it(signal_number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tools.practice"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        stdout = t.cast("t.IO[str]", process.stdout)
        printed = ""
        while "Stop with Ctrl+C" not in printed:
            line = stdout.readline()
            assert line, printed
            printed += line
        variables = dict(EXPORT.findall(printed))
        assert variables["PAGERDUTY_API_TOKEN"] == account.ACCOUNT_KEY
        assert f"{variables['PAGERDUTY_ROUTING_KEY']}  Checkout" in printed
        incidents = Client(variables["PAGERDUTY_API_URL"])("GET", "/incidents").body["incidents"]
        assert len(incidents) == 3
        process.send_signal(signal_number)
        # To its end: the simulator has the same error output, so it has ended as well.
        rest = stdout.read()
        assert process.wait() == 0, rest


def test_a_busy_port_is_told_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        command = [sys.executable, "-m", "tools.practice", "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
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
