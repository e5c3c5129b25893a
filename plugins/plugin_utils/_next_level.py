# Copyright (c) 2026, oncall.pagerduty contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets a task with `level: next` of incident_escalation climb one level, however often the task runs.

Ansible runs a task for each host, for each item of its loop, and again with `until`; each time would page one level
more. Here the first one escalates an incident, while the others wait for it. Then they find it done. If it failed, they
try the level that it had chosen, not the one after that.

What is known of a task is in a file without a name. It is opened before Ansible forks its workers, so they share it,
and it ends with the run. Ansible has no public name for "this task": it is known by its place in the playbook. A worker
runs a task for one host, with all items and attempts. A host that comes back in another worker has come to the task
again, such as by a loop of include_tasks, and that climbs again: with the other hosts that come back.

Uses only public interfaces of ansible-core. Private to the collection.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
import typing as t

from ansible.utils.display import Display

from ..module_utils._core.change import Outcome
from ..module_utils._core.errors import InvalidOption
from ..module_utils._core.locks import lock_offset
from ..module_utils._core.sentences import message
from ..module_utils._incidents.foretold import id_of, is_foretold
from ..module_utils._incidents.names import name_of
from ..module_utils._incidents.read import checked_ids
from ._controller import Options, Result, definition, plain, validate

MODULE = "incident_escalation"
NEXT = "next"
RECORD_OFFSET = 1 << 60
"""The byte that is locked while the record is read and written; those of incidents are before it."""
ASYNC_IGNORED = (
    "async is ignored: jobs that run at the same time would each escalate the incident to the next level. Set level to "
    "a number to use async."
)
LISTS = ("incidents", "notifies", "failures", "diff", "warnings")
"""The lists of a result."""

Run = t.Callable[[t.Sequence[str], str], Result]
"""Runs the module on some incidents with a level."""

display = Display()


def _open_file() -> int | None:
    """Return a file without a name; None if there can be none."""
    try:
        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno())
    except OSError:
        return None


FILE = _open_file()


def _file() -> int:
    if FILE is None:
        raise OSError("there is no file")
    return FILE


class Task(t.NamedTuple):
    """A task with `level: next`, as it runs in one worker.

    Args:
        key: tells it from other tasks, and from the same one with other options.
        host: that it runs for.
        incidents: that it escalates, as they are given; one that is given by its key has the id of `foretold.id_of`.
    """

    key: str
    host: str
    incidents: list[str]


class Round(t.TypedDict):
    """What is known of a task each time its hosts come to it.

    Args:
        workers: the worker of each host.
        levels: the level that was chosen for an incident.
        done: the incidents that were escalated, as they were returned.
    """

    workers: dict[str, int]
    levels: dict[str, int]
    done: dict[str, dict[str, t.Any]]


def climbing_task(task: t.Any, host: str) -> Task | None:
    """Return a task that must climb only once; None for any other one."""
    if FILE is None or task.action.rpartition(".")[2] != MODULE:
        return None
    module = definition(MODULE)
    options, error = validate(module, task.action, plain(task.args))
    if error or options["level"].strip() != NEXT:
        return None
    try:
        key = options["dedup_key"]
        incidents = checked_ids(options["incident_id"] if key is None else [id_of(key)])
    except InvalidOption:
        return None
    if not incidents:
        return None
    others = {name: options.get(name) for name in module.options if name not in ("incident_id", "level")}
    place = [task.get_path(), task.get_name(), bool(task.check_mode)]
    key = hashlib.sha256(json.dumps([place, others], default=str).encode()).hexdigest()
    return Task(key, host, incidents)


def with_level(args: Options, incidents: t.Sequence[str], level: str) -> Options:
    """Return the arguments of a task with other incidents, and another level; a task with a key has one incident."""
    if any(name in args for name in _names("dedup_key")):
        return {**_without(args, "level"), "level": level}
    return {**_without(args, "incident_id", "level"), "incident_id": list(incidents), "level": level}


def _without(args: Options, *options: str) -> Options:
    names = [name for option in options for name in _names(option)]
    return {name: value for name, value in args.items() if name not in names}


def _names(option: str) -> tuple[str, ...]:
    return (option, *definition(MODULE).options[option].get("aliases", ()))


