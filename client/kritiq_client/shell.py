"""What both clients share: translating our requests to httpx's and httpx's responses to ours."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from kritiq_client.errors import KritiqError, TransportError
from kritiq_client.retrying import Core
from kritiq_client.steps import Answer, Request
from kritiq_client.version import VERSION

DEFAULT_URL = "http://127.0.0.1:5000"
#: Where the API key is looked for when none is given.
KEY_VARIABLE = "KRITIQ_API_KEY"
#: How much of a file is read at once.
PIECE_BYTES = 65_536
#: Seconds to connect.
CONNECT_S = 5.0


class Shell:
    """Where the service is and how to ask it."""

    def __init__(
        self, url: str, headers: Mapping[str, str] | None, timeout_s: float, core: Core, api_key: str | None
    ) -> None:
        self._url = url.rstrip("/")
        self._headers = {"user-agent": f"kritiq-client/{VERSION}", "accept-encoding": "identity", **(headers or {})}
        if api_key is None and "authorization" not in {name.lower() for name in self._headers}:
            api_key = os.environ.get(KEY_VARIABLE)
        if api_key and api_key.strip():
            self._headers["authorization"] = f"Bearer {_clean(api_key)}"
        self._timeout_s = timeout_s
        self._core = core

    def _arguments(self, request: Request) -> dict[str, Any]:
        """Arguments of httpx' `build_request`. Raises OSError for a file that is not there."""
        body, headers = request.body, {**self._headers, **request.headers}
        if isinstance(body, Path):
            headers["content-length"] = str(body.stat().st_size)
        return {
            "method": request.method,
            "url": self._url + request.path,
            "params": request.params or None,
            "headers": headers,
            "content": self._content(body) if isinstance(body, Path) else body,
            "timeout": httpx.Timeout(self._timeout_s + request.wait_s, connect=min(CONNECT_S, self._timeout_s)),
        }

    def _content(self, file: Path) -> Any:
        """What is in a file, piece by piece, as httpx takes it here."""
        raise NotImplementedError


def pieces(file: Path) -> Iterator[bytes]:
    """What is in a file, as it is read."""
    with file.open("rb") as opened:
        while piece := opened.read(PIECE_BYTES):
            yield piece


def _clean(key: str) -> str:
    """The key without white space around it. Raises KritiqError, without the key, for what no header can carry."""
    if not (key.strip().isascii() and key.strip().isprintable()):
        raise KritiqError("The API key has characters that none has.")
    return key.strip()


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
