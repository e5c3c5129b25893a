# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the checks run: a copy of the tree, virtual environments, and the Pythons of this machine.

`noxfile.py` says what is checked. More than twenty environments are created, hence uv.
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

import nox

from tools.versions import AWX_PYTHON, CLIENTS, CONTROLLERS, OLDEST_HTTP, OLDEST_TARGET, TARGETS

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"
TREE = CACHE / "tree"
COLLECTION = TREE / "ansible_collections" / "oncall" / "pagerduty"
SETTINGS = Path("tests/integration/integration_config.yml")
"""Where ansible-test looks for the variables of integration targets."""
CONSTRAINTS = str(ROOT / "tests" / "constraints.txt")
"""The hashes in it are checked."""
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
BOOTSTRAP_SCRIPTS = ("get_pip_23_1_2.py", "get_pip_24_2.py", "get_pip_25_2.py")
"""The names by which the versions of ansible-test ask for it."""
SIMULATOR = ["-r", str(ROOT / "simulator" / "pyproject.toml")]
TESTS_VENV = CACHE / "tests"
"""The environment that most sessions share: creating one for each takes longer than many of them."""
TESTS_PACKAGES = [
    *SIMULATOR,
    "ansible-core",
    "ansible-lint",
    "hatchling",
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
    "rich",
    "trustme",
    "types-requests",
]
ANSIBLE_RULEBOOK = [
    "ansible-rulebook==1.3.2",
    *[f"ansible-core=={release}" for release, pythons in CONTROLLERS.values() if PYTHON in pythons][:1],
    "requests",
]
"""An environment of its own: the event sources run in it, and so do the modules that rules call."""
HTTP_TESTS_PACKAGES = (
    "aiohttp",
    "ansible-core",
    "hypothesis",
    "jinja2",
    "pytest",
    "pytest-asyncio",
    "pytest-xdist",
    "trustme",
)
"""Also for the simulator, and the fault matrix."""
AWX = ["-r", str(ROOT / "tests" / "integration" / "awx" / "requirements.txt"), *SIMULATOR]


def set_up() -> None:
    """Set what holds for all sessions, also those of antsibull-nox."""
    os.environ["UV_CONSTRAINT"] = CONSTRAINTS
    # Otherwise each start of Ansible compiles its imports anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["UV_SYSTEM_CERTS"] = "1"
    # Otherwise some tools install this collection, or stand-ins for others, where the user has theirs.
    os.environ["ANSIBLE_HOME"] = str(CACHE / "ansible")
    nox.options.default_venv_backend = "uv"
    nox.options.reuse_existing_virtualenvs = True


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
        "PYTHONPATH": os.pathsep.join([path, str(ROOT), str(tests_folder)]),
        "ANSIBLE_COLLECTIONS_PATH": path,
        "ANSIBLE_CONFIG": str(tests_folder / "ansible.cfg"),
    }


def tests_programs(session: nox.Session) -> Path:
    """Return the folder of programs of the shared environment; creates what is missing."""
    create_venv(session, TESTS_VENV, sys.executable, *TESTS_PACKAGES, constraints=CONSTRAINTS)
    return TESTS_VENV / "bin"


def run(session: nox.Session, program: str, *arguments: str, env: t.Mapping[str, str], silent: bool = False) -> None:
    """Run a program of the shared environment, in which other programs find those of the same environment.

    Args:
        silent: whether its output shows only if it fails.
    """
    folder = tests_programs(session)
    path = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    session.run(str(folder / program), *arguments, env={**path, **env}, external=True, silent=silent)


def ansible_test(session: nox.Session, *arguments: str, silent: bool = False) -> None:
    """Run a command of ansible-test in the copied tree."""
    copy_tree()
    # Files of an interrupted run would be taken for code of the collection.
    shutil.rmtree(COLLECTION / "tests" / "output", ignore_errors=True)
    session.chdir(COLLECTION)
    # uv is beside nox.
    path = [str(tests_programs(session)), str(Path(sys.executable).parent), os.environ["PATH"]]
    variables = {"HOME": str(ansible_test_home()), "PATH": os.pathsep.join(path)}
    run(session, "ansible-test", *arguments, "--python", PYTHON, "--color", "no", env=variables, silent=silent)


def ansible_test_home() -> Path:
    """Return a home folder for ansible-test, in which it finds what it would download from a host of its own.

    Here packages come from PyPI only. The caches and settings of other programs stay those of the user.
    """
    home = CACHE / "ansible-test"
    downloads = home / ".ansible" / "test" / "cache"
    downloads.mkdir(parents=True, exist_ok=True)
    for name in BOOTSTRAP_SCRIPTS:
        shutil.copy(ROOT / "tests" / "sanity" / "get_pip.py", downloads / name)
    for name in (".cache", ".config"):
        if not (home / name).is_symlink() and (Path.home() / name).exists():
            (home / name).symlink_to(Path.home() / name)
    return home


