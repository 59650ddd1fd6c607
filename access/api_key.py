"""An API key's record: whose it is, what it allows, and digests of its text, never the text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from access.scope import Scope
from access.token import KeyKind
from jobs.allowance import MAX_RATE
from jobs.errors import KritiqError
from jobs.request import RESTAURANT, Priority

#: An organisation's name: a part of Redis' keys, of task ids and of addresses.
TENANT = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
MAX_NAME_CHARS = 200
#: Restaurants that one key may be restricted to.
MAX_RESTAURANTS = 100
#: Tokens of a key that are good at once; every rotation adds one until its predecessor's time of grace is over.
MAX_TOKENS = 5


class InvalidKey(KritiqError):
    """An API key cannot be made like this."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenDigest:
    """A token of the key as the store keeps it: its HMAC."""

    digest: str
    #: When it stops being good, in milliseconds since the epoch; None for the current one.
    until_ms: int | None = None

    def good_at(self, now_ms: int) -> bool:
        """Whether it opens anything then, as far as the key does."""
        return self.until_ms is None or now_ms < self.until_ms


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """A key's record. Times are milliseconds since the epoch, by Redis' clock."""

    id: str
    tenant: str
    #: How its tokens begin.
    kind: KeyKind = KeyKind.LIVE
    #: For its owner.
    name: str = ""
    scopes: tuple[Scope, ...] = ()
    #: The only restaurants whose reviews it may send and read; empty: all, and reviews without a restaurant.
    restaurants: tuple[str, ...] = ()
    #: The only priorities that its jobs may have; None: all.
    priorities: tuple[Priority, ...] | None = None
    #: Requests that it may make within a second, 0: any number; None: as all keys (KRITIQ_MAX_KEY_RATE).
    rate: int | None = None
    #: Newest first; none of a key that was revoked.
    tokens: tuple[TokenDigest, ...] = ()
    created_at: int = 0
    expires_at: int | None = None
    #: To the minute.
    last_used_at: int | None = None
    revoked_at: int | None = None

    def good_at(self, now_ms: int) -> bool:
        """Whether the key opens anything then."""
        return self.revoked_at is None and (self.expires_at is None or now_ms < self.expires_at)


def checked(key: ApiKey) -> ApiKey:
    """`key` when there may be one like it. Raises InvalidKey."""
    if not TENANT.fullmatch(key.tenant):
        raise InvalidKey("An organisation's name has 1 to 40 small letters, digits and hyphens.")
    if not key.scopes:
        raise InvalidKey("A key needs at least one scope.")
    if len(key.name) > MAX_NAME_CHARS:
        raise InvalidKey(f"A key's name has at most {MAX_NAME_CHARS} characters.")
    if key.restaurants and Scope.ADMIN in key.scopes:
        raise InvalidKey("A key with the scope admin cannot be restricted to restaurants: it could make another one.")
    if key.priorities is not None and Scope.ADMIN in key.scopes:
        raise InvalidKey("A key with the scope admin cannot be restricted to priorities: it could make another one.")
    if key.priorities is not None and not key.priorities:
        raise InvalidKey("A key that is restricted to priorities names at least one.")
    if len(key.restaurants) > MAX_RESTAURANTS or not all(map(RESTAURANT.fullmatch, key.restaurants)):
        raise InvalidKey(f"A key names up to {MAX_RESTAURANTS} restaurants, by letters, digits and . _ ~ -")
    if key.rate is not None and not 0 <= key.rate <= MAX_RATE:
        raise InvalidKey(f"A key may make up to {MAX_RATE} requests a second; 0: any number.")
    return key


def encode_tokens(tokens: Sequence[TokenDigest]) -> bytes:
    """The digests as the record keeps them."""
    return orjson.dumps(tokens)


def decode_tokens(data: bytes | str) -> tuple[TokenDigest, ...]:
    """The opposite of `encode_tokens`; nothing at all is no tokens."""
    return tuple(TokenDigest(**token) for token in orjson.loads(data or b"[]"))
