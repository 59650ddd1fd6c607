"""What both clients share: translating our requests to httpx's and httpx's responses to ours."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx

from kritiq_client.errors import KritiqError, TransportError
from kritiq_client.retrying import Core
from kritiq_client.steps import Answer, Request
from kritiq_client.version import VERSION

DEFAULT_URL = "http://127.0.0.1:5000"
#: Seconds to connect.
CONNECT_S = 5.0


class Shell:
    """Where the service is and how to ask it."""

    def __init__(self, url: str, headers: Mapping[str, str] | None, timeout_s: float, core: Core) -> None:
        self._url = url.rstrip("/")
        self._headers = {"user-agent": f"kritiq-client/{VERSION}", "accept-encoding": "identity", **(headers or {})}
        self._timeout_s = timeout_s
        self._core = core

    def _arguments(self, request: Request) -> dict[str, Any]:
        """Arguments of httpx' `build_request`."""
        return {
            "method": request.method,
            "url": self._url + request.path,
            "params": request.params or None,
            "headers": {**self._headers, **request.headers},
            "content": request.body,
            "timeout": httpx.Timeout(self._timeout_s + request.wait_s, connect=min(CONNECT_S, self._timeout_s)),
        }


def answer_of(response: httpx.Response, body: bytes) -> Answer:
    """httpx' answer as ours."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status_code, headers=headers, body=body)


def failure_of(error: httpx.HTTPError | httpx.InvalidURL | httpx.StreamError) -> KritiqError:
    """httpx' errors as ours."""
    never_left = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return KritiqError(f"The service's address cannot be used: {error}")
    what = str(error) or type(error).__name__
    return TransportError(f"No answer from the service: {what}", sent=not isinstance(error, never_left))


def with_retries(core: Core, changes: Mapping[str, Any]) -> Core:
    """The core with some of its `Retries` changed."""
    return replace(core, retries=replace(core.retries, **changes))


#: What httpx may raise.
HTTPX_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError)
