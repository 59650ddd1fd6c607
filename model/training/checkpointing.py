"""The state of a training run: best weights, running mean of the weights, and what is needed to go on after a break."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from model.errors import DataError

NUMBERS = ("epoch", "best_epoch", "stale", "steps", "best_score", "best_loss")
PARTS = {"numbers", "identity", "weights", "best", "mean", "optimizer", "random", "random_gpus"}


class Checkpoint:
    """One run of training, epoch by epoch."""

    def __init__(self, *, network: Any, optimizer: Any, identity: dict[str, str], decay: float) -> None:
        """`identity`: see `model.training.run_digests`."""
        self.network, self.optimizer, self.identity, self.decay = network, optimizer, identity, decay
        self.epoch = self.best_epoch = self.stale = self.steps = 0
        self.best_score, self.best_loss = -1.0, math.inf
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

    def finish_epoch(self, score: float, loss: float) -> None:
        """Count the epoch, and keep its weights when they scored best; of equal scores that of the lower loss."""
        self.epoch += 1
        self.stale += 1
        if (score, -loss) > (self.best_score, -self.best_loss):
            self.best_score, self.best_loss, self.best_epoch, self.stale = score, loss, self.epoch, 0
            self.best = {name: weight.clone() for name, weight in self.mean.items()} or self._learning()

    def load_best(self) -> None:
        self._put(self.best)

    def save(self, path: Path) -> None:
        """Write the whole state, so that a kill at any time leaves either the old file or the new one.

        Raises DataError when it cannot be written.
        """
        partial = path.with_name(f"{path.name}.partial")
        state = {
            "numbers": {name: getattr(self, name) for name in NUMBERS},
            "identity": self.identity,
            "weights": self._learning(),
            "best": self.best,
            "mean": self.mean,
            "optimizer": self.optimizer.state_dict(),
            "random": torch.get_rng_state(),
            "random_gpus": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.save(state, partial)
            partial.replace(path)
        except (OSError, RuntimeError) as error:  # torch's writer raises bare ones on a full disk
            partial.unlink(missing_ok=True)
            raise DataError(f"the state of the training cannot be written to {path}: {_line(error)}") from error

    def restore(self, path: Path) -> bool:
        """Go on from a saved state; False when there is none. Raises DataError when it is of another run, or torn."""
        if not path.exists():
            return False
        saved = _read(path)
        other = [name for name, digest in self.identity.items() if saved["identity"].get(name) != digest]
        if other:
            raise DataError(f"{path} belongs to a run with another {', '.join(other)}; remove it or train elsewhere")
        try:
            self._take(saved)
        except (KeyError, TypeError, AttributeError, ValueError, RuntimeError) as error:
            # Of another version perhaps, which keeps other things.
            raise DataError(f"{path} is no whole state of a training; remove it: {_line(error)}") from error
        return True

    def _take(self, saved: Mapping[str, Any]) -> None:
        learning = self._learning()
        for part, least in (("weights", learning), ("best", {}), ("mean", learning if self.decay else {})):
            if not saved[part].keys() >= least.keys():
                raise ValueError(f"its {part} are of another network")
        for name in NUMBERS:
            setattr(self, name, type(getattr(self, name))(saved["numbers"][name]))
        self._put(saved["weights"])
        self.best = saved["best"]
        device = next(self.network.parameters()).device
        self.mean = {name: weight.to(device) for name, weight in saved["mean"].items()}
        self.optimizer.load_state_dict(saved["optimizer"])
        torch.set_rng_state(saved["random"])
        if torch.cuda.is_available() and len(saved["random_gpus"]) == torch.cuda.device_count():
            torch.cuda.set_rng_state_all(saved["random_gpus"])

    def _parameters(self) -> list[tuple[str, torch.Tensor]]:
        return [(name, weight) for name, weight in self.network.named_parameters() if weight.requires_grad]

    def _learning(self) -> dict[str, torch.Tensor]:
        return {name: weight.detach().clone() for name, weight in self._parameters()}

    def _put(self, weights: dict[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, parameter in self._parameters():
                if name in weights:
                    parameter.copy_(weights[name])


def _read(path: Path) -> dict[str, Any]:
    """A saved state. Raises DataError when the file is not one, or not a whole one."""
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
        if saved.keys() >= PARTS and isinstance(saved["identity"], dict):
            return dict(saved)
        reason = "it lacks parts of one"
    except Exception as error:  # zip files, pickles and tensors each fail in their own ways
        reason = _line(error)
    raise DataError(f"{path} is no whole state of a training; remove it: {reason}")


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