def climb_once(task: Task, run: Run) -> Result:
    """Escalate each incident of a task unless another host, item or attempt has done so; returns the result."""
    with contextlib.ExitStack() as stack:
        try:
            # Every worker locks in the same order: otherwise two of them could wait for each other.
            for offset in sorted({lock_offset(task.key, incident) for incident in task.incidents}):
                stack.enter_context(_locked(offset))
            found = _join(task)
        except (OSError, ValueError) as error:
            display.warning(f"Another host of this task may escalate the incident further, to the next level: {error}.")
            return run(task.incidents, NEXT)
        done = [incident for incident in task.incidents if incident in found["done"]]
        results = [_already(done, found)] if done else []
        for level, incidents in _by_level(task, found).items():
            results.append(run(incidents, level))
            _record(task, results[-1])
        return _merged(results)


@contextlib.contextmanager
def _locked(offset: int) -> t.Iterator[None]:
    """Wait until no other worker has locked a byte of the file, and lock it."""
    file = _file()
    fcntl.lockf(file, fcntl.LOCK_EX, 1, offset)
    try:
        yield
    finally:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, offset)


def _by_level(task: Task, found: Round) -> dict[str, list[str]]:
    """Return the incidents that are not done, by the level that was chosen for them."""
    by_level: dict[str, list[str]] = {}
    for incident in task.incidents:
        if incident not in found["done"]:
            by_level.setdefault(str(found["levels"].get(incident, NEXT)), []).append(incident)
    return by_level


def _already(incidents: t.Sequence[str], found: Round) -> Result:
    """Return the result for incidents that were escalated."""
    records = [found["done"][incident] for incident in incidents]
    outcomes = [
        Outcome(
            incident,
            record,
            name=name_of(record),
            says=f"already escalated to level {found['levels'][incident]} by this task",
        )
        for incident, record in zip(incidents, records)
    ]
    return {
        "failed": False,
        "changed": False,
        "msg": message("incident", outcomes, check_mode=False),
        "incidents": records,
        **_only(records),
        "levels": {
            record["id"] if is_foretold(incident) else incident: found["levels"][incident]
            for incident, record in zip(incidents, records)
        },
        "notifies": [],
    }


def _only(incidents: t.Sequence[t.Mapping[str, t.Any]]) -> Result:
    return {"incident": incidents[0]} if len(incidents) == 1 else {}


def _merged(results: t.Sequence[Result]) -> Result:
    """Return one result for those of several runs."""
    if len(results) == 1:
        return results[0]
    lists = {name: [each for result in results for each in result.get(name, ())] for name in LISTS}
    merged = {
        **results[-1],
        **{name: entries for name, entries in lists.items() if entries or name in results[-1]},
        "failed": any(result.get("failed") for result in results),
        "changed": any(result.get("changed") for result in results),
        "msg": " ".join(str(result.get("msg", "")) for result in results),
        "levels": {name: level for result in results for name, level in result.get("levels", {}).items()},
    }
    merged.pop("incident", None)
    return {**merged, **_only(lists["incidents"])}


def _join(task: Task) -> Round:
    """Return the round of a task. A host that comes back starts the next one, or joins those that were faster."""
    with _rounds(task.key) as rounds:
        joined = [each for each in rounds if task.host in each["workers"]]
        if joined and joined[-1]["workers"][task.host] == os.getpid():
            return joined[-1]
        if len(joined) == len(rounds):
            rounds.append(Round(workers={}, levels={}, done={}))
        found = rounds[len(joined)]
        found["workers"][task.host] = os.getpid()
        return found


def _record(task: Task, result: Result) -> None:
    """Record what a run of the module returned, by every name of an incident."""
    keys = [incident for incident in task.incidents if is_foretold(incident)]
    levels, done = dict(result.get("levels", {})), {}
    for incident in result.get("incidents", ()):
        names = incident["id"], str(incident.get("incident_number")), *keys
        levels.update(dict.fromkeys(names, levels.get(names[0], levels.get(names[1]))))
        done.update(dict.fromkeys(names, incident))
    # If this fails, the next one is warned when it tries to read.
    with contextlib.suppress(OSError, ValueError), _rounds(task.key) as rounds:
        found = next(each for each in rounds if each["workers"].get(task.host) == os.getpid())
        found["levels"].update(levels)
        found["done"].update(done)


@contextlib.contextmanager
def _rounds(key: str) -> t.Iterator[list[Round]]:
    """Read the rounds of a task, and write them at the end.

    Raises:
        OSError: that cannot be done, such as on a full disk.
        ValueError: a worker was killed while it wrote.
    """
    file = _file()
    with _locked(RECORD_OFFSET):
        record = json.loads(os.pread(file, os.fstat(file).st_size, 0) or b"{}")
        yield record.setdefault(key, [])
        content = json.dumps(record, default=str).encode()
        os.ftruncate(file, 0)
        os.pwrite(file, content, 0)
