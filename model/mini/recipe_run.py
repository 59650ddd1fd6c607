"""Run the recipe of `kritiq-mini`: build, train in two parts (or the second from earlier weights), publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from model.artifact.manifest import Manifest
from model.inputs.encoding import Encoder
from model.mini import plain_sentences, use_weights
from model.mini.recipe import Recipe, build, gone_on
from model.predictor import Predictor
from model.runtime.backends import TorchBackend
from model.training.distillation import Taught, joined_by, teach
from model.training.earlier import described
from model.training.mean_weights import copied, mean
from model.training.recipe_run import RecipeRun
from model.training.recombination import recombined


def run_mini(
    recipe: Recipe,
    output: Path,
    *,
    state: Path | None = None,
    curves: Path | None = None,
    announce: Callable[[str], None] = lambda line: None,
) -> None:
    """Make `kritiq-mini` in `output`; with `state`, a run that was broken off goes on. `curves`: see `RecipeRun`.

    Raises DataError, ArtifactError.
    """
    run = RecipeRun(recipe.corpus, recipe.hold_out_every, output, state=state, curves=curves, announce=announce)
    network, tokenizer, encoder, manifest = gone_on(recipe) if recipe.start else build(recipe, run.texts)
    plain = plain_sentences.of_both(recipe.plain_german, recipe.plain_english, recipe.training.seed)
    announce(f"{len(run.kept)} sentences to learn from and {len(plain)} plain ones, {len(run.held_out)} held out")
    started = described(Path(recipe.start)) if recipe.start else ""
    finishing = replace(recipe.finishing, epochs=recipe.epochs_from_start) if started else recipe.finishing
    if started:
        announce(f"going on from {started}")
    else:
        run.train(network, encoder, manifest, recipe.training)
    taught = _taught(recipe, run, network, encoder, manifest) if recipe.teacher else None
    if taught is not None:
        announce(f"{len(taught.texts)} more as {taught.teacher} judges them")
    ends = [copied(network)]
    for number in range(recipe.runs_from_start if started else 1):
        network.load_state_dict(ends[0])
        run.train(network, encoder, manifest, replace(finishing, seed=finishing.seed + number), plain, taught)
        ends.append(copied(network))
    if started:
        network.load_state_dict(mean(ends))
    more = f", and {len(taught.texts)} put together of the corpus that {taught.teacher} judged" if taught else ""
    run.publish(
        network,
        tokenizer,
        encoder,
        manifest,
        base=f"{started and f'{started}, with which its weights are a mean, with the '}lower layers of the multilingual"
        f" Universal Sentence Encoder v3 ({use_weights.describe()})",
        configuration={"second": asdict(finishing)} | ({} if started else {"first": asdict(recipe.training)}),
        beside=(
            len(plain) + (len(taught.texts) if taught else 0),
            plain_sentences.WORDS.format(len(plain)) + more,
        ),
    )


def _taught(recipe: Recipe, run: RecipeRun, network: Any, encoder: Encoder, manifest: Manifest) -> Taught:
    """What the teacher and the network, as the second part starts from it, say together."""
    count = recipe.recombined_from_start if recipe.start else recipe.recombined
    texts = recombined(run.kept, count, recipe.training.seed)
    taught = teach(Predictor.load(recipe.teacher, dtype="auto"), texts, manifest.method)
    first = Predictor.of_network(manifest, encoder, TorchBackend(network, device="cpu", dtype="float32"))
    return joined_by(
        taught, first, "the network that it started from" if recipe.start else "the network of the first part"
    )
