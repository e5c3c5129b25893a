# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that are made from the modules' documentation: playbooks, Rundeck jobs, AWX variables, a guide.

`make content` writes them. A test checks that they are up to date.
"""

from __future__ import annotations

import re
import textwrap
import typing as t
from pathlib import Path

import jinja2
import yaml

from tools.content import documentation
from tools.content.rundeck_steps import EVERY_STEP, SETTINGS, STEPS, Step

ROOT = Path(__file__).resolve().parents[2]
RUNDECK_GUIDE = "docs/docsite/rst/guide_rundeck.rst"
JOB_OF_THE_GUIDE = "incident_note"
ROLE = "page_and_wait"
"""The role that has a ready playbook: it needs no files of the user's."""
SECTION = re.compile(r"(\.\. begin (\w+), made by make content\n\n).*?(\.\. end \2\n)", re.DOTALL)
WIDTH = 120


def files() -> dict[str, str]:
    """Return the content of each generated file, by its path in the repository."""
    modules = documentation.modules()
    role = documentation.role(ROLE)
    shared = {
        "modules": [*modules, role],
        "connection": documentation.connection(),
        "names": {each.name for each in modules},
    }
    made = {f"playbooks/{module.name}.yml": render("playbook.yml", module=module) for module in modules}
    made[f"playbooks/{ROLE}.yml"] = render("role.yml", role=role, results=documentation.INCIDENT_RESULTS)
    made["playbooks/tasks/result.yml"] = render("result.yml", results=documentation.results(modules))
    made["content/rundeck/jobs.yaml"] = render("rundeck.yaml", **shared)
    made["content/awx/controller.yml"] = _awx(shared["modules"], shared["connection"])
    made[RUNDECK_GUIDE] = _guide(made["content/rundeck/jobs.yaml"], shared["names"])
    return made


def render(template: str, **values: t.Any) -> str:
    """Return a rendered template. The licence on top of the template is that of the file as well."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # Braces are Ansible's own.
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
    )
    environment.filters.update(scalar=scalar, folded=folded, expression=expression)
    return environment.get_template(f"{template}.j2").render(**values)


def scalar(text: str) -> str:
    """Return a text as a YAML scalar on one line."""
    return yaml.safe_dump(text, allow_unicode=True, width=10**6).removesuffix("\n").removesuffix("\n...")


def folded(text: str, indent: int) -> str:
    """Return a text as a folded YAML block, for a key at this indentation."""
    lines = textwrap.wrap(text, WIDTH - indent - 2, break_long_words=False, break_on_hyphens=False)
    return ">-\n" + textwrap.indent("\n".join(lines), " " * (indent + 2))


def expression(text: str, key: str, indent: int) -> str:
    """Return a Jinja expression as the value of a key at this indentation."""
    template = f"{{{{ {text} }}}}"
    short = f'"{template}"'
    return short if indent + len(f"{key}: {short}") <= WIDTH else folded(template, indent)


def _awx(modules: list[documentation.Module], connection: tuple[documentation.Option, ...]) -> str:
    named = {option.name: option for option in connection}
    by_name = {module.name: module for module in modules}
    return render(
        "awx.yml",
        modules=modules,
        credential_types={
            "REST API": [named[name] for name in ("api_token", "from_email", "region")],
            "Events API": [*by_name["event"].secrets, named["region"]],
        },
        workflow={"event": by_name["event"], "incident": by_name["incident_info"], "note": by_name["incident_note"]},
    )


def _guide(jobs: str, names: set[str]) -> str:
    """Return the guide for Rundeck with its generated sections."""
    steps = [step for step in STEPS if step.module in names]
    sections = {
        "steps": _table("Rundeck step", "Module", "Ready playbook", rows=[_step_row(step) for step in steps]),
        "job": ".. code-block:: yaml\n\n" + textwrap.indent(_job(jobs), "    "),
        "fields": _table("Rundeck step", "Field", "Option", rows=[*EVERY_STEP, *_field_rows(steps), *SETTINGS]),
    }
    text = (ROOT / RUNDECK_GUIDE).read_text(encoding="utf-8")
    return SECTION.sub(lambda found: f"{found[1]}{sections[found[2]]}\n{found[3]}", text)


def _job(jobs: str) -> str:
    """Return the job that the guide shows."""
    playbook = f"ansible-playbook: oncall.pagerduty.{JOB_OF_THE_GUIDE}\n"
    (job,) = [job for job in re.split(r"(?m)^(?=- )", jobs) if playbook in job]
    return job


def _step_row(step: Step) -> tuple[str, ...]:
    return step.name, f":ansplugin:`oncall.pagerduty.{step.module}#module`", f"``oncall.pagerduty.{step.module}``"


def _field_rows(steps: list[Step]) -> t.Iterator[tuple[str, ...]]:
    for step in steps:
        for field, option in step.fields.items():
            yield step.name, field, f":ansopt:`oncall.pagerduty.{step.module}#module:{option}`"


def _table(*header: str, rows: t.Iterable[tuple[str, ...]]) -> str:
    lines = [line for row in (header, *rows) for line in (f"   * - {row[0]}", *(f"     - {cell}" for cell in row[1:]))]
    return "\n".join([".. list-table::", "   :header-rows: 1", "", *lines, ""])
