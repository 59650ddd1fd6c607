"""Reviews out of the archive as a file: a row for each aspect of each sentence, or a JSON object for each review."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from operator import itemgetter
from typing import Any

import orjson

from archive.details import read_details
from archive.review import Opinion, Review, Sentence
from archive.script import script
from jobs.table import ParquetTable, csv_rows

#: What is told of a review, in tables before and behind what is told of its sentences -> what Arrow calls its type.
#: Whoever reads tables by position finds what was there before where it was: what is new goes to the end of `COLUMNS`.
_HEAD = {
    "tenant": "string", "job_id": "string", "line": "int32", "batch_id": "string", "custom_id": "string",
    "restaurant": "string", "author": "string", "day": "date32", "created_at": "string", "finished_at": "string",
    "status": "string", "error_code": "string", "language": "string", "model": "string", "model_version": "string",
}  # fmt: skip
_ABOUT = {
    "reviewed_at": "string", "priority": "string", "attempt": "int32", "started_at": "string", "retry_of": "string",
    "forget_at": "string", "error_message": "string", "overall": "string", "overall_confidence": "double",
    "language_known": "bool", "model_alias": "string", "model_share": "int32",
}  # fmt: skip
#: The columns of tables.
COLUMNS = {
    **_HEAD, "sentence": "int32", "start": "int32", "end": "int32", "text": "string", "aspect": "string",
    "polarity": "string", "confidence": "double", **_ABOUT, "metadata": "string", "truncated": "bool",
    "low_confidence": "bool", "evidence": "string", "evidence_words": "string", "warnings": "string",
    "feedback": "string", "version": "int32",
}  # fmt: skip
FORMATS = ("csv", "jsonl", "parquet", "sql")


def exported(reviews: Iterable[Review], form: str, *, without: Collection[str] = ()) -> Iterator[bytes]:
    """The reviews in one of `FORMATS`, piece by piece; a Parquet file without some of the `COLUMNS`."""
    if form == "jsonl":
        yield from map(_json, reviews)
    elif form == "sql":
        yield from script(reviews)
    elif form == "csv":
        yield csv_rows([list(COLUMNS)])
        for review in reviews:
            yield csv_rows(_rows(review))
    else:
        columns = {name: kind for name, kind in COLUMNS.items() if name not in without}
        chosen = itemgetter(*(at for at, name in enumerate(COLUMNS) if name in columns))
        table = ParquetTable(columns)
        for review in reviews:
            yield table.add(map(chosen, _rows(review)))
        yield table.close()


def _head(review: Review) -> dict[str, Any]:
    return {name: _told(getattr(review, name)) for name in _HEAD}


def _about(review: Review) -> dict[str, Any]:
    """What is not known of it, as of what was imported, is None."""
    details = read_details(review.details)
    choice = details.choice or {}
    derived = {
        "retry_of": details.retry_of,
        "language_known": details.language_known if review.language and _noted(review) else None,
        "model_alias": choice.get("alias"),
        "model_share": choice.get("share"),
    }
    return {name: derived[name] if name in derived else _told(getattr(review, name)) for name in _ABOUT}


def _noted(review: Review) -> bool:
    """Whether its details would say it if its language were not known to the model."""
    return review.details is not None or (review.attempt is not None and review.batch_id is None)


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _rows(review: Review) -> Iterator[tuple[Any, ...]]:
    """As in the table of a batch's results: what has no sentence, and one that mentions nothing, have a row, too."""
    head, about = tuple(_head(review).values()), (*_about(review).values(), review.metadata)
    if not review.sentences:
        yield (*head, *(None,) * 7, *about, *(None,) * 4, review.warnings, None, review.version)
    for sentence in review.sentences:
        place = (sentence.number, sentence.begin, sentence.end, sentence.text)
        end = (review.warnings, _feedback(review, sentence), review.version)
        if not sentence.opinions:
            yield (*head, *place, *(None,) * 3, *about, sentence.truncated, *(None,) * 3, *end)
        for opinion in sentence.opinions:
            judgement = (opinion.aspect, opinion.polarity, opinion.confidence)
            why = (opinion.low_confidence, *_evidence(sentence, opinion))
            yield (*head, *place, *judgement, *about, sentence.truncated, *why, *end)


def _feedback(review: Review, sentence: Sentence) -> str | None:
    """What people said of the sentence's aspects, which it need not mention, as JSON."""
    told = [correction.told() for correction in review.feedback if correction.sentence == sentence.number]
    return orjson.dumps(told).decode() if told else None


def _evidence(sentence: Sentence, opinion: Opinion) -> tuple[str | None, str | None]:
    """Where the words are in the text, as `opinions` has it, and the words; both as JSON."""
    if opinion.evidence is None:
        return None, None
    places = orjson.dumps(opinion.evidence).decode()
    if sentence.text is None:
        return places, None
    words = [sentence.text[start - sentence.begin : end - sentence.begin] for start, end in opinion.evidence]
    return places, orjson.dumps(words).decode()


def _json(review: Review) -> bytes:
    judged = [
        {
            "index": sentence.number,
            "start": sentence.begin,
            "end": sentence.end,
            "text": sentence.text,
            "truncated": sentence.truncated,
            "aspects": {opinion.aspect: opinion.told() for opinion in sentence.opinions},
            "unmentioned": sentence.unmentioned,
        }
        for sentence in review.sentences
    ]
    metadata = orjson.Fragment(review.metadata) if review.metadata else None
    row = {
        **_head(review), **_about(review), "text": review.text, "metadata": metadata,
        "warnings": orjson.Fragment(review.warnings or "[]"), "sentences": judged,
        "feedback": [correction.told() for correction in review.feedback], "version": review.version,
    }  # fmt: skip
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
