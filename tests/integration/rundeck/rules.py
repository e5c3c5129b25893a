# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rundeck's rules for job files, as far as they concern the jobs of this collection.

Sources: rundeck/rundeck, Option.groovy (`fromMap`), JobOptionDataValidator.groovy, SharedJobOptionConstraints.groovy,
ExecutionService.groovy (`loadSecureOptionStorageDefaults`), StepPluginAdapter.java; rundeck-plugins/ansible-plugin,
AnsibleRunnerContextBuilder.java, AnsibleRunner.java and AnsibleSetStatsFilterPlugin.groovy.
"""

from __future__ import annotations

import json
import re
import typing as t

import yaml

Mapping = dict[str, t.Any]

LOG_LEVELS = ("DEBUG", "VERBOSE", "INFO", "WARN", "ERROR")
PLAYBOOK_STEP = "com.batix.rundeck.plugins.AnsiblePlaybookWorkflowStep"
STEP_SETTINGS = {
    "ansible-playbook": str,
    "ansible-extra-vars": str,
    "ansible-encrypt-extra-vars": bool,
    "ansible-disable-limit": bool,
}
JOB_KEYS = {"name", "group", "description", "loglevel", "multipleExecutions", "options", "sequence"}
OPTION_KEYS = {
    "name", "label", "description", "required", "enforced", "values", "value", "multivalued", "delimiter", "secure",
    "valueExposed", "storagePath", "hidden",
}  # fmt: skip
FLAGS = ("required", "enforced", "multivalued", "secure", "valueExposed", "hidden")
NAME = re.compile(r"[a-zA-Z_0-9.-]+")
STORAGE_PATH = re.compile(r"/?keys/.+")
REFERENCE = re.compile(r"\$\{option\.([^}]+)\}")


def problems(jobs: t.Any) -> list[str]:
    """Return what is wrong with the content of a job file, one line each."""
    if not isinstance(jobs, list) or not all(isinstance(job, dict) for job in jobs):
        return ["a job file is a list of jobs"]
    names = [job.get("name") for job in jobs]
    found = [f"two jobs are called {name}" for name in sorted({name for name in names if names.count(name) > 1})]
    return found + [f"{job.get('name')}: {problem}" for job in jobs for problem in _job_problems(job)]


def _job_problems(job: Mapping) -> t.Iterator[str]:
    yield from (f"unknown key {key}" for key in job.keys() - JOB_KEYS)
    yield from (f"{key} is missing" for key in ("name", "description", "loglevel", "sequence") if not job.get(key))
    if job.get("loglevel") not in LOG_LEVELS:
        yield "loglevel is unknown"
    options = job.get("options", [])
    for option in options:
        yield from (f"option {option.get('name')}: {problem}" for problem in _option_problems(option))
    commands = job.get("sequence", {}).get("commands") or []
    if not commands:
        yield "it has no steps"
    for command in commands:
        yield from _step_problems(command, {option.get("name"): option for option in options})


def _option_problems(option: Mapping) -> t.Iterator[str]:
    yield from (f"unknown key {key}" for key in option.keys() - OPTION_KEYS)
    if not NAME.fullmatch(str(option.get("name"))):
        yield "a name has letters, digits, and . _ - only"
    # Any text is true for Rundeck, "false" included.
    yield from (f"{flag} is not a boolean" for flag in FLAGS if not isinstance(option.get(flag, False), bool))
    value, values = option.get("value"), option.get("values", [])
    if not all(isinstance(text, str) for text in (*values, option.get("value", ""))):
        yield "a value is not a string"
    if option.get("hidden") and not (value or option.get("storagePath")):
        yield "a hidden option needs a value or a storage path"
    if option.get("enforced") and not values:
        yield "enforced needs values"
    if option.get("multivalued") and not option.get("delimiter"):
        yield "multivalued needs a delimiter"
    chosen = str(value).split(option["delimiter"]) if option.get("delimiter") else [value]
    if option.get("enforced") and value and not set(chosen) <= set(values):
        yield "the value is not among the values"
    yield from _secure_problems(option)


def _secure_problems(option: Mapping) -> t.Iterator[str]:
    if option.get("storagePath") and not STORAGE_PATH.fullmatch(option["storagePath"]):
        yield "a storage path starts with keys/"
    if not option.get("secure"):
        yield from (f"{key} is for secure options" for key in ("valueExposed", "storagePath") if key in option)
        return
    if not option.get("valueExposed"):
        yield "without valueExposed, only the login to nodes sees a secure option"
    if "value" in option or option.get("multivalued"):
        yield "a secure option has neither a value in the file nor many values"


def _step_problems(command: Mapping, options: dict[str, Mapping]) -> t.Iterator[str]:
    if (command.get("type"), command.get("nodeStep")) != (PLAYBOOK_STEP, False):
        yield "the step does not run a playbook on the server"
    settings = command.get("configuration", {})
    yield from (f"unknown setting {key}" for key in settings.keys() - STEP_SETTINGS.keys())
    for key, value in settings.items():
        if not isinstance(value, str) or (STEP_SETTINGS.get(key) is bool and value not in ("true", "false")):
            yield f"{key} is not a string" if not isinstance(value, str) else f"{key} is neither 'true' nor 'false'"
    # From 6.2.0 on, Rundeck refuses such a job.
    named = dict.fromkeys(REFERENCE.findall(json.dumps(command)))
    yield from (f"option {name} is not declared" for name in named if name not in options)
    yield from _extra_variable_problems(str(settings.get("ansible-extra-vars", "")), options)
    filters = command.get("plugins", {}).get("LogFilter", [])
    if filters != [{"type": "ansible-set_stats", "config": {"outputData": "true"}}]:
        yield "the log filter for set_stats is missing"
    if options.get("ANSIBLE_SHOW_CUSTOM_STATS", {}).get("value") != "true":
        yield "without ANSIBLE_SHOW_CUSTOM_STATS the log filter finds nothing"


def _extra_variable_problems(text: str, options: dict[str, Mapping]) -> t.Iterator[str]:
    for name in REFERENCE.findall(text):
        if name in options and not options[name].get("secure"):
            yield f"option {name} is free text, which can be no YAML"
    variables = yaml.safe_load(text) or {}
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        yield "encrypted extra variables are strings"
