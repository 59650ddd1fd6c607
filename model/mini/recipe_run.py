"""Run a recipe: read, split, build, train, calibrate, save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from model.artifact import card
from model.artifact.saving import save
from model.data import dataset
from model.evaluation.report import evaluate
from model.mini import lexicon, plain_sentences, use_weights
from model.mini.recipe import Recipe, build
from model.predictor import Predictor
from model.runtime.backends import TorchBackend
from model.training.calibration import calibrate
from model.training.loop import train


def run_recipe(
    recipe: Recipe, output: Path, *, state: Path | None = None, announce: Callable[[str], None] = lambda line: None
) -> None:
    """Make `kritiq-mini` in `output`. Raises DataError, ArtifactError."""
    from model.scheme import DEFAULT_SCHEME

    corpus = dataset.read([Path(folder) for folder in recipe.corpus], DEFAULT_SCHEME)
    kept, held_out = dataset.hold_out(corpus, recipe.hold_out_every)
    network, tokenizer, encoder, manifest = build(recipe, [example.text for example in kept])
    plain = [
        *plain_sentences.sentences(lexicon.GERMAN, recipe.plain_german, recipe.training.seed),
        *plain_sentences.sentences(lexicon.ENGLISH, recipe.plain_english, recipe.training.seed),
    ]
    announce(f"{len(kept)} sentences to learn from and {len(plain)} plain ones, {len(held_out)} held out")
    reports, states = [], []
    for number, (examples, config) in enumerate(((kept, recipe.training), ([*kept, *plain], recipe.finishing)), 1):
        own_state = state.with_name(f"{state.name}-{number}") if state else None
        states.append(own_state)
        reports.append(
            train(
                network,
                encoder,
                manifest,
                examples=examples,
                dev=held_out,
                config=config,
                state=own_state,
                announce=announce,
            )
        )
    backend = TorchBackend(network, device="cpu", dtype="float32")
    manifest, calibration = calibrate(manifest, encoder, backend, held_out)
    final = evaluate(Predictor(manifest=manifest, digest="", encoder=encoder, backend=backend), held_out)
    facts = card.CardFacts(
        base=f"lower layers of the multilingual Universal Sentence Encoder v3 ({use_weights.describe()})",
        training_data=f"the corpus of this repository ({', '.join(recipe.corpus)}) and {len(plain)} plain sentences "
        "put together from the word lists of `model/mini/lexicon.py`",
        training_sentences=len(kept) + len(plain),
        dev_data=f"the held-out writing batches of the same corpus (every {recipe.hold_out_every}th)",
        configuration={"first": asdict(recipe.training), "second": asdict(recipe.finishing)},
        report=final,
        calibration=calibration,
        seconds=sum(report.seconds for report in reports),
    )
    save(output, network, tokenizer, manifest, card=card.write(manifest, facts), metrics=final, dtype="float16")
    for own_state in filter(None, states):
        own_state.unlink(missing_ok=True)
    announce(f"{output}: {final['acd']['f1']:.3f} aspects, {final['acsa']['f1']:.3f} with polarity on held-out batches")
