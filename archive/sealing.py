"""Where texts are encrypted, all that a guest wrote is one encrypted value of its review, in the column `metadata`.

What is in plain there is an object, and this a string: so both kinds lie beside each other, and what was archived
before encryption was turned on is read as it is. A review whose key was deleted is there without what its guest wrote.
"""

from typing import Any

import orjson

from archive.review import CorrectionRow, Review
from jobs.errors import TextErased
from store.sealing import Sealing

#: Of a review, beside its sentences' texts.
HIDDEN = ("custom_id", "author", "text", "metadata", "warnings")


def sealed(review: Review, sealing: Sealing) -> Review:
    """The review as the database is to have it. Raises TextKeyMissing."""
    if not sealing.on:
        return review
    review = review._replace(
        feedback=tuple(_nameless(review.tenant, correction, sealing) for correction in review.feedback)
    )
    hidden: dict[str, Any] = {name: value for name in HIDDEN if (value := getattr(review, name)) is not None}
    if texts := [(each.number, each.text) for each in review.sentences if each.text is not None]:
        hidden["sentences"] = texts
    if not hidden:
        return review
    return review._replace(
        custom_id=None,
        author=None,
        text=None,
        warnings=None,
        metadata=sealing.seal_json(review.tenant, orjson.dumps(hidden)).decode(),
        sentences=tuple(each._replace(text=None) for each in review.sentences),
        stands_for=None if review.author is None else sealing.author(review.tenant, review.author),
    )


def _nameless(tenant: str, correction: CorrectionRow, sealing: Sealing) -> CorrectionRow:
    return (
        correction
        if correction.by is None
        else correction._replace(by=None, by_digest=sealing.author(tenant, correction.by))
    )


def opened(review: Review, sealing: Sealing) -> Review:
    """What `sealed` was given. Raises TextKeyMissing."""
    if not _is_sealed(review.metadata):
        return review
    try:
        hidden = _hidden(review.tenant, review.metadata, sealing)
    except TextErased:
        return review._replace(metadata=None, erased=True)
    texts = dict(hidden.pop("sentences", ()))
    sentences = tuple(each._replace(text=texts.get(each.number)) for each in review.sentences)
    return review._replace(**{"metadata": None, **hidden}, sentences=sentences)


def sentence_of(tenant: str, metadata: str | None, number: int, sealing: Sealing) -> str | None:
    """One sentence of a review that has this; None where it is none of those, or was erased. Raises TextKeyMissing."""
    if not _is_sealed(metadata):
        return None
    try:
        return dict(_hidden(tenant, metadata, sealing).get("sentences", ())).get(number)
    except TextErased:
        return None


def _is_sealed(metadata: str | None) -> bool:
    return metadata is not None and metadata.startswith('"')


def _hidden(tenant: str, metadata: str | None, sealing: Sealing) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(sealing.open_json(tenant, (metadata or "").encode()))
    return found
