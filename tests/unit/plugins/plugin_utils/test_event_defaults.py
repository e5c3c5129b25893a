# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The default summary and source of an event: they describe the run."""

from __future__ import annotations

import platform

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._controller import definition
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._event_defaults import NAMES, with_defaults

RUN_VARIABLES = ("RD_JOB_NAME", "RD_JOB_GROUP", "RD_JOB_PROJECT")
ON_WEB_1 = {"inventory_hostname": "web-1", "ansible_play_name": "Nightly backup"}


@pytest.fixture(autouse=True)
def no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in RUN_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_the_defaults_are_the_play_and_the_host() -> None:
    assert with_defaults({"dedup_key": "k"}, ON_WEB_1) == {
        "dedup_key": "k",
        "summary": "Ansible play Nightly backup",
        "source": "web-1",
    }


@pytest.mark.parametrize("name", ["summary", "text"])
def test_given_values_are_kept(name: str) -> None:
    given = {name: "Disk full", "source": "db-1"}
    assert with_defaults(given, ON_WEB_1) == given


def test_localhost_becomes_the_name_of_the_machine() -> None:
    assert with_defaults({}, {"inventory_hostname": "localhost"})["source"] == platform.node()


def test_a_rundeck_job_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"NAME": "nightly", "GROUP": "backup/db", "PROJECT": "shop"}.items():
        monkeypatch.setenv(f"RD_JOB_{name}", value)
    summary = with_defaults({}, ON_WEB_1)["summary"]
    assert summary == "Rundeck job backup/db/nightly of project shop: play Nightly backup"


@pytest.mark.parametrize("variable", ["awx_job_template_name", "tower_job_template_name"])
def test_an_awx_job_template_is_named(variable: str) -> None:
    summary = with_defaults({}, {**ON_WEB_1, variable: "Back up"})["summary"]
    assert summary == "AWX job template Back up: play Nightly backup"


@pytest.mark.parametrize("module", ["event", "change_event"])
def test_the_other_names_are_those_of_the_modules(module: str) -> None:
    options = definition(module).options
    aliases = {alias: name for name in ("summary", "source") for alias in options[name].get("aliases", ())}
    assert aliases == NAMES
