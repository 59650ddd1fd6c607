"""A whole model in one pickle, as the old service kept it, into a directory with safetensors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from model.errors import ArtifactError

WARNING = (
    "A .pt, .pth or .bin file is a Python pickle. Reading it runs whatever code its author put into it, with all that "
    "you may do on this machine. Convert only a file whose author you know, best on a machine that holds nothing else."
)


def convert(source: Path, vocabulary: Path, output: Path) -> None:
    """Unpickle a transformers model for sequence classification and save it with its vocab.txt beside it.

    This runs the code in `source`. Raises ArtifactError when there is no such model in it, or the output exists.
    """
    import shutil

    import torch

    if output.exists():
        raise ArtifactError(f"{output} exists already")
    if not vocabulary.is_file():
        raise ArtifactError(f"there is no vocabulary {vocabulary}")
    try:
        network: Any = torch.load(source, map_location="cpu", weights_only=False)  # what this command is for
    except Exception as error:
        raise ArtifactError(f"{source} cannot be unpickled: {error}") from error
    if not hasattr(network, "save_pretrained") or not hasattr(network, "config"):
        raise ArtifactError(f"{source} holds a {type(network).__name__}, not a transformers model")
    network = _rebuilt(network)
    network.save_pretrained(output)
    shutil.copyfile(vocabulary, output / "vocab.txt")


def _rebuilt(network: Any) -> Any:
    """The same weights in a model built by the installed transformers: a pickled object keeps its old version."""
    from transformers import AutoModelForSequenceClassification

    auto: Any = AutoModelForSequenceClassification
    fresh = auto.from_config(network.config)
    # Old versions kept position ids among the weights.
    weights = {name: weight for name, weight in network.state_dict().items() if not name.endswith("position_ids")}
    missing, unexpected = fresh.load_state_dict(weights, strict=False)
    if missing or unexpected:
        raise ArtifactError(f"the weights do not fit: missing {missing[:3]}, unexpected {unexpected[:3]}")
    return fresh
