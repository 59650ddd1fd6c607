"""What our training and another one both do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from model.artifact.manifest import Manifest
from model.data.dataset import Example
from model.inputs.encoding import Encoder
from model.training.config import TrainingConfig


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What both train: the same network from the same weights, on the same sentences, in the same steps."""

    network: Any
    encoder: Encoder
    manifest: Manifest
    examples: Sequence[Example]
    dev: Sequence[Example]
    config: TrainingConfig
