# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules' documentation says, with their doc fragments: options, results, and plain text."""

from __future__ import annotations

import ast
import re
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
ROLES = PLUGINS.parent / "roles"
PREFIX = "oncall.pagerduty."
CONNECTION = "auth"
"""The doc fragment with the options of every module."""
FORM_CHOICES = {"severity": ("critical", "error", "warning", "info")}
"""What a form offers for an option that takes more."""
PROSE = ("content", "description", "resolution", "responders_message", "update_message")
"""Options with text of several lines."""
SECRETS = ("api_token", "routing_key")
INCIDENT_RESULTS = {
    "incident_id": "id",
    "incident_number": "incident_number",
    "incident_status": "status",
    "incident_url": "html_url",
}
"""What a later step learns about the incidents: the name of the result, and the field of an incident."""
INCIDENTS = "pagerduty_result.incidents"
PASSED_ON = ("incident_id", "dedup_key")
"""Results that are options of later steps. No other result may have the name of an option."""
MARKUP = re.compile(r"\b(?:RV|[A-Z])\(([^()]*)\)")


@dataclass(frozen=True)
class Option:
    """An option of a module.

    Args:
        kind: its type, as the documentation names it.
        description: plain text.
    """

    name: str
    kind: str
    description: str
    required: bool = False
    choices: tuple[str, ...] = ()
    default: t.Any = None

    @property
    def variable(self) -> str:
        """The variable of the playbooks, and the environment variable."""
        return f"pagerduty_{self.name}"

    @property
    def label(self) -> str:
        """The name in a form."""
        words = re.sub(r"\b(api|id|url)\b", lambda found: found[0].upper(), self.name.replace("_", " "))
        return words[0].upper() + words[1:]

    @property
    def help(self) -> str:
        """The description in a form, where every value is text."""
        hints = {
            "list": " In this form: JSON, or commas between the entries.",
            "dict": " In this form: JSON.",
            "raw": " In this form: text or JSON.",
        }
        return self.description + hints.get("" if self.choices else self.kind, "")

    @property
    def question_type(self) -> str:
        """The type of its question in an AWX survey."""
        if self.values:
            return "multiselect" if self.kind == "list" else "multiplechoice"
        long_text = self.kind in ("list", "dict", "raw") or self.name in PROSE
        return {"int": "integer", "float": "float"}.get(self.kind, "textarea" if long_text else "text")

    @property
    def secret(self) -> bool:
        """Whether the value must not be shown."""
        return self.name in SECRETS

    @property
    def values(self) -> tuple[str, ...]:
        """All values that are allowed, if there is a list of them."""
        return ("true", "false") if self.kind == "bool" else self.choices

    @property
    def default_text(self) -> str:
        """The default as text; empty if there is none."""
        if isinstance(self.default, bool):
            return str(self.default).lower()
        if isinstance(self.default, list):
            return ",".join(map(str, self.default))
        return "" if self.default is None else str(self.default)


@dataclass(frozen=True)
class Module:
    """A module.

    Args:
        title: what it does, in one line.
        description: plain text.
        options: its own options, without those of the connection.
        returns: the names of its results, with their documentation.
        is_role: whether it is a role: it calls both APIs, and may do without a routing key.
    """

    name: str
    title: str
    description: str
    options: tuple[Option, ...]
    returns: dict[str, t.Any]
    is_role: bool = False

    @property
    def form_options(self) -> tuple[Option, ...]:
        """The options of its playbook, without those of the connection and without secrets."""
        return tuple(option for option in self.options if not option.secret)

    @property
    def secrets(self) -> tuple[Option, ...]:
        """Its own options that are secret."""
        return tuple(option for option in self.options if option.secret)


def connection() -> tuple[Option, ...]:
    """Return the options of every module."""
    return tuple(_option(name, entry) for name, entry in _fragment(CONNECTION)["options"].items())


def modules() -> list[Module]:
    """Return all modules, by name."""
    return [_module(path) for path in sorted((PLUGINS / "modules").glob("*.py"))]


def role(name: str) -> Module:
    """Return a role that has a ready playbook of its own; its options are without the name of the role."""
    file = ROLES / name / "meta" / "argument_specs.yml"
    spec = yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"]["main"]
    options = [_option(option.removeprefix(f"{name}_"), entry) for option, entry in spec["options"].items()]
    return Module(name, spec["short_description"], _text(spec["description"]), tuple(options), {}, is_role=True)


def results(modules: t.Sequence[Module]) -> dict[str, str]:
    """Return what the playbooks pass on to later steps: an expression of `pagerduty_result` for each name.

    None of them may fail, whatever the module returned: the change is made by then. What a module does not return is
    left out. No result has the name of an option, which a later step would take, except `PASSED_ON`.
    """
    found = {
        name: f"({INCIDENTS} | map(attribute='{field}', default='') | select | join(',')) "
        f"if {INCIDENTS} is defined else omit"
        for name, field in INCIDENT_RESULTS.items()
    }
    for name, entry in sorted({name: entry for module in modules for name, entry in module.returns.items()}.items()):
        if entry["type"] == "str":
            found[name] = f"pagerduty_result.{name} | default(omit)"
        elif entry["type"] == "dict" and name != "incident" and "id" in (entry.get("sample") or {}):
            found[f"{name}_id"] = f"(pagerduty_result.{name} | default({{}}, true)).id | default(omit)"
    found["changed"] = "pagerduty_result is changed"
    found["msg"] = "pagerduty_result.msg | default('')"
    option_names = {option.name for module in modules for option in module.options}
    return {name: value for name, value in found.items() if name in PASSED_ON or name not in option_names}


def plain(text: str) -> str:
    """Return a text of the documentation without its markup."""
    return MARKUP.sub(lambda found: found[1].removeprefix(PREFIX).removeprefix("ignore:"), text)


def _module(path: Path) -> Module:
    strings = _strings(path)
    documentation, returns = yaml.safe_load(strings["DOCUMENTATION"]), yaml.safe_load(strings["RETURN"])
    options: dict[str, t.Any] = {}
    for name in documentation["extends_documentation_fragment"]:
        options |= _fragment(name.removeprefix(PREFIX)).get("options", {})
    for name, entry in (documentation.get("options") or {}).items():
        # As Ansible merges them: a module may say something else about a part of a shared option.
        options[name] = {**options.get(name, {}), **entry}
    for name in _fragment(CONNECTION)["options"]:
        del options[name]
    return Module(
        path.stem,
        documentation["short_description"],
        _text(documentation["description"]),
        tuple(_option(name, entry) for name, entry in options.items()),
        returns or {},
    )


def _fragment(name: str) -> dict[str, t.Any]:
    """Return a doc fragment, by `FILE` or `FILE.SECTION`."""
    file, _dot, section = name.partition(".")
    strings = _strings(PLUGINS / "doc_fragments" / f"{file}.py")
    return t.cast("dict[str, t.Any]", yaml.safe_load(strings[section.upper() or "DOCUMENTATION"]))


def _strings(path: Path) -> dict[str, str]:
    """Return the strings that a file assigns to names."""
    assigned = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Assign)]
    return {
        node.targets[0].id: node.value.value
        for node in assigned
        if isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Constant)
    }


def _option(name: str, entry: dict[str, t.Any]) -> Option:
    return Option(
        name,
        entry.get("type", "str"),
        _text(entry["description"]),
        required=entry.get("required", False),
        choices=tuple(map(str, entry.get("choices") or FORM_CHOICES.get(name, ()))),
        default=entry.get("default"),
    )


def _text(description: str | list[str]) -> str:
    return plain(description if isinstance(description, str) else " ".join(description))
