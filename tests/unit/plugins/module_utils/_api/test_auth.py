# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection options: their checks, and that no message repeats a secret."""

from __future__ import annotations

import re
import typing as t

import pytest
import requests.certs
import yaml
from ansible_collections.oncall.pagerduty.plugins.doc_fragments.auth import ModuleDocFragment
from ansible_collections.oncall.pagerduty.plugins.module_utils._api.auth import VARIABLES, routing_key, settings
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.connection import CA_VARIABLES
from ansible_collections.oncall.pagerduty.plugins.module_utils._core.errors import InvalidOption, TaskError
from ansible_collections.oncall.pagerduty.plugins.module_utils._options import AUTH

BUNDLE = requests.certs.where()
DEFAULTS: dict[str, t.Any] = {name: spec.get("default") for name, spec in AUTH.items()}


def given(**options: t.Any) -> dict[str, t.Any]:
    return {**DEFAULTS, "api_token": "a-token", **options}


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({"api_token": "y_NbAkKc66ryYTWUXYEu"}, "Token token=y_NbAkKc66ryYTWUXYEu"),
        ({"api_token": "pdus+_0XBPWQQ_1"}, "Bearer pdus+_0XBPWQQ_1"),
        ({"api_token": "pdeu+_0XBPWQQ_1"}, "Bearer pdeu+_0XBPWQQ_1"),
        ({"api_token": "pdus+_0XBPWQQ_1", "auth_type": "token"}, "Token token=pdus+_0XBPWQQ_1"),
        ({"api_token": "plain", "auth_type": "bearer"}, "Bearer plain"),
        # As it was copied from a header, or left by a file of variables.
        ({"api_token": "Token token=plain"}, "Token token=plain"),
        ({"api_token": "Authorization: token token=plain"}, "Token token=plain"),
        ({"api_token": "Bearer plain"}, "Bearer plain"),
        ({"api_token": '"Bearer plain"'}, "Bearer plain"),
        ({"api_token": "'plain'"}, "Token token=plain"),
        ({"api_token": "Bearer plain", "auth_type": "token"}, "Token token=plain"),
    ],
)
def test_the_auth_type_follows_from_the_token_unless_it_is_set(options: dict[str, str], header: str) -> None:
    assert settings(given(**options)).authorization == header


@pytest.mark.parametrize("token", [None, ""])
def test_a_missing_token_is_an_error_when_it_is_needed(token: str | None) -> None:
    connection = settings(given(api_token=token))
    with pytest.raises(TaskError, match="PAGERDUTY_API_TOKEN"):
        str(connection.authorization)


@pytest.mark.parametrize("token", ["secret\r\nX-Evil: 1", "secret token", "sécret"])
def test_a_token_that_could_inject_headers_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(InvalidOption, match="api_token") as caught:
        settings(given(api_token=token))
    assert "cret" not in str(caught.value)


def test_repr_of_settings_has_no_secret() -> None:
    assert "s3cr3t" not in repr(settings(given(api_token="s3cr3t")))


@pytest.mark.parametrize(
    "email", ["nobody", "a@b@c", "a b@example.com", "a@example.com\r\nX: 1", "@example.com", "ä@x"]
)
def test_an_invalid_from_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidOption, match="from_email"):
        settings(given(from_email=email))


def test_the_region_decides_the_hosts() -> None:
    connection = settings(given(region="eu"))
    assert (connection.api_url, connection.events_url) == (
        "https://api.eu.pagerduty.com",
        "https://events.eu.pagerduty.com",
    )


@pytest.mark.parametrize(("token", "host"), [("pdeu+token", "api.eu"), ("pdus+token", "api"), ("plain", "api")])
def test_the_region_follows_from_an_oauth_token(token: str, host: str) -> None:
    assert settings(given(api_token=token)).api_url == f"https://{host}.pagerduty.com"


def test_a_region_that_is_set_wins_over_the_token() -> None:
    assert settings(given(api_token="pdeu+token", region="us")).api_url == "https://api.pagerduty.com"


def test_a_url_overrides_the_region() -> None:
    connection = settings(given(region="eu", api_url="https://pagerduty.example.com/"))
    assert connection.api_url == "https://pagerduty.example.com"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", float("nan")),
        ("timeout", float("inf")),
        ("timeout", 86_401),
        ("max_wait", -0.5),
        ("max_wait", float("nan")),
    ],
)
def test_an_invalid_number_of_seconds_is_refused(option: str, value: float) -> None:
    with pytest.raises(InvalidOption, match=option):
        settings(given(**{option: value}))


def test_max_wait_may_be_zero() -> None:
    assert settings(given(max_wait=0)).max_wait == 0


@pytest.mark.parametrize(
    ("options", "verify"),
    [({}, True), ({"ca_path": BUNDLE}, BUNDLE), ({"validate_certs": False, "ca_path": BUNDLE}, False)],
)
def test_certificates_are_verified_unless_that_is_disabled(options: dict[str, t.Any], verify: bool | str) -> None:
    assert settings(given(**options)).verify == verify


