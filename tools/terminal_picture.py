# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draws what a terminal shows when the README's playbook runs in check mode, for real, and once more.

Only names that the simulator chooses are replaced: the number, id, and address of the incident.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.text import Text

from simulator.launch import Simulator, environment

ROOT = Path(__file__).resolve().parents[1]
PLAYBOOK = re.compile(r"^```yaml\n(- name: Nobody has answered.*?)^```$", re.MULTILINE | re.DOTALL)
RUNS = (["--check"], [], [])
COLUMNS = 120
TITLE = "Disk full on checkout-1"
SHOWN_ID = "Q1R2DLCB21K7NP"
SHOWN_URL = "https://example.pagerduty.com"
# The viewer's own monospaced font: an image in a README can load nothing.
FORMAT = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def terminal_picture(surroundings: t.Mapping[str, str]) -> str:
    """Return the SVG.

    Args:
        surroundings: the environment of ansible-playbook, without the address of PagerDuty.

    Raises:
        subprocess.CalledProcessError: a run has failed.
    """
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    with Simulator() as simulator, tempfile.TemporaryDirectory() as folder:
        (incident,) = simulator.reset(incidents=1, incident={"title": TITLE})["incidents"]
        found = PLAYBOOK.search((ROOT / "README.md").read_text())
        if not found:
            raise SystemExit("README.md has no playbook to run.")
        playbook = Path(folder) / "escalate.yml"
        playbook.write_text(found[1].replace("incident_id: 42", "incident_id: 1"))
        for number, arguments in enumerate(RUNS):
            command = " ".join(["$ ansible-playbook escalate.yml", *arguments])
            console.print(Text("\n" * bool(number) + command, style="bold"))
            output = run(playbook, arguments, {**surroundings, **environment(simulator.url)})
            shown = output.replace(incident, SHOWN_ID).replace(simulator.url, SHOWN_URL).replace("#1", "#42")
            console.print(Text.from_ansi(re.sub(r"\n\n+", "\n", shown).strip("\n")))
    return console.export_svg(title="ansible-playbook escalate.yml", code_format=FORMAT)


def run(playbook: Path, arguments: t.Sequence[str], variables: t.Mapping[str, str]) -> str:
    """Run ansible-playbook with this interpreter; returns what it prints in colour."""
    command = [str(Path(sys.executable).with_name("ansible-playbook")), *arguments]
    interpreter = ["--extra-vars", f"ansible_python_interpreter={sys.executable}"]
    settings = {
        "ANSIBLE_CALLBACKS_ENABLED": "oncall.pagerduty.log",
        "ANSIBLE_FORCE_COLOR": "true",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "COLUMNS": str(COLUMNS),
    }
    return subprocess.run(
        [*command, *interpreter, str(playbook)],
        env={**variables, **settings},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
