"""What a GPU makes of the networks: sentences a second, and the share of the chip's own rate of matrix products.

    python bench/model/gpu.py                 a GPU when there is one
    python bench/model/gpu.py --check         small, on whatever there is: whether it runs

Needs torch and transformers alone, no Celery, no Redis, no weights: what a network costs does not depend on them.
Copies go from pinned memory without waiting, numbers are bfloat16, and the host waits for the device once per
measurement, not once per sentence. The peak is measured here, not taken from a data sheet: large square products.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Run as a script, this folder would stand first, and `queue` would be ours instead of Python's.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

import torch  # noqa: E402

#: Tokens of a sentence and of an auxiliary sentence with its special tokens, as reviews and templates have them.
SENTENCE, AUXILIARY = 22, 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Workload:
    """A network and what it is given for each sentence."""

    name: str
    network: Any
    rows_per_sentence: int
    tokens_per_row: int
    #: Multiplications and additions per token in products with weights, and per token and token of its row.
    per_token: int
    per_pair: int

    def operations(self, sentences: int) -> float:
        """Floating-point operations for so many sentences."""
        rows, tokens = sentences * self.rows_per_sentence, self.tokens_per_row
        return float(rows * tokens * (self.per_token + tokens * self.per_pair))


def bert(layers: int, size: int) -> Any:
    """A network of BERT's shape, random weights; how many classes it has makes no difference to its cost."""
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig(
        num_hidden_layers=layers, hidden_size=size, intermediate_size=4 * size, num_attention_heads=size // 64
    )
    return BertForSequenceClassification(config)


def workloads(small: bool) -> list[Workload]:
    """The old code's 45 pairs, NLI-M's 9 pairs, and the default model's one row."""
    from model.networks.mini_transformers import MiniConfig, MiniForSequenceClassification

    layers, size = (1, 128) if small else (12, 768)
    weights = 2 * layers * (4 * size * size + 8 * size * size)
    shared = {"tokens_per_row": SENTENCE + AUXILIARY, "per_token": weights, "per_pair": 4 * layers * size}
    encoder = bert(layers, size)
    mini = MiniForSequenceClassification(MiniConfig(vocab_size=8_000))
    return [
        Workload(name="bert-base, 45 pairs", network=encoder, rows_per_sentence=45, **shared),
        Workload(name="bert-base, NLI-M", network=encoder, rows_per_sentence=9, **shared),
        Workload(
            name="kritiq-mini", network=mini, rows_per_sentence=1, tokens_per_row=SENTENCE,
            per_token=products_per_token(mini), per_pair=0,
        ),
    ]  # fmt: skip


def products_per_token(network: Any) -> int:
    """Operations per token of all linear layers that see every token; an upper bound, as a few see sentences only."""
    linear = [module for module in network.modules() if isinstance(module, torch.nn.Linear)]
    return sum(2 * module.in_features * module.out_features for module in linear)


def timed(run: Callable[[], object], device: torch.device) -> float:
    """Seconds of `run` until the device is done with it."""
    started = time.perf_counter()
    run()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started


def peak(device: torch.device, dtype: torch.dtype, size: int, rounds: int) -> float:
    """Operations a second of square products, the best of `rounds`."""
    left, right = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    timed(lambda: left @ right, device)
    repeats = 10

    def multiply() -> None:
        for _ in range(repeats):
            left @ right

    return max(2 * size**3 * repeats / timed(multiply, device) for _ in range(rounds))


def sentences_per_s(work: Workload, device: torch.device, dtype: torch.dtype, budget: int, count: int) -> float:
    """Sentences a second: ids from the host in batches of `budget` tokens, logits back to it, one wait at the end."""
    network = work.network.eval().to(device=device, dtype=dtype)
    rows = max(work.rows_per_sentence, budget // work.tokens_per_row // work.rows_per_sentence * work.rows_per_sentence)
    total = max(rows, count * work.rows_per_sentence // rows * rows)
    pinned = device.type == "cuda"
    ids = torch.randint(5, 7_000, (total, work.tokens_per_row), pin_memory=pinned)
    mask = torch.ones_like(ids[:rows], device=device)
    first = network(input_ids=ids[:rows].to(device), attention_mask=mask).logits
    found = torch.empty((total, first.shape[1]), dtype=dtype, pin_memory=pinned)

    def all_batches() -> None:
        for begin in range(0, total, rows):
            batch = ids[begin : begin + rows].to(device, non_blocking=True)
            logits = network(input_ids=batch, attention_mask=mask).logits
            found[begin : begin + rows].copy_(logits, non_blocking=True)

    timed(all_batches, device)
    seconds = timed(all_batches, device)
    if not bool(torch.isfinite(found.float()).all()):
        raise RuntimeError(f"{work.name} gave numbers that are none")
    return total / work.rows_per_sentence / seconds


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="small networks, few sentences")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--budgets", type=int, nargs="+", default=[16_384, 65_536, 262_144])
    asked = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = torch.bfloat16
    budgets, count, size = ([2048], 8, 256) if asked.check else (asked.budgets, 4_000, 8192)
    rounds = 1 if asked.check else asked.rounds
    found: dict[str, Any] = {}
    with torch.inference_mode():
        for work in workloads(asked.check):
            found[work.name] = {}
            for budget in budgets:
                rates, shares = [], []
                for _ in range(rounds):
                    # In turns: the chip's clock is not the same all the time.
                    limit = peak(device, dtype, size, 1)
                    rate = sentences_per_s(work, device, dtype, budget, count)
                    rates.append(rate)
                    shares.append(rate * work.operations(1) / limit)
                found[work.name][str(budget)] = {
                    "sentences_per_s": round(statistics.median(rates), 1),
                    "share_of_peak": round(statistics.median(shares), 3),
                }
        report = {
            "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
            "torch": torch.__version__,
            "dtype": "bfloat16",
            "peak_tflop_per_s": round(peak(device, dtype, size, rounds) / 1e12, 3),
            "small": asked.check,
            "figures_by_token_budget": found,
        }
    json.dump(report, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
