# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a job as Rundeck and its Ansible plugin do: the same command line, environment, extra variables and log filter.

Sources: rundeck/rundeck, ExecutionService.groovy, StepPluginAdapter.java and DataContextUtils.java;
rundeck-plugins/ansible-plugin, AnsiblePlaybookWorkflowStep.java, AnsibleRunnerContextBuilder.java, AnsibleRunner.java,
AnsibleVault.java and AnsibleSetStatsFilterPlugin.groovy.
"""

from __future__ import annotations

import json
import re
import textwrap
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from integration.playbook_runner import NO_CREDENTIALS, PlaybookResult, PlaybookRunner
from integration.rundeck.rules import REFERENCE

VAULT_ID = "internal-encrypt"
SERVER_NODE = "rundeck-server"
"""The node of a job without nodes. An inventory may not know it."""
MASTER_PASSWORD = "a password of Rundeck's own"
SET_STATS = re.compile(r"^\tRUN:\s(\{.*\})$")


class JobError(Exception):
    """Rundeck would not start the job."""


@dataclass(frozen=True)
class JobResult:
    """A run of a job.

    Args:
        data: what later steps find as `${data.NAME}`.
    """

    played: PlaybookResult
    data: dict[str, str]


class Rundeck:
    """A Rundeck server with a key storage.

    Args:
        play: runs ansible-playbook.
        keys: the key storage: the secret of each path.
    """

    def __init__(self, play: PlaybookRunner, keys: dict[str, str]) -> None:
        self.play = play
        self.keys = keys

    def run(self, job: dict[str, t.Any], given: dict[str, str], loglevel: str = "DEBUG") -> JobResult:
        """Run a job of one step.

        Raises:
            JobError: the given values are not allowed.
        """
        declared = {option["name"]: option for option in job["options"]}
        plain = self._plain_values(declared, given)
        secure = {
            name: self.keys[option["storagePath"]]
            for name, option in declared.items()
            if option.get("secure") and option.get("valueExposed") and option["storagePath"] in self.keys
        }
        values = {**plain, **secure}
        missing = [name for name, option in declared.items() if option.get("required") and not values.get(name)]
        if missing:
            raise JobError(f"Options are required: {', '.join(missing)}")
        (command,) = job["sequence"]["commands"]
        # What cannot be replaced becomes empty.
        settings = {
            key: REFERENCE.sub(lambda found: values.get(found[1], ""), value)
            for key, value in command["configuration"].items()
        }
        context = {"RD_JOB_NAME": job["name"], "RD_JOB_GROUP": job["group"], "RD_JOB_PROJECT": "operations"}
        played = self.play.playbook(
            settings["ansible-playbook"], self._arguments(settings, loglevel), {**NO_CREDENTIALS, **plain, **context}
        )
        return JobResult(played, set_stats(played.output))

    @staticmethod
    def _plain_values(declared: dict[str, t.Any], given: dict[str, str]) -> dict[str, str]:
        """Return the values of all options that are not secure: they become environment variables."""
        defaults = {name: option["value"] for name, option in declared.items() if option.get("value")}
        values = {**defaults, **given}
        for name, value in values.items():
            option = declared.get(name)
            if option is None or option.get("secure"):
                raise JobError(f"{name} is not an option")
            chosen = value.split(option["delimiter"]) if option.get("multivalued") else [value]
            if option.get("enforced") and not set(chosen) <= set(option["values"]):
                raise JobError(f"{name} is not among the values")
        return values

    def _arguments(self, settings: dict[str, str], loglevel: str) -> list[str]:
        limit = [] if settings.get("ansible-disable-limit") == "true" else ["-l", SERVER_NODE]
        verbosity = ["-vvv"] if loglevel == "DEBUG" else []
        variables = yaml.safe_load(settings["ansible-extra-vars"])
        vault = VaultLib([(VAULT_ID, VaultSecret(MASTER_PASSWORD.encode()))])
        # The plugin leaves empty ones out, and fails if none remains.
        encrypted = {name: vault.encrypt(text, vault_id=VAULT_ID).decode() for name, text in variables.items() if text}
        if not encrypted:
            raise JobError("all extraVars were empty or could not be encrypted")
        extra, password = self.play.folder / "extra-vars", self.play.folder / "vault-password"
        entries = [f"{name}: !vault |\n{textwrap.indent(text, '  ')}" for name, text in encrypted.items()]
        extra.write_text("".join(entries))
        password.write_text(MASTER_PASSWORD)
        return [*limit, *verbosity, f"--extra-vars=@{extra}", "--vault-id", f"{VAULT_ID}@{password}"]


def set_stats(output: str) -> dict[str, str]:
    """Return what the plugin's log filter finds in a job's log."""
    data: dict[str, str] = {}
    for line in output.splitlines():
        found = SET_STATS.match(line)
        if found:
            data |= {name: _as_text(value) for name, value in json.loads(found[1]).items()}
    return data


def _as_text(value: t.Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def read_jobs(file: Path) -> list[dict[str, t.Any]]:
    """Return the jobs of a file."""
    return t.cast("list[dict[str, t.Any]]", yaml.safe_load(file.read_text(encoding="utf-8")))
