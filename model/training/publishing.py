"""The end of every training: calibrate, measure, write the card, save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.artifact import card
from model.artifact.manifest import Manifest
from model.artifact.saving import save
from model.data.dataset import Example
from model.evaluation.reference import reference_of
from model.evaluation.report import evaluate
from model.inputs.encoding import Encoder
from model.predictor import Predictor
from model.runtime.backends import TorchBackend
from model.training.calibration import calibrate


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a model comes from, in the words of its card."""

    base: str
    training_data: str
    training_sentences: int
    dev_data: str
    configuration: Mapping[str, Any]
    seconds: float


def publish(
    output: Path,
    network: Any,
    tokenizer: Any,
    encoder: Encoder,
    manifest: Manifest,
    *,
    dev: Sequence[Example],
    origin: Origin,
    device: str = "cpu",
    dtype: str = "float32",
    stored: Any = None,
) -> dict[str, Any]:
    """Calibrate the network on `dev` and save it in `output`, weights in `dtype`; returns the report on `dev`.

    `stored` is the network in the form in which it is saved, when that is another. Raises ArtifactError.
    """
    backend = TorchBackend(network, device=device, dtype="float32")
    manifest, calibration = calibrate(manifest, encoder, backend, dev)
    trained = Predictor(manifest=manifest, digest="", encoder=encoder, backend=backend)
    report = evaluate(trained, dev)
    facts = card.CardFacts(
        base=origin.base,
        training_data=origin.training_data,
        training_sentences=origin.training_sentences,
        dev_data=origin.dev_data,
        configuration=origin.configuration,
        report=report,
        calibration=calibration,
        seconds=origin.seconds,
    )
    form = network if stored is None else stored
    save(
        output, form, tokenizer, manifest, card=card.write(manifest, facts), metrics=report, dtype=dtype,
        reference=reference_of(trained, [example.text for example in dev]),
    )  # fmt: skip
    return report
