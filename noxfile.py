# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks, one session each. `make test` runs them all, `make test CHECK=NAME` runs one.

Checks that every collection needs come from antsibull-nox (antsibull-nox.toml); the others are here, and their
environments in tools/nox_environments.py. Where a session runs pytest, arguments go to pytest.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import antsibull_nox
import nox

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from tools import nox_environments as environments  # noqa: E402
from tools.nox_environments import ansible_test, copy_tree, environment, run  # noqa: E402

EDA_PLUGINS = [
    f"extensions/eda/plugins/{name}.py"
    for name in ("event_filter/note_commands", "event_source/log_entries", "event_source/webhook")
]
HTTP_TESTS = (
    "tests/integration/in_process/test_connections.py",
    "tests/unit/plugins/module_utils/_core/test_connection.py",
    "tests/unit/plugins/module_utils/_core/test_http_client.py",
)
NAMED_PLUGINS = ("callback", "filter", "lookup")
TESTS_THAT_WAIT = ("tests/beliefs", "tests/figures")
"""Most of their time, for time-outs and for what PagerDuty does later."""
TESTS = ("simulator/tests", "tests/integration")
OF_OTHER_SESSIONS = [f"tests/integration/{name}" for name in ("awx", "clients", "eda", "test_versions.py")]

environments.set_up()
antsibull_nox.load_antsibull_nox_toml()


@nox.session
def style(session: nox.Session) -> None:
    """Formatting, lint, no private names of ansible-core, and hosted workflows that are safe."""
    session.install("ruff", "zizmor")
    session.run("ruff", "format", "--check", "--quiet", ".")
    session.run("ruff", "check", "--quiet", ".")
    session.run("python", "tools/private_names.py")
    session.run("zizmor", "--offline", "--quiet", "--no-progress", ".github")


@nox.session(venv_backend="none")
def types(session: nox.Session) -> None:
    """Types of the collection, its event plugins, the simulator and the tests of beliefs, strictly."""
    paths = {"MYPYPATH": f"{copy_tree()}:{ROOT}:{ROOT / 'tests'}"}
    plugins = ("module_utils", "modules", "action", "callback", "filter", "lookup", "plugin_utils")
    packages = [f"ansible_collections.oncall.pagerduty.plugins.{name}" for name in plugins]
    names = [argument for package in (*packages, "simulator", "beliefs") for argument in ("-p", package)]
    run(session, "mypy", "--config-file", "mypy.ini", *names, env=paths)
    # They are scripts, which belong to no package.
    run(session, "mypy", "--config-file", "mypy.ini", *EDA_PLUGINS, env=paths)


@nox.session(venv_backend="none")
def unit(session: nox.Session) -> None:
    """The unit tests, without ansible-test: much faster."""
    run(session, "pytest", *(session.posargs or ["tests/unit", "-n", "auto"]), env=environment())


@nox.session(venv_backend="none")
def collection(session: nox.Session) -> None:
    """What holds for the collection's files and names."""
    run(session, "pytest", "tests/collection", *session.posargs, env=environment())


@nox.session
def changelog(session: nox.Session) -> None:
    """The changelog, its fragments, and the page that is made of it."""
    session.install("antsibull-changelog")
    session.run("antsibull-changelog", "lint")
    written = environments.CACHE / "CHANGELOG.rst"
    session.run("antsibull-changelog", "generate", "--output", str(written))
    if written.read_text() != (ROOT / "CHANGELOG.rst").read_text():
        session.error("CHANGELOG.rst is not what changelog.yaml says. Run: antsibull-changelog generate")


@nox.session(venv_backend="none")
def sanity(session: nox.Session) -> None:
    """All of `ansible-test sanity`, with nothing ignored; pylint for what is shipped, as Ruff lints the tests."""
    ansible_test(session, "sanity", "--skip-test", "pylint")
    ansible_test(session, "sanity", "--test", "pylint", "plugins/", "extensions/eda/")


@nox.session(venv_backend="none")
def units(session: nox.Session) -> None:
    """`ansible-test units` imports all unit tests, and runs those of the plugins that Ansible loads by name.

    It starts a process for each test, which takes three times as long as `unit`. Hosted CI runs all of them so, in an
    environment of their own.
    """
    ansible_test(session, "units", "--collect-only", silent=True)
    ansible_test(session, "units", *(f"tests/unit/plugins/{kind}/" for kind in NAMED_PLUGINS))


@nox.session(venv_backend="none")
def targets(session: nox.Session) -> None:
    """One smoke target for each module, as `ansible-test integration` runs them, against the simulator."""
    with environments.simulator_settings(session):
        ansible_test(session, "integration")


@nox.session(venv_backend="none")
def molecule(session: nox.Session) -> None:
    """A whole incident, and each role, as molecule scenarios."""
    run(session, "molecule", "test", "--all", env=environment())


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """Integration, contract, simulator and reliability tests."""
    # Another check, which runs beside them, uses the time in which they wait.
    default = [*TESTS, *(f"--ignore={path}" for path in OF_OTHER_SESSIONS), "-n", "2", "--dist", "loadgroup"]
    if not session.posargs:
        run(session, "pytest", *TESTS_THAT_WAIT, "-n", "4", env=environment())
    run(session, "pytest", *(session.posargs or default), env=environment())


