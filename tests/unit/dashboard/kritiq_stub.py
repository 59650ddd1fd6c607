"""Kritiq's API as far as corrections go."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.support.served import served


class Kritiq:
    """An API at `base` that takes what `refusal` does not refuse."""

    def __init__(self) -> None:
        self.base = ""
        #: Path, body and `Authorization` of each feedback.
        self.told: list[tuple[str, Any, str | None]] = []
        self.refusal: httpx.Response | Exception | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Feedback on whatever job. An exception as refusal breaks the connection off."""
        assert request.method == "POST"
        self.told.append((request.url.raw_path.decode(), json.loads(request.content), request.headers["authorization"]))
        if isinstance(self.refusal, Exception):
            raise self.refusal
        return self.refusal or httpx.Response(200, json={})


@contextmanager
def listening() -> Iterator[Kritiq]:
    """Such an API."""
    kritiq = Kritiq()
    with served(kritiq) as kritiq.base:
        yield kritiq
