"""The Sentinels: who they say the primary is, or in one line why nobody says it."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import MasterNotFoundError, Sentinel

#: How long a Sentinel may take to say who the primary is; then the next one is asked. Seconds.
SENTINEL_S = 0.5
#: For how long that nobody said it holds for all threads: each would ask all Sentinels for a request that fails.
AGAIN_S = 0.5


class Sentinels(Sentinel):
    """redis-py's own, which asks one after the other, with an end in sight for who waits while none of them answers."""

    def __init__(
        self,
        hosts: Sequence[tuple[str, int]],
        options: Mapping[str, Any],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # The next one is asked at once, where redis-py would ask each four times.
        once = {"socket_timeout": SENTINEL_S, "socket_connect_timeout": SENTINEL_S, "retry": Retry(NoBackoff(), 0)}
        super().__init__(hosts, sentinel_kwargs={**once, **options})  # type: ignore[no-untyped-call]
        self._clock, self._hosts = clock, {id(each): host for each, host in zip(self.sentinels, hosts, strict=True)}
        self._missed: tuple[float, str] | None = None

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """Its host and port. Raises MasterNotFoundError with what each said, ResponseError for what is none."""
        if self._missed is not None and self._clock() < self._missed[0]:
            raise MasterNotFoundError(self._missed[1])
        why = list[str]()
        for number, sentinel in enumerate(self.sentinels):
            host, port = self._hosts[id(sentinel)]
            try:
                masters: Any = sentinel.sentinel_masters()
            except (redis.ConnectionError, redis.TimeoutError) as error:
                why.append(f"{host}:{port}: {error}")
                continue
            state = masters.get(service_name)
            if state and self.check_master_state(state, service_name):  # type: ignore[no-untyped-call]
                # The next connection asks this one first.
                self.sentinels[0], self.sentinels[number] = sentinel, self.sentinels[0]
                self._missed = None
                return state["ip"], state["port"]
            why.append(f"{host}:{port}: {'it is down' if state else 'knows no such service'}")
        message = f"no Sentinel names the primary of {service_name!r} ({'; '.join(why)})"
        self._missed = self._clock() + AGAIN_S, message
        raise MasterNotFoundError(message)
