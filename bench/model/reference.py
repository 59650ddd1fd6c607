"""`kritiq bench reference`: our predictor against the old serving code, same weights, same sentences, in turns."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from bench.model.agreement import agreements
from model.artifact.agreement import Labels


@click.command("reference")
@click.option("--corpus", default="corpus/de", show_default=True, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--sentences",
    "count",
    type=click.IntRange(1),
    default=24,
    show_default=True,
    help="Sentences judged by our own code.",
)
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option(
    "--aspects",
    type=click.IntRange(1, 9),
    default=1,
    show_default=True,
    help="Aspects of nine that the reference runs; scaled to nine.",
)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
def reference_command(corpus: Path, count: int, rounds: int, aspects: int, threads: int) -> None:
    """Seconds per sentence of the old serving code and of ours, on BERT-base's shape, as JSON."""
    import torch

    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as folder:
        click.echo(json.dumps(measure(Path(folder) / "bert", corpus, count, rounds, aspects), indent=2))


def measure(directory: Path, corpus: Path, count: int, rounds: int, aspects: int) -> dict[str, Any]:
    """Build the network in `directory` and measure. Each round: one reference sentence, then each of our variants."""
    from transformers import AutoModelForSequenceClassification, BertTokenizer

    from bench.model import bert, reference_code
    from model.artifact.export import export
    from model.artifact.loading import quiet
    from model.predictor import Predictor
    from model.scheme import NONE

    examples = bert.sentences(corpus, count)
    texts = [example.text for example in examples]
    bert.build(directory, corpus, examples)
    export(directory, "onnx", most_lost=1.0)
    ours = {
        "fp32": Predictor.load(str(directory), device="cpu", dtype="float32"),
        "bf16": Predictor.load(str(directory), device="cpu", dtype="bfloat16"),
        "int8": Predictor.load(str(directory), backend="onnx"),
    }
    with quiet():
        network = AutoModelForSequenceClassification.from_pretrained(
            str(directory), dtype="float32", trust_remote_code=False
        ).eval()
    words = (directory / "vocab.txt").read_text(encoding="utf-8").splitlines()
    tokenizer = BertTokenizer(vocab={word: index for index, word in enumerate(words)}, do_lower_case=False)
    judged: dict[str, Labels] = {}
    seconds: dict[str, list[float]] = {name: [] for name in ("reference", *ours)}
    labels_checked = labels_equal = 0
    for turn in range(rounds):
        run = reference_code.analyse(network, tokenizer, texts[turn % count], aspects)
        seconds["reference"].append(run.seconds_for_all)
        for name, predictor in ours.items():
            started = time.perf_counter()
            judgements = predictor.judge(predictor.encode(texts))
            seconds[name].append((time.perf_counter() - started) / count)
            judged[name] = [judgement.labels for judgement in judgements]
        polarities = ours["fp32"].info.scheme.polarities
        for index, (polarity, _) in enumerate(run.answers.values()):
            labels_checked += 1
            labels_equal += polarities[judged["fp32"][turn % count][index]] == polarity
    ratios = {
        f"{name}_vs_reference": round(
            statistics.median(a / b for a, b in zip(seconds["reference"], seconds[name], strict=True)), 1
        )
        for name in ours
    }
    none = polarities.index(NONE)
    return {
        "seconds_per_sentence": {name: [round(value, 4) for value in values] for name, values in seconds.items()},
        "sentences": count,
        "labels": count * 9,
        "reference_scaled_from_aspects": aspects,
        "reference_labels_equal_to_fp32": [labels_equal, labels_checked],
        "labels_that_are_not_none": sum(label != none for labels in judged["fp32"] for label in labels),
        "ratios": ratios | agreements(judged, none),
    }
