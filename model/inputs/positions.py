"""How long a row an encoder can read, by its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def positions(config: Mapping[str, Any]) -> int | None:
    """The longest row, special tokens included, that an encoder has positions for; None where there is no such end."""
    most, kind = config.get("max_position_embeddings"), config.get("model_type")
    if not isinstance(most, int) or most < 1 or config.get("position_biased_input") is False:
        return None  # positions are relative, or of any number
    if kind in ("roberta", "xlm-roberta", "camembert"):
        # Their positions are counted from behind the padding's own.
        most -= (config.get("pad_token_id") or 0) + 1
    return most
