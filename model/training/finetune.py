"""Train any encoder with any method: from a transformers directory and labelled sentences to a model directory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from model.artifact import loading
from model.artifact.manifest import CONFIG, WEIGHTS, Manifest
from model.artifact.own_networks import own_network
from model.artifact.saving import check_place
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
from model.training.objective import check_names
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
    if output.resolve() == directory.resolve():
        raise ArtifactError(f"{output} is the encoder itself, whose place the model would take: name another output")
    check_place(output)
    where = choose_device(device)
    torch.manual_seed(config.training.seed)
    tokenizer = loading.load_tokenizer(directory)
    network = load_encoder_for(directory, config.method)
    check_names(network, "--freeze", config.training.freeze)
    check_names(network, "--slow", config.training.slow)
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
    if own_network(loading.read_config(directory)) is not None:
        raise ArtifactError(
            f"{directory} is a network of Kritiq's own and no encoder of transformers: `kritiq retrain` trains it on"
        )
    from transformers import AutoModelForSequenceClassification

    names = method.output_names
    try:
        with loading.quiet(), _without_report():
            network, found = AutoModelForSequenceClassification.from_pretrained(
                str(directory),
                id2label=names,
                label2id={name: index for index, name in names.items()},
                dtype="float32",
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
    except Exception as error:
        raise ArtifactError(f"the encoder of {directory} cannot be loaded: {error}") from error
    _check_encoder(network, found, directory)
    return network


def _check_encoder(network: Any, found: Mapping[str, Any], directory: Path) -> None:
    """Raises ArtifactError where weights below the head are not the file's, but chance: it would be no encoder.

    A pooler may be new: checkpoints of masked language models have none.
    """
    encoder = f"{network.base_model_prefix}."
    wrong = {str(name): "is missing" for name in found["missing_keys"] if ".pooler." not in f".{name}"}
    wrong |= {
        str(name): f"has the shape {tuple(given)}, not {tuple(wanted)}"
        for name, given, wanted in found["mismatched_keys"]
    }
    if own := sorted(name for name in wrong if name.startswith(encoder)):
        kind, more = type(network).__name__, f", and {len(own) - 1} more" if len(own) > 1 else ""
        raise ArtifactError(
            f"{directory / WEIGHTS} has not the weights of the {kind} that {CONFIG} describes: "
            f"{own[0]} {wrong[own[0]]}{more}"
        )


@contextmanager
def _without_report() -> Iterator[None]:
    """Meanwhile transformers does not tell that the head is new: it always is."""
    # No level: by that it would tell more.
    logger = logging.getLogger("transformers.modeling_utils")
    logger.addFilter(_is_error)
    try:
        yield
    finally:
        logger.removeFilter(_is_error)


def _is_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR


def takes_token_types(network: Any) -> bool:
    """Whether the encoder tells the two sentences of a pair apart by token types."""
    return int(getattr(network.config, "type_vocab_size", 0) or 0) > 1
