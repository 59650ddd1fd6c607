"""The open stream of one flow, for either client."""

from collections.abc import AsyncIterator, Iterator

import httpx

from kritiq_client.shell import answer_of
from kritiq_client.steps import Answer


class Wire:
    """Of the synchronous client."""

    def __init__(self) -> None:
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())

    def open(self, response: httpx.Response) -> Answer:
        """The head of the answer; of an error its body, too, and then nothing is open."""
        self.close()
        self._response = response
        if response.status_code >= 400:
            body = response.read()
            self.close()
            return answer_of(response, body)
        self._chunks = response.iter_raw()
        return answer_of(response, b"")

    def read(self) -> bytes | None:
        """The next bytes; None at the end."""
        return next(self._chunks, None)

    def close(self) -> None:
        """Hang up."""
        if self._response is not None:
            self._response.close()
            self._response = None


class AsyncWire:
    """Of the asynchronous client."""

    def __init__(self) -> None:
        self._response: httpx.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None

    async def open(self, response: httpx.Response) -> Answer:
        """The head of the answer; of an error its body, too, and then nothing is open."""
        await self.close()
        self._response = response
        if response.status_code >= 400:
            body = await response.aread()
            await self.close()
            return answer_of(response, body)
        self._chunks = response.aiter_raw()
        return answer_of(response, b"")

    async def read(self) -> bytes | None:
        """The next bytes; None at the end."""
        return None if self._chunks is None else await anext(self._chunks, None)

    async def close(self) -> None:
        """Hang up."""
        if self._response is not None:
            await self._response.aclose()
            self._response = None
