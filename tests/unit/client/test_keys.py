"""API keys, and links to webhooks for those who have none, by either client."""

import json
from typing import Any

import httpx
import pytest

from kritiq_client import ApiKey, Conflict, TransportError, WebhookLink
from tests.unit.client.shells import Both, Script, problem

KEY = {
    "id": "key_1", "name": "portal", "scopes": ["jobs:read"], "restaurants": ["adler"], "priorities": None, "rate": 5,
    "created_at": "2026-11-30T10:00:00Z", "expires_at": None, "last_used_at": None, "revoked_at": None,
}  # fmt: skip
LINK = {
    "id": "link_1", "restaurants": ["adler"], "frame_origins": [], "session_s": 3600, "key_id": "key_1",
    "created_at": "2026-11-30T10:00:00Z", "opened_at": None, "expires_at": "2026-11-30T10:05:00Z",
}  # fmt: skip


def recorder(asked: list[tuple[str, str, Any]], **answers: Any) -> Both:
    """A client whose service notes what it is asked, and answers by the method: by default the key."""

    def service(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        asked.append((request.method, path, json.loads(request.content) if request.content else None))
        if request.method == "DELETE":
            return httpx.Response(204)
        return httpx.Response(200, json=answers.get(request.method, KEY))

    return Both(answers["kind"], service)


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_key_is_made_rotated_and_revoked_and_its_text_is_never_printed(kind: str) -> None:
    asked: list[tuple[str, str, Any]] = []
    both = recorder(asked, kind=kind, POST={**KEY, "key": "krt_live_geheim"})
    made: ApiKey = both.make_key(["jobs:read"], name="portal", restaurants=["adler"], rate=5)
    assert (made.key, "geheim" in repr(made)) == ("krt_live_geheim", False)
    assert both.rotate_key("key_1", grace_s=60).key == "krt_live_geheim"
    assert both.get_key("key_1").key is None
    assert both.revoke_key("key_1") is None
    assert recorder(asked, kind=kind, GET={"keys": [KEY]}).keys()[0].restaurants == ("adler",)
    assert asked == [
        ("POST", "/v1/keys", {"scopes": ["jobs:read"], "name": "portal", "restaurants": ["adler"], "rate": 5}),
        ("POST", "/v1/keys/key_1/rotate", {"grace_seconds": 60}),
        ("GET", "/v1/keys/key_1", None),
        ("DELETE", "/v1/keys/key_1", None),
        ("GET", "/v1/keys", None),
    ]


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_no_second_key_is_made_where_an_answer_was_lost(kind: str) -> None:
    script = Script(httpx.ReadError("broken off"), problem(409, "too-many-keys"))
    both = Both(kind, script)
    with pytest.raises(TransportError):
        both.make_key(["admin"])
    assert len(script.asked) == 1
    with pytest.raises(Conflict):
        both.make_key(["admin"])


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_link_is_made_listed_and_revoked_and_what_opens_it_is_never_printed(kind: str) -> None:
    asked: list[tuple[str, str, Any]] = []
    url = "https://kritiq.example.com/embed/link_1/#geheim"
    page = {"links": [LINK], "next_page_token": None}
    both = recorder(asked, kind=kind, POST={**LINK, "url": url}, GET=page)
    made: WebhookLink = both.make_webhook_link(["adler"], frame_origins=["https://portal.example.com"], open_s=60)
    assert (made.url, "geheim" in repr(made)) == (url, False)
    assert [link.url for link in both.webhook_links()] == [None]
    assert both.revoke_webhook_link("link_1") is None
    assert recorder(asked, kind=kind, GET=LINK).get_webhook_link("link_1").session_s == 3600
    assert asked == [
        ("POST", "/v1/webhook-links", {
            "restaurants": ["adler"], "frame_origins": ["https://portal.example.com"], "open_s": 60,
        }),
        ("GET", "/v1/webhook-links?page_size=100", None),
        ("DELETE", "/v1/webhook-links/link_1", None),
        ("GET", "/v1/webhook-links/link_1", None),
    ]  # fmt: skip
