"""`kritiq bench limit`: how near our predictor comes to the machine's own rate of matrix products, in turns."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import click


@click.command("limit")
@click.option("--corpus", default="corpus/de", show_default=True, type=click.Path(path_type=Path, exists=True))
@click.option("--sentences", "count", type=click.IntRange(1), default=24, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
def limit_command(corpus: Path, count: int, rounds: int, threads: int) -> None:
    """Share of the matrix-product rate that judging reaches, in float32 and bfloat16, on BERT-base's shape."""
    import torch

    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as folder:
        click.echo(json.dumps(measure(Path(folder) / "bert", corpus, count, rounds), indent=2))


def measure(directory: Path, corpus: Path, count: int, rounds: int) -> dict[str, Any]:
    """Judge and multiply in turns; a share is the median over the rounds of the quotient of neighbours."""
    import torch

    from bench.model import bert
    from model.predictor import Predictor

    examples = bert.sentences(corpus, count)
    bert.build(directory, corpus, examples)
    texts = [example.text for example in examples]
    rates: dict[str, list[float]] = {}
    for name, dtype in (("fp32", "float32"), ("bf16", "bfloat16")):
        predictor = Predictor.load(str(directory), device="cpu", dtype=dtype)
        encoded = predictor.encode(texts)
        left = torch.randn(2048, 768).to(getattr(torch, dtype))
        right = torch.randn(3072, 768).to(getattr(torch, dtype))
        predictor.judge(encoded)
        for _ in range(rounds):
            rates.setdefault(f"gemm_{name}", []).append(gemm_rate(left, right))
            started = time.perf_counter()
            predictor.judge(encoded)
            elapsed = time.perf_counter() - started
            rates.setdefault(f"judge_{name}", []).append(bert_operations(predictor, encoded) / elapsed)
    shares = {
        f"gemm_share_{name}": round(
            statistics.median(a / b for a, b in zip(rates[f"judge_{name}"], rates[f"gemm_{name}"], strict=True)), 3
        )
        for name in ("fp32", "bf16")
    }
    return {
        "gflop_per_s": {name: [round(rate / 1e9, 1) for rate in each] for name, each in rates.items()},
        "sentences": count,
        "ratios": shares,
    }


def gemm_rate(left: Any, right: Any, at_least_s: float = 0.5) -> float:
    """Operations a second of left @ right.T, the shape of BERT's widest product, over at least half a second."""
    import torch

    operations, started = 0, time.perf_counter()
    with torch.inference_mode():
        while (elapsed := time.perf_counter() - started) < at_least_s:
            torch.nn.functional.linear(left, right)
            operations += 2 * left.shape[0] * left.shape[1] * right.shape[0]
    return operations / elapsed


def bert_operations(predictor: Any, encoded: Any, size: int = 768, wide: int = 3072, layers: int = 12) -> float:
    """Operations that the tokens need, padding not counted: products with weights and attention in a row."""
    lengths = predictor.row_lengths(encoded)
    weights = 4 * size * size + 2 * size * wide
    return float(layers * sum(2 * n * weights + 4 * n * n * size for n in lengths))
