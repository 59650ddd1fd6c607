"""`kritiq-mini` among transformers' models: for training, for saving, and for whoever loads it with transformers.

Workers do without: `transformers.modeling_utils` alone takes seconds to import and 120 MB.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from model.networks.mini import MiniLayers, MiniSizes

MODEL_TYPE = "kritiq-mini"


class MiniConfig(MiniSizes, PreTrainedConfig):  # type: ignore[no-untyped-call]
    """The sizes, in transformers' config.json."""

    model_type = MODEL_TYPE


class MiniForSequenceClassification(MiniLayers, PreTrainedModel):  # type: ignore[no-untyped-call]
    """As `Mini`. In training mode the logits are those of every member, (M, B, A x P)."""

    config_class = MiniConfig
    base_model_prefix = "trunk"

    def __init__(self, config: MiniConfig) -> None:
        super().__init__(config)
        self.make_layers(config)
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        """Layers start as their constructors left them."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None, **_: Any) -> SequenceClassifierOutput:
        return SequenceClassifierOutput(logits=self.judged(input_ids, attention_mask))


def register() -> None:
    """Make transformers' Auto classes know `kritiq-mini`. May be called again."""
    from transformers import AutoConfig, AutoModelForSequenceClassification

    AutoConfig.register(MODEL_TYPE, MiniConfig, exist_ok=True)
    AutoModelForSequenceClassification.register(MiniConfig, MiniForSequenceClassification, exist_ok=True)
