"""The load that every peer gets: one after the other, many clients in turns, a given rate, and all at once."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.fleet import Answer
from bench.peers.connection import Connection

#: Longest time for what is sent at once, in seconds, however slowly it is answered.
KILL_S = 240.0

Follow = Callable[[Answer], bytes | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where the load goes."""

    port: int
    follow: Follow = lambda answer: None

    async def connect(self) -> Connection:
        """A new connection. Raises OSError."""
        return await Connection.to(self.port)

    async def ask(self, connection: Connection, sent: bytes) -> Answer:
        """The answer. Raises RuntimeError when it is not 200, ConnectionError, TimeoutError."""
        answer = await connection(sent, self.follow)
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {answer.body[:200]!r}")
        return answer


async def alone(target: Target, requests: Sequence[bytes]) -> list[float]:
    """Milliseconds of each request, one after the other."""
    connection, took = await target.connect(), []
    try:
        for sent in requests:
            began = time.perf_counter()
            await target.ask(connection, sent)
            took.append((time.perf_counter() - began) * 1000)
    finally:
        connection.close()
    return took


async def in_turns(target: Target, requests: Sequence[bytes], *, clients: int) -> float:
    """Seconds until all are answered, by clients that each send the next when they have their answer."""
    waiting = iter(requests)

    async def client() -> None:
        connection = await target.connect()
        try:
            for sent in waiting:
                await target.ask(connection, sent)
        finally:
            connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(min(clients, len(requests)))))
    return time.perf_counter() - began


async def at_rate(target: Target, requests: Sequence[bytes], *, per_s: float) -> list[float]:
    """Milliseconds from when each request was due until its answer, whether those before it were answered or not."""
    free: list[Connection] = []
    made: list[Connection] = []
    began = time.perf_counter()

    async def one(number: int, sent: bytes) -> float:
        due = began + number / per_s
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if free:
            connection = free.pop()
        else:
            connection = await target.connect()
            made.append(connection)
        await target.ask(connection, sent)
        free.append(connection)
        return (time.perf_counter() - due) * 1000

    try:
        return await asyncio.gather(*(one(number, sent) for number, sent in enumerate(requests)))
    finally:
        for connection in made:
            connection.close()


async def through_a_kill(
    target: Target,
    requests: Sequence[bytes],
    *,
    kill: Callable[[], None],
    after: int,
    quiet_s: float,
    within_s: float = KILL_S,
    clock: Callable[[], float] = time.perf_counter,
) -> int:
    """How many of `requests`, all sent at once, are answered although `kill` is called as soon as `after` of them have
    been. A client whose connection ends does not ask again. The others are given up once none of them was answered for
    `quiet_s`, and all of them after `within_s`, by `clock`.
    """
    answered = 0
    began = last = clock()
    connections: list[Connection] = []

    async def one(sent: bytes) -> None:
        nonlocal answered, last
        try:
            connection = await target.connect()
            connections.append(connection)
            await target.ask(connection, sent)
        except (OSError, RuntimeError, ValueError):
            return
        answered, last = answered + 1, clock()
        if answered == after:
            kill()

    left = {asyncio.create_task(one(sent)) for sent in requests}
    try:
        while left and (wait_s := min(last + quiet_s, began + within_s) - clock()) > 0:
            done, left = await asyncio.wait(left, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            # Raises what `kill` has raised.
            for task in done:
                task.result()
    finally:
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for connection in connections:
            connection.close()
    if answered < after:
        raise RuntimeError(f"only {answered} of {len(requests)} were answered before anything was killed")
    return answered
