"""The store's Redis scripts, one file each. `load` puts in front of a script what it uses:

- of `store.keys` the names of its keys, as `key.job(tenant, id)`;
- of `store.queues` the queues in the order in which workers look;
- of `store.stored_fields` the fields that tell a client of a job;
- of `jobs` and `webhooks` the tables that say which status may follow which;
- of `jobs.retention` how long what is kept, as `GONE_MS` and so on;
- of the library `limits` its moving window, as `moving_window` and `acquire_moving_window`;
- of the libraries that its first line names (`-- uses: job, attempt`), and of those that these use, what it needs.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TypeVar

from jobs import batch_status, erasure, job
from jobs.asked_retraining import OF_CELERY
from jobs.choice import DEFAULT
from jobs.retention import DEFAULT_RETENTION, Retention
from store import keys, queues
from store.stored_fields import READ_STORED
from webhooks import delivery

S = TypeVar("S", bound=StrEnum)

_USES = re.compile(r"-- uses: (.+)\n")
#: Where a library's next function or constant begins, and the name that it defines.
_DEFINITION = re.compile(r"^(?=local )", re.MULTILINE)
_DEFINED = re.compile(r"^local (?:function )?(\w+)", re.MULTILINE)


@cache
def load(name: str, retention: Retention = DEFAULT_RETENTION) -> str:
    """Script `name`, such as `job/claim`, with what it uses of the libraries, and the lifetimes of `retention`.

    Redis builds every function of a script anew at each call: all those of the libraries cost `job/create` 27 µs, more
    than its own commands that write.
    """
    kept, used = [_file(name)], _words(_file(name))
    for part in reversed([part for library in _parts(name) for part in definitions(_file(library))]):
        if used & set(_DEFINED.findall(part)):
            kept.insert(0, part)
            used |= _words(part)
    return "".join(_constants("".join(kept), retention)) + "".join(kept)


@cache
def whole(name: str) -> str:
    """Script `name` behind all of its libraries, used or not."""
    code = "".join(map(_file, (*_parts(name), name)))
    return "".join(_constants(code, DEFAULT_RETENTION)) + code


def definitions(code: str) -> list[str]:
    """The functions and constants of a library, in order, each with what follows it up to the next."""
    return [part for part in _DEFINITION.split(code) if part]


def _parts(name: str) -> list[str]:
    """The files of the libraries of a script."""
    return ["lib/keys", *(f"lib/{library}" for library in dict.fromkeys(_libraries(name)))]


def _words(code: str) -> set[str]:
    return set(re.findall(r"\w+", re.sub(r"(?m)^ *--.*", "", code)))


def _libraries(name: str) -> Iterator[str]:
    """The libraries of a script, each behind those that it uses itself."""
    found = _USES.match(_file(name))
    for library in found.group(1).split(", ") if found else ():
        yield from _libraries(f"lib/{library}")
        yield library


@cache
def _file(name: str) -> str:
    return (resources.files(__package__) / f"{name}.lua").read_text(encoding="utf-8")


def _constants(code: str, retention: Retention) -> Iterator[str]:
    used = set(re.findall(r"\bkey\.(\w+)", code))
    names = "".join(f"  {name} = {key.lua()},\n" for name, key in keys.catalogue().items() if name in used)
    yield f"local key = {{\n{names}}}\n"
    tables = {
        "QUEUES": _list(queues.ORDER),
        "CELERY_LISTS": _list(queues.CELERY_LISTS),
        "MODEL_QUEUE": _quoted(queues.MODEL_QUEUE),
        "RETRAIN_QUEUE": _quoted(queues.RETRAIN_QUEUE),
        "MODEL_LISTS": _quoted(keys.MODEL_LIST.partition("{")[0]),
        "LANE_OF": "{ "
        + ", ".join(f"[{_quoted(queue)}] = {_quoted(lane)}" for queue, lane in queues.LANE_OF.items())
        + " }",
        "DEFAULT_ALIAS": _quoted(DEFAULT),
        "QUEUE_TOTALS": _list([f"{total}:{queue}" for queue in queues.ORDER for total in queues.TOTALS]),
        **{name.upper(): str(ms) for name, ms in asdict(retention).items()},
        # A function's results cost nothing until it is called.
        "READ_STORED": f"function() return {', '.join(map(_quoted, READ_STORED))} end",
        "STORED_NAMES": _quoted(",".join(READ_STORED)),
        "TERMINAL": "{ " + ", ".join(f"{status} = true" for status in job.Status if status.terminal) + " }",
        "TRANSITIONS": _transitions(job.TRANSITIONS, job.FIRST),
        "BATCH_TRANSITIONS": _transitions(batch_status.TRANSITIONS, batch_status.FIRST),
        "DELIVERY_TRANSITIONS": _transitions(delivery.TRANSITIONS, delivery.FIRST),
        "ERASURE_TRANSITIONS": _transitions(erasure.TRANSITIONS, erasure.FIRST),
        "ENDED_ERASURES": "' " + " ".join(status for status in erasure.ErasureStatus if status.terminal) + " '",
        "ENDED_TASKS": "' " + " ".join(state for state, status in OF_CELERY.items() if status.terminal) + " '",
    }
    for name, table in tables.items():
        if re.search(rf"\b{name}\b", code):
            yield f"local {name} = {table}\n"
    if "moving_window(" in code:
        yield from _moving_window()


def _moving_window() -> Iterator[str]:
    """The scripts of `limits` as functions of their keys and arguments: one call can take from several windows."""
    # Of all processes the API's alone have it.
    from limits.storage import RedisStorage

    for name, code in (
        ("moving_window", RedisStorage.SCRIPT_MOVING_WINDOW),
        ("acquire_moving_window", RedisStorage.SCRIPT_ACQUIRE_MOVING_WINDOW),
    ):
        yield f"local function {name}(KEYS, ARGV)\n{code.decode()}end\n"


def _list(names: Iterable[str]) -> str:
    return "{ " + ", ".join(map(_quoted, names)) + " }"


def _quoted(name: str) -> str:
    """A string for Lua; kombu's lists have control characters in their names."""
    return "'" + re.sub(r"[^ -~]", lambda found: f"\\{ord(found.group()):03}", name) + "'"


def _transitions(table: Mapping[S, Set[S]], first: Set[S]) -> str:
    """What may follow what, as `' new>queued queued>running '`; `new` is a record that is not there yet.

    Redis builds a table anew at each call of a script, which took as long as four commands.
    """
    rows: dict[str, Set[S]] = {"new": first, **{str(state): after for state, after in table.items()}}
    return "' " + "".join(f"{state}>{to} " for state, after in rows.items() for to in sorted(after)) + "'"
