# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says, with all fields of an incident and with almost none."""

from __future__ import annotations

import itertools
import json
import typing as t

import pytest
from ansible_collections.oncall.pagerduty.plugins.plugin_utils._incident_report import SECTIONS, report
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

TIME = "2026-01-31T11:07:00Z"
ANN, BOB = {"id": "PUSER01", "summary": "Ann"}, {"id": "PUSER02", "summary": "Bob"}
FULL: dict[str, t.Any] = {
    "id": "Q1",
    "incident_number": 42,
    "title": "Disk full",
    "html_url": "https://x.pagerduty.com/incidents/Q1",
    "service": {"id": "PSERVI1", "summary": "Checkout"},
    "escalation_policy": {"id": "PPOLCY1", "summary": "Web"},
    "status": "resolved",
    "urgency": "high",
    "priority": {"id": "PPRIOR1", "summary": "P1"},
    "created_at": TIME,
    "resolved_at": "2026-02-01T00:01:02Z",
    "assignments": [{"at": TIME, "assignee": ANN}, {"at": TIME, "assignee": BOB}],
    "conference_bridge": {"conference_number": "+1 5", "conference_url": "https://meet.example/a_b"},
    "body": {"type": "incident_body", "details": "Full:\n/var"},
    "log_entries": [
        {"type": "resolve_log_entry", "summary": "Resolved by Ann", "created_at": "2026-02-01T00:01:02Z", "agent": ANN},
        {"type": "notify_log_entry", "summary": "Notified Ann by email", "created_at": TIME, "user": ANN},
        {"type": "trigger_log_entry", "summary": "Triggered", "created_at": TIME, "channel": {"type": "api"}},
    ],
    "notified": [
        {"who": ANN, "channel": "email", "status": "success", "at": TIME},
        {"who": BOB, "channel": "phone", "status": "no_answer", "at": "2026-01-31T11:09:00Z"},
        {"who": ANN, "channel": "sms", "status": "success", "at": "2026-01-31T11:12:00Z"},
    ],
    "notes": [
        {"user": ANN, "created_at": TIME, "content": "Looking"},
        {"user": BOB, "created_at": TIME, "content": "Done"},
    ],
    "incidents_responders": [{"user": BOB, "state": "pending", "requester": ANN}],
    "alerts": [{"created_at": TIME, "severity": "critical", "status": "resolved", "summary": "No space"}],
    "related_change_events": [{"timestamp": TIME, "source": "ci", "summary": "shop 1.2"}],
}
REPORT = """\
# Incident 42: Disk full

- Page: <https://x.pagerduty.com/incidents/Q1>
- Service: Checkout
- Escalation policy: Web
- Status: resolved
- Urgency: high
- Priority: P1
- Opened: 2026-01-31 11:07:00 UTC
- Resolved: 2026-02-01 00:01:02 UTC
- Assigned to: Ann, Bob
- Conference bridge: \\+1 5, <https://meet.example/a_b>

> Full:\\
> /var

## Timeline

```mermaid
timeline
    section 2026-01-31
        11\u223607 : Triggered
    section 2026-02-01
        00\u223601 : Resolved by Ann
```

## Who was notified

- Ann: 2026-01-31 11:07:00 UTC by email, 2026-01-31 11:12:00 UTC by sms
- Bob: 2026-01-31 11:09:00 UTC by phone (no\\_answer)

## Who did what

- 2026-01-31 11:07:00 UTC, api: Triggered
- 2026-02-01 00:01:02 UTC, Ann: Resolved by Ann

## Notes

Ann, 2026-01-31 11:07:00 UTC:

> Looking

Bob, 2026-01-31 11:07:00 UTC:

> Done

## Responders

- Bob: pending, asked by Ann

## Alerts

- 2026-01-31 11:07:00 UTC, critical, resolved: No space

## Changes

- 2026-01-31 11:07:00 UTC, ci: shop 1.2
"""
RECORDED: dict[str, t.Any] = {
    "id": "Q1",
    "incident_number": 2,
    "title": "Example",
    "description": "Example",
    "created_at": TIME,
    "updated_at": TIME,
    "status": "triggered",
    "incident_key": "key",
    "service": {"id": "PSERVI1", "type": "service_reference", "summary": "Shop", "self": None, "html_url": None},
    "assignments": [{"at": TIME, "assignee": ANN}],
    "assigned_via": "escalation_policy",
    "resolved_at": None,
    "escalation_policy": {"id": "PPOLCY1", "summary": "Web"},
    "teams": [],
    "acknowledgements": [],
    "urgency": "high",
    "summary": "[#2] Example",
    "html_url": "https://x.pagerduty.com/incidents/Q1",
    "conference_bridge": None,
    "notes": [],
    "alerts": [],
    "log_entries": [
        {
            "id": "R1",
            "type": "trigger_log_entry",
            "summary": "Triggered through the website.",
            "created_at": TIME,
            "agent": ANN,
            "channel": {"type": "web_trigger", "details": ""},
        }
    ],
    "related_change_events": [],
}
"""An incident in the shape of a recorded answer: without priority, with null for what there is none of."""