@pytest.mark.parametrize("ca_path", ["/no/such/bundle.pem", __file__])
def test_an_invalid_ca_bundle_is_refused_unless_certificates_are_not_checked(ca_path: str) -> None:
    with pytest.raises(InvalidOption, match="ca_path"):
        settings(given(ca_path=ca_path))
    assert settings(given(ca_path=ca_path, validate_certs=False)).verify is False


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("api_token", "two words"),
        ("auth_type", "basic"),
        ("from_email", "nobody"),
        ("region", "asia"),
        ("api_url", "pagerduty"),
        ("events_url", "http://example.com"),
        ("ca_path", "/no/such/bundle.pem"),
        ("timeout", 0),
        ("max_wait", -1),
    ],
)
def test_an_unusable_option_counts_as_not_set_if_the_task_must_go_on(option: str, value: t.Any) -> None:
    problems: list[InvalidOption] = []
    assert settings(given(**{option: value}), problems.append) == settings(
        given(**{option: DEFAULTS[option]}) | ({"api_token": None} if option == "api_token" else {})
    )
    assert [str(each).partition(":")[0] for each in problems] == [option]


@pytest.mark.parametrize("value", ["EU", " eu "])
def test_a_region_is_known_in_any_case(value: str) -> None:
    assert settings(given(region=value)) == settings(given(region="eu"))


@pytest.mark.parametrize("value", ["Ops Bot <ops@example.com>", "<ops@example.com>", " ops@example.com\n"])
def test_an_address_is_taken_without_the_name_before_it(value: str) -> None:
    assert settings(given(from_email=value)).from_email == "ops@example.com"


@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_around_a_value_are_left_out(quote: str) -> None:
    options = {"from_email": "a@example.com", "events_url": "https://example.com", "region": "eu"}
    quoted = settings(given(**{name: f"{quote}{value}{quote}" for name, value in options.items()}))
    assert quoted == settings(given(**options))
    key = "R0" * 16
    assert routing_key({"routing_key": f" {quote}{key}{quote}\n"}) == key


def test_white_space_around_a_credential_is_left_out() -> None:
    assert settings(given(api_token=" a-token\n")).api_token == "a-token"
    assert routing_key({"routing_key": f" {'x' * 32}\n"}) == "x" * 32


@pytest.mark.parametrize("option", ["api_token", "from_email", "api_url"])
def test_a_list_in_place_of_text_is_refused_and_not_repeated(option: str) -> None:
    with pytest.raises(InvalidOption, match=f"{option}: must be text") as caught:
        settings(given(**{option: ["s3cr3t"]}))
    assert "s3cr3t" not in str(caught.value)


KEYS = (
    "y_NbAkKc66ryYTWUXYEu",
    "u+wFZz2yzyy_2yzyyyyy",
    "pdus+_0XBPWQQ_1b2c3d4e-0000-4000-8000-000000000000",
    "R0X1" * 8,
)
"""Tokens in each form that PagerDuty has for them, and a routing key."""


@pytest.mark.parametrize("option", ["api_url", "auth_type", "ca_path", "events_url", "from_email", "region"])
@pytest.mark.parametrize("key", KEYS)
def test_a_token_in_place_of_something_else_is_not_repeated(option: str, key: str) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: ") as caught:
        settings(given(**{option: key}))
    assert key not in str(caught.value)


@pytest.mark.parametrize("option", ["api_url", "events_url"])
@pytest.mark.parametrize(
    "address", ["https://me:{}@x.example", "https://x.example/?token={}", "https://x.example/#{}", "http://{}@[::1"]
)
def test_no_part_of_an_address_that_may_be_secret_is_repeated(option: str, address: str) -> None:
    with pytest.raises(InvalidOption, match=f"^{option}: ") as caught:
        settings(given(**{option: address.format("s3cr3t")}))
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("token", ["['s3cr3t']", "{'a': 's3cr3t'}"])
def test_what_ansible_has_made_text_of_is_no_token(token: str) -> None:
    with pytest.raises(InvalidOption, match="api_token: must be text, not a list or a dictionary") as caught:
        settings(given(api_token=token))
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("option", "value"), [("api_url", "ftp://pagerduty.example.com"), ("ca_path", "/etc/ssl/root-2026.pem")]
)
def test_what_is_no_secret_is_repeated(option: str, value: str) -> None:
    with pytest.raises(InvalidOption, match=f"{option}: .*, got '{value}'"):
        settings(given(**{option: value}))


@pytest.mark.parametrize(("option", "value"), [("region", "mars"), ("auth_type", "basic")])
def test_a_choice_is_checked_where_ansible_has_not_done_so(option: str, value: str) -> None:
    with pytest.raises(InvalidOption, match=f"{option}: must be one of"):
        settings(given(**{option: value}))


@pytest.mark.parametrize("key", [None, "", "short", "x" * 31, "x" * 33, "x" * 31 + "\n", "x" * 31 + "-"])
def test_an_invalid_routing_key_is_refused_and_not_repeated(key: str | None) -> None:
    with pytest.raises(InvalidOption, match="routing_key") as caught:
        routing_key({"routing_key": key})
    assert not key or key not in str(caught.value)


def test_the_token_is_marked_no_log() -> None:
    assert AUTH["api_token"]["no_log"] is True


def test_a_lookup_finds_each_option_in_a_variable() -> None:
    documented = yaml.safe_load(ModuleDocFragment.LOOKUP)["options"]
    places = {name: [each["name"] for each in option["vars"]] for name, option in documented.items()}
    assert places == {name: [f"pagerduty_{name}"] for name in AUTH}


def test_the_documentation_names_the_environment_variables_of_each_option() -> None:
    documented = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    named = {name: re.findall(r"E\((\w+)\)", str(option["description"])) for name, option in documented.items()}
    of_http = {"ca_path": CA_VARIABLES}
    assert named == {name: [*VARIABLES.get(name, ()), *of_http.get(name, ())] for name in AUTH}
