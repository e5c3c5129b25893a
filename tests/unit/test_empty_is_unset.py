# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Empty is unset: for each option of each module, and those of the connection wherever they come from.

AWX and Rundeck make empty variables and options of what nobody has filled in.
"""

from __future__ import annotations

import functools
import pkgutil
import types
import typing as t
from pathlib import Path
from unittest import mock

import pytest
from ansible_collections.oncall.pagerduty.plugins import modules
from ansible_collections.oncall.pagerduty.plugins.callback import notify
from ansible_collections.oncall.pagerduty.plugins.lookup.oncall import LookupModule
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import VARIABLES
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._eda import connection
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import AUTH, EVENTS, INCIDENT_ID
from ansible_collections.oncall.pagerduty.plugins.plugin_utils import _controller
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._given import given_to

Options = dict[str, t.Any]
Taker = t.Callable[[Options], t.Any]

VALUES = {
    "api_token": "another-token",
    "auth_type": "bearer",
    "from_email": "someone@example.com",
    "region": "eu",
    "api_url": "https://api.example.com",
    "events_url": "https://events.example.com",
    "validate_certs": "false",
    # A folder: the certificates of a file would be loaded in each test.
    "ca_path": str(Path(__file__).parent),
    "timeout": "7",
    "max_wait": "8",
    "routing_key": "r" * 32,
}


MODULES = [module for _finder, module, _is_package in pkgutil.iter_modules(modules.__path__)]
NAMES = [
    (module, name)
    for module in MODULES
    for option, spec in _controller.definition(module).options.items()
    for name in (option, *spec.get("aliases", ()))
]
INCIDENT = ("incident_id", *INCIDENT_ID["incident_id"]["aliases"])
REMOVABLE = [("user", "title"), ("user", "job_title"), ("user", "description")]
FILTERS = [
    *(("oncall_info", name) for name in ("escalation_policies", "schedules", "users", "levels")),
    *(("maintenance_window_info", name) for name in ("description", "services", "teams")),
    *(("user_info", name) for name in ("users", "user", "email", "teams", "query", "text")),
]
KEPT = [*((module, name) for module, name in NAMES if name in INCIDENT), *REMOVABLE, *FILTERS]
OPTIONS = [each for each in NAMES if each not in KEPT]


class Callback(notify.CallbackModule):
    """The callback with the options of an ansible.cfg.

    Args:
        config: the options.
    """

    def __init__(self, config: Options) -> None:
        super().__init__()
        self._config = {"time_limit": 30.0, "severity": "error", **config}

    def get_option(self, name: str) -> t.Any:
        return self._config.get(name)


def by_module(options: Options) -> t.Any:
    """What a module gets for the options of a task."""
    return _controller.validate(
        _controller.definition("event"), "event", given_to(_controller.definition("event"), options)
    )


def by_lookup(options: Options) -> t.Any:
    """What the lookup asks for, with options in its call."""
    return _asked("oncall_info", lambda: LookupModule().run(["Web"], {}, **options))


def by_variables(options: Options) -> t.Any:
    """What the lookup asks for, with options in variables."""
    variables = {f"pagerduty_{name}": value for name, value in options.items()}
    return _asked("oncall_info", lambda: LookupModule().run(["Web"], variables))


def by_callback(options: Options) -> t.Any:
    """What the callback sends, with options in ansible.cfg."""

    def run() -> None:
        callback = Callback(options)
        callback.v2_playbook_on_start(None)
        callback.v2_playbook_on_play_start(types.SimpleNamespace(get_name=lambda: "Web"))
        task = types.SimpleNamespace(action="ansible.builtin.debug")
        host = types.SimpleNamespace(get_name=lambda: "web-1")
        callback.v2_runner_on_ok(types.SimpleNamespace(host=host, task=task))
        callback.v2_playbook_on_stats(None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notify, "End", mock.MagicMock())
        return _asked("event", run)


def by_source(options: Options) -> t.Any:
    """The connection of an event source, or why it has none."""
    try:
        return connection.connection(options)._asdict()
    except TaskError as error:
        return str(error)


def _asked(module: str, run: t.Callable[[], t.Any]) -> Options:
    """Run something that runs a module; returns the module's options."""
    options: Options = {}

    def keep(params: Options, **_keywords: t.Any) -> Options:
        options.update(params)
        return {"failed": False, "msg": "", "users": []}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_controller.definition(module), "run", keep)
        run()
    return options


