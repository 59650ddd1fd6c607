"""What is left to do when a batch did not fit into the memory."""

from __future__ import annotations

from typing import Protocol

#: Halving the token budget ends here; a text that does not fit then cannot be judged.
LEAST_TOKEN_BUDGET = 512


class MemoryUser(Protocol):
    """What decides how much memory judging takes: see `model.predictor.Predictor`."""

    streams: int
    token_budget: int


def use_less_memory(user: MemoryUser) -> str | None:
    """Have batches judged one at a time, or if they are already, halve them; says so.

    None when neither is left to do.
    """
    if user.streams > 1:
        user.streams = 1
        return "out of memory: from now on one batch at a time"
    if user.token_budget > LEAST_TOKEN_BUDGET:
        user.token_budget //= 2
        return f"out of memory: token budget halved to {user.token_budget}"
    return None
