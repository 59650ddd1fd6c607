"""How API keys are spelled in Redis: a hash of strings."""

from collections.abc import Mapping

import orjson

from access.api_key import ApiKey, decode_tokens
from access.scope import Scope
from access.token import KeyKind
from store.priorities import decode_priorities, encode_priorities


def fields(key: ApiKey) -> list[str | bytes]:
    """What a new record has beside its owner, its tokens and its times, as name, value, name, value."""
    given: list[str | bytes] = []
    if key.rate is not None:
        given += ["rate", str(key.rate)]
    if key.priorities is not None:
        given += ["priorities", encode_priorities(key.priorities)]
    return [
        "kind", key.kind, "name", key.name, "scopes", ",".join(key.scopes),
        "restaurants", orjson.dumps(key.restaurants), *given,
    ]  # fmt: skip


def api_key_from(key_id: str, raw: Mapping[bytes, bytes]) -> ApiKey:
    """The key whose hash is `raw`."""
    text = {name.decode(): value.decode() for name, value in raw.items()}

    def number(name: str) -> int | None:
        return int(text[name]) if text.get(name) else None

    known = set(Scope)
    return ApiKey(
        id=key_id,
        tenant=text["tenant"],
        kind=KeyKind(text.get("kind", KeyKind.LIVE)),
        name=text.get("name", ""),
        # Those of a newer version are passed over.
        scopes=tuple(Scope(scope) for scope in text.get("scopes", "").split(",") if scope in known),
        restaurants=tuple(orjson.loads(text.get("restaurants", "[]"))),
        priorities=decode_priorities(text.get("priorities")),
        rate=number("rate"),
        tokens=decode_tokens(text.get("tokens", "")),
        created_at=number("created_at") or 0,
        expires_at=number("expires_at"),
        last_used_at=number("last_used_at"),
        revoked_at=number("revoked_at"),
    )
