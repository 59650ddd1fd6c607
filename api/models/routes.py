"""`/v1/models`: which versions of models are served, and where aliases point."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from access.scope import Scope
from api.http.context import Context, caller, context, json_body, tenant
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.http.problems import InvalidRequest
from api.models.alias_schemas import ALIAS_SCHEMA, AliasBody
from api.models.rollout_schemas import RolloutBody
from api.models.rollouts import rollout_dict
from api.models.schemas import AliasAnswer, ModelsAnswer
from jobs.agreement import with_what_is_answered
from jobs.alias import Alias
from jobs.backlog import WorkerInfo, own_version
from jobs.choice import ALIAS, DEFAULT, version_id
from jobs.errors import Forbidden, TextKeyMissing
from jobs.job import DEFAULT_TENANT
from jobs.served import ModelState, ServedModel
from jobs.timestamp import rfc3339
from store.disputes import Differing, of_rollout

blueprint = Blueprint("models", __name__)

#: Examples that a rollout's answer has at most.
EXAMPLES = 5


@blueprint.get("/v1/models")
@operation("Which models are served?", scope=Scope.JOBS_READ, answers={200: ModelsAnswer, 503: ProblemAnswer})
def list_models() -> Response:
    """The versions of models that the workers serve, where they are in memory, and where each alias points.

    A job may name any of them as its `model`. `default` is what jobs get that name none; while nobody has moved it, it
    has the revision 0, and is each worker's own. What workers do is told to those alone who may move aliases: the
    `jobs` and the `agreement` are those of all organisations.
    """
    ctx = context()
    aliases = _aliases(ctx)
    models = _models(ctx, ctx.store.workers(), aliases.values())
    if not _operates():
        models = [model | {"jobs": None, "serving": []} for model in models]
    operates = _operates()
    return jsonify(models=models, aliases=[_alias_dict(ctx, each, told=operates) for each in aliases.values()])


@blueprint.post("/v1/models/<alias_id>")
@operation(
    "Move an alias",
    scope=Scope.MODELS_MANAGE,
    body=AliasBody,
    path={"alias_id": ALIAS_SCHEMA},
    answers={
        200: AliasAnswer, 400: ProblemAnswer, 409: ProblemAnswer, 413: ProblemAnswer, 415: ProblemAnswer,
        422: ProblemAnswer, 503: ProblemAnswer,
    },
)  # fmt: skip
def move_alias(alias_id: str) -> Response:
    """Point an alias at a version, split it between several, or roll a version out; a new name makes a new alias.

    Jobs that a worker has taken keep the version that they were given then; all later ones get the new one. A version
    on offer that no worker has downloaded has to be loaded first: its store may be away. Aliases are
    those of the whole deployment: a key needs to be of the organisation `default`.
    """
    _demand_default()
    if not ALIAS.fullmatch(alias_id):
        raise InvalidRequest("{alias_id}", "should have a small letter, then small letters, digits and hyphens")
    asked = AliasBody.model_validate(json_body())
    ctx = context()
    for version in asked.versions:
        if why := ctx.catalogue.unfit(version):
            raise InvalidRequest("#/version" if asked.version else "#/split", f"{version} {why}")
    if asked.shadow is not None:
        if why := ctx.catalogue.missing_version(asked.shadow):
            raise InvalidRequest("#/shadow", f"{asked.shadow} {why}")
        if asked.versions.keys() == {asked.shadow}:
            raise InvalidRequest("#/shadow", f"{asked.shadow} is what the alias stands for: it would judge twice alike")
    if asked.rollout is not None:
        moved = _rolled_out(ctx, alias_id, asked.revision, asked.rollout)
    else:
        moved = ctx.aliases.move(
            alias_id, asked.versions, revision=asked.revision, shadow=asked.shadow, compare=asked.compared
        )
    return jsonify(_alias_dict(ctx, moved, told=True))


@blueprint.delete("/v1/models/<alias_id>")
@operation(
    "Delete an alias",
    scope=Scope.MODELS_MANAGE,
    path={"alias_id": ALIAS_SCHEMA},
    query={"revision": "The revision of the alias that you know."},
    answers={204: None, 404: ProblemAnswer, 409: ProblemAnswer, 422: ProblemAnswer, 503: ProblemAnswer},
)
def delete_alias(alias_id: str) -> Response:
    """Forget an alias, and the rollout that it is in. Without `default`, jobs that name no model get each worker's own.

    Jobs that a worker has taken keep their version; those that wait and name the alias get what `default` stands for.
    Aliases are those of the whole deployment: a key needs to be of the organisation `default`.
    """
    _demand_default()
    revision = request.args.get("revision", "")
    if not re.fullmatch("[0-9]{1,9}", revision):
        raise InvalidRequest("?revision", "should be the revision that you know, a whole number")
    context().aliases.delete(alias_id, revision=int(revision))
    return Response(status=204)


def _demand_default() -> None:
    if caller().tenant != DEFAULT_TENANT:
        raise Forbidden("Aliases are the whole deployment's: only keys of the organisation default change them.")


def _rolled_out(ctx: Context, alias_id: str, revision: int, asked: RolloutBody) -> Alias:
    if why := ctx.catalogue.missing_version(asked.version):
        raise InvalidRequest("#/rollout/version", f"{asked.version} {why}")
    return ctx.aliases.roll_out(
        alias_id, asked.version, revision=revision, steps=asked.plan.steps, bounds=asked.plan.bounds,
        own=own_version(ctx.store.workers()) if alias_id == DEFAULT else None,
    )  # fmt: skip


def _operates() -> bool:
    """Whether the caller looks after the whole deployment."""
    return caller().tenant == DEFAULT_TENANT and caller().may(Scope.MODELS_MANAGE)


def _aliases(ctx: Context) -> dict[str, Alias]:
    """All of them, `default` first."""
    found = ctx.aliases.all()
    return {DEFAULT: Alias(name=DEFAULT, revision=0, versions={})} | found


def _alias_dict(ctx: Context, alias: Alias, *, told: bool) -> dict[str, Any]:
    """The alias as `AliasAnswer` describes it; not everybody is `told` what workers do."""
    evidence = ctx.rollouts.evidence(alias) if told else None
    agreed = with_what_is_answered(alias, ctx.rollouts.agreed(alias.name)) if told else []
    return {
        "alias": alias.name,
        "revision": alias.revision,
        "versions": dict(alias.versions),
        "shadow": alias.shadow,
        "compare": alias.compare,
        "moved_at": rfc3339(alias.at or None),
        "agreement": [{"version": each.version, "sentences": each.sentences, "same": each.same} for each in agreed],
        "rollout": rollout_dict(
            alias,
            evidence,
            ctx.served.all() if evidence is not None else (),
            _examples(ctx, alias) if evidence is not None else (),
        ),
    }


def _examples(ctx: Context, alias: Alias) -> list[Differing]:
    """Sentences that both versions of its last rollout judged differently: of reviews of the caller's organisation."""
    if not caller().may(Scope.JOBS_READ) or caller().restaurants:
        return []
    try:
        return of_rollout(ctx.batches.client, tenant(), alias, EXAMPLES)
    except TextKeyMissing:
        # Where the models are is told all the same.
        return []


