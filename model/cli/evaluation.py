"""`kritiq evaluate`: how right a model is, alone or beside another."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from model.cli.data import announce, column_option, encoding_option, format_option
from model.cli.errors import reported
from telemetry.printable import printable

if TYPE_CHECKING:
    from model.data.dataset import Example
    from model.predictor import Predictor
    from model.runtime.judgement import SentenceJudgement

PATH = click.Path(path_type=Path)

#: Sentences that were not right and are shown on the page.
SHOWN = 200


@click.command("evaluate")
@click.option(
    "--model", default="models/kritiq-mini", show_default=True, help="Model directory, or hub:owner/name@commit."
)
@click.option(
    "--data", required=True, multiple=True, type=PATH, help="Labelled data, see `kritiq convert`; may be repeated."
)
@format_option
@encoding_option
@column_option
@click.option("--device", help="cpu, cuda, ...; default: a GPU when there is one.")
@click.option("--dtype", help="float32, bfloat16, float16 or auto.")
@click.option(
    "--backend", default="torch", show_default=True, help="torch, a format of `kritiq export`, or auto: the fastest."
)
@click.option("--against", help="Another model of the same scheme: is the difference more than chance?")
@click.option("--predictions", type=PATH, help="Write each sentence with its true and predicted labels, JSON lines.")
@click.option("--html", type=PATH, help="Also write the report as an HTML page with charts.")
def evaluate_command(
    model: str,
    data: tuple[Path, ...],
    form: str | None,
    encoding: str | None,
    columns: dict[str, str],
    device: str | None,
    dtype: str | None,
    backend: str,
    against: str | None,
    predictions: Path | None,
    html: Path | None,
) -> None:
    """Measure a model on labelled sentences and print one JSON object."""
    from model.data.labelled import read
    from model.errors import DataError
    from model.evaluation.details import details
    from model.evaluation.page import page
    from model.evaluation.report import judged_labels, report
    from model.predictor import Predictor

    with reported():
        # Before anything is judged.
        for path in filter(None, (predictions, html)):
            _check_writable(path, data)
        if predictions and html and predictions.resolve() == html.resolve():
            raise DataError(f"{html} would be written twice: give --predictions and --html files of their own")
        predictor = Predictor.load(model, device=device, dtype=dtype, backend=backend)
        scheme = predictor.info.scheme
        examples = read(data, scheme, form=form, encoding=encoding, columns=columns, announce=announce)
        judged, truth = _judge(predictor, examples)
        predicted = judged_labels(judged)
        found: dict[str, Any] = report(judged, truth, scheme) | details(truth, predicted, examples, scheme)
        if against:
            found["comparison"] = _comparison(against, predictor, examples, predicted, device, dtype, backend)
        if predictions or html:
            rows = _rows(predictor, examples, judged)
            if predictions:
                _write(predictions, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
            if html:
                wrong = [row for row in rows if not row["right"]][:SHOWN]
                _write(html, page(f"{predictor.info.name} {predictor.info.version}", found, wrong))
    click.echo(printable(json.dumps(found, ensure_ascii=False)))


def _judge(predictor: Predictor, examples: Sequence[Example]) -> tuple[list[SentenceJudgement], Any]:
    from model.data.dataset import labels

    judged = predictor.judge_sentences([example.text for example in examples])
    return judged, labels(examples, predictor.info.scheme)


def _comparison(
    against: str,
    predictor: Predictor,
    examples: Sequence[Example],
    predicted: Any,
    device: str | None,
    dtype: str | None,
    backend: str,
) -> dict[str, Any]:
    """The model beside another on the same sentences. Raises DataError when their schemes differ."""
    from model.errors import DataError
    from model.evaluation.comparison import compare
    from model.evaluation.report import judged_labels
    from model.predictor import Predictor

    other = Predictor.load(against, device=device, dtype=dtype, backend=backend)
    if other.info.scheme != predictor.info.scheme:
        raise DataError(f"{against} has another scheme than {predictor.info.name}: they cannot be compared")
    judged, truth = _judge(other, examples)
    return {"against": against} | compare(truth, predicted, judged_labels(judged), predictor.info.scheme)


def _rows(
    predictor: Predictor, examples: Sequence[Example], judged: Sequence[SentenceJudgement]
) -> list[dict[str, Any]]:
    """A sentence each: text, true aspects, predicted aspects with confidence, whether all is right."""
    from model.scheme import NONE

    rows = []
    for example, judgement in zip(examples, judged, strict=True):
        predicted = {
            aspect: {"polarity": found.polarity, "confidence": round(found.confidence, 4)}
            for aspect, found in judgement.aspects(predictor.method).items()
            if found.polarity != NONE
        }
        right = {aspect: found["polarity"] for aspect, found in predicted.items()} == dict(example.aspects)
        rows.append({"text": example.text, "aspects": dict(example.aspects), "predicted": predicted, "right": right})
    return rows


def _check_writable(path: Path, data: Sequence[Path]) -> None:
    """Raises DataError when the file cannot be written, or is one of the data that are read."""
    from model.errors import DataError

    if path.resolve() in {each.resolve() for each in data}:
        raise DataError(f"{path} is read as data: it is not written over")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror or error}") from error


def _write(path: Path, content: str) -> None:
    from model.errors import DataError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror or error}") from error
