"""Every task by every method, trained once a seed: predictions and metrics on the disk, and a table in the end."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.artifact import loading
from model.artifact.file_checks import file_digest
from model.artifact.manifest import CONFIG, WEIGHTS
from model.data.dataset import Example, labels
from model.errors import DataError
from model.inputs.auxiliary import Method
from model.predictor import Predictor
from model.reproduction.tasks import TASKS, Parts, Task, scores_of
from model.training.config import TrainingConfig
from model.training.finetune import FinetuneConfig, finetune

#: Rows of a step in the paper. A step of ours is of whole sentences, so that each method has about as many rows.
PAPER_ROWS = 24

Announce = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to train, and how; the defaults are the paper's."""

    encoder: str
    methods: tuple[str, ...]
    tasks: tuple[str, ...]
    seeds: int = 5
    epochs: int = 4
    learning_rate: float = 2e-5
    device: str | None = None
    keep_models: bool = False


#: Task -> method -> a dictionary of metrics, 0 to 1, for each seed.
Results = dict[str, dict[str, list[dict[str, float]]]]


def reproduce(plan: Plan, data: Path, output: Path, announce: Announce = lambda line: None) -> Results:
    """Train and measure all that is not in `output` already. Raises DataError, ArtifactError, BackendUnavailable."""
    directory = loading.locate(plan.encoder)
    encoder = [file_digest(directory / name) for name in (CONFIG, WEIGHTS) if (directory / name).is_file()]
    found: Results = {}
    # All data first: a file that is missing shows before hours of training.
    parts = {name: TASKS[name].read(data) for name in plan.tasks}
    for name, part in parts.items():
        announce(f"{name}: {len(part.train)} to learn from, {len(part.dev)} dev, {len(part.test)} test")
        for method in plan.methods:
            for seed in range(1, plan.seeds + 1):
                place = output / name / method / f"seed-{seed}"
                config = _training(plan, TASKS[name].method(method), seed)
                identity = {"encoder": encoder, "data": _digest(part), "training": asdict(config)}
                metrics = _done(place, identity)
                if metrics is None:
                    announce(f"{name} {method}, seed {seed} of {plan.seeds}")
                    metrics = _run(plan, TASKS[name], part, method, config, place, announce)
                    _write(place / "metrics.json", json.dumps({"metrics": metrics, "of": identity}, indent=1))
                found.setdefault(name, {}).setdefault(method, []).append(metrics)
    _write(output / "results.json", json.dumps(found, indent=1))
    return found


def _training(plan: Plan, method: Method, seed: int) -> TrainingConfig:
    rows = max(1, len(method.hypotheses()))
    return TrainingConfig(
        epochs=plan.epochs,
        learning_rate=plan.learning_rate,
        batch_sentences=max(1, round(PAPER_ROWS / rows)),
        warmup=0.1,
        patience=0,
        seed=seed,
    )


def _run(
    plan: Plan, task: Task, parts: Parts, method: str, config: TrainingConfig, place: Path, announce: Announce
) -> dict[str, float]:
    model = place / "model"
    chosen = FinetuneConfig(
        encoder=plan.encoder,
        name=f"{task.name}-{method}",
        method=task.method(method),
        languages=("en",),
        training=config,
    )
    # Of a run that was stopped, perhaps.
    shutil.rmtree(model, ignore_errors=True)
    finetune(chosen, model, examples=parts.train, dev=parts.dev, device=plan.device, announce=announce)
    # In full precision: what is measured is the method, not a number format.
    predictor = Predictor.load(model, device=plan.device, dtype="float32")
    # Each sentence whole, as the paper reads it: no pieces of long ones, nothing taken off.
    judged = predictor.judge(predictor.encode([example.text for example in parts.test]))
    scores = scores_of(np.array([judgement.scores for judgement in judged]), task.scheme)
    if not plan.keep_models:
        shutil.rmtree(model)
    lines = (_line(example, row, task) for example, row in zip(parts.test, scores, strict=True))
    _write(place / "predictions.jsonl", "".join(lines))
    return task.count(labels(parts.test, task.scheme), scores)


def _line(example: Example, scores: np.ndarray[Any, Any], task: Task) -> str:
    """A test example: text, true labels, and the score of every polarity of every aspect."""
    by_aspect = {
        aspect: dict(zip(task.scheme.polarities, np.round(row, 6).tolist(), strict=True))
        for aspect, row in zip(task.scheme.aspects, scores, strict=True)
    }
    row = {"text": example.text, "aspects": dict(example.aspects), "scores": by_aspect}
    return json.dumps(row, ensure_ascii=False) + "\n"


def _digest(parts: Parts) -> str:
    each = [(example.text, sorted(example.aspects.items())) for part in _all(parts) for example in part]
    return hashlib.sha256(json.dumps(each).encode()).hexdigest()


def _all(parts: Parts) -> Sequence[list[Example]]:
    return parts.train, parts.dev, parts.test


def _done(place: Path, identity: dict[str, Any]) -> dict[str, float] | None:
    """The metrics of a run that ended; None when there is none. Raises DataError for one of another plan."""
    path = place / "metrics.json"
    if not path.is_file():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        metrics: dict[str, float] = kept["metrics"]
        same = kept["of"] == json.loads(json.dumps(identity))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{path} cannot be read: {error!r}") from error
    if not same:
        raise DataError(f"{path} is of another encoder, other data or settings: choose another --output")
    return metrics


def _write(path: Path, content: str) -> None:
    """Whole or not at all: a run that was killed has no metrics."""
    draft = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(content, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror or error}") from error
