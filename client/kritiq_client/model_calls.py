"""Every call about models, as flows."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from kritiq_client.card_answers import ModelCards
from kritiq_client.errors import Conflict, NotFound
from kritiq_client.exchange import ask
from kritiq_client.job_calls import JSON, remove
from kritiq_client.model_answers import Alias, Models
from kritiq_client.retrying import Core
from kritiq_client.reviews import encode
from kritiq_client.steps import Flow, Request


def models(core: Core) -> Flow[Models]:
    """The versions of models that are served, and where the aliases point."""
    return (yield from ask(core, Request(method="GET", path="/v1/models"), Models))


def model_card(core: Core, name: str) -> Flow[ModelCards]:
    """What each version of a model may say, its scores and its card. Raises NotFound for one that no worker has had."""
    where = f"/v1/models/{quote(name, safe='')}/card"
    return (yield from ask(core, Request(method="GET", path=where), ModelCards))


def move_alias(
    core: Core,
    alias: str,
    to: str | Mapping[str, int],
    *,
    revision: int,
    shadow: str | None = None,
    compare: int | None = None,
) -> Flow[Alias]:
    """Have an alias stand for a version, or for several by share, if its revision is still this one (0: a new one).

    `shadow` judges the same jobs without being answered; of several by share, so does another one of them of `compare`
    per cent (1 unless you say otherwise). Raises Invalid for a version that is not served, Conflict when
    somebody else has moved it.
    """
    members: dict[str, Any] = {
        "revision": revision,
        **({"version": to} if isinstance(to, str) else {"split": dict(to)}),
    }
    wanted = {"shadow": shadow, "compare": compare}
    return (
        yield from _moved(core, alias, members | {name: value for name, value in wanted.items() if value is not None})
    )


def roll_out(
    core: Core,
    alias: str,
    candidate: str,
    *,
    revision: int,
    steps: Sequence[int] | None = None,
    bounds: Mapping[str, float | None] | None = None,
) -> Flow[Alias]:
    """Have an alias go to another version in these steps (per cent), as long as that keeps its bounds.

    `bounds` are those of `docs/models.md`, such as `{"min_reviews": 200, "max_drift": None}`; what is left out is as
    the service has it. `move_alias` to the candidate promotes it, and to the version before stops it. Raises Invalid,
    Conflict when somebody else has moved the alias, or when it does not stand for one other version.
    """
    rollout = {"version": candidate, **({"steps": list(steps)} if steps is not None else {}), **(bounds or {})}
    return (yield from _moved(core, alias, {"revision": revision, "rollout": rollout}))


def delete_alias(core: Core, alias: str, *, revision: int) -> Flow[None]:
    """Forget an alias, if its revision is still this one; jobs that wait and name it get what `default` stands for.

    Raises NotFound, Conflict when somebody else has moved it.
    """
    try:
        yield from remove(core, f"/v1/models/{quote(alias, safe='')}", {"revision": str(revision)})
    except NotFound as error:
        # It may have been forgotten by an earlier try, whose answer was lost.
        if error.attempts == 1:
            raise


def _moved(core: Core, alias: str, members: Mapping[str, Any]) -> Flow[Alias]:
    where = f"/v1/models/{quote(alias, safe='')}"
    request = Request(method="POST", path=where, headers={"content-type": JSON}, body=encode(members))
    try:
        return (yield from ask(core, request, Alias))
    except Conflict as error:
        if error.attempts == 1:
            raise
        # It may have been moved by an earlier try, whose answer was lost.
        seen = yield from models(core)
        for each in seen.aliases:
            if each.name == alias and _as_asked(each, members):
                return each
        raise


def _as_asked(alias: Alias, members: Mapping[str, Any]) -> bool:
    """Whether it has become what was asked for, and nobody has moved it since; a new one begins with any revision."""
    if members["revision"] and alias.revision != members["revision"] + 1:
        return False
    if "rollout" in members:
        return alias.rollout is not None and alias.rollout.candidate == members["rollout"]["version"]
    versions = members["split"] if "split" in members else {members["version"]: 100}
    return alias.versions == versions and alias.shadow == members.get("shadow")
