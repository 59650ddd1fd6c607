"""Make a model of others: how much each counts, which sentences a cascade's first is unsure of, and one calibration."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from model.artifact import card
from model.artifact.engines import Engines
from model.artifact.loading import locate
from model.artifact.manifest import WEIGHTS, Manifest, read_manifest
from model.artifact.members import check_member
from model.artifact.saving import check_place, save_composition
from model.composition import CASCADE, Composition, Member
from model.data.dataset import Example, labels
from model.errors import DataError, InvalidArgument
from model.evaluation.reference import reference_of
from model.evaluation.report import report
from model.evaluation.sureness import sureness
from model.inputs.encoding import Ids
from model.predictor import Predictor
from model.runtime.composed import ComposedEngine, expected_wrong, log_shares
from model.runtime.engine import NetworkEngine
from model.runtime.judgement import Floats
from model.text import reading
from model.training.calibration import TEMPERATURES, surprise_of_opinions
from model.version_name import VERSION_NAME
from telemetry.counted import counted

#: Fewer sentences fit nothing.
LEAST = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What is to be made."""

    kind: str
    name: str
    version: str
    #: Directories or addresses; a cascade's first is the one that judges every sentence.
    members: tuple[str, ...]
    #: Of which share of `dev` a cascade's first member is unsure.
    share: float
    #: What `dev` is, in the words of the card.
    dev_data: str


