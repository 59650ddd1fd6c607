"""An answer that is there as a whole goes out as werkzeug would send it."""

from typing import Any

import pytest
from flask import Response
from werkzeug.test import EnvironBuilder

from api.http.whole import Whole

BODY = b'{"id":"job_1"}'


def sent(response: Response, method: str) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body."""
    begun: list[Any] = []
    parts = response(EnvironBuilder(method=method).get_environ(), lambda *told: lambda data: begun.extend(told))
    body = b"".join(parts)
    response.close()
    return response.status, dict(response.get_wsgi_headers(EnvironBuilder().get_environ())), body


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize(
    "location", ["/v1/jobs/job_1", "https://kritiq.example:443/v1/jobs/a%2Fb", "/öl", "/a b", None]
)
def test_it_goes_out_as_any_other(method: str, location: str | None) -> None:
    headers = {"ETag": '"1"'} | ({"Location": location} if location else {})
    plain = Response(BODY, 202, headers, content_type="application/json")
    assert sent(Whole(BODY, 202, headers), method) == sent(plain, method)


def test_what_is_to_be_done_at_its_end_is_done() -> None:
    ended: list[bool] = []
    response = Whole(BODY, 200, {})
    response.call_on_close(lambda: ended.append(True))
    parts: Any = response(EnvironBuilder().get_environ(), lambda *told: lambda data: None)
    assert b"".join(parts) == BODY
    parts.close()
    assert ended == [True]
