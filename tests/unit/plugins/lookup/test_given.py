# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which options the lookup finds in variables and in the environment, and in which form."""

from __future__ import annotations

import datetime
import itertools
import typing as t

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.oncall.pagerduty.plugins.lookup.given import LookupModule

try:
    from ansible.template import trust_as_template
except ImportError:
    # Before ansible-core 2.19 every text may be a template.
    def trust_as_template(text: str) -> str:
        """Return the text."""
        return text


def given(module: str, **variables: t.Any) -> dict[str, t.Any]:
    """Return what the lookup finds for a module."""
    (found,) = LookupModule(templar=Templar(loader=DataLoader(), variables=variables)).run([module], variables)
    return t.cast("dict[str, t.Any]", found)


@pytest.mark.parametrize(
    ("module", "name", "value", "expected"),
    [
        ("incident_note", "content", "Disk full: 95% on #2", "Disk full: 95% on #2"),
        ("incident_note", "content", '{"a": 1}', '{"a": 1}'),
        ("incident_note", "content", 42, "42"),
        ("incident_note", "content", True, "True"),
        ("incident_note", "allow_duplicate", False, "False"),
        ("incident_note", "max_wait", 0, "0"),
        ("incident_note", "region", "eu", "eu"),
        ("incident_info", "since", datetime.date(2026, 1, 31), "2026-01-31"),
        ("incident_info", "statuses", "triggered, acknowledged,", ["triggered", "acknowledged"]),
        ("incident_info", "statuses", '["triggered"]', ["triggered"]),
        ("incident_info", "statuses", "triggered\nacknowledged\n", ["triggered", "acknowledged"]),
        ("incident_info", "statuses", ["triggered"], ["triggered"]),
        ("incident_info", "incident_id", 42, 42),
        ("event", "links", [{"href": "https://example.com"}], [{"href": "https://example.com"}]),
        (
            "event",
            "links",
            "https://a.example.com, https://b.example.com",
            "https://a.example.com, https://b.example.com",
        ),
        ("event", "custom_details", '{"free": "0 %"}', '{"free": "0 %"}'),
        (
            "event",
            "custom_details",
            {"free": 0.5, "from": datetime.date(2026, 1, 31), "hosts": ("a", None), "rate": float("inf")},
            {"free": 0.5, "from": "2026-01-31", "hosts": ["a", None], "rate": "Infinity"},
        ),
    ],
)
def test_a_variable_becomes_what_the_module_takes(module: str, name: str, value: t.Any, expected: t.Any) -> None:
    assert given(module, **{f"pagerduty_{name}": value}) == {name: expected}


def test_the_connection_is_what_all_modules_have_in_common() -> None:
    variables = {"pagerduty_region": "eu", "pagerduty_routing_key": "R1", "pagerduty_incident_id": "Q1"}
    assert given("connection", **variables) == {"region": "eu", "routing_key": "R1"}


def test_a_variable_is_a_template_if_its_author_wrote_one() -> None:
    content = trust_as_template("{{ greeting }} to you")
    assert given("incident_note", pagerduty_content=content, greeting="Hello") == {"content": "Hello to you"}


EMPTIES: tuple[t.Any, ...] = (None, "", " \n", {}, [])


@pytest.mark.parametrize(
    ("option", "empty"),
    [
        *itertools.product(["content", "allow_duplicate", "timeout", "ca_path"], EMPTIES),
        *itertools.product(["incident_id"], EMPTIES[:-1]),
    ],
)
def test_null_and_empty_count_as_not_set_for_every_kind_of_option(
    option: str, empty: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"pagerduty_{option}"
    assert given("incident_note", **{name: empty}) == {}
    monkeypatch.setenv(name, "7")
    assert list(given("incident_note", **{name: empty})) == [option]
    for blank in ("", " "):
        monkeypatch.setenv(name, blank)
        assert given("incident_note") == {}


def test_an_empty_list_of_incidents_is_kept_as_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("pagerduty_incident_id", "7")
    assert given("incident_note", pagerduty_incident_id=[]) == {"incident_id": []}
    assert given("incident_merge", pagerduty_source_incidents="[]") == {"incident_id": ["7"], "source_incidents": []}


def test_incidents_may_have_white_space_between_them() -> None:
    assert given("incident_note", pagerduty_incident_id="#42 43,\nQ1") == {"incident_id": ["#42", "43", "Q1"]}


def test_an_incident_that_does_not_exist_yet_keeps_the_white_space_of_its_key() -> None:
    foretold = "would-be-opened:disk, 100 % full"
    assert given("incident_note", pagerduty_incident_id=foretold) == {"incident_id": [foretold]}


@pytest.mark.parametrize("template", ["{{ omit }}", "{{ nowhere }}"])
def test_a_variable_that_is_omitted_or_undefined_counts_as_not_set(template: str) -> None:
    marks = {} if trust_as_template.__module__ != __name__ else {"omit": "__omit_place_holder__"}
    found = given("incident_note", pagerduty_content=trust_as_template(template), pagerduty_state="absent", **marks)
    assert found == {"state": "absent"}


def test_an_option_may_be_given_by_an_alias() -> None:
    assert given("incident_note", pagerduty_text="hello", pagerduty_id="Q1") == {
        "content": "hello", "incident_id": ["Q1"],
    }  # fmt: skip
    assert given("incident_note", pagerduty_text="old", pagerduty_content="new") == {"content": "new"}
    assert given("incident_note", pagerduty_text="old", pagerduty_content=" ") == {"content": "old"}


def test_a_variable_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("pagerduty_content", "{{ by the environment }}")
    monkeypatch.setenv("pagerduty_incident_id", "Q1, Q2")
    monkeypatch.setenv("pagerduty_summary", "an option of another module")
    found = given("incident_note", pagerduty_content="by a variable", pagerduty_other="no option")
    assert found == {"content": "by a variable", "incident_id": ["Q1", "Q2"]}
    assert given("incident_note")["content"] == "{{ by the environment }}"


def test_an_incident_that_was_found_comes_before_the_key_that_found_it() -> None:
    passed_on = {"pagerduty_incident_id": "Q1", "pagerduty_dedup_key": "disk"}
    assert given("incident_note", **passed_on) == {"incident_id": ["Q1"]}
    assert given("incident_note", pagerduty_dedup_key="disk") == {"dedup_key": "disk"}
    assert given("event", **passed_on) == {"dedup_key": "disk"}


def test_a_list_that_is_no_json_is_an_error_without_its_content() -> None:
    with pytest.raises(AnsibleLookupError, match=r"^pagerduty_users starts with '\[', but is not") as error:
        given("incident_responders", pagerduty_users='["secret"')
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("terms", "options", "words"),
    [
        (["incident_note"], {"other": 1}, "Name one module"),
        (["incident_note", "event"], {}, "Name one module"),
        ([], {}, "Name one module"),
        (["ping"], {}, "oncall.pagerduty has no module 'ping'."),
    ],
)
def test_one_module_of_the_collection_is_named(terms: list[str], options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(AnsibleLookupError, match=words):
        LookupModule(templar=Templar(loader=None, variables={})).run(terms, {}, **options)
