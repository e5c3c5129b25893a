# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an event says of the run it comes from, when its author says nothing."""

from __future__ import annotations

import platform

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._run import with_defaults

RUN_VARIABLES = ("RD_JOB_NAME", "RD_JOB_GROUP", "RD_JOB_PROJECT")
ON_WEB_1 = {"inventory_hostname": "web-1", "ansible_play_name": "Nightly backup"}


@pytest.fixture(autouse=True)
def outside_of_any_job(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in RUN_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_a_play_names_itself_and_its_host() -> None:
    assert with_defaults({"dedup_key": "k"}, ON_WEB_1) == {
        "dedup_key": "k",
        "summary": "Ansible play Nightly backup",
        "source": "web-1",
    }


def test_what_is_given_is_kept() -> None:
    given = {"summary": "Disk full", "source": "db-1"}
    assert with_defaults(given, ON_WEB_1) == given


def test_localhost_is_called_by_its_name() -> None:
    assert with_defaults({}, {"inventory_hostname": "localhost"})["source"] == platform.node()


def test_a_rundeck_job_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"NAME": "nightly", "GROUP": "backup/db", "PROJECT": "shop"}.items():
        monkeypatch.setenv(f"RD_JOB_{name}", value)
    summary = with_defaults({}, ON_WEB_1)["summary"]
    assert summary == "Rundeck job backup/db/nightly of project shop: play Nightly backup"


@pytest.mark.parametrize("variable", ["awx_job_template_name", "tower_job_template_name"])
def test_an_awx_job_template_names_itself(variable: str) -> None:
    summary = with_defaults({}, {**ON_WEB_1, variable: "Back up"})["summary"]
    assert summary == "AWX job template Back up: play Nightly backup"


def test_an_overlong_name_is_cut_rather_than_refused() -> None:
    assert len(with_defaults({}, {"ansible_play_name": "x" * 2000})["summary"]) == 1024
