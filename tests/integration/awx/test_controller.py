# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The description of AWX: it keeps the rules of AWX and of awx.awx, and the playbook applies all of it."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from integration.awx.fake_controller import FakeController
from integration.awx.launch import CONTENT, CONTROLLER, TEMPLATES, WORKFLOW, Loader
from modules import MODULES
from simulator import account
from tools.content import ROLE

ITEMS = {
    "credential_type": "controller_credential_types",
    "credential": "controller_credentials",
    "execution_environment": "controller_execution_environments",
    "inventory": "controller_inventories",
    "project": "controller_projects",
    "job_template": "controller_templates",
    "workflow_job_template": "controller_workflows",
}
"""The list for each module of awx.awx."""
SURVEY_TYPES = {
    "text": str, "textarea": str, "integer": int, "float": float, "multiplechoice": str, "multiselect": list,
}  # fmt: skip
PLAYBOOK = yaml.load((CONTENT / "configure.yml").read_text(), Loader)


class Seen(Exception):
    """A module has declared its options."""


def argument_spec(module: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    """Return the options that a module of awx.awx declares."""

    def seen(argument_spec: dict[str, t.Any], **_rules: t.Any) -> t.NoReturn:
        raise Seen(argument_spec)

    loaded = importlib.import_module(f"ansible_collections.awx.awx.plugins.modules.{module}")
    monkeypatch.setattr(loaded, "ControllerAPIModule", seen)
    with pytest.raises(Seen) as error:
        loaded.main()
    return t.cast("dict[str, t.Any]", error.value.args[0])


@pytest.mark.parametrize("module", ITEMS)
def test_every_item_is_valid_for_awx_awx_and_the_playbook_passes_all_of_it_on(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    validator = ArgumentSpecValidator(argument_spec(module, monkeypatch))
    (task,) = [task for task in PLAYBOOK[0]["tasks"] if f"awx.awx.{module}" in task]
    assert task["loop"] == f"{{{{ {ITEMS[module]} }}}}"
    for item in CONTROLLER[ITEMS[module]]:
        assert validator.validate(item).error_messages == []
        assert {name: f"{{{{ item.{name} }}}}" for name in item} == task[f"awx.awx.{module}"]


def surveys() -> dict[str, dict[str, t.Any]]:
    return {template["name"]: template["survey_spec"] for template in (*TEMPLATES.values(), WORKFLOW)}


@pytest.mark.parametrize("name", surveys())
def test_a_survey_keeps_the_rules_of_awx(name: str) -> None:
    """Source: ansible/awx, awx/api/views/__init__.py, `_validate_spec_data`."""
    survey = surveys()[name]
    assert [type(survey[key]) for key in ("name", "description", "spec")] == [str, str, list]
    variables = [question["variable"] for question in survey["spec"]]
    assert len(set(variables)) == len(variables) > 0
    for question in survey["spec"]:
        assert isinstance(question["question_name"], str)
        assert isinstance(question["required"], bool)
        kind, choices = question["type"], question.get("choices", [])
        assert bool(choices) == (kind in ("multiplechoice", "multiselect"))
        assert all(isinstance(choice, str) for choice in choices)
        if "default" in question:
            assert isinstance(question["default"], SURVEY_TYPES[kind])
            assert not choices or question["default"] in choices


def test_each_ready_playbook_has_its_template_and_names_are_unique() -> None:
    assert set(TEMPLATES) == {*MODULES, ROLE}
    assert len({template["name"] for template in TEMPLATES.values()}) == len(TEMPLATES)


def test_credential_types_keep_the_rules_of_awx() -> None:
    """Source: ansible/awx, awx/main/fields.py, CredentialTypeInputField and CredentialTypeInjectorField."""
    keys = {"id", "label", "type", "secret", "help_text", "choices", "default"}
    for kind in CONTROLLER["controller_credential_types"]:
        fields = {each["id"]: each for each in kind["inputs"]["fields"]}
        assert set(kind["inputs"]["required"]) <= set(fields)
        assert all(set(each) <= keys and {"id", "label"} <= set(each) for each in fields.values())
        assert {name for name, each in fields.items() if each.get("secret")} <= {"api_token", "routing_key"}
        assert not any(name.startswith("ANSIBLE_") for name in kind["injectors"]["env"])
        assert {value.strip("{} ") for value in kind["injectors"]["env"].values()} == set(fields)


def test_no_answer_of_the_workflow_hides_what_a_job_passes_on() -> None:
    asked = {question["variable"] for question in WORKFLOW["survey_spec"]["spec"]}
    assert not asked & {"pagerduty_dedup_key", "pagerduty_incident_id"}


@pytest.fixture
def controller() -> t.Iterator[FakeController]:
    with FakeController() as controller:
        yield controller


def configure(controller: FakeController, folder: Path) -> str:
    """Run the playbook, with the job templates of the workflow only; returns its output."""
    used = {node["unified_job_template"]["name"] for node in WORKFLOW["workflow_nodes"]}
    variables = {
        "controller_templates": [template for template in TEMPLATES.values() if template["name"] in used],
        "pagerduty_awx_project_url": "https://git.example.com/pagerduty.git",
        "pagerduty_awx_image": "registry.example.com/pagerduty-ee:1.0",
        # This environment has awx.awx.
        "ansible_python_interpreter": sys.executable,
    }
    extra = folder / "extra.json"
    extra.write_text(json.dumps(variables))
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), CONTENT / "configure.yml", "-vv", "-e", f"@{extra}"],
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_PIPELINING": "true",
            "CONTROLLER_HOST": controller.url,
            "CONTROLLER_OAUTH_TOKEN": "a token of this AWX",
            "PAGERDUTY_API_TOKEN": account.ACCOUNT_KEY,
            "PAGERDUTY_FROM_EMAIL": account.FROM_EMAIL,
            "PAGERDUTY_ROUTING_KEY": account.ROUTING_KEY,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


def test_the_playbook_sets_awx_up(controller: FakeController, tmp_path: Path) -> None:
    output = configure(controller, tmp_path)
    assert account.ACCOUNT_KEY not in output
    assert account.ROUTING_KEY not in output
    types, credentials = controller.named("credential_types"), controller.named("credentials")
    # AWX's own templates, which Ansible has not evaluated.
    assert types["PagerDuty REST API"]["injectors"]["env"]["PAGERDUTY_API_TOKEN"] == "{{ api_token }}"
    assert credentials["PagerDuty REST API"]["inputs"] == {
        "api_token": account.ACCOUNT_KEY,
        "from_email": account.FROM_EMAIL,
        "region": "us",
    }
    event = controller.named("job_templates")[TEMPLATES["event"]["name"]]
    assert json.loads(event["extra_vars"]) == {"pagerduty_module": "event"}
    assert event["survey_spec"] == TEMPLATES["event"]["survey_spec"]
    assert {each["id"] for each in event["credentials"]} == {each["id"] for each in credentials.values()}
    nodes = {node["identifier"]: node for node in controller.items["workflow_job_template_nodes"]}
    assert {name: [each["id"] for each in node.get("success_nodes", [])] for name, node in nodes.items()} == {
        "event": [nodes["incident"]["id"]],
        "incident": [nodes["note"]["id"]],
        "note": [],
    }


def test_the_names_are_those_of_infra_aap_configuration() -> None:
    """Source: redhat-cop/infra.aap_configuration, roles/dispatch/defaults/main.yml."""
    lists = {name for name in CONTROLLER if name.startswith("controller_")}
    assert lists == set(ITEMS.values())
    assert re.fullmatch(r"pagerduty_awx_organization", *(set(CONTROLLER) - lists))
