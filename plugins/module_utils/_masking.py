# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Masks secrets in the output of commands.

A mask that hides too much costs a word of a note; one that hides too little publishes a secret. So they rather hide. No
pattern looks further than some hundred characters, so that hostile output takes no longer than any other.

Private to the collection.
"""

from __future__ import annotations

import re
import typing as t
from urllib.parse import unquote

from ._core.json_values import without_surrogates

MASKED = "***"


class Mask(t.NamedTuple):
    r"""What to mask.

    Args:
        pattern: finds a secret, with what identifies it.
        replacement: the text in its place, in which `\1` is the first group.
    """

    pattern: t.Pattern[str]
    replacement: str


TERMINAL_CODES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and movements of the cursor
    r"|\x1b[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)"  # titles and links
    r"|\x1b[ -/]*[0-~]"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    r"|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"  # what nobody sees
)
"""Escape sequences, control characters, and what has no width. Source: ECMA-48, sections 5.4 and 5.6."""
MAX_ENCODINGS = 3
"""How often a word may be encoded for URLs, one time upon the other."""

VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s"'][^\s]*)"""
"""A word of a command line, which may be quoted."""
SECRET_NAME = (
    r"(?:pass(?:word|wd|phrase|(?=[\"']?\s{0,20}[:=]))|secret|token|credential"
    r"|(?:api|access|private|routing|integration|service)[_-]?key)"
)
KEY = rf"(?:{SECRET_NAME}[\w.-]{{0,40}}[\"']?\s{{0,20}}[:=]\s{{0,20}})"
"""A name that tells of a secret, up to its value: `db_password=`, `"api_key": `, `Token: `."""


def _after(before: str, secret: str) -> Mask:
    return Mask(re.compile(rf"({before}){secret}", re.IGNORECASE), rf"\1{MASKED}")


def _token(pattern: str) -> Mask:
    return Mask(re.compile(rf"(?<![\w-]){pattern}"), MASKED)