@nox.session(venv_backend="none")
def eda(session: nox.Session) -> None:
    """The event sources, and real runs of ansible-rulebook with them."""
    variables = {**environment(), **environments.ansible_rulebook(session)}
    run(session, "pytest", "tests/integration/eda", *(session.posargs or ["-n", "auto"]), env=variables)


@nox.session(venv_backend="none")
def matrix(session: nox.Session) -> None:
    """End-to-end tests on every pair of ansible-core and Python that this machine has; arguments go to pytest.

    Without arguments also connections with the oldest HTTP libraries.
    """
    variables = {**environment(), **environments.controllers(session), **environments.target_pythons(session)}
    arguments = session.posargs or ["-n", "auto"]
    run(session, "pytest", "tests/integration/test_versions.py", *arguments, env=variables)
    if not session.posargs:
        command = [environments.oldest_http_python(session), "-m", "pytest", *HTTP_TESTS]
        session.run(*command, *arguments, env=environment(), external=True)


@nox.session(venv_backend="none")
def clients(session: nox.Session) -> None:
    """Clients of PagerDuty that others have written, against the simulator."""
    variables = {**environment(), **environments.client_programs(session)}
    run(session, "pytest", "tests/integration/clients", *session.posargs, env=variables)


@nox.session(venv_backend="none")
def awx(session: nox.Session) -> None:
    """The AWX content against AWX's own code, awx.awx, ansible-runner and ansible-builder."""
    command = [environments.awx_python(session), "-m", "pytest", "tests/integration/awx"]
    session.run(*command, *(session.posargs or ["-n", "auto"]), env=environment(), external=True)


@nox.session(default=False, venv_backend="none")
def reliability(session: nox.Session) -> None:
    """The full fault matrix, concurrency, load, strangers, kills and random input; prints the figures.

    The fault matrix also runs with the oldest HTTP libraries, first.
    """
    oldest = [environments.oldest_http_python(session), "-m", "figures.reliability", "matrix"]
    session.run(*oldest, env=environment(), external=True)
    variables = {**environment(), **environments.ansible_rulebook(session)}
    run(session, "python", "-m", "figures.reliability", env=variables)


@nox.session(default=False, venv_backend="none")
def bench(session: nox.Session) -> None:
    """The benchmarks, side by side; prints the figures."""
    variables = {**environment(), **environments.controllers(session)}
    run(session, "python", "-m", "figures.benchmarks", env=variables)


@nox.session(default=False, venv_backend="none")
def pictures(session: nox.Session) -> None:
    """The pictures of the documentation: a terminal, the simulator's pages, and the figures of `make bench`."""
    run(session, "python", "-m", "tools.pictures", *session.posargs, env=environment())


@nox.session(default=False)
def conformance(session: nox.Session) -> None:
    """The collection's beliefs about PagerDuty, against a real account; prints what was seen."""
    session.install("requests")
    # After Ctrl-C it removes what it has created, for which nox waits less than a second unless it is told to.
    patience = {"interrupt_timeout": None, "terminate_timeout": None}
    session.run("python", "-m", "beliefs", env={"PYTHONPATH": str(ROOT / "tests")}, **patience)


@nox.session(default=False)
def content(session: nox.Session) -> None:
    """Write the files that are made from the modules' documentation: playbooks, Rundeck jobs, AWX variables."""
    session.install("jinja2", "pyyaml")
    session.run("python", "-m", "tools.content")


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """The HTML documentation, in .cache/docs/html."""
    session.install("antsibull-docs", "ansible-core", "sphinx", "sphinx-ansible-theme")
    session.run("python", "-m", "tools.html_documentation", env=environment())


@nox.session(name="execution-environment", default=False)
def execution_environment(session: nox.Session) -> None:
    """An execution environment with the collection, built and run; needs podman or docker."""
    session.install("ansible-builder", "ansible-core", *environments.SIMULATOR)
    session.run("python", "-m", "tools.execution_environment")


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Build the collection, check it with galaxy-importer, and print the next steps. Publishes nothing."""
    session.install("ansible-core", "antsibull-changelog", "galaxy-importer")
    session.run("antsibull-changelog", "lint")
    session.run("python", "-m", "tools.release")


@nox.session(default=False)
def publish(session: nox.Session) -> None:
    """Publish on Galaxy what `make release` has built. Without GALAXY_API_KEY it only says so."""
    if not os.environ.get("GALAXY_API_KEY"):
        session.skip("Nothing is published: the environment variable GALAXY_API_KEY is not set")
    session.install("ansible-core")
    # As variables: arguments are shown to whoever lists the processes.
    server = {
        "ANSIBLE_GALAXY_SERVER_LIST": "galaxy",
        "ANSIBLE_GALAXY_SERVER_GALAXY_URL": "https://galaxy.ansible.com/",
        "ANSIBLE_GALAXY_SERVER_GALAXY_TOKEN": os.environ["GALAXY_API_KEY"],
    }
    (tarball,) = (environments.CACHE / "release").glob("*.tar.gz")
    session.run("ansible-galaxy", "collection", "publish", str(tarball), env=server)
