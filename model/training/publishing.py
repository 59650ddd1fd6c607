"""The end of every training: calibrate, measure, write the card, save."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.artifact import card
from model.artifact.loading import ROUNDED
from model.artifact.manifest import Manifest
from model.artifact.saving import save
from model.data.dataset import Example
from model.evaluation.reference import reference_of
from model.evaluation.report import evaluate
from model.evaluation.rounding import labels_kept
from model.inputs.encoding import Encoder, RowEncoder
from model.predictor import Predictor
from model.runtime.backends import Backend, TorchBackend, choose_dtype
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
    rounded: bool = False,
) -> dict[str, Any]:
    """Calibrate the network on `dev` and save it in `output`, weights in `dtype`; returns the report on `dev`.

    `stored` is the network in the form in which it is saved, when that is another. `rounded`: where the device
    multiplies bfloat16, the report says how many labels that keeps, and a model that loses too many is loaded in
    float32. Raises ArtifactError.
    """
    found = measured(manifest, encoder, TorchBackend(network, device=device, dtype="float32"), dev)
    if rounded and choose_dtype("auto", device) == ROUNDED:
        low = TorchBackend(copy.deepcopy(network), device=device, dtype=ROUNDED)
        rough = Predictor.of_network(found.manifest, encoder, low)
        found.report[ROUNDED] = labels_kept(found.predictor, rough, [example.text for example in dev])
    form = network if stored is None else stored
    save(
        output, form, tokenizer, found.manifest, card=card_of(found, origin), metrics=found.report, dtype=dtype,
        reference=reference_of(found.predictor, [example.text for example in dev]),
    )  # fmt: skip
    return found.report


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What was trained, calibrated, and how good it is."""

    manifest: Manifest
    predictor: Predictor
    #: Of `evaluate`, on the dev data.
    report: dict[str, Any]
    calibration: Mapping[str, Any]


def measured(manifest: Manifest, encoder: RowEncoder, backend: Backend, dev: Sequence[Example]) -> Measured:
    """Calibrate on `dev`, and measure there."""
    manifest, calibration = calibrate(manifest, encoder, backend, dev)
    trained = Predictor.of_network(manifest, encoder, backend)
    return Measured(manifest=manifest, predictor=trained, report=evaluate(trained, dev), calibration=calibration)


def card_of(found: Measured, origin: Origin) -> str:
    """The card of what was trained."""
    facts = card.CardFacts(
        made=card.trained(
            base=origin.base,
            training_data=origin.training_data,
            sentences=origin.training_sentences,
            seconds=origin.seconds,
            configuration=origin.configuration,
        ),
        dev_data=origin.dev_data,
        report=found.report,
        calibration=found.calibration,
    )
    return card.write(found.manifest, facts)
