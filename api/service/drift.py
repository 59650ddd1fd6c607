"""Whether a model's traffic has shifted, by organisation."""

from flask import Blueprint, Response, jsonify

from access.scope import Scope
from api.http.context import caller, context, tenant
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from api.http.reasons import ReasonAnswer, reason_dicts
from api.service.schemas import DriftAnswer, DriftOfVersion
from jobs.errors import NotFound
from store.traffic import TrafficStore, model_key
from watch.drift import drift
from watch.traffic import Traffic

blueprint = Blueprint("drift", __name__)


@blueprint.get("/v1/models/<name>/drift")
@operation(
    "Has a model's traffic shifted?", scope=Scope.MODELS_MANAGE,
    answers={200: DriftAnswer, 404: ProblemAnswer, 503: ProblemAnswer},
)  # fmt: skip
def model_drift(name: str) -> Response:
    """Whether the last reviews of your organisation, and what the model answered, differ from the model's reference by
    more than chance: aspects and polarities, confidence, length of sentences, language, and what the model does not
    know. The answer says by what, and which restaurants it mostly comes from, if it does from some. A key for certain
    restaurants gets 403: the figures are of all reviews of its organisation together.
    """
    caller().demand(None)
    ctx = context()
    versions = {info.model["version"] for info in ctx.store.workers() if info.model["name"] == name}
    served = {model.version.rpartition("/") for each in ctx.served.all() for model in each.models}
    versions |= {version for of, _, version in served if of == name}
    if not versions:
        raise NotFound("No worker serves a model of this name.")
    told = [_told(ctx.traffic, tenant(), name, version) for version in sorted(versions)]
    return jsonify(DriftAnswer(name=name, versions=told).model_dump())


def _told(traffic: TrafficStore, organisation: str, name: str, version: str) -> DriftOfVersion:
    model = model_key(name, version)
    reference = traffic.reference(model)
    found = drift(traffic.windows(organisation, model), reference or Traffic())
    return DriftOfVersion(
        version=version,
        drifted=bool(found.shifts),
        reasons=[shift.reason for shift in found.shifts],
        reason_codes=[ReasonAnswer(**each) for each in reason_dicts(shift.why for shift in found.shifts)],
        reviews=found.reviews,
        indices={feature: round(index, 4) for feature, index in sorted(found.indices.items())},
        expected_right=_rounded(found.expected_right),
        reference_right=_rounded(found.reference_right),
        unknown_tokens=_rounded(found.unknown_share, 6),
        reference_unknown_tokens=_rounded(found.reference_unknown_share, 6),
        reference=reference is not None,
    )


def _rounded(share: float | None, digits: int = 4) -> float | None:
    return None if share is None else round(share, digits)
