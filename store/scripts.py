"""What the parts of the Redis store share: the scripts, and Redis' errors as ours."""

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ParamSpec, TypeVar, cast

import redis
from redis.client import Pipeline
from redis.commands.core import Script

from jobs.errors import Unavailable
from jobs.retention import DEFAULT_RETENTION, Retention
from store import lua
from store.connection import Client
from store.sealing import PLAIN, Sealing

P = ParamSpec("P")
T = TypeVar("T")


#: What others are told of as soon as it is answered: where replicas are asked for, they must have it then. What other
#: scripts write may be lost with a primary, and is done again.
REPLICATED = frozenset({
    "access/create_key", "access/create_link", "access/create_session", "access/open_link", "access/revoke_key",
    "access/rotate_key",
    "batch/cancel", "batch/create", "batch/delete", "batch/erase_lines", "batch/forget_author",
    "delivery/delete_endpoint", "delivery/ping", "delivery/put_endpoint", "delivery/record", "delivery/recover",
    "delivery/replay",
    "feedback/delete", "feedback/put",
    "file/delete", "file/finish",
    "job/blank", "job/cancel", "job/complete", "job/create", "job/delete", "job/revoke",
    "model/delete_alias", "model/move_alias", "model/retrain",
    "privacy/ask", "privacy/settle",
})  # fmt: skip
#: How long replicas may take, in milliseconds.
REPLICATED_MS = 1_000


def translated(call: Callable[P, T]) -> Callable[P, T]:
    """Turns what Redis raises into our errors; of a generator whenever it is asked for more."""
    if inspect.isgeneratorfunction(call):

        @functools.wraps(call)
        def steps(*args: P.args, **kwargs: P.kwargs) -> Iterator[Any]:
            try:
                yield from call(*args, **kwargs)
            except redis.RedisError as error:
                if (ours := _ours(error, args)) is not None:
                    raise ours from error
                raise

        return cast("Callable[P, T]", steps)

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except redis.RedisError as error:
            if (ours := _ours(error, args)) is not None:
                raise ours from error
            raise

    return wrapper


def _ours(error: redis.RedisError, args: Sequence[object]) -> Unavailable | None:
    """What is raised instead; nothing for what is a bug."""
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        if isinstance(error, redis.TimeoutError):
            # If one connection is dead, the pool's idle ones are too; drop them all rather than time out on each.
            _reconnect(args)
        return Unavailable("The job store cannot be reached.")
    if isinstance(error, redis.ResponseError):
        # Redis without memory or disk, or a replica before its failover is done: ours to retry, not a bug.
        if _demoted(error):
            # This server is no longer the primary: reconnect, to whichever server is now.
            _reconnect(args)
        if passes(error):
            return Unavailable("The job store cannot take more at the moment.")
    return None


def passes(error: redis.ResponseError) -> bool:
    """Whether Redis may answer otherwise later: it has no memory, disk or replicas, or is no primary now."""
    return isinstance(error, redis.OutOfMemoryError) or _demoted(error) or _full(str(error))


def _reconnect(args: Sequence[object]) -> None:
    if args and isinstance(args[0], RedisBase):
        args[0].reconnect()


def _demoted(error: redis.ResponseError) -> bool:
    # The last two answer who waits for replicas, of a server that is one itself.
    words = ("READONLY", "WAIT cannot be used with replica", "UNBLOCKED force unblock")
    return isinstance(error, redis.ReadOnlyError) or any(word in str(error) for word in words)


def _full(message: str) -> bool:
    # Inside a script the error's own class is lost in its text.
    return any(word in message for word in ("OOM", "MISCONF", "NOREPLICAS", "MASTERDOWN"))


class RedisBase:
    """A client and the scripts by name."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._scripts: dict[str, Script] = {}

    @property
    def client(self) -> redis.Redis:
        """The client that it uses."""
        return self._redis

    def reconnect(self) -> None:
        """Let the next command open a new connection."""
        self._redis.connection_pool.disconnect(inuse_connections=False)

    @property
    def _retention(self) -> Retention:
        return self._redis.retention if isinstance(self._redis, Client) else DEFAULT_RETENTION

    @property
    def _sealing(self) -> Sealing:
        return self._redis.sealing if isinstance(self._redis, Client) else PLAIN

    def _run(self, script: str, keys: Sequence[str] = (), args: Sequence[Any] = ()) -> Any:
        found = self._script(script)
        if script in REPLICATED and self._replicas:
            return self._replicated(found, keys, args)
        return found(keys=list(keys), args=list(args))

    def _script(self, name: str) -> Script:
        if name not in self._scripts:
            self._scripts[name] = self._redis.register_script(lua.load(name, self._retention))
        return self._scripts[name]

    @property
    def _replicas(self) -> int:
        return self._redis.replicas if isinstance(self._redis, Client) else 0

    def _replicated(self, script: Script, keys: Sequence[str], args: Sequence[Any]) -> Any:
        """Run it, and see that replicas have what it wrote. Raises Unavailable when they do not in time.

        It has run all the same: as after a lost answer, the caller may call again.
        """
        while True:
            pipe = self._redis.pipeline(transaction=False)
            pipe.evalsha(script.sha, len(keys), *keys, *args)
            try:
                (answer,) = self._answered(pipe)
            except redis.exceptions.NoScriptError:
                self._redis.script_load(script.script)
                continue
            return answer

    def _answered(self, pipe: Pipeline) -> list[Any]:
        """Execute commands outside of a transaction, as a script of `REPLICATED` is run: where replicas are asked for,
        they have what was written, also by whoever tried before. Raises Unavailable when they do not in time."""
        if not self._replicas:
            return pipe.execute()
        # One connection, since Redis asks for what this one wrote.
        mark = self._script("process/mark")
        pipe.evalsha(mark.sha, 0)
        pipe.wait(self._replicas, REPLICATED_MS)
        *answers, marked, reached = pipe.execute(raise_on_error=False)
        for error in (*answers, reached):
            if isinstance(error, redis.RedisError):
                raise error
        if isinstance(marked, redis.exceptions.NoScriptError):
            self._redis.script_load(mark.script)
            self._answered(self._redis.pipeline(transaction=False))
            return answers
        if isinstance(marked, redis.RedisError):
            raise marked
        if reached < self._replicas:
            raise Unavailable(f"Only {reached} of {self._replicas} replicas have it in time.")
        return answers

    def _confirm(self) -> None:
        """See that replicas have what is there: for who answers that something was done before, having only read it.
        Raises Unavailable."""
        self._answered(self._redis.pipeline(transaction=False))

    def _now_ms(self) -> int:
        seconds, micros = self._redis.time()
        return int(seconds) * 1000 + int(micros) // 1000
