"""`kritiq-small` among transformers' models: for training, and for saving. See `model.networks.mini_transformers`."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from model.networks.small import SmallLayers, SmallSizes


class SmallConfig(SmallSizes, PreTrainedConfig):  # type: ignore[no-untyped-call]
    """The sizes, in transformers' config.json."""

    model_type = "kritiq-small"


class SmallForSequenceClassification(SmallLayers, PreTrainedModel):  # type: ignore[no-untyped-call]
    """As `Small`."""

    config_class = SmallConfig
    base_model_prefix = "encoder"

    def __init__(self, config: SmallConfig) -> None:
        super().__init__(config)
        self.make_layers(config)
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        """Layers start as their constructors left them."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None, **_: Any) -> SequenceClassifierOutput:
        return SequenceClassifierOutput(logits=self.read(input_ids, attention_mask))
