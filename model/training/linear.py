"""The TF-IDF baseline: a logistic regression over counted terms for each aspect, trained by scikit-learn.

What is saved needs no scikit-learn: see `model.artifact.linear`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from model.artifact.linear import LinearModel
from model.artifact.manifest import Manifest
from model.artifact.saving import save_linear
from model.data.dataset import Example, labels
from model.errors import BackendUnavailable, DataError
from model.evaluation.reference import reference_of
from model.inputs.auxiliary import Method
from model.inputs.encoding import Ids
from model.inputs.terms import WORD, Lengths
from model.runtime.judgement import Floats
from model.runtime.linear import LinearWeights
from model.scheme import Scheme
from model.training.publishing import Origin, card_of, measured
from telemetry.counted import counted

#: Words of a sentence that are read, unless said otherwise.
MAX_TOKENS = 160
#: The logit of a polarity that an aspect never had in training: no other one's is lower, and the highest is never
#: below 0.
NEVER = -30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class LinearConfig:
    """What to train."""

    name: str
    version: str = "1"
    scheme: Scheme = field(default_factory=Scheme)
    languages: tuple[str, ...] = ("de",)
    max_tokens: int = MAX_TOKENS
    lengths: Lengths = field(default_factory=Lengths)
    #: Groups of letters that are in fewer sentences than this are left out, and so are those beyond the most frequent.
    least_sentences: int = 3
    most_groups: int = 200_000
    #: The smaller, the smaller the weights stay: scikit-learn's `C`.
    strength: float = 10.0
    #: Steps of the optimiser at most, for each aspect.
    steps: int = 300


def train_linear(
    config: LinearConfig,
    output: Path,
    *,
    examples: Sequence[Example],
    dev: Sequence[Example],
    announce: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Fit on `examples`, calibrate on `dev`, save; returns the dev report.

    Raises ArtifactError, DataError, BackendUnavailable without scikit-learn.
    """
    began = time.monotonic()
    model = fit(config, examples, announce)
    manifest = Manifest(
        name=config.name,
        version=config.version,
        method=Method(name="single", scheme=config.scheme),
        languages=config.languages,
        max_tokens=config.max_tokens,
        linear=True,
    )
    found = measured(manifest, *model.ready(config.max_tokens), dev)
    origin = Origin(
        base=f"{len(model.words)} words and pairs of words, {len(model.letters)} groups of letters, by TF-IDF, and a "
        "logistic regression for each aspect; no network",
        training_data=", ".join(sorted({example.batch for example in examples}))[:400],
        training_sentences=len(examples),
        dev_data="the dev data",
        configuration=settings_of(config),
        seconds=time.monotonic() - began,
    )
    save_linear(
        output, model, found.manifest, card=card_of(found, origin), metrics=found.report,
        reference=reference_of(found.predictor, [example.text for example in dev]),
    )  # fmt: skip
    return found.report


def settings_of(config: LinearConfig) -> dict[str, Any]:
    """How it is fitted, for its card."""
    return {
        key: value for key, value in asdict(config).items() if key not in ("name", "version", "scheme", "languages")
    }


def fit(
    config: LinearConfig,
    examples: Sequence[Example],
    announce: Callable[[str], None] = lambda line: None,
    progress: Callable[[float], None] = lambda share: None,
) -> LinearModel:
    """What scikit-learn learns of the examples. `progress` is told the share of the aspects that are done, 0 to 1, and
    may raise to end it. Raises DataError when they have no terms, BackendUnavailable.
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_union
    except ImportError as error:
        raise BackendUnavailable("training it needs scikit-learn: pip install '.[recipe]'") from error

    words = TfidfVectorizer(ngram_range=config.lengths.words, sublinear_tf=True, token_pattern=WORD.pattern)
    letters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=config.lengths.letters, sublinear_tf=True, min_df=config.least_sentences,
        max_features=config.most_groups,
    )  # fmt: skip
    try:
        known = make_union(words, letters).fit_transform([example.text for example in examples])
    except ValueError as error:
        raise DataError(f"of {counted(len(examples), 'sentence')} nothing can be learned: {error}") from error
    announce(f"{known.shape[1]} terms in {known.shape[0]} sentences")
    truth, polarities = labels(examples, config.scheme), len(config.scheme.polarities)
    weights = np.zeros((known.shape[1], truth.shape[1] * polarities), dtype=np.float32)
    bias = np.full(weights.shape[1], NEVER, dtype=np.float32)
    for index, aspect in enumerate(config.scheme.aspects):
        progress(index / truth.shape[1])
        seen, own = np.unique(truth[:, index]), slice(index * polarities, (index + 1) * polarities)
        if len(seen) == 1:
            bias[own][seen] = 0.0
            announce(f"{aspect}: always {config.scheme.polarities[seen[0]]}")
            continue
        regression = LogisticRegression(C=config.strength, max_iter=config.steps)
        regression.fit(known, truth[:, index])
        weights[:, own][:, seen], bias[own][seen] = _logits_of(regression)
        announce(f"{aspect}: {int(regression.n_iter_[0])} steps")
    progress(1.0)
    learned = LinearWeights(
        weights=weights,
        bias=bias,
        rarity=np.concatenate([words.idf_, letters.idf_]).astype(np.float32),
        words=len(words.vocabulary_),
    )
    return LinearModel(lengths=config.lengths, words=_ordered(words), letters=_ordered(letters), learned=learned)


def _logits_of(regression: Any) -> tuple[Floats, Ids | Floats]:
    """Weights (terms, classes) and bias (classes) of a fitted regression; of two classes it has one's only."""
    weights, bias = regression.coef_, regression.intercept_
    if len(weights) == 1:
        weights, bias = np.vstack([np.zeros_like(weights), weights]), np.concatenate([[0.0], bias])
    return weights.T, bias


def _ordered(vectorizer: Any) -> list[str]:
    return list(map(str, vectorizer.get_feature_names_out()))