def test_it_has_all_that_is_known() -> None:
    assert report(FULL, {}) == REPORT


def test_an_incident_as_pagerduty_answers_without_a_priority() -> None:
    text = report(RECORDED, {})
    assert "- Opened: 2026-01-31 11:07:00 UTC\n- Assigned to: Ann\n\n## Timeline\n" in text
    assert "- 2026-01-31 11:07:00 UTC, Ann: Triggered through the website.\n" in text
    assert text.endswith("## Changes\n\nNone that PagerDuty relates to this incident.\n")
    assert not any(word in text for word in ("None,", "null", "Priority", "Resolved", "bridge"))


def without(value: t.Any, path: tuple[t.Any, ...], put: t.Any) -> t.Any:
    """Return a copy of a value in which what is at the path is gone, or something else."""
    copy = json.loads(json.dumps(value))
    place = copy
    for key in path[:-1]:
        place = place[key]
    if put is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = put
    return copy


def paths(value: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    """Yield the path of each field in a value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in entries:
        yield (*path, key)
        yield from paths(each, (*path, key))


@pytest.mark.parametrize("put", [..., None, "", [], {}], ids=["left out", "null", "empty text", "[]", "{}"])
def test_no_field_is_relied_on(put: t.Any) -> None:
    for path in paths(FULL):
        text = report(without(FULL, path, put), {})
        assert text.startswith("# Incident "), path
        assert all(f"\n## {heading}\n" in text for heading, _empty in SECTIONS.values()), path
        assert "None," not in text, path
    assert report({"id": "Q1"}, {}).startswith("# Incident Q1: without a title\n")


@pytest.mark.parametrize(("part", "heading", "empty"), [(name, *texts) for name, texts in SECTIONS.items()])
def test_silence_is_not_taken_for_none(part: str, heading: str, empty: str) -> None:
    assert f"\n## {heading}\n\n{empty}\n" in report({"id": "Q1", part: []}, {})
    assert f"\n## {heading}\n\nNot known.\n" in report({"id": "Q1"}, {})


@pytest.mark.parametrize(("part", "heading"), [(name, heading) for name, (heading, _empty) in SECTIONS.items()])
def test_a_part_that_cannot_be_read_is_a_line(part: str, heading: str) -> None:
    text = report({**FULL, part: None}, {part: "GET /x: Payment Required (HTTP 402) <b>"})
    assert f"## {heading}\n\nThis could not be read: GET /x: Payment Required (HTTP 402) &lt;b&gt;\n" in text
    assert text.count("could not be read") == 1


def test_a_person_who_was_notified_often_is_one_short_line() -> None:
    times = [{"who": ANN, "channel": "phone", "at": f"2026-01-31T{hour:02}:00:00Z"} for hour in range(24)]
    (line,) = [line for line in report({"id": "Q1", "notified": times}, {}).splitlines() if line.startswith("- Ann")]
    assert line.endswith("2026-01-31 02:00:00 UTC by phone, and 21 more until 2026-01-31 23:00:00 UTC")


def test_people_with_one_name_are_two_lines_and_a_notification_of_nobody_is_one() -> None:
    others = [{"who": {**BOB, "summary": "Ann"}, "at": TIME}, {"who": None, "at": None}]
    text = report({"id": "Q1", "notified": [{"who": ANN, "at": TIME}, *others]}, {})
    assert text.count("- Ann: 2026-01-31 11:07:00 UTC\n") == 2
    assert "- Somebody: at an unknown time\n" in text


def test_details_that_are_no_text_are_shown_as_json() -> None:
    text = report({"id": "Q1", "body": {"details": {"free": "0 %", "hosts": ["web-1"]}}}, {})
    assert '> {\\\n> \u00a0\u00a0"free": "0 %",\\\n' not in text
    assert '> \\{\\\n> \u00a0\u00a0"free": "0 %",\\\n' in text


HOSTILE = "x\n\n```\n<!-- \n# y\n- Status: resolved\n![a](https://evil.example/a.png) [b](javascript:c)"


def test_no_text_from_outside_forges_hides_or_loads_anything() -> None:
    """Every text of the incident is hostile."""
    hostile = json.loads(json.dumps(FULL))
    for path in [path for path in paths(FULL) if isinstance(lookup(FULL, path), str)]:
        hostile = without(hostile, path, HOSTILE)
    lines = report(hostile, {"alerts": HOSTILE}).splitlines()
    headings = [each for each in lines if each.startswith("#")]
    assert headings[1:] == ["## Timeline", *(f"## {heading}" for heading, _empty in SECTIONS.values())]
    assert [each for each in lines if "```" in each] == ["```mermaid", "```"]
    assert len([each for each in lines if each.startswith("- Status:")]) == 1
    outside = [each for each in lines if not each.startswith(" ")]
    assert not any("<" in each or "![a](" in each or " [b](" in each for each in outside)


def lookup(value: t.Any, path: tuple[t.Any, ...]) -> t.Any:
    """Return what is at a path."""
    for key in path:
        value = value[key]
    return value


RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
IN_A_LINE = {"text", "text_special", "hardbreak", "softbreak", "link_open", "link_close"}
TEXTS = [path for path in paths(FULL) if isinstance(lookup(FULL, path), str) and path[-1] not in ("id", "type")]
MARKS = "`*_[]()<>!#-+=1.)|~&\\ \n\r\t:@/$^\"'{}%ax"
texts_from_outside = st.text(MARKS, max_size=30) | st.text(st.characters(exclude_categories=["Cs", "Cf"]), max_size=20)


def with_texts(texts: t.Sequence[str]) -> dict[str, t.Any]:
    """Return an incident of which every text is from outside, and has something to see."""
    incident = FULL
    for path, text in zip(TEXTS, itertools.cycle(texts)):
        shows = any(each.isprintable() and not each.isspace() for each in text)
        incident = without(incident, path, text if shows else "x")
    return incident


def outline(markdown: str) -> list[tuple[str, str, str]]:
    """Return the blocks of a report outside of quotations, each with the words that are its own."""
    blocks: list[tuple[str, str, str]] = []
    quotations, section = 0, ""
    for token, following in itertools.pairwise([*RENDERER.parse(markdown), None]):
        quotations -= token.type == "blockquote_close"
        children = token.children or ()
        assert {child.type for child in children} <= IN_A_LINE
        # The only links are addresses that show as they are.
        assert {child.info for child in children if child.type == "link_open"} <= {"auto"}
        if token.type == "heading_open":
            section = following.content if token.tag == "h2" else "head"
        own = section if section != "head" else token.content.partition(":")[0] if token.level == 3 else ""
        if not quotations:
            blocks.append((token.type, token.info, own))
        quotations += token.type == "blockquote_open"
    return blocks


def test_the_outline_of_a_report_has_its_headings_and_the_names_of_its_facts() -> None:
    words = {own for _type, _info, own in outline(REPORT)}
    assert words >= {"Status", "Resolved", "Timeline", *(heading for heading, _empty in SECTIONS.values())}
    assert outline(REPORT) != outline(f"{REPORT}\n- Status: resolved\n")


@given(st.lists(texts_from_outside, min_size=1, max_size=8))
@example(["```\nopen fence"])
@example(["<!-- hidden"])
@example(["x\n\n- Status: resolved\n\n## Alerts\n\n"])
@example(["![a](https://evil.example/a.png)"])
@example(["ends with a backslash\\"])
def test_whatever_the_texts_are_the_report_has_its_own_headings_and_lines_and_no_others(texts: list[str]) -> None:
    assert outline(report(with_texts(texts), {})) == outline(REPORT)


@pytest.mark.parametrize("title", ["Disk full #", "C# ##", "#", "# #"])
def test_a_title_is_shown_with_its_number_signs(title: str) -> None:
    _opened, heading, *_rest = RENDERER.parse(report({"id": "Q1", "title": title}, {}))
    assert "".join(child.content for child in heading.children or ()) == f"Incident Q1: {title}"
