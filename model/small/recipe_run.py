"""Run the recipe of `kritiq-small`: build, train in two parts over kept features (or the second alone), publish."""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

from model.data.dataset import Example
from model.mini import plain_sentences
from model.networks.small_transformers import SmallForSequenceClassification
from model.small import e5_weights
from model.small.features import OverFrozen
from model.small.recipe import SmallRecipe, build, gone_on
from model.training.config import TrainingConfig
from model.training.earlier import described
from model.training.mean_weights import copied, mean
from model.training.recipe_run import RecipeRun
from model.training.run_digests import weights_digest


def run_small(
    recipe: SmallRecipe,
    output: Path,
    *,
    state: Path | None = None,
    curves: Path | None = None,
    announce: Callable[[str], None] = lambda line: None,
) -> None:
    """Make `kritiq-small` in `output`; with `state`, a run that was broken off goes on. `curves`: see `RecipeRun`.

    Raises DataError, ArtifactError.
    """
    run = RecipeRun(recipe.corpus, recipe.hold_out_every, output, state=state, curves=curves, announce=announce)
    network, tokenizer, encoder, manifest = gone_on(recipe) if recipe.start else build(recipe, run.texts)
    plain = plain_sentences.of_both(recipe.plain_german, recipe.plain_english, recipe.training.seed)
    announce(f"{len(run.kept)} sentences to learn from and {len(plain)} plain ones, {len(run.held_out)} held out")
    scratch = Path(tempfile.mkdtemp()) if state is None else state.with_name(f"{state.name}-features")
    started = described(Path(recipe.start)) if recipe.start else ""
    finishing = replace(recipe.finishing, epochs=recipe.epochs_from_start) if started else recipe.finishing
    frozen = replace(finishing, freeze=(*finishing.freeze, *_frozen(recipe.frozen_layers)))
    parts: list[tuple[int, TrainingConfig, Sequence[Example]]] = [(1, recipe.training, []), (2, frozen, plain)]
    if started:
        announce(f"going on from {started}")
        del parts[0]
    begun = copied(network)
    try:
        for number, config, beside in parts:
            with closing(_over(network, recipe, number, scratch)) as over:
                run.train(over, encoder, manifest, config, beside)
        if started:
            network.load_state_dict(mean([begun, copied(network)]))
        network.pack()
        network.unpack()  # what is calibrated and measured is what will be loaded
        stored = copy.deepcopy(network)
        stored.pack()
        run.publish(
            network,
            tokenizer,
            encoder,
            manifest,
            stored=stored,
            base=f"{started and f'{started}, with which its weights are a mean, with the encoder '}"
            f"multilingual-e5-small (Wang et al. 2024, MIT), in 4-bit blocks by {e5_weights.describe()}",
            configuration={"layers": asdict(finishing)} | ({} if started else {"head": asdict(recipe.training)}),
            beside=(len(plain), plain_sentences.WORDS.format(len(plain))),
        )
        shutil.rmtree(scratch, ignore_errors=True)
    finally:
        if state is None:
            shutil.rmtree(scratch, ignore_errors=True)


def _over(network: SmallForSequenceClassification, recipe: SmallRecipe, part: int, folder: Path) -> OverFrozen:
    """The network over what does not learn in this part: the whole encoder, or its lower layers.

    The features' file is named by the weights that they come of.
    """
    encoder, size = network.encoder, network.config.encoder_size
    file = folder / f"{part}-{weights_digest(encoder)[:16]}"
    if part == 1:
        return OverFrozen(network, lower=encoder.forward, upper=network.judged, size=2 * size, file=file)
    layers = recipe.frozen_layers
    return OverFrozen(
        network,
        lower=lambda ids, mask: encoder.lower(ids, mask, layers),
        upper=lambda states, mask: network.judged(encoder.upper(states, mask, layers), mask),
        size=size,
        file=file,
    )


def _frozen(layers: int) -> tuple[str, ...]:
    """Names of the parameters below the layers that learn."""
    below = ("words.", "positions", "norm.", *(f"layers.{layer}." for layer in range(layers)))
    return tuple(f"network.encoder.{name}" for name in below)
