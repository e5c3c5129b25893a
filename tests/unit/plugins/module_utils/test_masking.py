# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which secrets are masked in the output of commands, and what stays readable."""

from __future__ import annotations

import re
import time

import pytest
from ansible_collections.oncall.pagerduty.plugins.module_utils._masking import Mask, masked, readable

SECRET = "hunter2-8a1f"
LONGEST = 3.0
"""Seconds of processor time for 100,000 characters; far above what any takes."""


def made(*parts: str) -> str:
    """Return a token that no scanner of repositories takes for a real one in this file."""
    return "".join(parts)


TOKENS = {
    "GitHub": made("ghp", "_", "x1Y2" * 9),
    "GitHub, OAuth": made("gho", "_", "x1Y2" * 9),
    "GitHub, a user of an app": made("ghu", "_", "x1Y2" * 9),
    "GitHub, an app": made("ghs", "_", "x1Y2" * 9),
    "GitHub, fine-grained": made("github", "_pat_", "x1Y2" * 9),
    "GitLab": made("glpat", "-", "x1Y2" * 5),
    "GitLab, a runner": made("glrt", "-", "x1Y2" * 5),
    "Slack, a bot": made("xoxb", "-1234567890-", "x1Y2" * 5),
    "Slack, a user": made("xoxp", "-1234567890-", "x1Y2" * 5),
    "Slack, an app": made("xapp", "-1-A01-", "x1Y2" * 5),
    "AWS": made("AKIA", "X1Y2" * 4),
    "AWS, a session": made("ASIA", "X1Y2" * 4),
    "AWS, a secret access key": made("wJ", "x1Y2/+" * 6, "Zz"),
    "Google, an API key": made("AIza", "x1Y2_" * 7),
    "Google, OAuth": made("ya29", ".a0", "x1Y2" * 9),
    "Google, a client": made("GOCSPX", "-", "x1Y2" * 7),
    "SendGrid": made("SG", ".", "x1Y2" * 5, ".", "x1Y2" * 10),
    "JSON web token": made("eyJhbGciOiJIUzI1NiJ9", ".", "eyJzdWIiOiIxIn0", ".", "x1Y2" * 8),
    "PagerDuty, an account's REST key": made("y_Nb", "AkKc", "66ry", "YTWU", "XYEu"),
    "PagerDuty, a user's REST key": made("u+", "wFZz2y", "zyy_2y", "zyyyyy"),
    "PagerDuty, OAuth": made("pdus+_", "0XBPWQQ_", "1b2c3d4e-0000-4000-8000-000000000000"),
    "PagerDuty, OAuth in the EU": made("pdeu+_", "0XBPWQQ_", "1b2c3d4e-0000-4000-8000-000000000000"),
    "PagerDuty, a routing key": made("R0", "X1Y2Z3" * 5),
    "PagerDuty, an older routing key": made("0a1b2c3d" * 4),
    "a password's hash": made("$6$", "rounds=5000$", "x1Y2" * 9),
}


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
def test_a_token_is_known_by_its_form_whatever_stands_around_it(token: str) -> None:
    around = ("{}", "using {} now", "'{}',", "<{}>", "a={};b", "\x1b[31m{}\x1b[0m", "{}\r\n")
    texts = [masked(each.format(token)) for each in around]
    assert [text for text in texts if token in text or "***" not in text] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A name and a value.
        (f"password={SECRET}", "password=***"),
        (f"password = {SECRET}; port = 1", "password = ***; port = 1"),
        (f"DB_PASSWORD: '{SECRET} x'", "DB_PASSWORD: ***"),
        (f'{{"api_key": "{SECRET} {SECRET}", "port": 1}}', '{"api_key": ***, "port": 1}'),
        (f'{{"secret": "a\\"{SECRET}"}}', '{"secret": ***}'),
        (f'password="{SECRET}\nend', "password=***\nend"),
        (f"PGPASSWORD={SECRET} psql", "PGPASSWORD=*** psql"),
        (f"aws_secret_access_key={SECRET}", "aws_secret_access_key=***"),
        (f"passphrase: {SECRET}", "passphrase: ***"),
        (f"DB_PASS={SECRET}", "DB_PASS=***"),
        (f"user: me, pass: {SECRET}", "user: me, pass: ***"),
        (f'"SecretAccessKey": "{SECRET}"', '"SecretAccessKey": ***'),
        (f"X-Auth-Token: {SECRET}", "X-Auth-Token: ***"),
        (f"PAGERDUTY_ROUTING_KEY={SECRET}", "PAGERDUTY_ROUTING_KEY=***"),
        (f"client-credential={SECRET}", "client-credential=***"),
        # Headers.
        (f"Authorization: Token token={SECRET}\nHost: x", "Authorization: ***\nHost: x"),
        (f"proxy-authorization: Basic {SECRET}", "proxy-authorization: ***"),
        (f"> Cookie: session={SECRET}", "> Cookie: ***"),
        (f"sent Bearer {SECRET}", "sent Bearer ***"),
        # Command lines.
        (f"mysql -u root -p{SECRET} shop", "mysql -u root -p*** shop"),
        (f"mysqldump -p'{SECRET} x' shop", "mysqldump -p*** shop"),
        (f"mariadb-dump -h db -p{SECRET}", "mariadb-dump -h db -p***"),
        (f"mysql --password {SECRET} shop", "mysql --password *** shop"),
        (f"psql --db-password={SECRET}", "psql --db-password=***"),
        (f"run --token '{SECRET} x' -v", "run --token *** -v"),
        (f"java -password {SECRET} -jar x", "java -password *** -jar x"),
        (f"sshpass -p {SECRET} ssh web-1", "sshpass -p *** ssh web-1"),
        (f"docker login -u me -p {SECRET}", "docker login -u me -p ***"),
        ("shopctl -pS3cret --all", "shopctl -p*** --all"),
        ("shopctl -p S3cret --all", "shopctl -p *** --all"),
        (f"redis-cli -h cache -a {SECRET} info", "redis-cli -h cache -a *** info"),
        (f"ldapsearch -x -D cn=me -w {SECRET}", "ldapsearch -x -D cn=me -w ***"),
        (f"curl -su me:{SECRET} https://x", "curl -su me:*** https://x"),
        (f"curl -u me:{SECRET} https://x", "curl -u me:*** https://x"),
        (f"machine x login me password {SECRET}", "machine x login me password ***"),
        # Addresses.
        (f"postgres://admin:{SECRET}@db.example.com/shop", "postgres://admin:***@db.example.com/shop"),
        (f"https://:{SECRET}@x.example", "https://:***@x.example"),
        (f"https://{SECRET}-{SECRET}@x.example https://me@x.example", "https://***@x.example https://me@x.example"),
        (f"https://{SECRET}-{SECRET}:@x.example", "https://***:@x.example"),
        (f"http://me:a/b#{SECRET}@proxy:3128", "http://me:***@proxy:3128"),
        (f"http://me:p@{SECRET}@proxy:3128", "http://me:***@proxy:3128"),
        (f"https://hooks.slack.com/services/T0/B0/{SECRET[:7]}", "https://hooks.slack.com/services/***"),
        # Keys.
        (f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----\nend", "***\nend"),
        (f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRET}", "***"),
        (f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n{SECRET}\n-----END PGP PRIVATE KEY BLOCK-----", "***"),
        # Colours do not hide anything.
        (f"pass\x1b[1mword\x1b[0m=\x1b[31m{SECRET}", "password=***"),
        (f"pass\x00word={SECRET}", "password=***"),
        (f"password={SECRET[:4]}\x1b[31m{SECRET[4:]}\x1b[0m", "password=***"),
        (f"\x9b31mpassword\x9b0m={SECRET}", "password=***"),
        (f"pass\u200bword={SECRET}; to\u00adken={SECRET}", "password=***; token=***"),
        # Nor does what is written twice over a line.
        (f"password={SECRET[:4]}\r{SECRET[4:]}\nend", "password=***\nend"),
        (f"1 %\rpass\rword={SECRET}", "1 %password=***"),
        # Nor does what is encoded for URLs.
        (f"GET /?q=1&api_key%3D{SECRET} HTTP/1.1", "GET /?q=1&api_key=*** HTTP/1.1"),
        (f"to=https%3A%2F%2Fme%3A{SECRET}%40proxy", "to=https://me:***@proxy"),
        (f"Authorization%3A%20Bearer%20{SECRET}", "Authorization: ***"),
        (f"token%2520%253d%2520{SECRET}", "token = ***"),
        (f"https://me:{SECRET}%40x.example/", "https://me:***@x.example/"),
    ],
)
def test_a_secret_is_known_by_what_stands_before_it(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "passwords expire in 3 days",
        "disk 97 % full: /dev/sda1 20G 19G 1G",
        "http://web-1:8080/path?mail=me@example.com",
        "ssh -p 22 web-1; mkdir -p /srv/app1; docker run -p8080:80/tcp -pweb123web:80 nginx",
        "psql -p 5432; ss -plnt; ps -p12345",
        "97%20 GET /?q=a%20b%2Fc ssh://git@github.com:22 ssh://deployment-service@host",
        "tar -pxzf app1.tgz; nmap -p80,443 web1; cp -pr a1 b2; mkdir -p web1/logs",
        "3 tests pass, 1 fails",
        "sha1 0123456789abcdef0123456789abcdef01234567 /opt/Shop1/lib/com/example/ShopApplication1M",
        "/usr/lib/jvm/java-17-openjdk-amd64/bin/java -Xmx2g com.example.ShopApplication1Main",
        "2026-01-31T11:07:00Z web-1 kernel: Out of memory: Killed process 4242 (java)",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "id 6e2f3b1c-0000-4000-8000-000000000000",
        "KERNEL_VERSION_5_10_",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


def test_own_masks_come_after_those_that_are_always_used() -> None:
    own = [Mask(re.compile(r"(customer=)\S+"), r"\1?"), Mask(re.compile("ACME"), "***")]
    assert masked(f"customer=42 ACME password={SECRET}", own) == "customer=? *** password=***"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("10 %\r20 %\r\nend", "10 %\n20 %\nend"),
        ("\x9b1mbold\x9b0m pa\u200bge\u00ad", "bold page"),
        ("caf\udce9\x00\x9b \ud83d", "caf\ufffd \ufffd"),
        ("tab\tline\nend é 😀", "tab\tline\nend é 😀"),
    ],
)
def test_only_text_is_left(text: str, expected: str) -> None:
    assert readable(text) == expected


@pytest.mark.parametrize(
    "part",
    [
        "password",
        "password ",
        "mysql -p",
        "mysql ",
        "://a:",
        "ey-",
        "ey.ey.",
        "-----BEGIN PRIVATE KEY",
        "\x1b]",
        "aA1",
        "curl -u ",
        "-p1a",
        "-p ",
        "redis-cli -a",
        "ldapsearch ",
        "pass ",
        "aA1/",
        "%25",
        "a%",
        "\r",
        "a\r",
        "://a1",
    ],
)
def test_hostile_output_takes_no_longer_than_any_other(part: str) -> None:
    """A pattern that looks back and forth over all of it would take hours for what a command can print."""
    size, started = 100_000, time.process_time()
    assert len(masked(part * (size // len(part)))) <= size
    assert time.process_time() - started < LONGEST
