# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


"""Random options and random responses: none may cause a traceback."""

from __future__ import annotations

import importlib
import json
import string
import typing as t

from ansible_collections.oncall.pagerduty.plugins.module_utils._module import Module
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._given import given_to
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from figures.reliability.corrupting_proxy import Bytes, CorruptingProxy, Corruption, Head, Value
from figures.reliability.processes import MODULES, ModuleRun, run
from modules import MODULES as TABLE
from modules import ON_INCIDENTS, SETTING
from simulator import account
from simulator.launch import Simulator

Options = dict[str, t.Any]

ODD = (
    "",
    "0",
    "-1",
    "true",
    "\x00",
    "{{ 7 * 7 }}",
    "a\r\nX-Injected: 1",
    "../users",
    "id?x=1#y",
    "2026-11-23T12:00:00Z",
)
LIKELY = ("https://example.com/", "triggered", "resolved", "present", "absent", "reference", "Q1R2DLCB21K7NP")
NAMES = (account.OWNER.id, account.OWNER.email, account.OWNER.name, account.DATABASE_POLICY.name)
ADDRESSES = ("x", "http://", "https://", "http://[::1", "http://localhost:99999", "http://localhost:port")
UNSAFE_ADDRESSES = ("ftp://localhost", "http://example.com", "https://user:password@localhost", "https://localhost/?a")
TIMES = (0, -1, 1e-9, 5e-324, "x", "nan", "inf", [], {})
CONTENT_HEADERS = ("Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding")
OTHER_HEADERS = ("Location", "Retry-After", "ratelimit-remaining", "ratelimit-reset", "Set-Cookie", "x-request-id")
HEADER_VALUES = ("gzip", "deflate", "chunked", "text/html", "9" * 5000, "0")
SURROGATES = "\ud83d\ude00"
PRINTED = string.printable.replace("\r", "").replace("\n", "")

texts = st.text(st.characters() | st.sampled_from(SURROGATES), max_size=40)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=6
)
known = st.sampled_from(ODD + LIKELY + NAMES)
connections: dict[str, st.SearchStrategy[t.Any]] = {
    "api_url": st.sampled_from(ADDRESSES + UNSAFE_ADDRESSES),
    "events_url": st.sampled_from(ADDRESSES + UNSAFE_ADDRESSES),
    "max_wait": st.sampled_from(TIMES),
    "timeout": st.sampled_from((*TIMES, 1e9, 1e300)),
}
"""Options that must not send a task elsewhere, or let it wait."""

headers = st.dictionaries(
    st.sampled_from(CONTENT_HEADERS + OTHER_HEADERS),
    st.text(PRINTED, max_size=10) | st.integers().map(str) | st.sampled_from(HEADER_VALUES),
    max_size=3,
)
bodies = st.binary(max_size=40) | values.map(lambda value: json.dumps(value).encode())
corruptions_of_responses: st.SearchStrategy[Corruption] = st.one_of(
    st.none(),
    st.builds(Value, st.integers(0, 2000), st.lists(values | known, max_size=1).map(tuple)),
    st.builds(Head, st.none() | st.integers(200, 599), headers, st.none() | bodies),
    st.builds(Bytes, st.binary(max_size=60) | st.binary(max_size=40).map(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest)),
)


class Fuzz:
    """Runs tasks with random options or random responses.

    Args:
        proxy: between the module and the simulator.
    """

    def __init__(self, simulator: Simulator, proxy: CorruptingProxy) -> None:
        self._proxy = proxy
        self._ids = simulator.reset(**SETTING)["incidents"][:1]
        for module in TABLE:
            # The proxy remembers the responses, to corrupt them later.
            assert not self._run(module, {}).failed

    def options(self, module: str, examples: int) -> None:
        """Run a module with random options."""
        spec = definition_of(module).options
        drawn = {name: connections.get(name, _values_of(option)) for name, option in spec.items()}
        names = st.lists(st.sampled_from(sorted(drawn)), max_size=4, unique=True)

        def survive(given_options: Options) -> None:
            ran = self._run(module, given_options)
            self._check(ran)
            if ran.failed and (not ran.failures or ran.msg.partition(":")[0] in spec):
                assert self._proxy.calls == [], "an option was refused after a call"

        options = names.flatmap(lambda chosen: st.fixed_dictionaries({name: drawn[name] for name in chosen}))
        _repeat(survive, options, examples)

    def responses(self, module: str, examples: int) -> None:
        """Run a module with random sequences of responses."""

        def survive(corruptions: list[Corruption]) -> None:
            self._check(self._run(module, {}, corruptions))

        _repeat(survive, st.lists(corruptions_of_responses, min_size=1, max_size=5), examples)

    def _run(self, module: str, options: Options, corruptions: t.Sequence[Corruption] = ()) -> ModuleRun:
        targets = {"incident_id": self._ids} if module in ON_INCIDENTS else {}
        task = {"max_wait": 0, **targets, **TABLE[module].simplest, **options}
        # As Ansible's controller hands them over.
        return run(module, given_to(definition_of(module), task), self._proxy.corrupt(corruptions))

    def _check(self, ran: ModuleRun) -> None:
        assert not ran.crashed, ran.output
        assert ran.result is not None
        assert ran.code == int(ran.failed), ran.output
        assert ran.result["msg"], ran.output
        # Ansible masks a token of one letter wherever that letter is.
        outcomes = {failure["outcome"] for failure in ran.failures if "*" not in failure["outcome"]}
        assert outcomes <= {"not_done", "partly_done", "unknown"}, ran.output
        assert account.ACCOUNT_KEY not in ran.output
        assert account.ROUTING_KEY not in ran.output


def definition_of(module: str) -> Module:
    """Return what a module does."""
    return t.cast("Module", importlib.import_module(f"{MODULES}.{module}").DEFINITION)


def _repeat(survive: t.Callable[[t.Any], None], inputs: st.SearchStrategy[t.Any], examples: int) -> None:
    """Try a number of inputs, the same ones in each run."""
    check = given(inputs)(survive)
    settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )(check)()


def _values_of(option: t.Mapping[str, t.Any]) -> st.SearchStrategy[t.Any]:
    """Return values of the option's type, and others."""
    of_type: dict[str, st.SearchStrategy[t.Any]] = {
        "bool": st.booleans(),
        "dict": st.dictionaries(texts, values, max_size=3),
        "float": st.floats(),
        "int": st.integers(),
        "list": st.lists(known | texts, max_size=3),
        "raw": values,
    }
    right = of_type.get(option["type"], known | texts)
    return right | st.sampled_from(option.get("choices", [""])) | values | known
