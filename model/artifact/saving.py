"""Write a trained network as a model directory."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from model.artifact.linear import LinearModel, write
from model.artifact.loading import quiet
from model.artifact.manifest import CARD, CONFIG, MANIFEST, METRICS, REFERENCE, TOKENIZER, WEIGHTS, Manifest
from model.artifact.sealing import seal
from model.errors import ArtifactError
from watch.traffic import Traffic


def save(
    directory: Path,
    network: Any,
    tokenizer: Any,
    manifest: Manifest,
    *,
    card: str,
    metrics: Mapping[str, Any],
    reference: Traffic | None = None,
    dtype: str = "float32",
) -> Manifest:
    """Write network (float weights in `dtype`), tokenizer, card, metrics, reference, manifest; returns it with digests.

    All is written beside the directory first and then put in its place, so a directory is never half a model. Raises
    ArtifactError when the directory holds something that is no model, or the disk is full.
    """
    import torch

    with _replaced(directory) as made:
        with quiet():
            network.to("cpu", dtype=getattr(torch, dtype)).save_pretrained(made)
        (made / WEIGHTS).chmod(0o644)
        tokenizer.save(str(made / TOKENIZER))
        return _sealed(made, manifest, card, metrics, reference)


def save_linear(
    directory: Path,
    model: LinearModel,
    manifest: Manifest,
    *,
    card: str,
    metrics: Mapping[str, Any],
    reference: Traffic,
) -> Manifest:
    """The same for a linear model."""
    with _replaced(directory) as made:
        made.mkdir()
        write(made, model)
        return _sealed(made, manifest, card, metrics, reference)


def save_composition(
    directory: Path, manifest: Manifest, *, card: str, metrics: Mapping[str, Any], reference: Traffic
) -> Manifest:
    """The same for a model that is made of others, which stay where they are."""
    with _replaced(directory) as made:
        made.mkdir()
        return _sealed(made, manifest, card, metrics, reference)


def _sealed(
    made: Path, manifest: Manifest, card: str, metrics: Mapping[str, Any], reference: Traffic | None
) -> Manifest:
    (made / CARD).write_text(card, encoding="utf-8")
    (made / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    if reference is not None:
        (made / REFERENCE).write_text(json.dumps(reference.to_dict(), indent=1) + "\n", encoding="utf-8")
    return seal(made, manifest)


def check_place(directory: Path) -> None:
    """Raises ArtifactError when no model can be written there: to be known before hours of training, not after.

    What is missing above it is made.
    """
    is_model = (directory / CONFIG).exists() or (directory / MANIFEST).exists()
    try:
        if directory.exists() and any(directory.iterdir()) and not is_model:
            raise ArtifactError(f"{directory} is not empty and holds no model: it is left as it is")
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}-"):
            pass
    except OSError as error:
        raise ArtifactError(f"no model can be written to {directory}: {error.strerror or error}") from error


@contextmanager
def _replaced(directory: Path) -> Iterator[Path]:
    """Where to write what takes the directory's place then. Raises ArtifactError when it cannot be written."""
    check_place(directory)
    try:
        with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}-") as scratch:
            made = Path(scratch) / directory.name
            yield made
            if directory.exists():
                directory.rename(Path(scratch) / "replaced")
            shutil.move(made, directory)
    except Exception as error:
        # On a full disk safetensors raises an error of its own, and tokenizers a bare one.
        if isinstance(error, (OSError, SafetensorError)) or type(error) is Exception:
            raise ArtifactError(f"no model can be written to {directory}: {error}") from error
        raise