MASKS: tuple[Mask, ...] = (
    Mask(
        re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY[A-Z -]*|\Z)"), MASKED
    ),
    # Headers.
    _after(r"\b(?:proxy-)?authorization[\"']?\s{0,20}[:=]\s{0,20}", r"[^\n]+"),
    _after(r"\b(?:set-)?cookie:[ \t]{0,20}", r"[^\n]+"),
    _after(r"\b(?:bearer|basic)\s{1,20}", r"[\w.~+/=-]{8,}"),
    # A name and a value.
    _after(KEY, r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""),
    _after(KEY, r"""(?!\*\*\*)["']?[^\s,;&"']+"""),
    # Command lines.
    _after(r"(?<![\w-])--?(?:[a-z]+-){0,3}(?:password|passwd|passphrase|secret|token|api-?key)(?:=|\s{1,20})", VALUE),
    _after(r"\b(?:mysql|mariadb)[\w-]*\s(?:[^\n|;&]{0,300}\s)?-p", VALUE),
    _after(
        r"\b(?:sshpass|mongo\w*|(?:docker|podman|helm registry)\s{1,20}login)\s(?:[^\n|;&]{0,300}\s)?-p[ \t]{0,20}",
        VALUE,
    ),
    _after(
        r"\bcurl\s(?:[^\n|;&]{0,300}\s)?(?:-[a-z#]{0,10}u|--user)[ =]{0,20}[\"']?[^\s:\"']{1,100}:", r"""[^\s"']+"""
    ),
    _after(r"\b(?:redis|valkey)-cli\s(?:[^\n|;&]{0,300}\s)?-a[ \t]{1,20}", VALUE),
    _after(r"\bldap\w+\s(?:[^\n|;&]{0,300}\s)?-w[ \t]{0,20}", VALUE),
    # Of any other program, a word with letters and digits, which is no port, folder or group of options.
    Mask(
        re.compile(
            r"(?<![\w-])(-p[ \t]?)(?=[^\s\d]{0,60}\d)(?=[^\sA-Za-z]{0,60}[A-Za-z])[^\s:/,-][^\s:/,]{5,200}(?!\S)"
        ),
        rf"\1{MASKED}",
    ),
    _after(r"\blogin\s{1,20}\S{1,100}\s{1,20}password\s{1,20}", r"\S+"),
    _after(r"://", r"(?=[^\s:/@]{0,200}\d)[^\s:/@\"']{16,200}(?=:?@)"),
    _after(r"://[^\s:/@]{0,100}:(?!\d{1,5}[/?#])", r"""[^\s"']{1,500}(?=@)"""),
    # Hashes of passwords.
    Mask(re.compile(r"\$(?:1|2[abxy]|5|6|7|y|argon2\w{1,2})\$[^\s:\"']{8,}"), MASKED),
    # Tokens, by their form.
    _token(r"gh[oprsu]_[A-Za-z0-9]{20,}"),  # GitHub
    _token(r"github_pat_\w{20,}"),
    _token(r"gl[a-z]{2,8}-[\w.-]{16,}"),  # GitLab
    _token(r"xox[a-z](?:\.xox[a-z])?-[\w-]{10,}"),  # Slack
    _token(r"xapp-[\w-]{10,}"),
    Mask(re.compile(r"(hooks\.slack\.com/(?:services|workflows|triggers)/)[\w/]+"), rf"\1{MASKED}"),
    _token(r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[A-Z0-9]{16}\b"),  # AWS
    Mask(  # INFERRED: 40 characters, in both cases and with a digit.
        re.compile(
            r"(?<![\w+/.-])(?=[\w+/]{0,39}[A-Z])(?=[\w+/]{0,39}[a-z])(?=[\w+/]{0,39}\d)[A-Za-z0-9+][A-Za-z0-9+/]{39}"
            r"(?![\w+/=.-])"
        ),
        MASKED,
    ),
    _token(r"AIza[\w-]{35}"),  # Google
    _token(r"ya29\.[\w.-]{20,}"),
    _token(r"GOCSPX-[\w-]{20,}"),
    _token(r"SG\.[\w-]{16,}\.[\w-]{16,}"),  # SendGrid
    _token(r"ey[\w-]+\.ey[\w-]+(?:\.[\w-]*){1,3}"),  # JSON web tokens
    # PagerDuty: OAuth, REST keys of users and accounts (INFERRED: of 20 characters, with a digit, in both cases),
    # routing keys. Source: developer.pagerduty.com, "Authentication" and "Events API v2 Overview".
    _token(r"pd[a-z]{2}\+[\w+-]{16,}"),
    _token(r"[a-z]\+[\w+-]{18}(?![\w+-])"),
    Mask(
        re.compile(r"(?<![\w+./-])(?=[\w+-]{0,19}[A-Z])(?=[\w+-]{0,19}[a-z])(?=[\w+-]{0,19}\d)[\w+-]{20}(?![\w+./-])"),
        MASKED,
    ),
    Mask(re.compile(r"\b(?:[0-9a-f]{32}|R[A-Z0-9]{31})\b"), MASKED),
)
"""Secrets that are always masked, in this order."""


def readable(text: str) -> str:
    """Return a text without colours, control characters, and bytes that are no text; each line ends with a newline."""
    return _without_codes(text).replace("\r", "\n")


def _without_codes(text: str) -> str:
    """Return a text in which a carriage return stands only where a line is written again."""
    # Python has bytes that are no text as surrogates.
    return TERMINAL_CODES.sub("", without_surrogates(text)).replace("\r\n", "\n")


def masked(text: str, more: t.Iterable[Mask] = ()) -> str:
    """Return a readable text without secrets.

    Args:
        more: masks in addition to those that are always used.
    """
    masks = (*MASKS, *more)
    lines = (_line(each, masks) for each in _without_codes(text).split("\n"))
    text = _apply(masks, "\n".join(lines))
    return "".join(_word(each, masks) if "%" in each else each for each in re.split(r"([\s\"']+)", text))


def _apply(masks: t.Iterable[Mask], text: str) -> str:
    for mask in masks:
        text = mask.pattern.sub(mask.replacement, text)
    return text


def _line(line: str, masks: t.Iterable[Mask]) -> str:
    """Return a line with a newline for each carriage return, unless that cuts a secret in two."""
    if "\r" not in line:
        return line
    whole = line.replace("\r", "")
    hidden = _apply(masks, whole)
    return line.replace("\r", "\n") if hidden == whole else hidden


def _word(word: str, masks: t.Iterable[Mask]) -> str:
    """Return a word, decoded if it is encoded for URLs and holds a secret."""
    decoded = word
    for _time in range(MAX_ENCODINGS):
        decoded = unquote(decoded)
    decoded = readable(decoded)
    hidden = _apply(masks, decoded)
    return word if hidden == decoded else hidden
