# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people set as a proxy, and is none. Each has a secret."""

from __future__ import annotations

SECRET = "s3cret"
NO_PROXIES = (
    "http://someone:pr0xy/s3cret@proxy.example.com:3128",
    "http://someone:pr0xy#s3cret@proxy.example.com:3128",
    "http://someone:pr0xy?s3cret@proxy.example.com:3128",
    "http://someone:12/s3cret@proxy.example.com:3128",
    "http://someone:12#s3cret@proxy.example.com",
    "http://someone:pr0xy[s3cret@proxy.example.com:3128",
    "http://someone:s3cret@proxy.example.com:port",
    "http://someone:s3cret@proxy.example.com:0",
    "http://someone:s3cret@proxy.example.com:99999",
    "http://someone:s3cret@proxy.example.com:-1",
    "http://someone:s3cret@:3128",
    "http://someone:s3cret@",
    "http://someone:s3cret@[::1",
    "http://someone:s3cret@[no-ipv6]:3128",
    "http://someone:s3cret@proxy .example.com",
    "http://someone:s3cret@proxy{}.example.com",
    "http://someone:s3cret@proxy\\example.com",
    "http://someone:s3cret@proxy\x7f.example.com",
    "ftp://someone:s3cret@proxy.example.com",
    "://someone:s3cret@proxy.example.com",
    "someone:pr0xy/s3cret@proxy.example.com:3128",
    "http:/someone:s3cret@proxy.example.com:3128",
    "/s3cret",
    "s3cret secret",
    "=s3cret",
)
