"""What the parts of the Redis store share: the scripts, and Redis' errors as ours."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import redis
from redis.commands.core import Script

from jobs.errors import Unavailable
from store import lua

P = ParamSpec("P")
T = TypeVar("T")


def translated(call: Callable[P, T]) -> Callable[P, T]:
    """Turns what Redis raises into our errors."""

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            if isinstance(error, redis.TimeoutError):
                # If one connection is dead, the pool's idle ones are too; drop them all rather than time out on each.
                _reconnect(args)
            raise Unavailable("The job store cannot be reached.") from error
        except redis.ResponseError as error:
            # Redis without memory or disk, or a replica before its failover is done: ours to retry, not a bug.
            if isinstance(error, redis.ReadOnlyError) or "READONLY" in str(error):
                # This server is no longer the primary: reconnect, to whichever server is now.
                _reconnect(args)
            if isinstance(error, redis.OutOfMemoryError | redis.ReadOnlyError) or _full(str(error)):
                raise Unavailable("The job store cannot take more at the moment.") from error
            raise

    return wrapper


def _reconnect(args: Sequence[object]) -> None:
    if args and isinstance(args[0], RedisBase):
        args[0].reconnect()


def _full(message: str) -> bool:
    # Inside a script the error's own class is lost in its text.
    return any(word in message for word in ("OOM", "MISCONF", "READONLY", "NOREPLICAS", "MASTERDOWN"))


class RedisBase:
    """A client and the scripts by name."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._scripts: dict[str, Script] = {}

    def reconnect(self) -> None:
        """Let the next command open a new connection."""
        self._redis.connection_pool.disconnect(inuse_connections=False)

    def _run(self, script: str, keys: Sequence[str] = (), args: Sequence[Any] = ()) -> Any:
        if script not in self._scripts:
            self._scripts[script] = self._redis.register_script(lua.load(script))
        return self._scripts[script](keys=list(keys), args=list(args))

    def _now_ms(self) -> int:
        seconds, micros = self._redis.time()
        return int(seconds) * 1000 + int(micros) // 1000
