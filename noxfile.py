# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check, one session each; `make test` runs them all, `nox -e NAME` one of them.

What every collection needs checked comes from antsibull-nox (antsibull-nox.toml); here is what is special to this one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import typing as t
from pathlib import Path

import antsibull_nox
import nox

ROOT = Path(__file__).resolve().parent
CACHE = ROOT / ".cache"
TREE = CACHE / "tree"
COLLECTION = TREE / "ansible_collections" / "oncall" / "pagerduty"
DOCS = CACHE / "docs"
SIMULATOR = ["-r", "tests/simulator/requirements.txt", "openapi-core"]
PYTEST = [
    *SIMULATOR,
    "ansible-core",
    "requests",
    "hypothesis",
    "pagerduty",
    "pytest",
    "pytest-asyncio",
    "pytest-xdist",
    "trustme",
]

# Versions for all sessions, antsibull-nox's own among them.
os.environ["PIP_CONSTRAINT"] = str(ROOT / "tests" / "constraints.txt")
os.environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"

nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = [
    "style",
    "types",
    "license-check",
    "changelog",
    "extra-checks",
    "docs-check",
    "ansible-lint",
    "build-import-check",
    "sanity",
    "molecule",
    "tests",
]

antsibull_nox.load_antsibull_nox_toml()


def tree() -> Path:
    """Copy what git knows, and what is new, to where Ansible looks for a collection; returns the path to give Ansible.

    A copy, since ansible-test refuses a link. What is unchanged is left alone, so that caches stay good.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    wanted = {Path(name) for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()}
    present = {path.relative_to(COLLECTION) for path in COLLECTION.rglob("*") if path.is_file()}
    for gone in present - wanted:
        if gone.parts[0] != ".git":
            (COLLECTION / gone).unlink()
    for name in wanted:
        source, copy = ROOT / name, COLLECTION / name
        if not copy.exists() or source.read_bytes() != copy.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    # ansible-test asks git which files there are, and would otherwise ask the repository around the cache.
    subprocess.run(["git", "init", "--quiet"], cwd=COLLECTION, check=True)
    return TREE


def surroundings() -> dict[str, str]:
    """The environment in which Python and Ansible find the collection, and no settings of the user's own."""
    path = str(tree())
    return {"PYTHONPATH": path, "ANSIBLE_COLLECTIONS_PATH": path, "ANSIBLE_CONFIG": str(ROOT / "tests" / "ansible.cfg")}


def timed(session: nox.Session, *command: str, **options: t.Any) -> None:
    """Run a command of a session and say how long it took."""
    start = time.monotonic()
    session.run(*command, **options)
    session.log(f"took {time.monotonic() - start:.0f} s")


@nox.session
def style(session: nox.Session) -> None:
    """Formatting and lint of all Python code."""
    session.install("ruff")
    session.run("ruff", "format", "--check", "--quiet", ".")
    session.run("ruff", "check", "--quiet", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types of module_utils and the simulator, strictly."""
    session.install("mypy", "types-requests", "requests", "ansible-core", *SIMULATOR)
    config = ["--config-file", "mypy.ini"]
    environment = {"MYPYPATH": f"{tree()}:{ROOT / 'tests'}"}
    session.run("mypy", *config, "-p", "ansible_collections.oncall.pagerduty.plugins.module_utils", env=environment)
    session.run("mypy", *config, "-p", "simulator", env=environment)


@nox.session
def changelog(session: nox.Session) -> None:
    """The changelog and its fragments."""
    session.install("antsibull-changelog")
    session.run("antsibull-changelog", "lint")


@nox.session
def sanity(session: nox.Session) -> None:
    """All of `ansible-test sanity`, with nothing ignored."""
    session.install("ansible-core")
    tree()
    # ansible-test would fetch this script from a host of its own, and here only PyPI is asked.
    bootstrap = Path.home() / ".ansible" / "test" / "cache" / "get_pip_24_2.py"
    if not bootstrap.exists():
        bootstrap.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / "sanity" / "get_pip.py", bootstrap)
    # What an interrupted run leaves there would be taken for code of the collection.
    shutil.rmtree(COLLECTION / "tests" / "output", ignore_errors=True)
    session.chdir(COLLECTION)
    # ansible-test makes environments of its own, whose needs are not ours to pin.
    timed(
        session,
        "ansible-test",
        "sanity",
        "--python",
        session.python or "3.11",
        "--color",
        "no",
        env={"PIP_CONSTRAINT": ""},
    )


@nox.session
def molecule(session: nox.Session) -> None:
    """A whole incident as a molecule scenario."""
    session.install("molecule", "ansible-core", "requests", *SIMULATOR)
    timed(session, "molecule", "test", env=surroundings())


@nox.session
def tests(session: nox.Session) -> None:
    """Unit, contract, integration and reliability tests; arguments go to pytest."""
    session.install(*PYTEST)
    timed(session, "pytest", *(session.posargs or ["-n", "auto"]), env=surroundings())


def program(session: nox.Session, name: str) -> None:
    """Run a program of the folder tests, in the environment of the tests."""
    session.install(*PYTEST)
    environment = surroundings()
    session.chdir("tests")
    timed(session, "python", "-m", name, env=environment)


@nox.session(default=False)
def reliability(session: nox.Session) -> None:
    """The whole fault matrix, many tasks at once, load, and random input; prints the figures."""
    program(session, "reliability")


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """The benchmarks, side by side; prints the figures."""
    program(session, "benchmarks")


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """The HTML documentation, in .cache/docs/html."""
    session.install("antsibull-docs", "ansible-core", "sphinx", "sphinx-ansible-theme")
    environment = surroundings()
    rst, html = DOCS / "rst", DOCS / "html"
    shutil.rmtree(DOCS, ignore_errors=True)
    # antsibull-docs writes only where nobody else can.
    rst.mkdir(mode=0o700, parents=True)
    session.run(
        "antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--dest-dir", str(rst),
        "oncall.pagerduty", env=environment,
    )  # fmt: skip
    shutil.copy(ROOT / "docs" / "docsite" / "conf.py", rst / "conf.py")
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", str(rst), str(html), env=environment)
    session.log(f"The documentation starts at {html / 'index.html'}")
