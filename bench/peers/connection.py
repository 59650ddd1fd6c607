"""One keep-alive HTTP connection on loopback for an event loop, as cheap as `bench.fleet`'s."""

import asyncio
from collections.abc import Callable
from typing import Self

from bench.fleet import Answer, complete

#: Longest wait for an answer, in seconds.
ANSWER_S = 120.0


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def to(cls, port: int) -> Self:
        """Connect. Raises OSError."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    async def __call__(self, sent: bytes, follow: Callable[[Answer], bytes | None] = lambda answer: None) -> Answer:
        """Send a request and wait for its answer, and go on with what `follow` makes of it, if anything.

        Raises ConnectionError, TimeoutError; ValueError for an answer that has no length.
        """
        following: bytes | None = sent
        while following is not None:
            answer = await self._asked(following)
            following = follow(answer)
        return answer

    async def _asked(self, sent: bytes) -> Answer:
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(sent)
        async with asyncio.timeout(ANSWER_S):
            return await self._answer

    def close(self) -> None:
        """Close it."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._data += data
        try:
            found = complete(self._data)
        except ValueError as error:
            self._end(error)
            self.close()
            return
        if found is not None:
            self._data.clear()
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(found)

    def connection_lost(self, error: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._end(error or ConnectionError("closed in the middle of an answer"))

    def _end(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
