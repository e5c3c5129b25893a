# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the HTML documentation, in .cache/docs/html: `python -m tools.html_documentation`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / ".cache" / "docs"
GUIDES = re.compile(r"^.+\n-+\n\n\.\. toctree::\n    :maxdepth: 1\n\n(?:    .+ <docsite/\w+>\n)+\n", re.MULTILINE)
"""A section with a list of guides, as antsibull-docs writes it."""


def main() -> None:
    """Make it from nothing.

    Raises:
        SystemExit: a program has failed; it says why.
    """
    rst, html = DOCS / "rst", DOCS / "html"
    shutil.rmtree(DOCS, ignore_errors=True)
    # antsibull-docs writes only to folders that nobody else can write to.
    rst.mkdir(mode=0o700, parents=True)
    run(
        "antsibull-docs",
        "collection",
        "--use-current",
        "--squash-hierarchy",
        "--dest-dir",
        str(rst),
        "oncall.pagerduty",
    )
    shutil.copy(ROOT / "docs" / "docsite" / "conf.py", rst / "conf.py")
    make_landing_page(rst)
    # Where the guides find them in the repository, seen from the guides.
    shutil.copytree(ROOT / "docs" / "pictures", DOCS / "pictures")
    run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", str(rst), str(html))
    print(f"Open {html / 'index.html'}")


def make_landing_page(rst: Path) -> None:
    """Put our own page in the place of antsibull's list of everything, which becomes the reference."""
    listed = (rst / "index.rst").read_text()
    # Our own page has the guides.
    (rst / "reference.rst").write_text(GUIDES.sub("", listed))
    shutil.copy(ROOT / "docs" / "docsite" / "index.rst", rst / "index.rst")


def run(program: str, *arguments: str) -> None:
    """Run a program that is installed beside this Python."""
    done = subprocess.run([str(Path(sys.executable).with_name(program)), *arguments], check=False)
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
