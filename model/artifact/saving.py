"""Write a trained network as a model directory."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model.artifact.loading import quiet
from model.artifact.manifest import CARD, CONFIG, METRICS, REFERENCE, TOKENIZER, WEIGHTS, Manifest, seal
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
    ArtifactError when the directory holds something that is no model.
    """
    import torch

    if directory.exists() and any(directory.iterdir()) and not (directory / CONFIG).exists():
        raise ArtifactError(f"{directory} is not empty and holds no model: it is left as it is")
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}-") as scratch:
        made = Path(scratch) / directory.name
        with quiet():
            network.to("cpu", dtype=getattr(torch, dtype)).save_pretrained(made)
        (made / WEIGHTS).chmod(0o644)
        tokenizer.save(str(made / TOKENIZER))
        (made / CARD).write_text(card, encoding="utf-8")
        (made / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
        if reference is not None:
            (made / REFERENCE).write_text(json.dumps(reference.to_dict(), indent=1) + "\n", encoding="utf-8")
        sealed = seal(made, manifest)
        if directory.exists():
            directory.rename(Path(scratch) / "replaced")
        shutil.move(made, directory)
    return sealed
