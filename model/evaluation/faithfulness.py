"""Whether evidence is what a model goes by, and whether it is what a reader would mark."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.data.source import Source
from model.errors import DataError
from model.evidence import Faith, faiths
from model.predictions import SentencePrediction
from model.predictor import Predictor

#: Where a mark begins and ends in its sentence, each.
Places = Sequence[tuple[int, int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """A sentence whose evidence a reader marked."""

    text: str
    language: str
    #: By aspect.
    polarities: Mapping[str, str]
    marks: Mapping[str, Places]


def read_marked(path: Path) -> list[Marked]:
    """A JSON list of `text`, `language`, `aspects` and `evidence`, by aspect the words that carry it as they stand.

    Raises DataError naming what cannot be read.
    """
    try:
        rows = json.loads(Source.open(path).text().removeprefix("\ufeff"))
        return [_marked(row) for row in rows]
    except (DataError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{path} holds no marked sentences: {error}") from error


def _marked(row: Mapping[str, Any]) -> Marked:
    text = row["text"]
    marks = {
        aspect: [(at, at + len(part)) for part in parts for at in [text.index(part)]]
        for aspect, parts in row["evidence"].items()
    }
    return Marked(text=text, language=row["language"], polarities=row["aspects"], marks=marks)


def faithfulness(predictor: Predictor, marked: Sequence[Marked]) -> dict[str, Any]:
    """How the opinions of the model fare without their evidence and with it alone, in all and by language.

    `falls`, `stays` and `both` are shares of the opinions. Of those that are right, `touches` is the share whose
    evidence shares a letter with what a reader marked, `precision` the share of its letters that are marked, `recall`
    the share of the marked letters that it has.
    """
    judged = predictor.judge_sentences([each.text for each in marked])
    sentences = [
        SentencePrediction(
            index=0,
            start=0,
            end=len(each.text),
            text=each.text,
            truncated=judgement.truncated,
            aspects=judgement.aspects(predictor.method),
        )
        for each, judgement in zip(marked, judged, strict=True)
    ]
    found = list(zip(marked, sentences, faiths(predictor, sentences), strict=True))
    languages = sorted({each.language for each in marked})
    return _report(found) | {
        "languages": {code: _report(each for each in found if each[0].language == code) for code in languages}
    }


def _report(found: Iterable[tuple[Marked, SentencePrediction, Mapping[str, Faith]]]) -> dict[str, Any]:
    of = list(found)
    all_faiths = [faith for _, _, faiths_of in of for faith in faiths_of.values()]
    right = [
        (_letters((span.start, span.end) for span in faith.spans), _letters(marked.marks[aspect]))
        for marked, sentence, faiths_of in of
        for aspect, faith in faiths_of.items()
        if sentence.aspects[aspect].polarity == marked.polarities.get(aspect)
    ]
    both = sum(len(told & meant) for told, meant in right)
    return {
        "sentences": len(of),
        "opinions": len(all_faiths),
        "falls": _share(sum(each.falls for each in all_faiths), len(all_faiths)),
        "stays": _share(sum(each.stays for each in all_faiths), len(all_faiths)),
        "both": _share(sum(each.falls and each.stays for each in all_faiths), len(all_faiths)),
        "right": len(right),
        "touches": _share(sum(bool(told & meant) for told, meant in right), len(right)),
        "precision": _share(both, sum(len(told) for told, _ in right)),
        "recall": _share(both, sum(len(meant) for _, meant in right)),
    }


def _letters(places: Iterable[tuple[int, int]]) -> set[int]:
    return {at for start, end in places for at in range(start, end)}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
