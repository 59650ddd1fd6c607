"""Whose pages may show the page of a link."""

import pytest
import redis

from jobs.page_origin import is_origin
from tests.support.factories import make_settings
from tests.support.keys import Doors
from tests.unit.api.webhooks.links import made


def test_the_page_of_a_link_is_framed_by_the_origins_that_are_named_and_by_nobody_else(
    redis_client: redis.Redis,
) -> None:
    doors = Doors(redis_client, frame_origins="https://portal.example.com")
    maker = doors.client()
    link = made(maker, frame_origins=["https://adler.example.com"])

    def framed_by(path: str) -> str:
        with doors.stranger().get(path) as page:
            assert page.status_code == 200
            policy = page.headers["Content-Security-Policy"]
        return str(policy.partition("frame-ancestors ")[2].partition(";")[0])

    assert framed_by(f"/embed/{link['id']}/") == "https://adler.example.com https://portal.example.com"
    assert framed_by(f"/embed/{link['id']}/webhooks/ep_1") == "https://adler.example.com https://portal.example.com"
    assert framed_by("/embed/link_none/") == "https://portal.example.com"
    assert framed_by("/console/") == "'none'"
    assert maker.delete(f"/v1/webhook-links/{link['id']}").status_code == 204
    assert framed_by(f"/embed/{link['id']}/") == "https://portal.example.com"


def test_where_no_origin_is_named_nobody_frames_it(doors: Doors) -> None:
    with doors.stranger().get(f"/embed/{made(doors.client())['id']}/") as page:
        assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://app.example.com", True), ("http://127.0.0.1:5050", True), ("https://[::1]:8443", True),
        ("https://app.example.com:0", False), ("https://app.example.com:70000", False), ("https://", False),
        ("https://App.example.com", False), ("ftp://app.example.com", False), ("https://a.example.com/", False),
        ("https://[2001:db8::7]", True), ("http://[2]:4", False), ("http://[1::2::3]", False), ("https://7:0", False),
        ("https://*.example.com", False), ("https://a@b.example.com", False), ("'self'", False), ("*", False),
    ],
)  # fmt: skip
def test_an_origin_is_a_scheme_a_name_and_perhaps_a_port(text: str, good: bool) -> None:
    assert is_origin(text) is good
    if good:
        assert make_settings(frame_origins=text).frame_origins == {text}
    else:
        with pytest.raises(ValueError, match="origins"):
            make_settings(frame_origins=text)
