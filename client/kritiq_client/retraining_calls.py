"""Every call about retrainings, as flows. Keys of the organisation `default` with `models:manage` may make them."""

from collections.abc import Mapping, Sequence
from typing import Any

from kritiq_client.exchange import ask
from kritiq_client.job_calls import JSON, changes, paged, wishes
from kritiq_client.looking import until_ended
from kritiq_client.named import in_path
from kritiq_client.retraining_answers import Retraining
from kritiq_client.retrying import Core
from kritiq_client.reviews import encode
from kritiq_client.steps import Flow, Request, Stream

#: Seconds between two looks.
LOOK_S = 2.0


def retrain(
    core: Core,
    model: str,
    *,
    tenants: Sequence[str],
    alias: str = "candidate",
    rollout: Mapping[str, Any] | None = None,
    options: Mapping[str, float] | None = None,
) -> Flow[Retraining]:
    """Have a model learn what people of these organisations corrected; `wait_retraining` tells the end.

    `model` is an alias or an exact version. `alias` stands for what comes of it: at once, or with `rollout` in steps,
    such as `{"steps": [5, 25], "min_reviews": 200}`; an empty one has the usual bounds. `options` are those of
    `kritiq retrain`, such as `{"epochs": 5}`. Raises Invalid, Conflict while a retraining of that version goes on.
    """
    members: dict[str, Any] = {"model": model, "tenants": list(tenants), "alias": alias, "options": dict(options or {})}
    body = encode(members | ({"rollout": dict(rollout)} if rollout is not None else {}))
    request = Request(method="POST", path="/v1/retrainings", headers={"content-type": JSON}, body=body)
    return (yield from ask(core, request, Retraining))


def get_retraining(core: Core, retraining_id: str | Retraining) -> Flow[Retraining]:
    """How far it is, and what came of it. Raises NotFound."""
    return (yield from ask(core, Request(method="GET", path=_path(retraining_id)), Retraining))


def wait_retraining(core: Core, retraining: str | Retraining, *, timeout_s: float = 3600.0) -> Flow[Retraining]:
    """It, when it has ended, or as it is after `timeout_s` seconds. Raises NotFound."""
    where = _path(retraining)
    return (yield from until_ended(core, where, Retraining, every_s=LOOK_S, timeout_s=timeout_s))


def retraining_events(core: Core, retraining: str | Retraining, *, last_event_id: str = "") -> Stream[Retraining]:
    """It, whenever it has got on, until it has ended.

    A stream that breaks off is opened again behind the last change. Raises NotFound, TransportError.
    """
    where = _path(retraining) + "/events"
    yield from changes(core, where, "retraining", Retraining, last_event_id)
    return Retraining


def cancel_retraining(core: Core, retraining_id: str | Retraining) -> Flow[Retraining]:
    """Have it end, also one that has not begun. Raises NotFound, Conflict when it has ended."""
    return (yield from ask(core, Request(method="POST", path=f"{_path(retraining_id)}/cancel"), Retraining))


def retrainings(core: Core, *, page_size: int = 100) -> Stream[Retraining]:
    """Retrainings newest first, page by page as they are asked for."""
    yield from paged(core, "/v1/retrainings", wishes(page_size=page_size), "retrainings", Retraining)
    return Retraining


def _path(retraining_id: str | Retraining) -> str:
    return f"/v1/retrainings/{in_path(retraining_id)}"
