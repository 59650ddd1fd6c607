"""Links to webhooks in Redis, and the sessions that they were opened for: one record, found by the id in both."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
import redis

from access.webhook_link import WebhookLink
from jobs.errors import NotFound, TooManyLinks
from store import keys
from store.listing import Slice, newest
from store.lists import Listed
from store.scripts import RedisBase, translated

#: Most links of an organisation that wait to be opened or have a session.
MAX_LINKS = 10_000
UNKNOWN = "There is no such link."
UNOPENED = "The link was opened before, is past its time or was revoked; or it is none."


class WebhookLinkStore(RedisBase):
    """Keeps links. `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else does."""

    def __init__(self, client: redis.Redis, *, offset_ms: Callable[[], int] = lambda: 0) -> None:
        super().__init__(client)
        self._offset_ms = offset_ms

    def _now_ms(self) -> int:
        return super()._now_ms() + self._offset_ms()

    @translated
    def create(self, link: WebhookLink, code_digest: str, *, open_s: int) -> WebhookLink:
        """Store a link that can be opened for `open_s` seconds, by the code with this digest. Raises TooManyLinks."""
        head = [self._offset_ms(), link.tenant, link.id, MAX_LINKS, open_s * 1000]
        answer = self._run("access/create_link", args=[*head, "code", code_digest, *_fields(link)])
        if answer[0] == b"full":
            raise TooManyLinks
        return replace(link, created_at=int(answer[0]), ends_at=int(answer[1]))

    @translated
    def open(self, link_id: str, code_digest: str, session_digest: str) -> WebhookLink:
        """Have the link's session begin, known by the digest of its secret.

        Raises NotFound for a link that is not there (any more), has another code, or was opened before.
        """
        ends = self._run("access/open_link", args=[self._offset_ms(), link_id, code_digest, session_digest])
        found = self.look_up(link_id) if ends is not None else None
        if found is None:
            raise NotFound(UNOPENED)
        return found

    @translated
    def look_up(self, link_id: str) -> WebhookLink | None:
        """The link, whoever's it is, as long as it can be opened or its session lasts."""
        (found,) = self._read([link_id], self._now_ms())
        return found

    @translated
    def session(self, link_id: str, session_digest: str) -> WebhookLink | None:
        """The link whose session has the secret with this digest."""
        known: Any = self._redis.hget(keys.WEBHOOK_LINK(link_id), "session")
        if known is None or not hmac.compare_digest(known, session_digest.encode()):
            return None
        return self.look_up(link_id)

    @translated
    def page(
        self, tenant: str, wanted: Callable[[WebhookLink], bool], *, size: int, before: tuple[int, str] | None = None
    ) -> Slice[WebhookLink]:
        """Up to `size` links of an organisation that are `wanted`: those first that end last."""
        now = self._now_ms()

        def read(ids: list[str]) -> list[WebhookLink | None]:
            return [found if found is not None and wanted(found) else None for found in self._read(ids, now)]

        return newest(self._redis, [keys.WEBHOOK_LINKS(tenant)], read, size=size, before=before, since_ms=now + 1)

    @translated
    def revoke(self, tenant: str, link_id: str, may: Callable[[WebhookLink], bool]) -> None:
        """End a link and its session. Raises NotFound, also where the caller may not."""
        found = self.look_up(link_id)
        if found is None or found.tenant != tenant or not may(found):
            self._confirm()
            raise NotFound(UNKNOWN)
        pipe = self._redis.pipeline(transaction=False)
        pipe.delete(keys.WEBHOOK_LINK(link_id))
        pipe.zrem(keys.WEBHOOK_LINKS(tenant), link_id)
        pipe.publish(keys.LISTS(tenant), f"{Listed.WEBHOOK_LINKS} {','.join(found.restaurants)}")
        self._answered(pipe)

    def _read(self, ids: list[str], now_ms: int) -> list[WebhookLink | None]:
        pipe = self._redis.pipeline(transaction=False)
        for link_id in ids:
            pipe.hgetall(keys.WEBHOOK_LINK(link_id))
        rows = zip(ids, pipe.execute(), strict=True)
        links = [_link_from(link_id, raw) if b"tenant" in raw else None for link_id, raw in rows]
        return [link if link is not None and now_ms < link.ends_at else None for link in links]


def _fields(link: WebhookLink) -> list[str | bytes | int]:
    """What a new record has beside its owner and its times, as name, value, name, value."""
    maker = ("key_id", link.key_id, "token_digest", link.token_digest) if link.key_id and link.token_digest else ()
    return [
        "restaurants", orjson.dumps(link.restaurants), "frame_origins", orjson.dumps(link.frame_origins),
        "session_s", link.session_s, *maker,
    ]  # fmt: skip


def _link_from(link_id: str, raw: Mapping[bytes, bytes]) -> WebhookLink:
    text = {name.decode(): value.decode() for name, value in raw.items()}
    return WebhookLink(
        id=link_id,
        tenant=text["tenant"],
        restaurants=tuple(orjson.loads(text["restaurants"])),
        frame_origins=tuple(orjson.loads(text["frame_origins"])),
        session_s=int(text["session_s"]),
        key_id=text.get("key_id"),
        token_digest=text.get("token_digest"),
        created_at=int(text["created_at"]),
        opened_at=int(text["opened_at"]) if "opened_at" in text else None,
        ends_at=int(text["ends_at"]),
    )
