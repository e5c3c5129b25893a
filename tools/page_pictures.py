# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pictures of the simulator's pages, in headless Chromium: the demo's incident, and who was woken."""

from __future__ import annotations

import subprocess
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from simulator.launch import Simulator
from tools.browser import ARGUMENTS, CHROMIUM
from tools.demo.__main__ import play, surroundings

SIZE = {"width": 1000, "height": 640}


def take_page_pictures(folder: Path) -> None:
    """Show the incident when its alert has arrived and when the playbook has ended, and whom that has woken."""
    with Simulator() as before, Simulator() as after:
        run(before, "--tags", "alarm")
        run(after)
        # Only now: the browser's driver leaves the terminal in a state in which Ansible refuses to run.
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            take(browser, incident_of(before), folder / "incident-before.png")
            take(browser, incident_of(after), folder / "incident-after.png")
            take(browser, f"{after.url}/woken", folder / "woken.png")


def run(simulator: Simulator, *arguments: str) -> None:
    """Play the demo's playbook.

    Raises:
        CalledProcessError: it fails.
    """
    with play(surroundings(simulator), *arguments) as process:
        output, _nothing = process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args, output)


def incident_of(simulator: Simulator) -> str:
    """Return the address of the page of the only incident."""
    (incident,) = simulator.state()["incidents"]
    return f"{simulator.url}/incidents/{incident['id']}"


def take(browser: Browser, url: str, file: Path) -> None:
    """Take a picture of a page."""
    page = browser.new_page(viewport=SIZE)
    page.goto(url)
    page.screenshot(path=file)
    page.close()
