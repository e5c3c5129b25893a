# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks, one session each. `make test` runs them all, `make test CHECK=NAME` runs one.

Checks that every collection needs come from antsibull-nox (antsibull-nox.toml); the others are here.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import antsibull_nox
import nox

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tests"))

from tools.versions import AWX_PYTHON, CLIENTS, CONTROLLERS, OLDEST_TARGET, TARGETS  # noqa: E402

CACHE = ROOT / ".cache"
TREE = CACHE / "tree"
COLLECTION = TREE / "ansible_collections" / "oncall" / "pagerduty"
SETTINGS = Path("tests/integration/integration_config.yml")
"""Where ansible-test looks for the variables of integration targets."""
CONTROLLER_VENVS = CACHE / "ansible-core"
TARGET_VENV = CACHE / "target"
CLIENT_VENVS = CACHE / "clients"
AWX_VENV = CACHE / "awx"
DOCS = CACHE / "docs"
CONSTRAINTS = str(ROOT / "tests" / "constraints.txt")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
EVENT_SOURCES = [f"extensions/eda/plugins/event_source/{name}.py" for name in ("log_entries", "webhook")]
BOOTSTRAP_SCRIPTS = ("get_pip_23_1_2.py", "get_pip_24_2.py", "get_pip_25_2.py")
"""The names by which the versions of ansible-test ask for it."""
TESTS_VENV = CACHE / "tests"
"""The environment that most sessions share: creating one for each takes longer than many of them."""
TESTS_PACKAGES = [
    "-r",
    str(ROOT / "tests" / "simulator" / "requirements.txt"),
    "ansible-core",
    "hypothesis",
    "markdown-it-py",
    "mcp",
    "molecule",
    "mypy",
    "openapi-core",
    "pagerduty",
    "playwright",
    "pytest",
    "pytest-asyncio",
    "pytest-xdist",
    "requests",
    "trustme",
    "types-requests",
]
ANSIBLE_RULEBOOK = [
    "ansible-rulebook==1.3.2",
    *[f"ansible-core=={release}" for release, python in CONTROLLERS.values() if python == PYTHON][:1],
    "requests",
]
"""An environment of its own: the event sources run in it, and so do the modules that rules call."""

# For all sessions, also those of antsibull-nox. More than twenty environments are created, hence uv.
os.environ["UV_CONSTRAINT"] = CONSTRAINTS
# Otherwise each start of Ansible compiles its imports, wherever Python is told not to write what it compiles.
os.environ["UV_COMPILE_BYTECODE"] = "1"
os.environ["UV_SYSTEM_CERTS"] = "1"
nox.options.default_venv_backend = "uv"
nox.options.reuse_existing_virtualenvs = True

antsibull_nox.load_antsibull_nox_toml()


def copy_tree() -> Path:
    """Copy the collection to where Ansible looks for it; returns the path for Ansible.

    A copy, because ansible-test refuses a link. Unchanged files are left alone, which keeps caches valid.
    """
    with locked(TREE):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        wanted = {Path(name) for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()}
        present = {path.relative_to(COLLECTION) for path in COLLECTION.rglob("*") if path.is_file()}
        for gone in present - wanted:
            if gone.parts[0] != ".git" and gone.parts[:2] != ("tests", "output") and gone != SETTINGS:
                (COLLECTION / gone).unlink()
        for name in wanted:
            source, copy = ROOT / name, COLLECTION / name
            if not copy.exists() or source.read_bytes() != copy.read_bytes():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, copy)
        # ansible-test asks git for the files, and must not ask the repository around the cache.
        subprocess.run(["git", "init", "--quiet"], cwd=COLLECTION, check=True)
    return TREE


@contextlib.contextmanager
def locked(folder: Path) -> t.Iterator[None]:
    """Lock a folder of the cache: several sessions may run at the same time."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment() -> dict[str, str]:
    """Return the environment in which Python and Ansible find the collection, without the user's own settings."""
    path, tests_folder = str(copy_tree()), ROOT / "tests"
    return {
        # The process that tests fork modules from finds its imports only here.
        "PYTHONPATH": f"{path}{os.pathsep}{tests_folder}",
        "ANSIBLE_COLLECTIONS_PATH": path,
        "ANSIBLE_CONFIG": str(tests_folder / "ansible.cfg"),
    }


