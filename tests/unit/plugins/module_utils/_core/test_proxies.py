# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is the address of a proxy. What every caller says of anything else is in test_proxies.py, three folders up."""

from __future__ import annotations

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._core import proxies
from ansible_collections.oncall.pagerduty.tests.unit.proxies import NO_PROXIES


@pytest.mark.parametrize(
    "proxy",
    [
        "proxy.example.com",
        "proxy.example.com:3128",
        "http://proxy.example.com:3128/",
        "https://10.0.0.1:8443",
        "http://[2001:db8::1]:3128",
        "http://someone:pr0xy%2Fs3cret@proxy_1.example.com:3128",
        "http://someone:pr0xy@s3cret@proxy.example.com:3128",
        "http://someone:\u00fc@b\u00fccher.example",
        "socks5h://proxy.example.com:1080",
    ],
)
def test_an_address_may_have_a_user_and_lack_http(proxy: str) -> None:
    assert proxies.is_proxy(proxies.address_of(proxy))


@pytest.mark.parametrize("proxy", NO_PROXIES)
def test_what_libraries_read_in_different_ways_is_none(proxy: str) -> None:
    assert not proxies.is_proxy(proxies.address_of(proxy))


def test_only_some_kinds_of_proxies_may_be_supported() -> None:
    assert not proxies.is_proxy("socks5://proxy.example.com", proxies.HTTP_SCHEMES)
    assert proxies.is_proxy("https://proxy.example.com", proxies.HTTP_SCHEMES)


def test_the_sentence_names_the_variable_and_not_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in proxies.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", "/s3cret")
    assert proxies.problem("/s3cret") == (
        "ALL_PROXY is not the address of a proxy, such as http://proxy.example.com:3128."
    )
    # macOS has proxies in its settings as well.
    assert proxies.problem("/another").startswith("HTTPS_PROXY is not ")
