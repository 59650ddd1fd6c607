"""Browsers' sessions in Redis, found by the digest of what their cookies hold, which itself is never stored."""

from collections.abc import Callable
from typing import Any

import redis

from access.session import Session
from store import keys
from store.scripts import RedisBase, translated

#: Most sessions of one API key; a further one ends the oldest.
MAX_SESSIONS = 50


class SessionStore(RedisBase):
    """Keeps sessions. `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else does."""

    def __init__(self, client: redis.Redis, *, offset_ms: Callable[[], int] = lambda: 0) -> None:
        super().__init__(client)
        self._offset_ms = offset_ms

    @translated
    def create(self, digest: str, *, key_id: str, token_digest: str, lifetime_s: int) -> Session:
        """Store a session that ends after `lifetime_s` seconds at the latest."""
        head = [self._offset_ms(), digest, key_id, token_digest, lifetime_s * 1000, MAX_SESSIONS]
        ends = self._run("access/create_session", args=head)
        return Session(key_id=key_id, token_digest=token_digest, expires_at=int(ends))

    @translated
    def look_up(self, digest: str) -> Session | None:
        """The session, as long as it is there."""
        raw: Any = self._redis.hgetall(keys.SESSION(digest))
        if not raw:
            return None
        return Session(
            key_id=raw[b"key_id"].decode(),
            token_digest=raw[b"token_digest"].decode(),
            expires_at=int(raw[b"expires_at"]),
        )

    @translated
    def is_there(self, digest: str) -> bool:
        """Whether there is such a session."""
        return bool(self._redis.exists(keys.SESSION(digest)))

    @translated
    def delete(self, digest: str) -> None:
        """End a session; one that is not there stays so."""
        key_id: Any = self._redis.hget(keys.SESSION(digest), "key_id")
        if key_id is None:
            self._confirm()
            return
        pipe = self._redis.pipeline(transaction=False)
        pipe.delete(keys.SESSION(digest))
        # It takes no other's place any more.
        pipe.zrem(keys.SESSIONS(key_id.decode()), digest)
        self._answered(pipe)
