# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report on an incident, in Markdown.

PagerDuty leaves out fields that have no value, or that the account has no plan for: only the id is relied on.
Private to the collection.
"""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Mapping

from ._quoting import block, event, line, link

Record = t.Mapping[str, t.Any]
Parts = t.Mapping[str, t.Sequence[Record]]
Lines = t.Iterator[str]

SECTIONS: dict[str, tuple[str, str]] = {
    "notified": ("Who was notified", "Nobody."),
    "log_entries": ("Who did what", "Nothing is recorded."),
    "notes": ("Notes", "None."),
    "incidents_responders": ("Responders", "None were requested."),
    "alerts": ("Alerts", "None."),
    "related_change_events": ("Changes", "None that PagerDuty relates to this incident."),
}
"""By the name of a part: the heading, and what stands there if the part is empty."""
NOT_KNOWN = "Not known."
"""What stands in place of a part that PagerDuty has left out: there may be some."""
UNKNOWN_TIME = "at an unknown time"
MAX_TIMES = 3
"""How many notifications of a person are shown; PagerDuty repeats them until somebody acknowledges."""
TIME = re.compile(r"(\d{4}-\d\d-\d\d)T([\d:.]+)(Z|[+-][\d:]+|)")


def report(incident: Record, missing: t.Mapping[str, str]) -> str:
    """Return the report.

    Args:
        incident: as the module incident_info returns it, with the parts that could be read.
        missing: why a part could not be read, by its name.
    """
    lines = [*_head(incident), *_timeline(_entries(incident, "log_entries"), missing)]
    for name, (heading, _empty) in SECTIONS.items():
        lines += ["", f"## {heading}", "", *_section(incident, name, missing)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def _entries(incident: Record, name: str) -> list[Record]:
    """Return the entries of a part, the oldest first; notifications as one for each person."""
    entries = _records(incident, name)
    if name == "notified":
        return _by_person(entries)
    if name == "log_entries":
        return [each for each in entries[::-1] if not str(each.get("type")).startswith("notify_log_entry")]
    return entries


def _by_person(entries: t.Sequence[Record]) -> list[Record]:
    people: dict[str, dict[str, t.Any]] = {}
    for each in entries:
        key = str(_record(each, "who").get("id") or _name(each, "who"))
        people.setdefault(key, {"who": each.get("who"), "times": []})["times"].append(each)
    return list(people.values())


def _section(incident: Record, name: str, missing: t.Mapping[str, str]) -> Lines:
    if name in missing:
        yield f"This could not be read: {line(missing[name])}"
    elif not isinstance(incident.get(name), list):
        yield NOT_KNOWN
    else:
        shown = [text for entry in _entries(incident, name) for text in ENTRIES[name](entry)]
        yield from shown or [SECTIONS[name][1]]


def _head(incident: Record) -> Lines:
    number = incident.get("incident_number")
    yield f"# Incident {line(incident.get('id') if number is None else number)}: {line(_title(incident))}"
    yield ""
    for label, text in _facts(incident):
        if text:
            yield f"- {label}: {text}"
    details = _record(incident, "body").get("details")
    if details:
        yield ""
        yield block(details if isinstance(details, str) else json.dumps(details, indent=2, ensure_ascii=False))


def _title(incident: Record) -> t.Any:
    return incident.get("title") or incident.get("summary") or "without a title"


def _facts(incident: Record) -> t.Iterator[tuple[str, str]]:
    page, bridge = link(incident.get("html_url")), _record(incident, "conference_bridge")
    yield "Page", page
    yield "Service", _name(incident, "service")
    yield "Escalation policy", _name(incident, "escalation_policy")
    yield "Status", line(incident.get("status"))
    yield "Urgency", line(incident.get("urgency"))
    yield "Priority", _name(incident, "priority")
    yield "Opened", _time(incident.get("created_at"))
    yield "Resolved", _time(incident.get("resolved_at"))
    yield "Assigned to", ", ".join(_name(each, "assignee") or "somebody" for each in _records(incident, "assignments"))
    ways = (line(bridge.get("conference_number")), link(bridge.get("conference_url")))
    yield "Conference bridge", ", ".join(filter(None, ways))


def _timeline(entries: t.Sequence[Record], missing: t.Mapping[str, str]) -> Lines:
    if not entries or "log_entries" in missing:
        return
    yield from ("", "## Timeline", "", "```mermaid", "timeline")
    day = ""
    for entry in entries:
        date, _t, time = event(entry.get("created_at") or UNKNOWN_TIME).partition("T")
        if date != day:
            day = date
            yield f"    section {day}"
        yield f"        {time[:5] or '?'} : {event(entry.get('summary') or entry.get('type')) or '?'}"
    yield "```"


def _person(person: Record) -> Lines:
    times = _records(person, "times")
    told = [_notification(each) for each in times[:MAX_TIMES]]
    if len(times) > MAX_TIMES:
        told.append(f"and {len(times) - MAX_TIMES} more until {_when(times[-1], 'at')}")
    yield f"- {_name(person, 'who') or 'Somebody'}: {', '.join(told)}"


def _notification(notification: Record) -> str:
    channel, status = line(notification.get("channel")), line(notification.get("status"))
    how = f" by {channel}" if channel else ""
    return f"{_when(notification, 'at')}{how}{f' ({status})' if status not in ('', 'success') else ''}"


def _log_entry(entry: Record) -> Lines:
    who = _name(entry, "agent") or line(_record(entry, "channel").get("type")) or "PagerDuty"
    yield f"- {_when(entry, 'created_at')}, {who}: {_summary(entry)}"


def _note(note: Record) -> Lines:
    yield from (
        f"{_name(note, 'user') or 'Somebody'}, {_when(note, 'created_at')}:",
        "",
        block(note.get("content")),
        "",
    )


def _responder(responder: Record) -> Lines:
    requester = _name(responder, "requester")
    asked = f", asked by {requester}" if requester else ""
    yield f"- {_name(responder, 'user') or 'Somebody'}: {line(responder.get('state')) or 'state unknown'}{asked}"


def _alert(alert: Record) -> Lines:
    known = [_when(alert, "created_at"), *(line(alert.get(name)) for name in ("severity", "status"))]
    yield f"- {', '.join(filter(None, known))}: {_summary(alert)}"


def _change(change: Record) -> Lines:
    yield f"- {', '.join(filter(None, [_when(change, 'timestamp'), line(change.get('source'))]))}: {_summary(change)}"


ENTRIES: dict[str, t.Callable[[Record], Lines]] = {
    "notified": _person,
    "log_entries": _log_entry,
    "notes": _note,
    "incidents_responders": _responder,
    "alerts": _alert,
    "related_change_events": _change,
}


def _records(record: Record, name: str) -> list[Record]:
    found = record.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _record(record: Record, name: str) -> Record:
    found = record.get(name)
    return found if isinstance(found, Mapping) else {}


def _name(record: Record, reference: str) -> str:
    found = _record(record, reference)
    return line(found.get("summary") or found.get("name") or found.get("id"))


def _summary(record: Record) -> str:
    return line(record.get("summary") or record.get("type")) or "(no text)"


def _when(record: Record, name: str) -> str:
    return _time(record.get(name)) or UNKNOWN_TIME


def _time(text: t.Any) -> str:
    found = TIME.fullmatch(str(text))
    return f"{found[1]} {found[2]} {found[3].replace('Z', 'UTC')}".rstrip() if found else line(text)
