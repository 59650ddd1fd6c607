"""Both clients behind one face, over transports that need no network, under a clock that stands still."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from inspect import isasyncgen, isawaitable
from typing import Any

import httpx

from kritiq_client import AsyncClient, Client, Core, Retries

Handler = Callable[[httpx.Request], httpx.Response]
URL = "http://localhost"


class Time:
    """Seconds that pass when somebody sleeps; `slept` keeps how long each time."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)


def core_of(time: Time, retries: Retries | None = None) -> Core:
    """A core without chance: delays are the longest that they can be, keys are counted."""
    keys = (f"key-{number}" for number in itertools.count(1))
    return Core(retries=retries or Retries(), clock=time, chance=lambda: 1.0, new_key=lambda: next(keys))


class Both:
    """The client that is asked for, called by name; iterators come as lists."""

    def __init__(self, kind: str, handler: Handler | httpx.BaseTransport, retries: Retries | None = None) -> None:
        self.time = Time()
        self._kind, self._core = kind, core_of(self.time, retries)
        self._transport = handler if isinstance(handler, httpx.BaseTransport) else httpx.MockTransport(handler)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if self._kind == "sync":
            return lambda *args, **kwargs: self._sync(name, *args, **kwargs)
        return lambda *args, **kwargs: asyncio.run(self._async(name, *args, **kwargs))

    def _sync(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        with httpx.Client(transport=self._transport) as http:
            client = Client(URL, http=http, core=self._core, sleep=self.time.sleep)
            found = getattr(client, name)(*args, **kwargs)
            return list(found) if isinstance(found, Iterator) else found

    def take(self, name: str, found: list[Any]) -> None:
        """Each item of an iterator that may end with an error."""
        if self._kind == "sync":
            with httpx.Client(transport=self._transport) as http:
                found.extend(getattr(Client(URL, http=http, core=self._core, sleep=self.time.sleep), name)())
        else:
            asyncio.run(self._take(name, found))

    async def _take(self, name: str, found: list[Any]) -> None:
        assert isinstance(self._transport, httpx.AsyncBaseTransport)
        async with httpx.AsyncClient(transport=self._transport) as http:
            client = AsyncClient(URL, http=http, core=self._core, sleep=self.time.asleep)
            async for item in getattr(client, name)():
                found.append(item)  # noqa: PERF401 - what came before an error is kept

    async def _async(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        transport = self._transport
        # A mock speaks both; an application behind WSGI is read at once.
        spoken = transport if isinstance(transport, httpx.AsyncBaseTransport) else Awaited(transport)
        async with httpx.AsyncClient(transport=spoken) as http:
            client = AsyncClient(URL, http=http, core=self._core, sleep=self.time.asleep)
            found = getattr(client, name)(*args, **kwargs)
            if isasyncgen(found):
                return [item async for item in found]
            return await found if isawaitable(found) else found


class Awaited(httpx.AsyncBaseTransport):
    """A synchronous transport for the asynchronous client."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(httpx.Request(request.method, request.url, headers=request.headers,
                                                            content=await request.aread()))  # fmt: skip
        body = response.read()
        return httpx.Response(response.status_code, headers=response.headers, stream=Pieces(body))


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in pieces, and may break off behind them."""

    def __init__(self, *pieces: bytes, broken: bool = False) -> None:
        self._pieces, self._broken = pieces, broken

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        if self._broken:
            raise httpx.ReadError("broken off")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


class Script:
    """Answers in turn, and what was asked. An answer that is an exception is raised."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        assert self._answers, f"one request too many: {request.method} {request.url}"
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def job(status: str = "succeeded", version: int = 3, **more: Any) -> dict[str, Any]:
    """A job as the service says it."""
    return {
        "id": "job_1", "status": status, "version": version, "attempt": 1, "priority": "normal",
        "created_at": "2026-11-14T09:30:00.123Z", "cancel_requested": False,
    } | more  # fmt: skip


def answer(status: int, body: Any = None, **headers: str) -> httpx.Response:
    """A JSON answer; `retry_after="3"` is the header `retry-after`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=named)


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    """A problem document."""
    return answer(status, {"status": status, "code": code, "detail": "No.", "title": "No"}, **headers)