def compose(
    output: Path, wish: Wish, dev: Sequence[Example], announce: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """Fit the composition on `dev`, which no member should have learned from, and save it in `output`.

    Weights are those of the least negative log-likelihood of all labels, temperatures those of `calibrate`. Returns the
    report on `dev`. Raises ArtifactError and its kinds, DataError, InvalidArgument.
    """
    if (output / WEIGHTS).exists():
        # Perhaps that of a member.
        raise InvalidArgument(f"{output} is a model with weights of its own, which would be lost: name another folder")
    check_place(output)
    places = [locate(each) for each in wish.members]
    read = [read_manifest(place) for place in places]
    for manifest, digest in read:
        if not VERSION_NAME.fullmatch(f"{manifest.name}@{digest}"):
            raise InvalidArgument(f"a model that is called {manifest.name!r} cannot be named as a member")
    scheme = read[0][0].method.scheme
    for manifest, _ in read:
        check_member(manifest.name, manifest.method, scheme, composed=manifest.composition is not None)
    if len({digest for _, digest in read}) < len(read):
        raise InvalidArgument("two members are one and the same model")
    languages = tuple(code for code in read[0][0].languages if all(code in each.languages for each, _ in read))
    if not languages:
        told = ", ".join(f"{manifest.name} {'/'.join(manifest.languages)}" for manifest, _ in read)
        raise InvalidArgument(f"the members have no language in common: {told}")
    engines = Engines()
    parts = [
        engines.load(place, manifest, digest, device="cpu")
        for place, (manifest, digest) in zip(places, read, strict=True)
    ]
    # None is made of others: that was checked.
    networks = [each for each in parts if isinstance(each, NetworkEngine)]
    whole = _in_one_piece(dev, networks)
    if len(whole) < LEAST:
        raise DataError(f"{counted(len(whole), 'sentence')} read in one piece are too few: {LEAST} are needed")
    truth = labels([example for example, _ in whole], scheme)
    shape = (len(whole), len(scheme.aspects), len(scheme.polarities))
    log_probabilities = []
    for network, (manifest, _) in zip(networks, read, strict=True):
        announce(f"{manifest.name} judges {len(whole)} sentences")
        logits = Predictor(manifest=manifest, digest="", engine=network).logits(
            network.encode([text for _, text in whole])
        )
        log_probabilities.append(log_shares(logits.reshape(shape)))
    weights = fitted_weights(log_probabilities, truth)
    composition = _calibrated(
        _at(wish, output, places, read, weights), log_probabilities, truth, read[0][0], wish.share
    )
    manifest = Manifest(
        name=wish.name,
        version=wish.version,
        method=read[0][0].method,
        languages=languages,
        max_tokens=min(each.max_tokens for each, _ in read),
        composition=composition,
    )
    engine = ComposedEngine(composition, networks, polarities=len(scheme.polarities))
    return _saved(output, manifest, engine, wish, dev)


def fitted_weights(log_probabilities: Sequence[Floats], truth: Ids) -> tuple[float, ...]:
    """By how much each member's log-probabilities (sentences, aspects, polarities) count; together 1."""
    shares, wanted = torch.from_numpy(np.stack(log_probabilities)), torch.from_numpy(truth).reshape(-1)
    raw = torch.zeros(len(log_probabilities), requires_grad=True)
    descent = torch.optim.LBFGS([raw], max_iter=100, line_search_fn="strong_wolfe")

    def lost() -> torch.Tensor:
        descent.zero_grad()
        # Never below 0: nobody is right for being wrong.
        pooled = torch.einsum("m,msap->sap", functional.softplus(raw), shares)
        loss = functional.cross_entropy(pooled.reshape(-1, pooled.shape[-1]), wanted)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    descent.step(lost)  # type: ignore[no-untyped-call]
    found = functional.softplus(raw).detach().numpy()
    return tuple(round(float(each), 4) for each in found / found.sum())


def _at(
    wish: Wish,
    output: Path,
    places: Sequence[Path],
    read: Sequence[tuple[Manifest, str]],
    weights: Sequence[float],
) -> Composition:
    members = tuple(
        Member(
            name=manifest.name,
            path=Path(os.path.relpath(place.resolve(), output.resolve())).as_posix(),
            digest=digest,
            weights=(weight,) * len(manifest.method.scheme.aspects),
        )
        for place, (manifest, digest), weight in zip(places, read, weights, strict=True)
    )
    return Composition(kind=wish.kind, members=members)


def _calibrated(
    composition: Composition, log_probabilities: Sequence[Floats], truth: Ids, manifest: Manifest, share: float
) -> Composition:
    """With the threshold that leaves `share` of the sentences unsure, and the temperatures."""
    weights = np.array([each.weights for each in composition.members], dtype=np.float32)
    pooled: Floats = np.einsum("ma,msap->sap", weights, np.stack(log_probabilities), dtype=np.float32)
    if composition.kind != CASCADE:
        return replace(composition, temperature=_temperature(pooled, truth, manifest))
    wrong = expected_wrong(log_probabilities[0])
    # As it is written: whoever reads it is unsure of the same sentences.
    threshold = round(float(np.quantile(wrong, 1 - share)), 4)
    unsure = wrong > threshold
    if not unsure.any() or unsure.all():
        raise DataError("the first member is unsure of all sentences or none: there is nothing to fit")
    return replace(
        composition,
        unsure=threshold,
        temperature=_temperature(pooled[unsure], truth[unsure], manifest),
        first_temperature=_temperature(log_probabilities[0][~unsure], truth[~unsure], manifest),
    )


def _temperature(logits: npt.NDArray[Any], truth: Ids, manifest: Manifest) -> float:
    flat = logits.reshape(len(logits), -1)
    best: float = min(TEMPERATURES, key=lambda each: surprise_of_opinions(flat, truth, manifest, each))
    return round(best, 4)


def _saved(
    output: Path, manifest: Manifest, engine: ComposedEngine, wish: Wish, dev: Sequence[Example]
) -> dict[str, Any]:
    predictor, scheme = Predictor(manifest=manifest, digest="", engine=engine), manifest.method.scheme
    truth, texts = labels(dev, scheme), [each.text for each in dev]
    judged = predictor.judge_sentences(texts)
    sure, found = sureness(judged, truth, scheme), report(judged, truth, scheme)
    manifest = replace(manifest, confidence_low=sure.confidence if sure else None)
    facts = card.CardFacts(
        made=card.composed(manifest, wish.share),
        dev_data=wish.dev_data,
        report=found,
        calibration={
            "temperature": manifest.composition and manifest.composition.temperature,
            "ece_after": found["ece_spoken"],
            "confidence_low": sure and sure.confidence,
            "sure": sure and sure.share,
        },
    )
    save_composition(
        output, manifest, card=card.write(manifest, facts), metrics=found, reference=reference_of(predictor, texts)
    )
    return found


def _in_one_piece(dev: Sequence[Example], networks: Sequence[NetworkEngine]) -> list[tuple[Example, str]]:
    """Sentences that all networks read in one piece, each with what they read."""
    read = [(each, reading.inputs_of(each.text, lambda part: all(n.fits(part) for n in networks))) for each in dev]
    return [(each, inputs[0]) for each, inputs in read if len(inputs) == 1]
