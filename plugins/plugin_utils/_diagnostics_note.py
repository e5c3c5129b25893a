# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The note of one host: its title, then each command with its output; or why no command could run.

Private to the collection.
"""

from __future__ import annotations

import typing as t

from ..module_utils._masking import Mask, masked

Result = t.Mapping[str, t.Any]

NOTE_LIMIT = 25_000
"""Characters. INFERRED: PagerDuty does not document the limit of a note; this is the one that is commonly given."""
ELSEWHERE = "See stdout/stderr for the exact error"
NO_REASON = "MODULE FAILURE\n"
"""What ansible-core before 2.19 says of a module that could not run; the note shows what the host said."""
ENDINGS = {124: "Timed out", 137: "Killed"}
"""By the exit codes of timeout(1) for a command that it has ended, and for one that it had to kill."""
CUT = "\n[...]"
MAX_SECTIONS = 2_000
"""More commands have no room at all."""


class Section(t.NamedTuple):
    """A command in a note.

    Args:
        command: its line.
        output: what it wrote.
        end: how it ended, if not well.
    """

    command: str
    output: str
    end: str

    def __str__(self) -> str:
        return "\n".join(part for part in self if part)


def whole_note(title: str, results: t.Iterable[Result], masks: t.Sequence[Mask] = ()) -> str:
    """Return the note of a host, of any length, secrets masked.

    Args:
        results: of the commands, as Ansible registers them in a loop; or only that of a task that could not run at all.
        masks: what to mask besides the secrets that are always masked.
    """
    return _note(title, _sections(results, masks))


def short_note(title: str, results: t.Iterable[Result], masks: t.Sequence[Mask] = (), *, file: str) -> str:
    """Return the note as PagerDuty takes it: if it is too long, each command gets a fair share of the space.

    Args:
        file: where on the controller all of it is.
    """
    sections = list(_sections(results, masks))
    note = _note(title, sections)
    if len(note) <= NOTE_LIMIT:
        return note
    last = f"This output is cut. All of it is in {file} on the controller."
    sections = sections[:MAX_SECTIONS]
    room = NOTE_LIMIT - len(_note(title, [])) - len(last) - 1 - 2 * len(sections)
    shares = _shares([len(str(section)) for section in sections], max(room, 0))
    note = _note(title, [_shortened(section, share) for section, share in zip(sections, shares)])
    return f"{_cut(note, NOTE_LIMIT - len(last) - 1)}\n{last}"


def _note(title: str, sections: t.Iterable[Section]) -> str:
    return "\n\n".join([title, *map(str, sections)]) + "\n"


def _sections(results: t.Iterable[Result], masks: t.Sequence[Mask]) -> t.Iterator[Section]:
    for result in results:
        yield Section(*(masked(part, masks).strip() for part in (_command(result), _output(result), _end(result))))


def _command(result: Result) -> str:
    return f"$ {result['item']}" if "item" in result else ""


def _output(result: Result) -> str:
    return "\n".join(filter(None, (str(result.get(name) or "").strip() for name in ("stdout", "stderr"))))


def _end(result: Result) -> str:
    """Return how a command ended; empty if well."""
    reason = _reason(result)
    if result.get("skipped"):
        return "Not run in check mode."
    if result.get("unreachable"):
        return f"The host could not be reached: {reason}"
    if "item" not in result:
        return f"No command could run on the host: {_details(result, reason)}"
    # A command that Ansible could start has an entry of this name.
    if "cmd" not in result:
        return f"Failed: {_details(result, reason)}"
    if result.get("rc") in ENDINGS and result.get("delta"):
        # Such as 0:01:00.004310.
        return f"{ENDINGS[result['rc']]} after {str(result['delta']).partition('.')[0]}."
    return f"Exit code {result['rc']}." if result.get("rc") else ""


def _reason(result: Result) -> str:
    """Return why a task failed, without what ansible-core says around it."""
    reason = str(result.get("msg") or "").strip().removeprefix("Task failed: ")
    return reason.removesuffix(ELSEWHERE).removesuffix(NO_REASON).strip()


def _details(result: Result, reason: str) -> str:
    """Return why a module could not run, with what the host said."""
    said = (str(result.get(name) or "").strip() for name in ("module_stderr", "module_stdout"))
    return "\n".join(filter(None, [reason, *(text for text in said if text not in reason)])) or "no reason is known"


def _shares(lengths: t.Sequence[int], room: int) -> list[int]:
    """Return how much of the room each gets: what short ones leave goes to the long ones."""
    shares = [0] * len(lengths)
    for done, position in enumerate(sorted(range(len(lengths)), key=lengths.__getitem__)):
        shares[position] = min(lengths[position], room // (len(lengths) - done))
        room -= shares[position]
    return shares


def _shortened(section: Section, room: int) -> Section:
    """Return a section of at most `room` characters; its command and its end come before its output."""
    if len(str(section)) <= room:
        return section
    command = _cut(section.command, room // 2)
    end = _cut(section.end, room // 2)
    return Section(command, _cut(section.output, max(room - len(command) - len(end) - 2, 0)), end)


def _cut(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    return text[: room - len(CUT)] + CUT if room > len(CUT) else text[:room]
