"""Every call about models, as flows."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from kritiq_client.exchange import ask
from kritiq_client.job_calls import JSON
from kritiq_client.model_answers import Alias, Models
from kritiq_client.retrying import Core
from kritiq_client.reviews import encode
from kritiq_client.steps import Flow, Request


def models(core: Core) -> Flow[Models]:
    """The versions of models that are served, and where the aliases point."""
    return (yield from ask(core, Request(method="GET", path="/v1/models"), Models))


def move_alias(
    core: Core, alias: str, to: str | Mapping[str, int], *, revision: int, shadow: str | None = None
) -> Flow[Alias]:
    """Have an alias stand for a version, or for several by share, if its revision is still this one (0: a new one).

    `shadow` judges the same jobs without being answered. Raises Invalid for a version that is not served, Conflict when
    somebody else has moved it.
    """
    members: dict[str, Any] = {
        "revision": revision,
        **({"version": to} if isinstance(to, str) else {"split": dict(to)}),
    }
    body = encode(members | ({"shadow": shadow} if shadow is not None else {}))
    where = f"/v1/models/{quote(alias, safe='')}"
    return (yield from ask(core, Request(method="POST", path=where, headers={"content-type": JSON}, body=body), Alias))
