"""`kritiq models sureness` and `rounding`: what is measured of a model once it is made, and written into it."""

from __future__ import annotations

from pathlib import Path

import click

from model.cli.errors import reported
from telemetry.counted import counted

PATH = click.Path(path_type=Path)
#: A model's directory; what is not there is said as everywhere.
MODEL = click.argument("model", type=PATH)


@click.command("sureness")
@MODEL
@click.option("--data", required=True, multiple=True, type=PATH, help="JSON lines with labels; may be repeated.")
@click.option("--device", help="cpu, cuda, ...; default: a GPU when there is one.")
def sureness_command(model: Path, data: tuple[Path, ...], device: str | None) -> None:
    """Measure how sure a model has to be of an opinion, and write that into its manifest and card.

    On labelled sentences that it did not learn from. Opinions that are less sure are marked `low_confidence` from then
    on, or none where no confidence is enough; nothing else about its answers changes.
    """
    from model.artifact.card import sure_line
    from model.artifact.resealing import with_confidence_low
    from model.data.dataset import labels, read
    from model.evaluation.sureness import sureness
    from model.predictor import Predictor

    with reported():
        predictor = Predictor.load(str(model), device=device)
        scheme = predictor.info.scheme
        examples = read(list(data), scheme)
        found = sureness(
            predictor.judge_sentences([example.text for example in examples]), labels(examples, scheme), scheme
        )
        low, share = (None, None) if found is None else (found.confidence, found.share)
        line = sure_line(low, share, f"{counted(len(examples), 'sentence')} that it did not learn from")
        with_confidence_low(model, low, line)
    click.echo(line)


@click.command("rounding")
@MODEL
@click.option("--data", required=True, multiple=True, type=PATH, help="JSON lines with a `text` each; may be repeated.")
def rounding_command(model: Path, data: tuple[Path, ...]) -> None:
    """Measure how many labels bfloat16 keeps, and write that into a model's scores and card.

    Sentences that it did not learn from say most. Where 99 % of the labels are kept, also of those that say something,
    workers compute in bfloat16 on a CPU that multiplies it, unless told otherwise. `kritiq train` measures it too.
    """
    from model.artifact.card import rounded_line
    from model.artifact.loading import ROUNDED
    from model.artifact.manifest import NETWORK, read_manifest
    from model.artifact.resealing import with_labels_kept
    from model.data.dataset import read_texts
    from model.errors import ArtifactError
    from model.evaluation.rounding import labels_kept
    from model.predictor import Predictor

    with reported():
        manifest, _ = read_manifest(model)
        if manifest.kind != NETWORK:
            raise ArtifactError(f"{model} has no network of its own, but is {manifest.kind}: measure its members")
        texts = read_texts(data)
        exact, rough = (Predictor.load(str(model), device="cpu", dtype=each) for each in ("float32", ROUNDED))
        kept = labels_kept(exact, rough, texts)
        with_labels_kept(model, kept)
    click.echo(rounded_line(kept))
