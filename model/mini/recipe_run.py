"""Run a recipe: read, split, build, train, calibrate, save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from model.data import dataset, split
from model.mini import lexicon, plain_sentences, use_weights
from model.mini.recipe import Recipe, build
from model.training.loop import train
from model.training.publishing import Origin, publish


def run_recipe(
    recipe: Recipe, output: Path, *, state: Path | None = None, announce: Callable[[str], None] = lambda line: None
) -> None:
    """Make `kritiq-mini` in `output`. Raises DataError, ArtifactError."""
    from model.scheme import DEFAULT_SCHEME

    corpus = dataset.read([Path(folder) for folder in recipe.corpus], DEFAULT_SCHEME)
    kept, held_out = split.hold_out(corpus, recipe.hold_out_every)
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
    final = publish(
        output,
        network,
        tokenizer,
        encoder,
        manifest,
        dev=held_out,
        dtype="float16",
        origin=Origin(
            base=f"lower layers of the multilingual Universal Sentence Encoder v3 ({use_weights.describe()})",
            training_data=f"the corpus of this repository ({', '.join(recipe.corpus)}) and {len(plain)} plain "
            "sentences put together from the word lists of `model/mini/lexicon.py`",
            training_sentences=len(kept) + len(plain),
            dev_data=f"writing batches of the same corpus, one sentence in {recipe.hold_out_every}, held out",
            configuration={"first": asdict(recipe.training), "second": asdict(recipe.finishing)},
            seconds=sum(report.seconds for report in reports),
        ),
    )
    for own_state in filter(None, states):
        own_state.unlink(missing_ok=True)
    announce(f"{output}: {final['acd']['f1']:.3f} aspects, {final['acsa']['f1']:.3f} with polarity on held-out batches")