@contextlib.contextmanager
def simulator_settings(session: nox.Session) -> t.Iterator[None]:
    """Start the simulator and write its address where integration targets read it."""
    copy_tree()
    settings = COLLECTION / SETTINGS
    program = [str(tests_programs(session) / "python"), "-m", "tools.simulator_settings", str(settings)]
    with subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            process.stdout.readline()
            yield
        finally:
            process.stdin.close()
            settings.unlink(missing_ok=True)


def controllers(session: nox.Session) -> dict[str, str]:
    """Return each version's ansible-playbook, as the tests read it; creates what is missing."""
    commands = {}
    for release, pythons in CONTROLLERS.values():
        python = next(filter(find_python, pythons), "")
        if not python:
            session.warn(f"ansible-core {release}: not run, because Python {' or '.join(pythons)} was not found.")
            continue
        folder = CACHE / "ansible-core" / f"{release}-python{python}"
        create_venv(session, folder, find_python(python), f"ansible-core=={release}", "requests")
        commands[f"{release} on Python {python}"] = str(folder / "bin" / "ansible-playbook")
    return {"ANSIBLE_MATRIX": json.dumps(commands)}


def target_pythons(session: nox.Session) -> dict[str, str]:
    """Return the interpreters of target hosts, as the tests read them; the oldest supported one has `requests`."""
    pythons = {}
    for version in TARGETS:
        interpreter = find_python(version)
        if not interpreter:
            session.warn(f"Python {version} as a target: not run, because it was not found.")
        elif version == OLDEST_TARGET:
            folder = CACHE / "target"
            create_venv(session, folder, interpreter, "requests")
            pythons[version] = str(folder / "bin" / "python")
        else:
            pythons[version] = interpreter
    return {"ANSIBLE_TARGET_PYTHONS": json.dumps(pythons)}


def client_programs(session: nox.Session) -> dict[str, str]:
    """Return the folder of programs of each client, as the tests read it; creates what is missing."""
    folders = {}
    for client, (release, pythons) in CLIENTS.items():
        interpreter = find_python(*pythons)
        if not interpreter:
            session.warn(f"{client} {release}: not run, because Python {' or '.join(pythons)} was not found.")
            continue
        folder = CACHE / "clients" / f"{client}-{release}"
        create_venv(session, folder, interpreter, f"{client}=={release}")
        folders[client] = str(folder / "bin")
    return {"PAGERDUTY_CLIENTS": json.dumps(folders)}


def ansible_rulebook(session: nox.Session) -> dict[str, str]:
    """Return where ansible-rulebook is, as the tests read it; creates what is missing."""
    folder = CACHE / f"ansible-rulebook-python{PYTHON}"
    create_venv(session, folder, sys.executable, *ANSIBLE_RULEBOOK)
    return {"ANSIBLE_RULEBOOK": str(folder / "bin" / "ansible-rulebook")}


def oldest_http_python(session: nox.Session) -> str:
    """Return the interpreter with the oldest HTTP libraries; creates what is missing."""
    versions = Path(CONSTRAINTS).with_suffix(".in").read_text().splitlines()
    pinned = [line for line in versions if line.split("==")[0] in HTTP_TESTS_PACKAGES]
    libraries = [f"{name}=={release}" for name, release in OLDEST_HTTP.items()]
    folder = CACHE / "oldest-http"
    create_venv(session, folder, sys.executable, *pinned, *libraries)
    return str(folder / "bin" / "python")


def awx_python(session: nox.Session) -> str:
    """Return the interpreter with AWX's own code; creates what is missing."""
    interpreter = find_python(AWX_PYTHON)
    if not interpreter:
        session.skip(f"Python {AWX_PYTHON} was not found.")
    folder = CACHE / "awx"
    create_venv(session, folder, interpreter, *AWX)
    return str(folder / "bin" / "python")


def find_python(*versions: str) -> str:
    """Return the path of the first of these Pythons that this machine has, or nothing."""
    command = [str(ROOT / "tools" / "find-python"), *versions]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def create_venv(session: nox.Session, folder: Path, interpreter: str, *packages: str, constraints: str = "") -> None:
    """Create a virtual environment, unless it is there with the same packages."""
    ready = folder / "ready"
    read = [Path(file).read_text() for file in (*packages, constraints) if Path(file).is_file()]
    wanted = "\n".join([interpreter, *packages, *read])
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