TAKERS: dict[Taker, t.Collection[str]] = {
    by_module: {**AUTH, **EVENTS},
    by_lookup: AUTH,
    by_variables: AUTH,
    by_callback: notify.CONNECTION_OPTIONS,
    by_source: connection.OPTIONS,
}


def cases(options: t.Collection[str]) -> pytest.MarkDecorator:
    """Each of some options, for whatever takes it."""
    pairs = [(take, option) for take, taken in TAKERS.items() for option in taken if option in options]
    ids = [f"{option} {take.__name__}" for take, option in pairs]
    return pytest.mark.parametrize(("take", "option"), pairs, ids=ids)


EMPTIES = ("", " \t\n", None)
EACH = cases(VALUES)
EACH_WITH_VARIABLES = cases(VARIABLES)

pytestmark = pytest.mark.usefixtures("no_environment")


@EACH
def test_a_value_makes_a_difference(take: Taker, option: str) -> None:
    """Otherwise the other tests would show nothing."""
    others = {"api_token": "a-token"} if option != "api_token" and take is by_source else {}
    assert take({**others, option: VALUES[option]}) != take(others)


@EACH
def test_an_empty_option_is_not_set(take: Taker, option: str) -> None:
    without = take({})
    assert [empty for empty in EMPTIES if take({option: empty}) != without] == []


@EACH_WITH_VARIABLES
def test_the_environment_counts_in_place_of_an_empty_option(
    take: Taker, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLES[option][0], VALUES[option])
    given = take({option: VALUES[option]})
    assert [empty for empty in EMPTIES if take({option: empty}) != given] == []


@EACH_WITH_VARIABLES
def test_an_empty_environment_variable_is_not_set(take: Taker, option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    without = take({})
    for empty in ("", " \t"):
        for variable in VARIABLES[option]:
            monkeypatch.setenv(variable, empty)
        assert take({}) == without
    for variable in reversed(VARIABLES[option]):
        monkeypatch.setenv(variable, VALUES[option])
        assert take({}) == take({option: VALUES[option]})


@pytest.mark.parametrize("take", [by_module, by_lookup])
@pytest.mark.parametrize(
    ("option", "alias"), [(option, alias) for option, spec in AUTH.items() for alias in spec.get("aliases", ())]
)
def test_an_alias_may_be_empty_as_well(take: Taker, option: str, alias: str) -> None:
    assert take({option: VALUES[option], alias: " "}) == take({option: VALUES[option]})


@pytest.mark.parametrize("module", dict.fromkeys(module for module, _name in OPTIONS))
def test_an_empty_option_of_a_module_is_not_set(module: str) -> None:
    defined = _controller.definition(module)

    def taken(options: Options) -> t.Any:
        return _controller.validate(defined, module, given_to(defined, options))

    without = taken({})
    names = [name for of, name in OPTIONS if of == module]
    assert {(name, empty) for name in names for empty in EMPTIES if taken({name: empty}) != without} == set()


def test_an_empty_option_is_kept_only_where_its_page_says_what_it_means() -> None:
    for module, name in KEPT:
        given = functools.partial(given_to, _controller.definition(module))
        assert (module, name, given({name: None})) == (module, name, {})
        for empty in ("", " \t\n"):
            assert (module, name, "".join(given({name: empty})[name]).strip()) == (module, name, "")


def test_an_empty_filter_beside_another_one_is_not_set() -> None:
    for module, name in FILTERS:
        usable = [each for of, each in FILTERS if of == module and each not in (name, "user", "email", "users")]
        given = functools.partial(given_to, _controller.definition(module))
        assert given({name: "", usable[0]: "Web"}) == given({usable[0]: "Web"}), (module, name)


def test_the_table_has_each_option_of_the_connection() -> None:
    assert VALUES.keys() == {*AUTH, *EVENTS}
