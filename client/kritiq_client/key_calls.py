"""Every call about API keys, as flows. For keys that are `admin`."""

from collections.abc import Sequence
from typing import Any

from kritiq_client.exchange import ask
from kritiq_client.job_calls import JSON, remove
from kritiq_client.key_answers import ApiKey, ApiKeys
from kritiq_client.named import in_path
from kritiq_client.retrying import Core
from kritiq_client.reviews import encode
from kritiq_client.steps import Flow, Request


def make_key(
    core: Core,
    scopes: Sequence[str],
    *,
    name: str | None = None,
    restaurants: Sequence[str] | None = None,
    priorities: Sequence[str] | None = None,
    rate: int | None = None,
    kind: str | None = None,
    expires_in_s: int | None = None,
) -> Flow[ApiKey]:
    """A key of your organisation, as docs/keys.md describes them. The answer's `key` is shown this once.

    Raises Invalid, Forbidden, Conflict when there are too many.
    """
    members: dict[str, Any] = {
        "scopes": list(scopes),
        "name": name,
        "restaurants": list(restaurants) if restaurants is not None else None,
        "priorities": list(priorities) if priorities is not None else None,
        "rate": rate,
        "kind": kind,
        "expires_in_s": expires_in_s,
    }
    return (yield from ask(core, _request("/v1/keys", members), ApiKey))


def keys(core: Core) -> Flow[tuple[ApiKey, ...]]:
    """All keys, oldest first; those that ended for a while more. Raises Forbidden."""
    found = yield from ask(core, Request(method="GET", path="/v1/keys"), ApiKeys)
    return found.keys


def get_key(core: Core, key_id: str | ApiKey) -> Flow[ApiKey]:
    """The key, never its text. Raises NotFound, Forbidden."""
    return (yield from ask(core, Request(method="GET", path=_path(key_id)), ApiKey))


def rotate_key(core: Core, key_id: str | ApiKey, *, grace_s: int | None = None) -> Flow[ApiKey]:
    """A fresh `key`, shown this once; both are good for `grace_s` seconds. Raises NotFound, Invalid, Conflict."""
    return (yield from ask(core, _request(_path(key_id) + "/rotate", {"grace_seconds": grace_s}), ApiKey))


def revoke_key(core: Core, key_id: str | ApiKey) -> Flow[None]:
    """It opens nothing any more, within five seconds everywhere. Raises NotFound, Forbidden."""
    yield from remove(core, _path(key_id))


def _request(path: str, members: dict[str, Any]) -> Request:
    body = encode({name: value for name, value in members.items() if value is not None})
    return Request(method="POST", path=path, headers={"content-type": JSON}, body=body, repeatable=False)


def _path(key_id: str | ApiKey) -> str:
    return f"/v1/keys/{in_path(key_id)}"
