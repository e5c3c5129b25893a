# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds private names of ansible-core and of libraries: each would break with some later version."""

from __future__ import annotations

import ast
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("ansible", "requests", "urllib3", "aiohttp", "pytest", "hypothesis")
OF_NAMED_TUPLES = frozenset(("_asdict", "_field_defaults", "_fields", "_make", "_replace"))
"""Public in spite of their names. Source: https://docs.python.org/3/library/collections.html#collections.namedtuple."""
ALLOWED: dict[tuple[str, str], str] = {
    ("plugins/plugin_utils/_action.py", "_task"): "documented for action plugins in Ansible's developer guide",
    ("plugins/plugin_utils/_action.py", "_connection"): "documented for action plugins in Ansible's developer guide",
    ("plugins/plugin_utils/_action.py", "_templar"): "documented for action plugins in Ansible's developer guide",
    ("plugins/plugin_utils/_action.py", "_loader"): "documented for action plugins in Ansible's developer guide",
    ("plugins/plugin_utils/_results.py", "_host"): "before 2.19 a result has no public name for it",
    ("plugins/plugin_utils/_results.py", "_task"): "before 2.19 a result has no public name for it",
    ("plugins/plugin_utils/_results.py", "_result"): "before 2.19 a result has no public name for it",
    ("plugins/module_utils/_module.py", "_diff"): "documented for modules in Ansible's developer guide",
    ("tests/integration/callback/recorder.py", "_task"): "before 2.19 a result has no public name for it",
    ("tests/integration/callback/recorder.py", "_result"): "before 2.19 a result has no public name for it",
}
"""Exceptions, by file and name, each with its reason."""


def main() -> int:
    """Print the private names in use; returns 1 if there are any that are not allowed."""
    used = {(path, name): line for path in _files() for name, line in private_names(path)}
    found = {(str(path.relative_to(ROOT)), name): line for (path, name), line in used.items()}
    for (path, name), line in found.items():
        if (path, name) not in ALLOWED:
            print(f"{path}:{line}: {name} is private")
    for path, name in ALLOWED.keys() - found.keys():
        print(f"{path}: {name} is allowed, but not used")
    return int(found.keys() != ALLOWED.keys())


def _files() -> t.Iterator[Path]:
    for folder in ("plugins", "extensions", "simulator", "tests", "tools"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def private_names(path: Path) -> t.Iterator[tuple[str, int]]:
    """Yield the private names of others that a file uses, each with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = {
        node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    own |= {name.id for name in ast.walk(tree) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
    own |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_own_field(node)}
    imported = {
        alias.asname or alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in LIBRARIES and not node.level:
            for name in [*(node.module or "").split("."), *(alias.name for alias in node.names)]:
                if _is_private(name):
                    yield name, node.lineno
        if isinstance(node, ast.Attribute) and _is_private(node.attr) and node.attr not in own:
            base = node.value
            # A private name of this package, by the name of its module, is our own.
            if not (isinstance(base, ast.Name) and base.id.startswith("_") and base.id in imported):
                yield node.attr, node.lineno


def _is_own_field(node: ast.Attribute) -> bool:
    """Return whether an object sets a field of its own."""
    return isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in OF_NAMED_TUPLES


if __name__ == "__main__":
    sys.exit(main())
