"""`kritiq bench tfidf`: what TF-IDF and logistic regression reach when trained on the same corpus as `kritiq-mini`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

PATH = click.Path(path_type=Path, exists=True)


@click.command("tfidf")
@click.option("--train", "train_paths", multiple=True, default=("corpus/de", "corpus/en"), type=PATH, show_default=True)
@click.option("--data", multiple=True, required=True, type=PATH, help="JSON lines to measure on; may repeat.")
def tfidf_command(train_paths: tuple[Path, ...], data: tuple[Path, ...]) -> None:
    """Train the baseline on the corpus and print its scores, as `kritiq evaluate` prints them."""
    click.echo(json.dumps(measure(train_paths, data)))


def measure(train_paths: tuple[Path, ...], data: tuple[Path, ...]) -> dict[str, Any]:
    """Words and word pairs, and letter groups of 2 to 5; one regression over the five polarities per aspect."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_union

    from model.data.dataset import labels, read
    from model.evaluation.report import report
    from model.runtime.judgement import SentenceJudgement
    from model.scheme import DEFAULT_SCHEME as SCHEME

    examples, measured = read(train_paths, SCHEME), read(data, SCHEME)
    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=3, max_features=200_000),
    )
    known = features.fit_transform([example.text for example in examples])
    asked = features.transform([example.text for example in measured])
    truth = labels(examples, SCHEME)
    found = np.zeros((len(measured), len(SCHEME.aspects)), dtype=np.int64)
    confidence = np.zeros(found.shape)
    for index in range(len(SCHEME.aspects)):
        regression = LogisticRegression(C=10.0, max_iter=300)
        regression.fit(known, truth[:, index])
        probabilities = regression.predict_proba(asked)
        found[:, index] = regression.classes_[probabilities.argmax(-1)]
        confidence[:, index] = probabilities.max(-1)
    judged = [
        SentenceJudgement(labels=tuple(row), confidences=tuple(sure), scores=())
        for row, sure in zip(found.tolist(), confidence.tolist(), strict=True)
    ]
    return {"trained_on": len(examples)} | report(judged, labels(measured, SCHEME), SCHEME)