def _models(ctx: Context, workers: list[WorkerInfo], aliases: Iterable[Alias]) -> list[dict[str, Any]]:
    devices = {info.name: info.device for info in workers}
    found: dict[str, list[tuple[str, ServedModel]]] = defaultdict(list)
    for each in ctx.served.all():
        for model in each.models:
            found[model.version].append((each.worker, model))
    told = {name for served in found.values() for name, _ in served}
    for info in workers:
        if info.name not in told:
            # A worker of before there were several has its own, and nothing else.
            version = version_id(info.model["name"], info.model["version"])
            found[version].append((info.name, ServedModel(version=version, state=ModelState.LOADED)))
    named = {version: [alias.name for alias in aliases if version in alias.named] for version in found}
    return [_model_dict(version, served, devices, named[version]) for version, served in sorted(found.items())]


def _model_dict(
    version: str, served: list[tuple[str, ServedModel]], devices: Mapping[str, str], aliases: list[str]
) -> dict[str, Any]:
    name, _, number = version.rpartition("/")
    loaded = [worker for worker, model in served if model.state is ModelState.LOADED]
    return {
        "id": version,
        "name": name,
        "version": number,
        "digest": next((model.digest for _, model in served if model.digest), None),
        "devices": sorted({devices[worker] for worker in loaded if worker in devices}),
        "workers": len(loaded),
        "jobs": sum(model.jobs for _, model in served),
        "aliases": aliases,
        "serving": [
            {
                "worker": worker, "state": model.state.value, "since": rfc3339(model.since), "jobs": model.jobs,
                "bytes": model.bytes, "error": model.error, "runs": [asdict(each) for each in model.runs],
            }
            for worker, model in served
        ],
    }  # fmt: skip
