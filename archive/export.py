"""Reviews out of the archive as a file: a row for each aspect of each sentence, or a JSON object for each review."""

from collections.abc import Collection, Iterable, Iterator
from operator import itemgetter
from typing import Any

import orjson

from archive.review import Review
from archive.script import script
from jobs.table import ParquetTable, csv_rows

#: Columns of the tables -> what Arrow calls their types.
COLUMNS = {
    "tenant": "string", "job_id": "string", "line": "int32", "batch_id": "string", "custom_id": "string",
    "restaurant": "string", "author": "string", "day": "date32", "created_at": "string", "finished_at": "string",
    "status": "string", "error_code": "string", "language": "string", "model": "string", "model_version": "string",
    "sentence": "int32", "start": "int32", "end": "int32", "text": "string", "aspect": "string",
    "polarity": "string", "confidence": "double",
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
    names = list(COLUMNS)[: list(COLUMNS).index("sentence")]
    found = {name: getattr(review, name) for name in names}
    return {**found, "created_at": review.created_at.isoformat(), "finished_at": review.finished_at.isoformat()}


def _rows(review: Review) -> Iterator[tuple[Any, ...]]:
    """As in the table of a batch's results: what has no sentence, and one that mentions nothing, have a row, too."""
    head = tuple(_head(review).values())
    if not review.sentences:
        yield (*head, *(None,) * 7)
    for sentence in review.sentences:
        place = (sentence.number, sentence.begin, sentence.end, sentence.text)
        if not sentence.opinions:
            yield (*head, *place, None, None, None)
        for opinion in sentence.opinions:
            yield (*head, *place, opinion.aspect, opinion.polarity, opinion.confidence)


def _json(review: Review) -> bytes:
    judged = [
        {
            "index": sentence.number,
            "start": sentence.begin,
            "end": sentence.end,
            "text": sentence.text,
            "aspects": {
                opinion.aspect: {"polarity": opinion.polarity, "confidence": opinion.confidence}
                for opinion in sentence.opinions
            },
        }
        for sentence in review.sentences
    ]
    metadata = orjson.Fragment(review.metadata) if review.metadata else None
    row = {**_head(review), "text": review.text, "metadata": metadata, "sentences": judged}
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
