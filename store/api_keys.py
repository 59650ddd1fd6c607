"""API keys in Redis: one record a key, found by the id that its token names. No token is ever stored."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import redis

from access.api_key import MAX_TOKENS, ApiKey, TokenDigest, checked, encode_tokens
from access.digests import TokenDigests
from access.token import KeyKind, Token, new_token
from jobs.errors import Conflict, NotFound, TooManyKeys
from store import keys
from store.api_key_record import api_key_from, fields
from store.scripts import RedisBase, translated

#: Most keys of an organisation, those that ended and are still listed included.
MAX_KEYS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A key as it was at one moment, in milliseconds since the epoch by Redis' clock."""

    key: ApiKey | None
    now_ms: int


class ApiKeyStore(RedisBase):
    """Keeps API keys. `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else does."""

    def __init__(self, client: redis.Redis, *, offset_ms: Callable[[], int] = lambda: 0) -> None:
        super().__init__(client)
        self._offset_ms = offset_ms

    @translated
    def now_ms(self) -> int:
        """Redis' time, in milliseconds since the epoch."""
        return self._now_ms() + self._offset_ms()

    @translated
    def any(self) -> bool:
        """Whether an organisation was ever given a key: from then on every request needs one."""
        return bool(self._redis.exists(keys.TENANTS))

    @translated
    def create(self, key: ApiKey, digest: str) -> ApiKey:
        """Store a new key whose token has this digest. Repeating the call gives the same key.

        Raises InvalidKey, TooManyKeys, and Conflict when the id was given to another token.
        """
        checked(key)
        kept_ms = self._retention.ended_key_ms
        head = [self._offset_ms(), key.tenant, key.id, MAX_KEYS, kept_ms, key.expires_at or ""]
        tokens = encode_tokens([TokenDigest(digest=digest)])
        answer = self._run("access/create_key", args=[*head, tokens, *fields(key)])
        if answer == b"full":
            raise TooManyKeys
        if answer == b"taken":
            raise Conflict("There is another key with this id.")
        return self.get(key.tenant, key.id)

    @translated
    def look_up(self, key_id: str) -> Found:
        """The key with this id, whoever's it is, and the time."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.time()
        pipe.hgetall(keys.API_KEY(key_id))
        (seconds, micros), raw = pipe.execute()
        now = int(seconds) * 1000 + int(micros) // 1000 + self._offset_ms()
        return Found(key=api_key_from(key_id, raw) if b"tenant" in raw else None, now_ms=now)

    @translated
    def get(self, tenant: str, key_id: str) -> ApiKey:
        """An organisation's key. Raises NotFound."""
        found = self.look_up(key_id).key
        if found is None or found.tenant != tenant:
            raise NotFound("There is no such key.")
        return found

    @translated
    def page(self, tenant: str) -> list[ApiKey]:
        """All keys of an organisation, oldest first; one that ended for KRITIQ_ENDED_KEY_TTL_S more."""
        ids: Any = self._redis.zrange(keys.API_KEYS(tenant), 0, -1)
        pipe = self._redis.pipeline(transaction=False)
        for name in ids:
            pipe.hgetall(keys.API_KEY(name.decode()))
        rows = zip(ids, pipe.execute(), strict=True)
        return [api_key_from(name.decode(), raw) for name, raw in rows if b"tenant" in raw]

    @translated
    def rotate(self, tenant: str, key_id: str, digest: str, *, grace_s: int) -> ApiKey:
        """Give a key a fresh token; those that it had are good for `grace_s` seconds more.

        Raises NotFound, and Conflict for a key that was revoked or is past its time.
        """
        head = [self._offset_ms(), tenant, key_id, digest, grace_s * 1000, MAX_TOKENS]
        answer = self._run("access/rotate_key", args=head)
        if answer == b"missing":
            raise NotFound("There is no such key.")
        if answer == b"ended":
            raise Conflict("The key was revoked or is past its time: make another one.")
        return self.get(tenant, key_id)

    @translated
    def revoke(self, tenant: str, key_id: str) -> None:
        """End a key for good. Raises NotFound."""
        kept_ms = self._retention.ended_key_ms
        if not self._run("access/revoke_key", args=[self._offset_ms(), tenant, key_id, kept_ms]):
            raise NotFound("There is no such key.")

    @translated
    def touch(self, key: ApiKey) -> None:
        """Note that a key was used now; asked again within a minute it writes nothing."""
        self._run("access/touch_key", args=[self._offset_ms(), key.id])


def issue(
    store: ApiKeyStore, digests: TokenDigests, wanted: ApiKey, kind: KeyKind = KeyKind.LIVE
) -> tuple[ApiKey, Token]:
    """A new key as `wanted` describes it, whose id is given here, with the token to be shown this once.

    Raises InvalidKey, TooManyKeys.
    """
    token = new_token(kind)
    return store.create(replace(wanted, id=token.key_id, kind=kind), digests.of(token)), token


def renew(store: ApiKeyStore, digests: TokenDigests, key: ApiKey, *, grace_s: int) -> tuple[ApiKey, Token]:
    """`key` with a fresh token, to be shown this once. Raises NotFound, Conflict."""
    token = new_token(key.kind, key.id)
    return store.rotate(key.tenant, key.id, digests.of(token), grace_s=grace_s), token
