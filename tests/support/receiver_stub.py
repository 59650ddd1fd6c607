"""A receiver without a network: what it says next, and what reached it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from worker.delivery import sender
from worker.delivery.response import Failure, Response, SendFailed


@dataclass(kw_only=True)
class Sent:
    """One attempt that reached the receiver."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found


@dataclass(kw_only=True)
class ReceiverStub:
    """Stands in for `worker.delivery.sender.attempt`; `says` a status, a failure or an exception, by URL if need be."""

    says: int | Failure | BaseException = 204
    by_url: dict[str, int | Failure | BaseException] = field(default_factory=dict)
    retry_after_s: float | None = None
    body: str = ""
    sent: list[Sent] = field(default_factory=list)
    #: Called with every attempt before it is answered.
    on_send: Callable[[Sent], None] = lambda sent: None

    def attempt(self, url: str, headers: Mapping[str, str], body: bytes, **_: Any) -> Response:
        self.sent.append(Sent(url=url, headers=headers, body=body))
        self.on_send(self.sent[-1])
        outcome = self.by_url.get(url, self.says)
        if isinstance(outcome, BaseException):
            raise outcome
        if isinstance(outcome, Failure):
            raise SendFailed(outcome, duration_ms=15)
        response = Response(
            status=outcome, duration_ms=7, retry_after_s=self.retry_after_s, body=self.body, truncated=False
        )
        if not 200 <= outcome < 300:
            raise SendFailed(Failure.HTTP_STATUS, duration_ms=7, response=response)
        return response

    def install(self, monkeypatch: pytest.MonkeyPatch) -> "ReceiverStub":
        monkeypatch.setattr(sender, "attempt", self.attempt)
        return self
