"""Retrain a model on what people corrected, and hold it against the one that it came from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from model.artifact.manifest import Manifest
from model.artifact.resealing import with_provenance
from model.data import dataset, split
from model.data.dataset import Example
from model.errors import DataError, InvalidArgument
from model.predictor import Predictor
from model.retraining import linear, network
from model.retraining.base import learnable, load_base
from model.retraining.corrected import Corrections
from model.retraining.gate import Bounds, Comparison, compare_with_base
from model.retraining.network import kept_beside
from model.retraining.refusal import Refusal
from model.training.config import TrainingConfig
from model.training.publishing import Origin
from model.training.run_digests import examples_digest
from telemetry.counted import counted

#: Sentences of the corpus that a network learns again, unless it is said.
REPLAY = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Retraining:
    """What decides about a retraining besides the base and the corrections."""

    #: The version that comes of it.
    version: str
    corpus: tuple[str, ...] = ("corpus/de", "corpus/en")
    #: Files of labelled sentences to measure on; empty: of the corpus one sentence in so many, in whole batches.
    dev: tuple[str, ...] = ()
    hold_out_every: int = 10
    #: Sentences of the corpus that are learned again, so that what the model knows is not forgotten; None: as many as
    #: a network needs, and all for a linear model, which is fitted anew.
    replay: int | None = None
    #: How often each epoch shows a corrected sentence, as long as these are not more than are replayed.
    repeat: int = 4
    bounds: Bounds = field(default_factory=Bounds)
    #: Settings of `TrainingConfig` in place of the base's own, see `Base.training`.
    settings: Mapping[str, Any] = field(default_factory=dict)
    #: As PyTorch names it; None: a GPU when there is one.
    device: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Retrained:
    """What came of it: a model directory, whether or not it may be served."""

    directory: Path
    manifest: Manifest
    comparison: Comparison
    #: Why it may not be served; empty when it may.
    refusals: Sequence[Refusal]
    seconds: float


def retrain(
    directory: Path,
    output: Path,
    corrections: Corrections,
    how: Retraining,
    *,
    tenants: Sequence[str] = (),
    announce: Callable[[str], None] = lambda line: None,
    progress: Callable[[float], None] = lambda share: None,
) -> Retrained:
    """Train the model of `directory` on the corrections beside some of the corpus, and save it in `output`.

    Temperature, scores and the gate are of the dev data alone. What it needs to go on after a break lies beside
    `output` until `forget_run`. `progress` is told the share of the training that is done, 0 to 1, after every step,
    and may raise to end it. `tenants` are named in the manifest, which is shown to operators alone. Raises DataError,
    ArtifactError; InvalidArgument for settings that such a model has not; BackendUnavailable.
    """
    old, digest = learnable(directory)
    if old.linear and (unknown := sorted(how.settings.keys() - {"seed"})):
        raise InvalidArgument(f"a linear model has no {' and no '.join(unknown)}: it is fitted anew")
    kept, dev = _corpus(old, how, corrections)
    replay = how.replay or (len(kept) if old.linear else REPLAY)
    learned = _examples(kept, corrections, how, replay)
    announce(
        f"{len(corrections.sentences)} corrected sentences with {corrections.count} corrections, "
        f"{min(replay, len(kept))} of the corpus; {len(dev)} to measure on"
    )
    before = _predictor_of(directory)
    manifest = replace(old, version=how.version, confidence_low=None, files={}, provenance=None)

    def origin(configuration: Mapping[str, Any], seconds: float) -> Origin:
        return Origin(
            base=f"{old.name}/{old.version}, SHA-256 {digest}",
            training_data=f"{counted(len(corrections.sentences), 'sentence')} that people corrected,"
            " beside some of the corpus",
            training_sentences=len(learned),
            dev_data="the dev data of the retraining",
            configuration=configuration,
            seconds=seconds,
        )

    if old.linear:
        seconds = linear.learn(
            directory, output, manifest, examples=learned, dev=dev, origin=origin, announce=announce, progress=progress
        )
    else:
        seconds = network.learn(
            load_base(directory), output, manifest, examples=learned, dev=dev, settings=how.settings, device=how.device,
            corrected=[each.example for each in corrections.sentences], origin=origin, announce=announce,
            progress=progress,
        )  # fmt: skip
    announce("measuring what came of it beside its base")
    comparison = compare_with_base(before, _predictor_of(output), dev, corrections.sentences)
    refusals = comparison.refusals(how.bounds)
    reasons = [str(why) for why in refusals]
    sealed = with_provenance(
        output,
        {
            "base": {"name": old.name, "version": old.version, "digest": digest},
            "tenants": list(tenants),
            "corrected_sentences": len(corrections.sentences),
            "corrections": corrections.count,
            "corrections_digest": corrections.digest,
            "training_data_digest": examples_digest(learned),
            "dev_data_digest": examples_digest(dev),
            "gate": {"passed": not reasons, "refusals": reasons, "bounds": asdict(how.bounds)} | comparison.to_dict(),
        },
        _card_lines(old, corrections, comparison, reasons),
    )
    return Retrained(directory=output, manifest=sealed, comparison=comparison, refusals=refusals, seconds=seconds)


def forget_run(output: Path) -> None:
    """Remove what a retraining to `output` would go on from."""
    state, features = kept_beside(output)
    state.unlink(missing_ok=True)
    shutil.rmtree(features, ignore_errors=True)


def _predictor_of(directory: Path) -> Predictor:
    return Predictor.load(directory, device="cpu", dtype="float32")


def _corpus(base: Manifest, how: Retraining, corrections: Corrections) -> tuple[list[Example], list[Example]]:
    """What may be learned again, and what is measured on; neither has a sentence that was corrected.

    Raises DataError.
    """
    scheme = base.method.scheme
    examples = dataset.read(map(Path, how.corpus), scheme)
    if how.dev:
        kept, dev = examples, dataset.read(map(Path, how.dev), scheme)
    else:
        kept, dev = split.hold_out(examples, how.hold_out_every)
    corrected = {each.text for each in corrections.sentences}
    kept, dev = ([each for each in part if each.text not in corrected] for part in (kept, dev))
    if not dev:
        raise DataError("there is no sentence to measure on that was not corrected")
    return kept, dev


def _examples(kept: list[Example], corrections: Corrections, how: Retraining, replay: int) -> list[Example]:
    """What is learned, in each epoch: so much of the corpus, by chance, and each corrected sentence some times."""
    seed = how.settings.get("seed", TrainingConfig().seed)
    chosen = np.random.default_rng(seed).permutation(len(kept))[:replay].tolist()
    repeat = max(1, min(how.repeat, replay // len(corrections.sentences)))
    return [*(kept[index] for index in sorted(chosen)), *[each.example for each in corrections.sentences] * repeat]


def _card_lines(old: Manifest, corrections: Corrections, comparison: Comparison, refusals: Sequence[str]) -> list[str]:
    return [
        "## Retrained",
        "",
        f"From {old.name}/{old.version} with {counted(corrections.count, 'correction')} of "
        f"{counted(len(corrections.sentences), 'sentence')} "
        f"(SHA-256 {corrections.digest}). On the {comparison.sentences} dev sentences: aspects {comparison.acd}; with "
        f"polarity {comparison.acsa}. Judged as people said: {comparison.corrected}.",
        "",
        *([f"Refused: {'; '.join(refusals)}."] if refusals else ["It passed the gate."]),
    ]
