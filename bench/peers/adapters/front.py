"""The HTTP side that FastAPI and the queues share: one route, a thread for each review that is being waited for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import Body, FastAPI

from bench.peers.place import Place

#: Threads. Starlette has 40, which would be fewer than the clients.
THREADS = 128
#: Longest wait of a front for its queue, in seconds.
WAIT_S = 120


def serve(place: Place, judge: Callable[[str], Any], *, threads: int = THREADS) -> None:
    """Answer `POST /` with what `judge` says of the review's text, until SIGTERM."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = threads
        yield

    def route(text: Annotated[str, Body(embed=True)]) -> Any:
        return judge(text)

    app = FastAPI(lifespan=lifespan)
    app.post("/")(route)
    uvicorn.run(app, host="127.0.0.1", port=place.port, log_level="warning", access_log=False, backlog=2048)
