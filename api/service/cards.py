"""What the versions of a model say of themselves."""

from dataclasses import asdict
from typing import Annotated

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, Field

from access.scope import Scope
from api.http.context import context
from api.http.operation import operation
from api.http.problem_schemas import ProblemAnswer
from jobs.errors import NotFound
from store.traffic import model_key

blueprint = Blueprint("cards", __name__)

#: Of a version whose answers no worker has told.
_NOTHING: dict[str, tuple[str, ...]] = {"aspects": (), "polarities": ()}


class AspectScoreAnswer(BaseModel):
    """How right a model is about one aspect, on the data that it was measured on."""

    labels: Annotated[int, Field(description="Sentences that speak of it.")]
    mentioned_f1: Annotated[float, Field(description="F1 of whether a sentence speaks of it.")]
    judged_f1: Annotated[float, Field(description="The same together with its polarity.")]


class CardOfVersion(BaseModel):
    """A version of a model. What nobody measured is null."""

    version: str
    method: str
    languages: tuple[str, ...]
    aspects: Annotated[tuple[str, ...], Field(description="What it may find in a sentence.")]
    polarities: Annotated[tuple[str, ...], Field(description="What it may say of each; `none`: not mentioned.")]
    sentences: Annotated[int | None, Field(description="Sentences that it was measured on.")]
    mentioned_f1: Annotated[float | None, Field(description="Micro-F1 of aspects.")]
    judged_f1: Annotated[float | None, Field(description="Micro-F1 of aspects with their polarity.")]
    scores: Annotated[dict[str, AspectScoreAnswer], Field(description="By aspect.")]
    text: Annotated[str, Field(description="The model card, in Markdown; empty without one.")]


class CardsAnswer(BaseModel):
    """The versions of a model that workers have had."""

    name: str
    versions: list[CardOfVersion]


@blueprint.get("/v1/models/<name>/card")
@operation(
    "What does a model say of itself?", scope=Scope.JOBS_READ,
    answers={200: CardsAnswer, 404: ProblemAnswer, 503: ProblemAnswer},
)  # fmt: skip
def model_card(name: str) -> Response:
    """What each version of a model may say, how right it is on the data that it was measured on, and its card: of those
    that a worker has or had."""
    ctx = context()
    versions = []
    for version, card in ctx.cards.of(name).items():
        answers = ctx.answers.get(model_key(name, version))
        told = asdict(card)
        told["scores"] = told.pop("aspects")
        may = {"aspects": answers.aspects, "polarities": answers.polarities} if answers else _NOTHING
        versions.append(CardOfVersion.model_validate({**told, **may, "version": version}))
    if not versions:
        raise NotFound("No worker has had a model of this name.")
    return jsonify(CardsAnswer(name=name, versions=versions).model_dump())
