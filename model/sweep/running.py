"""The trials of a sweep, in as many processes as are wanted; what is there already is not tried again."""

from __future__ import annotations

import multiprocessing
import signal
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from model.data import labelled
from model.errors import DataError, ModelError
from model.inputs.auxiliary import Method, german_templates
from model.predictor import Predictor
from model.runtime.children import end_with_parent
from model.scheme import DEFAULT_SCHEME
from model.sweep.plan import CHOICES, Range, SweepPlan
from model.sweep.recording import recorded
from model.training.config import TrainingConfig
from model.training.curves import EpochFigures
from model.training.finetune import FinetuneConfig, finetune
from telemetry.counted import counted

NAME = "kritiq"
#: Sentences that a model's pace is measured on, after as many as warm it up, and how often.
PACED, WARM, ROUNDS = 200, 20, 3
#: Trials that count: whatever else is there was killed, or broke.
DONE = (TrialState.COMPLETE, TrialState.PRUNED)


def open_study(storage: str, seed: int = 1) -> optuna.Study:
    """The study in `storage`, `sqlite:///sweep.db` or `redis://…`, which several processes may share.

    Raises DataError when it cannot be had.
    """
    # What a trial breaks by is told by whoever runs it, in one line.
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    try:
        kept: Any = storage
        if storage.startswith(("redis://", "rediss://")):
            from optuna.storages.journal import JournalRedisBackend

            kept = optuna.storages.JournalStorage(JournalRedisBackend(storage))
        return optuna.create_study(
            storage=kept, study_name=NAME, direction="maximize", load_if_exists=True,
            sampler=optuna.samplers.TPESampler(seed=seed), pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
        )  # fmt: skip
    except Exception as error:  # whatever a database's library comes up with
        # Not with the login that an address may have, before an @ or in its query.
        place = storage.rpartition("@")[2].partition("?")[0]
        raise DataError(f"the sweep cannot be kept in {place}: {error}") from error


def done(study: optuna.Study) -> int:
    """Trials that have ended."""
    return len(study.get_trials(deepcopy=False, states=DONE))


def next_seed(study: optuna.Study) -> int:
    """Of the next sampler: none that drew what is there already, whatever became of that, so that what goes on draws
    something else."""
    return len(study.get_trials(deepcopy=False)) + 1


def sweep(
    plan: SweepPlan, output: Path, storage: str, *, processes: int = 1, announce: Callable[[str], None]
) -> optuna.Study:
    """Try as many as the plan wants in all. Raises DataError, ModelError."""
    output.mkdir(parents=True, exist_ok=True)
    study = open_study(storage)
    before = done(study)
    if before:
        announce(f"{before} of {plan.trials} trials are there")
    first = next_seed(study)
    if processes == 1:
        work(plan, output, storage, first, announce)
        return study
    context = multiprocessing.get_context("spawn")
    started = [
        context.Process(target=_work_for, args=(plan, output, storage, seed, announce))
        for seed in range(first, first + processes)
    ]
    # What begins has it from here: Ctrl-C while it imports would be a traceback.
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in started:
        each.start()
    signal.signal(signal.SIGINT, heard)
    try:
        for each in started:
            each.join()
    except BaseException:
        # Ctrl-C: a trial that has begun is run again by the same command.
        for each in started:
            each.terminate()
        raise
    if any(each.exitcode for each in started):
        raise ModelError("a process of the sweep broke: what it says stands above; the same command goes on")
    return study


def _work_for(plan: SweepPlan, output: Path, storage: str, seed: int, announce: Callable[[str], None]) -> None:
    end_with_parent()
    work(plan, output, storage, seed, announce)


def work(
    plan: SweepPlan,
    output: Path,
    storage: str,
    seed: int,
    announce: Callable[[str], None],
    *,
    most: int | None = None,
    after_epoch: Callable[[EpochFigures], None] = lambda figures: None,
) -> None:
    """Try one after another until there are enough, or `most` were tried here.

    What `after_epoch` raises ends a trial that does not count. Raises DataError, ModelError.
    """
    study = open_study(storage, seed)
    examples = labelled.read([Path(each) for each in plan.train], DEFAULT_SCHEME, announce=announce)
    dev = labelled.read([Path(each) for each in plan.dev], DEFAULT_SCHEME, announce=announce)

    def objective(trial: optuna.Trial) -> float:
        config = suggested(trial, plan)
        curve: list[float] = []

        def finished(figures: EpochFigures) -> None:
            curve.append(figures.acsa_f1)
            trial.set_user_attr("curve", curve)
            trial.report(figures.acsa_f1, figures.epoch)
            after_epoch(figures)
            if trial.should_prune():
                announce(
                    f"trial {trial.number}: acsa F1 {figures.acsa_f1:.4f} after {counted(len(curve), 'epoch')}, pruned"
                )
                raise optuna.TrialPruned

        directory = output / f"trial-{trial.number}"
        began = time.monotonic()
        report = finetune(config, directory, examples=examples, dev=dev, finished=finished)
        found = {
            "acd_f1": report["acd"]["f1"],
            "acsa_f1": report["acsa"]["f1"],
            "ms_a_sentence": pace(Predictor.load(directory), [each.text for each in dev]),
            "seconds": round(time.monotonic() - began, 1),
        }
        for name, value in found.items():
            trial.set_user_attr(name, value)
        recorded(trial.number, trial.params, found, curve)
        announce(f"trial {trial.number}: acsa F1 {found['acsa_f1']:.4f}, {found['ms_a_sentence']:.2f} ms a sentence")
        return float(found["acsa_f1"])

    def enough(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        if done(study) >= plan.trials:
            study.stop()

    if done(study) < plan.trials:
        study.optimize(objective, n_trials=most, callbacks=[enough])


def suggested(trial: optuna.Trial, plan: SweepPlan) -> FinetuneConfig:
    """What a trial tries."""
    found: dict[str, Any] = {}
    for name, values in plan.search.items():
        if not isinstance(values, Range):
            found[name] = values[0] if len(values) == 1 else trial.suggest_categorical(name, list(values))
        elif isinstance(values.low, int) and isinstance(values.high, int):
            found[name] = trial.suggest_int(name, values.low, values.high, log=values.log, step=int(values.step or 1))
        else:
            found[name] = trial.suggest_float(name, values.low, values.high, log=values.log, step=values.step)
    method = str(found.get("method", "NLI-M"))
    training = {name: value for name, value in found.items() if name not in CHOICES}
    return FinetuneConfig(
        encoder=str(found["encoder"]),
        name=f"trial-{trial.number}",
        method=Method(name=method, templates=german_templates(method)),
        languages=plan.languages,
        training=replace(TrainingConfig(), **training),
    )


def pace(predictor: Predictor, texts: list[str]) -> float:
    """Milliseconds for a sentence, the best of some rounds: what other processes took is not the model's."""
    texts = texts[:PACED]
    predictor.judge_sentences(texts[:WARM])
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        predictor.judge_sentences(texts)
        rounds.append((time.perf_counter() - began) * 1000 / len(texts))
    return round(min(rounds), 3)
