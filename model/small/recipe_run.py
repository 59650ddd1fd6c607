"""Run the recipe of `kritiq-small`: read, split, build, train in two parts, calibrate, save."""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from model.data import dataset, split
from model.networks.small import SmallForSequenceClassification
from model.scheme import DEFAULT_SCHEME
from model.small import e5_weights
from model.small.features import OverFrozen
from model.small.recipe import SmallRecipe, build
from model.training.loop import train
from model.training.publishing import Origin, publish
from model.training.run_digests import weights_digest


def run_small(
    recipe: SmallRecipe,
    output: Path,
    *,
    state: Path | None = None,
    announce: Callable[[str], None] = lambda line: None,
) -> None:
    """Make `kritiq-small` in `output`; with `state`, a run that was broken off goes on.

    Raises DataError, ArtifactError.
    """
    corpus = dataset.read([Path(folder) for folder in recipe.corpus], DEFAULT_SCHEME)
    kept, held_out = split.hold_out(corpus, recipe.hold_out_every)
    network, tokenizer, encoder, manifest = build(recipe, [example.text for example in kept])
    announce(f"{len(kept)} sentences to learn from, {len(held_out)} held out")
    scratch = Path(tempfile.mkdtemp()) if state is None else state.with_name(f"{state.name}-features")
    seconds, states = 0.0, []
    try:
        for number, config in enumerate((recipe.training, recipe.finishing), 1):
            if not config.epochs:
                continue
            states.append(state.with_name(f"{state.name}-{number}") if state else None)
            over = _over(network, recipe, number, scratch)
            if number == 2:
                config = replace(config, freeze=(*config.freeze, *_frozen(recipe.frozen_layers)))
            report = train(
                over, encoder, manifest, examples=kept, dev=held_out, config=config, state=states[-1], announce=announce
            )
            seconds += report.seconds
            over.close()
        network.pack()
        network.unpack()  # what is calibrated and measured is what will be loaded
        stored = copy.deepcopy(network)
        stored.pack()
        final = publish(
            output,
            network,
            tokenizer,
            encoder,
            manifest,
            dev=held_out,
            dtype="float16",
            stored=stored,
            origin=Origin(
                base=f"multilingual-e5-small (Wang et al. 2024, MIT), in 4-bit blocks by {e5_weights.describe()}",
                training_data=f"the corpus of this repository ({', '.join(recipe.corpus)})",
                training_sentences=len(kept),
                dev_data=f"writing batches of the same corpus, one sentence in {recipe.hold_out_every}, held out",
                configuration={"head": asdict(recipe.training), "layers": asdict(recipe.finishing)},
                seconds=seconds,
            ),
        )
        for done in filter(None, states):
            done.unlink(missing_ok=True)
        shutil.rmtree(scratch, ignore_errors=True)
    finally:
        if state is None:
            shutil.rmtree(scratch, ignore_errors=True)
    announce(f"{output}: {final['acd']['f1']:.3f} aspects, {final['acsa']['f1']:.3f} with polarity on held-out batches")


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
