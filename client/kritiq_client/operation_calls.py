"""Every call about models in memory, as flows. Keys of the organisation `default` with `models:manage` make them."""

from typing import Any
from urllib.parse import quote

from kritiq_client.exchange import ask
from kritiq_client.job_calls import JSON
from kritiq_client.looking import until_ended
from kritiq_client.named import in_path
from kritiq_client.operation_answers import ModelOperation
from kritiq_client.retrying import Core
from kritiq_client.reviews import encode
from kritiq_client.steps import Flow, Request

#: Seconds between two looks.
LOOK_S = 1.0


def load_model(core: Core, model: str, *, force: bool = False) -> Flow[ModelOperation]:
    """Have all workers that serve a version load it now, and keep it; `wait_operation` tells the end.

    `model` is `name/version`, or a name of which one version is served. A worker in which it does not fit beside the
    models that aliases stand for refuses, unless `force` has these make room. Raises NotFound when no worker serves a
    model of this name, Invalid for another version than those served, Forbidden, Unavailable.
    """
    return (yield from _asked(core, "load", model, force))


def unload_model(core: Core, model: str, *, force: bool = False) -> Flow[ModelOperation]:
    """Have all workers take a version out of memory; `wait_operation` tells the end. Its next job loads it again.

    `model` is as of `load_model`. Raises Conflict (`model-in-use`) while an alias stands for it or jobs wait for it,
    unless it is to be forced; else as `load_model`.
    """
    return (yield from _asked(core, "unload", model, force))


def get_operation(core: Core, operation_id: str | ModelOperation) -> Flow[ModelOperation]:
    """How far each worker is with loading or unloading; kept for a day. Raises NotFound, Forbidden."""
    return (yield from ask(core, Request(method="GET", path=_path(operation_id)), ModelOperation))


def wait_operation(core: Core, operation: str | ModelOperation, *, timeout_s: float = 3600.0) -> Flow[ModelOperation]:
    """It, when all workers are through, or as it is after `timeout_s` seconds. Raises NotFound, Forbidden.

    A worker that refused or failed is no error: the status is `refused` or `failed` then, and `workers` says why.
    """
    where = _path(operation)
    return (yield from until_ended(core, where, ModelOperation, every_s=LOOK_S, timeout_s=timeout_s))


def _asked(core: Core, action: str, model: str, force: bool) -> Flow[ModelOperation]:
    name, _, version = model.partition("/")
    members: dict[str, Any] = {"force": force} | ({"version": version} if version else {})
    where = f"/v1/models/{quote(name, safe='')}/{action}"
    request = Request(method="POST", path=where, headers={"content-type": JSON}, body=encode(members))
    return (yield from ask(core, request, ModelOperation))


def _path(operation_id: str | ModelOperation) -> str:
    return f"/v1/operations/{in_path(operation_id)}"
