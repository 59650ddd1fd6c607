"""The model that a retraining starts from, as a network that can learn and be saved."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from model.artifact import loading
from model.artifact.manifest import WEIGHTS, Manifest, read_manifest
from model.artifact.own_networks import fill
from model.errors import ArtifactError
from model.inputs.encoding import Encoder
from model.small.features import OverFrozen
from model.training.config import TrainingConfig
from model.training.run_digests import weights_digest

MINI, SMALL = "kritiq-mini", "kritiq-small"

#: What a retraining does unless it is told otherwise: few epochs, since the network knows its task.
_ANY = TrainingConfig(epochs=3, batch_sentences=32, learning_rate=2e-5, patience=0)
#: The lower layers came of far more text than there is here: they stay, and cost no backward pass.
_OWN = replace(_ANY, learning_rate=5e-4, weight_decay=0.05, label_smoothing=0.05, averaging=0.98, batch_sentences=48)
_CONFIGS = {
    MINI: replace(_OWN, freeze=("trunk.",)),
    SMALL: replace(_OWN, freeze=("network.encoder.",)),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Base:
    """A loaded model in float32."""

    manifest: Manifest
    digest: str
    #: `kritiq-mini`, `kritiq-small`, or what transformers calls it.
    kind: str
    network: Any
    tokenizer: Any
    encoder: Encoder

    @property
    def training(self) -> TrainingConfig:
        """How it is retrained unless it is said."""
        return _CONFIGS.get(self.kind, _ANY)

    @property
    def dtype(self) -> str:
        """What it is saved in, as before."""
        return "float16" if self.kind in _CONFIGS else "float32"

    @contextmanager
    def learning(self, scratch: Path) -> Iterator[Any]:
        """The network to train: over features of its encoder, kept in `scratch`, where these do not change."""
        if self.kind != SMALL:
            yield self.network
            return
        encoder = self.network.encoder
        file = scratch / f"{weights_digest(encoder)[:16]}"
        size = 2 * self.network.config.encoder_size
        with closing(
            OverFrozen(self.network, lower=encoder.forward, upper=self.network.judged, size=size, file=file)
        ) as over:
            yield over

    def stored(self) -> Any:
        """The network as it is saved, once it has learned; None: as it is."""
        if self.kind != SMALL:
            return None
        # What is calibrated and measured is what will be loaded.
        self.network.pack()
        self.network.unpack()
        packed = copy.deepcopy(self.network)
        packed.pack()
        return packed


def learnable(directory: Path) -> tuple[Manifest, str]:
    """The manifest of a model that can learn, and its digest.

    Raises ArtifactError and its kinds, also for a model that is made of others: these are what can learn.
    """
    manifest, digest = read_manifest(directory)
    if manifest.composition is not None:
        raise ArtifactError(f"{directory} has no network of its own: retrain what it is made of")
    return manifest, digest


def load_base(directory: Path) -> Base:
    """Of a model with a network. Raises ArtifactError and its kinds."""
    manifest, digest = learnable(directory)
    config = loading.read_config(directory)
    kind = str(config.get("model_type"))
    return Base(
        manifest=manifest,
        digest=digest,
        kind=kind,
        network=_network(directory, kind, config),
        tokenizer=loading.load_tokenizer(directory),
        encoder=loading.load_encoder(directory, manifest),
    )


def _network(directory: Path, kind: str, config: dict[str, Any]) -> Any:
    """As `loading.load_network`, but one that can be saved: a transformers model."""
    if kind == MINI:
        from model.networks.mini_transformers import MiniConfig, MiniForSequenceClassification

        network: Any = MiniForSequenceClassification(MiniConfig.from_dict(config))
    elif kind == SMALL:
        from model.networks.small_transformers import SmallConfig, SmallForSequenceClassification

        network = SmallForSequenceClassification(SmallConfig.from_dict(config))
    else:
        return loading.load_network(directory)
    try:
        fill(network, directory / WEIGHTS)
    except OSError as error:
        raise ArtifactError(f"the network of {directory} cannot be read: {error}") from error
    if config.get("packed"):
        network.unpack()
    return network.eval()
