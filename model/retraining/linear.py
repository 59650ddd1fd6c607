"""A linear model learns corrections: it is fitted anew to the corpus with them, since there is nothing to go on from.

Its terms, how rare they are and all of its weights come of the sentences that it is fitted to. It has no epochs: a fit
that was killed begins anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from model.artifact.linear import lengths_of
from model.artifact.manifest import Manifest
from model.artifact.saving import save_linear
from model.data.dataset import Example
from model.evaluation.reference import reference_of
from model.training.linear import LinearConfig, fit, settings_of
from model.training.publishing import Origin, card_of, measured


def learn(
    directory: Path,
    output: Path,
    manifest: Manifest,
    *,
    examples: Sequence[Example],
    dev: Sequence[Example],
    origin: Callable[[Mapping[str, Any], float], Origin],
    announce: Callable[[str], None],
    progress: Callable[[float], None],
) -> float:
    """Fit what `directory` is to the examples, calibrate it on `dev`, and save it in `output`. Returns the seconds.

    `origin` is told how it was fitted, and how many seconds that took. Raises DataError, ArtifactError,
    BackendUnavailable without scikit-learn.
    """
    began = time.monotonic()
    config = LinearConfig(
        name=manifest.name,
        version=manifest.version,
        scheme=manifest.method.scheme,
        languages=manifest.languages,
        max_tokens=manifest.max_tokens,
        lengths=lengths_of(directory),
    )
    model = fit(config, examples, announce, progress)
    seconds = time.monotonic() - began
    found = measured(manifest, *model.ready(manifest.max_tokens), dev)
    save_linear(
        output, model, found.manifest, card=card_of(found, origin(settings_of(config), seconds)), metrics=found.report,
        reference=reference_of(found.predictor, [example.text for example in dev]),
    )  # fmt: skip
    return seconds
