# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Launches job templates as AWX does: survey, variables, credentials, inventory, ansible-runner; without a container.

Sources: ansible/awx, awx/main/models/mixins.py (SurveyJobTemplateMixin), awx/main/models/workflow.py (WorkflowJobNode),
awx/main/models/inventory.py (get_script_data), awx/main/tasks/jobs.py (RunJob), awx/main/utils/safe_yaml.py.
The code that injects credentials is AWX's own.
"""

from __future__ import annotations

import json
import shutil
import typing as t
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import ansible_runner
import yaml
from awx_plugins.interfaces import _temporary_private_inject_api as injector

ROOT = Path(__file__).resolve().parents[3]
CONTENT = ROOT / "content" / "awx"
HOSTS = ("db-1", "web-1", "web-2")
Variables = dict[str, t.Any]


class AnswerError(Exception):
    """AWX would not start the job with these answers."""


class Loader(yaml.SafeLoader):
    """Reads Ansible's YAML, with `!unsafe`."""


class UnsafeDumper(yaml.SafeDumper):
    """Writes every text as `!unsafe`, keys included."""

    def represent_data(self, data: t.Any) -> yaml.Node:
        """Return a node."""
        return self.represent_scalar("!unsafe", data) if isinstance(data, str) else super().represent_data(data)


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(t.cast("yaml.ScalarNode", node)))


def read_controller() -> Variables:
    """Return the variables that describe AWX."""
    return t.cast("Variables", yaml.load((CONTENT / "controller.yml").read_text(encoding="utf-8"), Loader))


CONTROLLER = read_controller()
TEMPLATES = {template["extra_vars"]["pagerduty_module"]: template for template in CONTROLLER["controller_templates"]}
"""The job template of each module."""
(WORKFLOW,) = CONTROLLER["controller_workflows"]


@dataclass
class Job:
    """A job that has run.

    Args:
        environment: what its credentials added to its environment.
        shown_environment: what AWX shows of that.
        events: the events of ansible-runner.
        output: its log and its events, as files.
    """

    code: int
    environment: dict[str, str]
    shown_environment: dict[str, str]
    events: list[Variables]
    output: str

    @property
    def artifacts(self) -> Variables:
        """The variables for the next node of a workflow."""
        (stats,) = [event["event_data"] for event in self.events if event["event"] == "playbook_on_stats"]
        return t.cast("Variables", stats["artifact_data"])

    @property
    def results(self) -> list[Variables]:
        """The results of its tasks, in order."""
        ended = ("runner_on_ok", "runner_on_failed")
        return [event["event_data"]["res"] for event in self.events if event["event"] in ended]


@dataclass
class Awx:
    """An AWX whose execution environment is this machine.

    Args:
        folder: for the private data of its jobs.
        secrets: the inputs of the credentials, by name.
        machine: the environment of the execution environment.
    """

    folder: Path
    secrets: dict[str, dict[str, str]]
    machine: dict[str, str]
    _jobs: int = field(default=0, init=False)

    def launch(self, module: str, answers: Variables, artifacts: Variables | None = None, **options: t.Any) -> Job:
        """Run a job template.

        Args:
            answers: to its survey.
            artifacts: what earlier nodes of the workflow have passed on; None if there is no workflow.
            options: of `prepare`.

        Raises:
            AnswerError: AWX would not start the job.
        """
        runner_options, environment, shown = self.prepare(module, answers, artifacts, **options)
        runner = ansible_runner.run(**runner_options)
        return finished(runner, environment, shown)

    def prepare(
        self, module: str, answers: Variables, artifacts: Variables | None = None, *,
        hosts: t.Sequence[str] = (), job_slice: tuple[int, int] = (1, 1), verbosity: int = 3,
    ) -> tuple[Variables, dict[str, str], dict[str, str]]:  # fmt: skip
        """Write a job's private data; returns the options of ansible-runner, and the environment that AWX shows.

        Args:
            hosts: of the inventory.
            job_slice: the number of the slice, and how many there are.
        """
        template = TEMPLATES[module]
        check_answers(template["survey_spec"], answers, is_complete=artifacts is None)
        self._jobs += 1
        private = self.folder / f"awx_{self._jobs}"
        shutil.copytree(CONTENT / "project", private / "project")
        for name in ("env", "inventory"):
            (private / name).mkdir()
        variables = job_variables(template, {**answers, **(artifacts or {})}, self._jobs)
        (private / "env" / "extravars").write_text(safe_dump(variables, template["extra_vars"]), encoding="utf-8")
        number, count = job_slice
        write_inventory(private / "inventory" / "hosts", hosts[number - 1 :: count])
        environment, shown, arguments = self._inject(template["credentials"], private)
        options = {
            "private_data_dir": str(private),
            "ident": str(self._jobs),
            "playbook": template["playbook"],
            "inventory": str(private / "inventory" / "hosts"),
            "envvars": {**self.machine, **environment},
            "suppress_env_files": True,
            "cmdline": ansible_runner.utils.args2cmdline(*arguments) or None,
            "verbosity": verbosity,
            "quiet": True,
        }
        return options, environment, shown

    def _inject(self, credentials: list[str], private: Path) -> tuple[dict[str, str], dict[str, str], list[str]]:
        environment: dict[str, t.Any] = {}
        shown: dict[str, t.Any] = {}
        arguments: list[str] = []
        types = {each["name"]: each for each in CONTROLLER["controller_credential_types"]}
        for name in credentials:
            if name in self.secrets:
                kind, inputs = types[name], self.secrets[name]
                credential_type = SimpleNamespace(inputs=kind["inputs"], injectors=kind["injectors"], managed=False)
                credential = SimpleNamespace(get_input_keys=inputs.keys, get_input=inputs.get)
                injector.inject_credential(
                    t.cast("t.Any", credential_type),
                    t.cast("t.Any", credential),
                    environment,
                    shown,
                    arguments,
                    str(private),
                )
        return environment, shown, arguments


