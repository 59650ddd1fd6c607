"""The state of a training run: best weights, running mean of the weights, and what is needed to go on after a break."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from model.errors import DataError


class Checkpoint:
    """One run of training, epoch by epoch."""

    def __init__(self, *, network: Any, optimizer: Any, config: dict[str, Any], decay: float) -> None:
        self.network, self.optimizer, self.config, self.decay = network, optimizer, config, decay
        self.epoch = self.best_epoch = self.stale = self.steps = 0
        self.best_score = -1.0
        self.best: dict[str, torch.Tensor] = {}
        self.mean = self._learning() if decay else {}

    def average(self) -> None:
        """Take the weights of this step into the running mean, whose decay grows with the steps."""
        self.steps += 1
        if self.decay:
            rate = 1.0 - min(self.decay, (1 + self.steps) / (10 + self.steps))
            for name, parameter in self._parameters():
                self.mean[name].lerp_(parameter.detach(), rate)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The network with the mean weights, for as long as the context lasts."""
        own = self._learning()
        self._put(self.mean)
        try:
            yield
        finally:
            self._put(own)

    def finish_epoch(self, score: float) -> None:
        """Count the epoch, and keep its weights when they scored best."""
        self.epoch += 1
        self.stale += 1
        if score > self.best_score:
            self.best_score, self.best_epoch, self.stale = score, self.epoch, 0
            self.best = {name: weight.clone() for name, weight in self.mean.items()} or self._learning()

    def load_best(self) -> None:
        self._put(self.best)

    def save(self, path: Path) -> None:
        """Write the whole state, so that a kill at any time leaves either the old file or the new one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        numbers = {name: getattr(self, name) for name in ("epoch", "best_epoch", "stale", "steps", "best_score")}
        torch.save(
            {
                "numbers": numbers,
                "config": _plain(self.config),
                "weights": self._learning(),
                "best": self.best,
                "mean": self.mean,
                "optimizer": self.optimizer.state_dict(),
                "random": torch.get_rng_state(),
            },
            partial,
        )
        partial.replace(path)

    def restore(self, path: Path) -> bool:
        """Go on from a saved state; False when there is none. Raises DataError when it is of another run."""
        if not path.exists():
            return False
        saved = torch.load(path, map_location="cpu", weights_only=True)
        if saved["config"] != _plain(self.config):
            raise DataError(f"{path} belongs to a run with another configuration; remove it or train elsewhere")
        for name, value in saved["numbers"].items():
            setattr(self, name, value)
        self._put(saved["weights"])
        self.best = saved["best"]
        device = next(self.network.parameters()).device
        self.mean = {name: weight.to(device) for name, weight in saved["mean"].items()}
        self.optimizer.load_state_dict(saved["optimizer"])
        torch.set_rng_state(saved["random"])
        return True

    def _parameters(self) -> list[tuple[str, torch.Tensor]]:
        return [(name, weight) for name, weight in self.network.named_parameters() if weight.requires_grad]

    def _learning(self) -> dict[str, torch.Tensor]:
        return {name: weight.detach().clone() for name, weight in self._parameters()}

    def _put(self, weights: dict[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, parameter in self._parameters():
                if name in weights:
                    parameter.copy_(weights[name])


def _plain(config: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in config.items()}
