"""Which versions of models there are: what the workers that are up serve."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import redis

from jobs.choice import DEFAULT, VERSION
from jobs.members import known_members
from jobs.served import ModelState, NetworkRun, ServedModel, Serving, absent_from, served_by
from store import keys
from store.aliases import AliasStore
from store.scripts import RedisBase, translated

#: How long a process goes by what it has read, in seconds.
FRESH_S = 1.0
#: How many models are named to whoever asks for one that there is not.
MOST_NAMED = 20
_STATES = frozenset(ModelState)
#: Of a version that no worker has: what an operator does.
_LOAD_FIRST = "has not been downloaded by any worker: load it first (kritiq models load {}), then move the alias"


class ServedStore(RedisBase):
    """What the workers tell of their models with their heartbeats (`RedisStore.report_worker`)."""

    @translated
    def all(self) -> list[Serving]:
        """Of every worker that is up, by name. Those of before there were several models tell nothing."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.zrangebyscore(keys.WORKERS, self._now_ms(), "+inf")
        pipe.hgetall(keys.WORKER_MODELS)
        alive, told = pipe.execute()
        up = sorted(name for name in alive if name in told)
        return [Serving(worker=name.decode(), models=_models(told[name])) for name in up]

    @translated
    def ever(self) -> list[str]:
        """Every version that a worker has ever loaded."""
        names: Any = self._redis.hkeys(keys.ANSWERS)
        return sorted("/".join(name.decode().rsplit("@", 1)) for name in names)


def _models(data: bytes) -> list[ServedModel]:
    """Without what is in a state that only a newer version knows."""
    told = [known_members(ServedModel, each) for each in orjson.loads(data)]
    return [
        ServedModel(**each | {"state": ModelState(each["state"]), "runs": _runs(each)})
        for each in told
        if each["state"] in _STATES
    ]


def _runs(told: Mapping[str, Any]) -> tuple[NetworkRun, ...]:
    return tuple(NetworkRun(**known_members(NetworkRun, each)) for each in told.get("runs", ()))


class Catalogue:
    """What a job may name, for whoever asks often; may be shared by threads."""

    def __init__(self, client: redis.Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._aliases, self._served, self._clock = AliasStore(client), ServedStore(client), clock
        self._read_at, self._known, self._absent = float("-inf"), tuple[str, ...](), frozenset[str]()

    def known(self) -> tuple[str, ...]:
        """Aliases, then versions, as of a second ago at most. Raises Unavailable.

        While no worker is up, every version that has ever been loaded: what was asked for waits for one.
        """
        if self._clock() - self._read_at > FRESH_S:
            self._read()
        return self._known

    def missing(self, model: str) -> str | None:
        """Why there is no such model, in words that name those there are; None when there is. Raises Unavailable.

        What was not there a second ago may be there now.
        """
        return self.of_many()(model)

    def unfit(self, version: str) -> str | None:
        """Why no alias should stand for a version: there is none, or its files are in its store alone, which may be
        away; None when nothing speaks against it. Raises Unavailable.

        Else the alias' jobs would wait for the store, where what it stands for now serves on.
        """
        if why := self.missing_version(version):
            return why
        if version in self._absent:
            self._read()
        return _LOAD_FIRST.format(version) if version in self._absent else None

    def missing_version(self, version: str) -> str | None:
        """`missing` where no alias can stand, as behind one: no aliases are named either. Raises Unavailable."""
        if self.missing(version) is None:
            return None
        versions = [each for each in self._known if VERSION.fullmatch(each)]
        return (
            f"is not served; choose one of {_named(versions)}"
            if versions
            else "is not served, nor is any other version"
        )

    def of_many(self) -> Callable[[str], str | None]:
        """`missing` for whoever asks of many names at once: Redis is asked anew for the first alone."""
        anew = False

        def missing(model: str) -> str | None:
            nonlocal anew
            if model not in self.known() and not anew:
                self._read()
                anew = True
            return None if model in self._known else f"is not served; choose one of {_named(self._known)}"

        return missing

    def _read(self) -> None:
        up = self._served.all()
        aliases = {DEFAULT, *self._aliases.all()}
        self._absent = frozenset(absent_from(up))
        self._known = (*sorted(aliases), *(sorted(served_by(up)) if up else self._served.ever()))
        self._read_at = self._clock()


def _named(known: Sequence[str]) -> str:
    """The first of them: each line of a batch may say them."""
    more = len(known) - MOST_NAMED
    return ", ".join(known[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
