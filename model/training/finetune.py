"""Train any encoder with any method: from a transformers directory and labelled sentences to a model directory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from model.artifact import loading
from model.artifact.manifest import Manifest
from model.data.dataset import Example
from model.errors import ArtifactError
from model.inputs.auxiliary import Method, german_templates
from model.inputs.encoding import Encoder
from model.inputs.positions import positions
from model.runtime.backends import choose_device
from model.training.config import TrainingConfig
from model.training.curves import EpochFigures
from model.training.distillation import Taught
from model.training.loop import train
from model.training.publishing import Origin, publish

#: Tokens of a row unless said otherwise: enough for nearly every sentence and an auxiliary one.
MAX_TOKENS = 160


@dataclass(frozen=True, kw_only=True, slots=True)
class FinetuneConfig:
    """What to train, besides how."""

    #: A transformers directory, or hub:owner/name@commit.
    encoder: str
    name: str
    version: str = "1"
    method: Method = field(default_factory=lambda: Method(name="NLI-M", templates=german_templates("NLI-M")))
    languages: tuple[str, ...] = ("de",)
    #: Longest row, special tokens included; None: MAX_TOKENS, or as many as the encoder has positions.
    max_tokens: int | None = None
    training: TrainingConfig = field(default_factory=TrainingConfig)


def finetune(
    config: FinetuneConfig,
    output: Path,
    *,
    examples: Sequence[Example],
    dev: Sequence[Example],
    taught: Taught | None = None,
    device: str | None = None,
    state: Path | None = None,
    curves: Path | None = None,
    announce: Callable[[str], None] = lambda line: None,
    finished: Callable[[EpochFigures], None] = lambda figures: None,
) -> dict[str, Any]:
    """Train, calibrate on `dev`, save; returns the dev report. The others: see `train`.

    Raises ArtifactError, DataError, BackendUnavailable.
    """
    import torch

    directory = loading.locate(config.encoder)
    torch.manual_seed(config.training.seed)
    tokenizer = loading.load_tokenizer(directory)
    network = load_encoder_for(directory, config.method)
    settings = network.config.to_dict()
    max_tokens = config.max_tokens or min(MAX_TOKENS, positions(settings) or MAX_TOKENS)
    loading.check_positions(settings, max_tokens, directory)
    try:
        encoder = Encoder(
            tokenizer,
            hypotheses=config.method.hypotheses(),
            max_tokens=max_tokens,
            pad_id=network.config.pad_token_id or 0,
        )
    except (ValueError, IndexError) as error:
        raise ArtifactError(f"the tokenizer of {directory} does not fit the method: {error}") from error
    manifest = Manifest(
        name=config.name,
        version=config.version,
        method=config.method,
        languages=config.languages,
        max_tokens=max_tokens,
        token_types=takes_token_types(network) and config.method.name != "single",
    )
    where = choose_device(device)
    report = train(
        network,
        encoder,
        manifest,
        examples=examples,
        dev=dev,
        config=config.training,
        taught=taught,
        device=where,
        state=state,
        curves=curves,
        announce=announce,
        finished=finished,
    )
    return publish(
        output,
        network,
        tokenizer,
        encoder,
        manifest,
        dev=dev,
        device=where,
        rounded=True,
        origin=Origin(
            base=config.encoder,
            training_data=", ".join(sorted({example.batch for example in examples}))[:400]
            + (f", and {len(taught.texts)} sentences as {taught.teacher} judges them" if taught else ""),
            training_sentences=len(examples) + (len(taught.texts) if taught else 0),
            dev_data="the dev data",
            configuration=asdict(config.training),
            seconds=report.seconds,
        ),
    )


def load_encoder_for(directory: Path, method: Method) -> Any:
    """The encoder with a fresh classification head of the method's size. Raises ArtifactError."""
    from transformers import AutoModelForSequenceClassification

    names = method.output_names
    try:
        with loading.quiet():
            return AutoModelForSequenceClassification.from_pretrained(
                str(directory),
                id2label=names,
                label2id={name: index for index, name in names.items()},
                dtype="float32",
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                ignore_mismatched_sizes=True,
            )
    except Exception as error:
        raise ArtifactError(f"the encoder of {directory} cannot be loaded: {error}") from error


def takes_token_types(network: Any) -> bool:
    """Whether the encoder tells the two sentences of a pair apart by token types."""
    return int(getattr(network.config, "type_vocab_size", 0) or 0) > 1