def tests_programs(session: nox.Session) -> Path:
    """Return the folder of programs of the shared environment; creates what is missing."""
    create_venv(session, TESTS_VENV, sys.executable, *TESTS_PACKAGES, constraints=CONSTRAINTS)
    return TESTS_VENV / "bin"


def run(session: nox.Session, program: str, *arguments: str, env: t.Mapping[str, str]) -> None:
    """Run a program of the shared environment, in which other programs find those of the same environment."""
    folder = tests_programs(session)
    path = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    session.run(str(folder / program), *arguments, env={**path, **env}, external=True)


def ansible_test(session: nox.Session, *arguments: str) -> None:
    """Run a command of ansible-test in the copied tree."""
    copy_tree()
    # ansible-test would download this script from a host of its own; here packages come from PyPI only.
    downloads = Path.home() / ".ansible" / "test" / "cache"
    downloads.mkdir(parents=True, exist_ok=True)
    for name in BOOTSTRAP_SCRIPTS:
        if not (downloads / name).exists():
            shutil.copy(ROOT / "tests" / "sanity" / "get_pip.py", downloads / name)
    # Files of an interrupted run would be taken for code of the collection.
    shutil.rmtree(COLLECTION / "tests" / "output", ignore_errors=True)
    session.chdir(COLLECTION)
    run(session, "ansible-test", *arguments, "--python", PYTHON, "--color", "no", env={})


@nox.session
def style(session: nox.Session) -> None:
    """Formatting, lint, and no private names of ansible-core."""
    session.install("ruff")
    session.run("ruff", "format", "--check", "--quiet", ".")
    session.run("ruff", "check", "--quiet", ".")
    session.run("python", "tests/tools/private_names.py")


@nox.session(venv_backend="none")
def types(session: nox.Session) -> None:
    """Types of the collection, its event sources, the simulator and the conformance checks, strictly."""
    paths = {"MYPYPATH": f"{copy_tree()}:{ROOT / 'tests'}"}
    plugins = ("module_utils", "modules", "action", "callback", "filter", "lookup", "plugin_utils")
    packages = [f"ansible_collections.oncall.pagerduty.plugins.{name}" for name in plugins]
    names = [argument for package in (*packages, "simulator", "conformance") for argument in ("-p", package)]
    run(session, "mypy", "--config-file", "mypy.ini", *names, env=paths)
    # Event sources are scripts, which belong to no package.
    run(session, "mypy", "--config-file", "mypy.ini", *EVENT_SOURCES, env={})


@nox.session(venv_backend="none")
def unit(session: nox.Session) -> None:
    """Unit tests and tests of the collection's files, without any server; arguments go to pytest."""
    default = ["tests/collection", "tests/unit", "-n", "auto"]
    run(session, "pytest", *(session.posargs or default), env=environment())


@nox.session
def changelog(session: nox.Session) -> None:
    """The changelog and its fragments."""
    session.install("antsibull-changelog")
    session.run("antsibull-changelog", "lint")


@nox.session(venv_backend="none")
def sanity(session: nox.Session) -> None:
    """All of `ansible-test sanity`, with nothing ignored; pylint for what is shipped, as Ruff lints the tests."""
    ansible_test(session, "sanity", "--skip-test", "pylint")
    ansible_test(session, "sanity", "--test", "pylint", "plugins/", "extensions/eda/")


@nox.session(venv_backend="none")
def units(session: nox.Session) -> None:
    """The unit tests, as `ansible-test units` runs them."""
    ansible_test(session, "units", "--venv")


@nox.session(venv_backend="none")
def targets(session: nox.Session) -> None:
    """One smoke target for each module, as `ansible-test integration` runs them, against the simulator."""
    with simulator_settings(session):
        ansible_test(session, "integration", "--venv")