def finished(runner: t.Any, environment: dict[str, str], shown: dict[str, str]) -> Job:
    """Return a job that ansible-runner has run."""
    # The file `command` holds the whole environment. AWX removes it with the job's private data.
    files = [path for path in Path(runner.config.artifact_dir).rglob("*") if path.is_file() and path.name != "command"]
    output = "".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    return Job(runner.rc, environment, shown, list(runner.events), output)


def check_answers(survey: Variables, answers: Variables, *, is_complete: bool) -> None:
    """Check the answers to a survey.

    Args:
        is_complete: whether required answers must be there; a workflow may bring them later.

    Raises:
        AnswerError: AWX would refuse them.
    """
    questions = {question["variable"]: question for question in survey["spec"]}
    unknown = answers.keys() - questions.keys()
    if unknown:
        raise AnswerError(f"Variables {', '.join(sorted(unknown))} are not allowed on launch.")
    for name, question in questions.items():
        if name not in answers:
            if question["required"] and is_complete:
                raise AnswerError(f"'{name}' value missing")
        elif not _is_allowed(question, answers[name]):
            raise AnswerError(f"{name}: {answers[name]!r} is not allowed")


def _is_allowed(question: Variables, answer: t.Any) -> bool:
    kind = question["type"]
    if kind in ("text", "textarea"):
        return isinstance(answer, str)
    if kind in ("integer", "float"):
        numbers = (int, float) if kind == "float" else (int,)
        return isinstance(answer, numbers) and not isinstance(answer, bool)
    if kind == "multiselect":
        return isinstance(answer, list) and set(answer) <= set(question["choices"])
    return answer in question["choices"]


def job_variables(template: Variables, given: Variables, job: int) -> Variables:
    """Return the extra variables of a job: of its template, defaults of the survey, given ones, and AWX's own."""
    defaults = {
        question["variable"]: question["default"]
        for question in template["survey_spec"]["spec"]
        if "default" in question and _is_allowed(question, question["default"])
    }
    awx = {"job_id": job, "job_template_name": template["name"], "user_name": "admin", "inventory_name": "PagerDuty"}
    own = {f"{prefix}_{name}": value for prefix in ("awx", "tower") for name, value in awx.items()}
    return {**template["extra_vars"], **defaults, **given, **own}


def safe_dump(variables: Variables, trusted: Variables) -> str:
    """Return variables as YAML; only those of the template itself may hold Ansible's templates."""
    dumpers = {
        name: yaml.SafeDumper if trusted.get(name) == value else UnsafeDumper for name, value in variables.items()
    }
    return "".join(
        yaml.dump({name: value}, Dumper=dumpers[name], default_flow_style=False) for name, value in variables.items()
    )


def write_inventory(file: Path, hosts: t.Sequence[str]) -> None:
    """Write an inventory script."""
    content = {"all": {"hosts": list(hosts)}, "_meta": {"hostvars": {host: {} for host in hosts}}}
    file.write_text(f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(content)!r})\n")
    file.chmod(0o700)


def run_workflow(awx: Awx, answers: Variables) -> dict[str, Job]:
    """Run the workflow, each node after the success of the one before."""
    check_answers(WORKFLOW["survey_spec"], answers, is_complete=True)
    modules = {template["name"]: module for module, template in TEMPLATES.items()}
    nodes = {node["identifier"]: node for node in WORKFLOW["workflow_nodes"]}
    jobs: dict[str, Job] = {}
    artifacts: Variables = {}
    following = [next(iter(nodes))]
    while following:
        node = nodes[following.pop()]
        # The answers of the workflow come last, above what earlier jobs have passed on.
        job = awx.launch(
            modules[node["unified_job_template"]["name"]], node.get("extra_data", {}), {**artifacts, **answers}
        )
        jobs[node["identifier"]] = job
        artifacts |= job.artifacts
        if job.code == 0:
            following += [each["identifier"] for each in node.get("related", {}).get("success_nodes", [])]
    return jobs
