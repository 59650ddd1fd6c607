"""A network learns corrections: from the weights in service on, with some of the corpus beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from model.artifact.manifest import Manifest
from model.data.dataset import Example
from model.retraining.base import Base
from model.runtime.backends import choose_device
from model.training.loop import train
from model.training.publishing import Origin, publish


def learn(
    base: Base,
    output: Path,
    manifest: Manifest,
    *,
    examples: Sequence[Example],
    dev: Sequence[Example],
    corrected: Sequence[Example],
    settings: Mapping[str, Any],
    device: str | None,
    origin: Callable[[Mapping[str, Any], float], Origin],
    announce: Callable[[str], None],
    progress: Callable[[float], None],
) -> float:
    """Train `base` on the examples, calibrate it on `dev`, and save it in `output`. Returns the seconds.

    The epoch is chosen on `dev` with the corrected sentences beside them. What it needs to go on after a break is
    `kept_beside` the output. `origin` is told how it was trained, and how many seconds that took. Raises DataError,
    ArtifactError.
    """
    config = replace(base.training, **settings)
    state, features = kept_beside(output)
    with base.learning(features) as network:
        report = train(
            network,
            base.encoder,
            manifest,
            examples=examples,
            dev=[*dev, *corrected],
            config=config,
            device=choose_device(device),
            state=state,
            announce=announce,
            progress=progress,
        )
    base.network.to("cpu")
    stored = base.stored()
    publish(
        output,
        base.network,
        base.tokenizer,
        base.encoder,
        manifest,
        dev=dev,
        dtype=base.dtype,
        stored=stored,
        rounded=stored is None and base.dtype == "float32",
        origin=origin(asdict(config), report.seconds),
    )
    return report.seconds


def kept_beside(output: Path) -> tuple[Path, Path]:
    """The file of the training's state, and the folder of features."""
    return output.with_name(f".{output.name}.state"), output.with_name(f".{output.name}.features")