@contextlib.contextmanager
def simulator_settings(session: nox.Session) -> t.Iterator[None]:
    """Start the simulator and write its address where integration targets read it."""
    copy_tree()
    settings = COLLECTION / SETTINGS
    program = [str(tests_programs(session) / "python"), "-m", "tools.simulator_settings", str(settings)]
    with subprocess.Popen(program, cwd=ROOT / "tests", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            process.stdout.readline()
            yield
        finally:
            process.stdin.close()
            settings.unlink(missing_ok=True)


@nox.session(venv_backend="none")
def molecule(session: nox.Session) -> None:
    """A whole incident, and each role, as molecule scenarios."""
    run(session, "molecule", "test", "--all", env=environment())


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """Integration, contract, simulator and reliability tests; arguments go to pytest."""
    default = [
        "--ignore",
        "tests/unit",
        "--ignore",
        "tests/collection",
        "--ignore",
        "tests/eda",
        "--ignore",
        "tests/integration/test_versions.py",
        # Much of their time is waiting: for time-outs and for delayed responses.
        "-n",
        "3",
    ]
    run(session, "pytest", *(session.posargs or default), env=environment())


@nox.session(venv_backend="none")
def eda(session: nox.Session) -> None:
    """The event sources, and real runs of ansible-rulebook with them; arguments go to pytest."""
    folder = CACHE / f"ansible-rulebook-python{PYTHON}"
    create_venv(session, folder, sys.executable, *ANSIBLE_RULEBOOK)
    found = {"ANSIBLE_RULEBOOK": str(folder / "bin" / "ansible-rulebook")}
    run(session, "pytest", "tests/eda", *(session.posargs or ["-n", "auto"]), env={**environment(), **found})


@nox.session(venv_backend="none")
def matrix(session: nox.Session) -> None:
    """End-to-end tests on every pair of ansible-core and Python that this machine has; arguments go to pytest."""
    found = {
        "ANSIBLE_MATRIX": json.dumps(controllers(session)),
        "ANSIBLE_TARGET_PYTHONS": json.dumps(target_pythons(session)),
    }
    arguments = session.posargs or ["-n", "auto"]
    run(session, "pytest", "tests/integration/test_versions.py", *arguments, env={**environment(), **found})


@nox.session(venv_backend="none")
def clients(session: nox.Session) -> None:
    """Clients of PagerDuty that others have written, against the simulator; arguments go to pytest."""
    found = {"PAGERDUTY_CLIENTS": json.dumps(client_programs(session))}
    run(session, "pytest", "tests/clients", *session.posargs, env={**environment(), **found})


def client_programs(session: nox.Session) -> dict[str, str]:
    """Return the folder of programs of each client; creates what is missing."""
    folders = {}
    for client, (release, pythons) in CLIENTS.items():
        interpreter = find_python(*pythons)
        if not interpreter:
            session.warn(f"{client} {release}: not run, because Python {' or '.join(pythons)} was not found.")
            continue
        folder = CLIENT_VENVS / f"{client}-{release}"
        create_venv(session, folder, interpreter, f"{client}=={release}")
        folders[client] = str(folder / "bin")
    return folders


@nox.session(venv_backend="none")
def awx(session: nox.Session) -> None:
    """The AWX content against AWX's own code, awx.awx, ansible-runner and ansible-builder; arguments go to pytest."""
    interpreter = find_python(AWX_PYTHON)
    if not interpreter:
        session.skip(f"Python {AWX_PYTHON} was not found.")
    create_venv(session, AWX_VENV, interpreter, "-r", str(ROOT / "tests" / "awx" / "requirements.txt"))
    arguments = session.posargs or ["-n", "auto"]
    python = str(AWX_VENV / "bin" / "python")
    session.run(python, "-m", "pytest", "tests/awx", *arguments, env=environment(), external=True)


def controllers(session: nox.Session) -> dict[str, str]:
    """Return ansible-playbook of each version of ansible-core; creates what is missing."""
    commands = {}
    for release, python in CONTROLLERS.values():
        name = f"{release} on Python {python}"
        interpreter = find_python(python)
        if not interpreter:
            session.warn(f"ansible-core {name}: not run, because Python {python} was not found.")
            continue
        folder = CONTROLLER_VENVS / f"{release}-python{python}"
        create_venv(session, folder, interpreter, f"ansible-core=={release}", "requests")
        commands[name] = str(folder / "bin" / "ansible-playbook")
    return commands


def target_pythons(session: nox.Session) -> dict[str, str]:
    """Return the interpreters of target hosts that this machine has; the oldest supported one has `requests`."""
    pythons = {}
    for version in TARGETS:
        interpreter = find_python(version)
        if not interpreter:
            session.warn(f"Python {version} as a target: not run, because it was not found.")
        elif version == OLDEST_TARGET:
            create_venv(session, TARGET_VENV, interpreter, "requests")
            pythons[version] = str(TARGET_VENV / "bin" / "python")
        else:
            pythons[version] = interpreter
    return pythons


def find_python(*versions: str) -> str:
    """Return the path of the first of these Pythons that this machine has, or nothing."""
    command = [str(ROOT / "tests" / "tools" / "find-python"), *versions]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def create_venv(session: nox.Session, folder: Path, interpreter: str, *packages: str, constraints: str = "") -> None:
    """Create a virtual environment, unless it is there with the same packages."""
    ready = folder / "ready"
    wanted = "\n".join([interpreter, *packages, Path(constraints).read_text() if constraints else ""])
    with locked(folder):
        if ready.exists() and ready.read_text() == wanted:
            return
        session.log(f"Creating {folder.relative_to(ROOT)}.")
        shutil.rmtree(folder, ignore_errors=True)
        # Beside nox, or wherever the user has it.
        uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        if not uv:
            session.error("uv was not found: install the Python package uv beside nox.")
        session.run_install(uv, "venv", "--quiet", "--python", interpreter, folder, external=True)
        install = ["pip", "install", "--quiet", "--python", folder / "bin" / "python", *packages]
        session.run_install(uv, *install, external=True, env={"UV_CONSTRAINT": constraints})
        ready.write_text(wanted)


def run_program(session: nox.Session, name: str) -> None:
    """Run a program of the folder tests, in the shared environment."""
    found = {"ANSIBLE_MATRIX": json.dumps(controllers(session))} if name == "benchmarks" else {}
    variables = {**environment(), **found}
    session.chdir("tests")
    run(session, "python", "-m", name, env=variables)


@nox.session(default=False, venv_backend="none")
def reliability(session: nox.Session) -> None:
    """The full fault matrix, concurrency, load and random input; prints the figures."""
    run_program(session, "reliability")


@nox.session(default=False, venv_backend="none")
def bench(session: nox.Session) -> None:
    """The benchmarks, side by side; prints the figures."""
    run_program(session, "benchmarks")


@nox.session(default=False, venv_backend="none")
def pictures(session: nox.Session) -> None:
    """The pictures of the documentation: of the simulator's pages, and of the figures of `make bench`."""
    run_program(session, "tools.pictures")


@nox.session(default=False)
def conformance(session: nox.Session) -> None:
    """The collection's beliefs about PagerDuty, against a real account; prints a table."""
    session.install("requests")
    session.chdir("tests")
    session.run("python", "-m", "conformance")


@nox.session(default=False)
def content(session: nox.Session) -> None:
    """Write the files that are made from the modules' documentation: playbooks, Rundeck jobs, AWX variables."""
    session.install("jinja2", "pyyaml")
    session.chdir("tests")
    session.run("python", "-m", "tools.content")


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """The HTML documentation, in .cache/docs/html."""
    session.install("antsibull-docs", "ansible-core", "sphinx", "sphinx-ansible-theme")
    variables = environment()
    rst, html = DOCS / "rst", DOCS / "html"
    shutil.rmtree(DOCS, ignore_errors=True)
    # antsibull-docs writes only to folders that nobody else can write to.
    rst.mkdir(mode=0o700, parents=True)
    session.run(
        "antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--dest-dir", str(rst),
        "oncall.pagerduty", env=variables,
    )  # fmt: skip
    shutil.copy(ROOT / "docs" / "docsite" / "conf.py", rst / "conf.py")
    # Where the guides find them in the repository, seen from the guides.
    shutil.copytree(ROOT / "docs" / "pictures", DOCS / "pictures")
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", str(rst), str(html), env=variables)
    session.log(f"Open {html / 'index.html'}")


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Build the collection, check it with galaxy-importer, and print the next steps. Publishes nothing."""
    session.install("ansible-core", "antsibull-changelog", "galaxy-importer")
    session.run("antsibull-changelog", "lint")
    session.run("python", "tests/tools/check_release.py")
    folder = CACHE / "release"
    shutil.rmtree(folder, ignore_errors=True)
    session.run("ansible-galaxy", "collection", "build", "--output-path", str(folder))
    (tarball,) = folder.glob("*.tar.gz")
    session.run("python", "-m", "galaxy_importer.main", str(tarball))
    session.log(f"Next: git tag {tarball.stem.removesuffix('.tar').rpartition('-')[2]}, push the tag,")
    session.log(f"and publish with: ansible-galaxy collection publish {tarball.relative_to(ROOT)}")
