"""Checkpoints of old libraries, whole models and weights, into a directory with safetensors. Nothing in them is run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.artifact.checkpoints.weights_folder import read_weights_folder
from model.artifact.checkpoints.whole_model import NoModule, WholeModel, read_whole_model
from model.artifact.loading import quiet
from model.artifact.manifest import CONFIG, reference_manifest
from model.artifact.saving import check_place
from model.artifact.vocabulary import Vocabulary
from model.errors import ArtifactError

#: Settings of any model that say how it answers and are kept; all others are taken only if the architecture has them.
COMMON = ("id2label", "label2id", "problem_type", "pad_token_id", "bos_token_id", "eos_token_id", "hidden_act")

#: Weights of old versions that today's architectures make themselves or never read.
UNUSED = ("position_ids", "token_type_ids", "pooler.dense.weight", "pooler.dense.bias")


#: As many classes has a model that is served without a manifest.
CLASSES = reference_manifest("").method.outputs


@dataclass(frozen=True, kw_only=True, slots=True)
class Converted:
    """What was found, in a line, and how many classes the model tells apart."""

    summary: str
    classes: int

    @property
    def is_served(self) -> bool:
        return self.classes == CLASSES


def convert(source: Path, vocabulary: Path | None, output: Path) -> Converted:
    """Save the model of `source` with its vocabulary beside it.

    `source` is the file of torch.save(model), a transformers directory, or a file of weights beside its config.json;
    `vocabulary` a vocab.txt, a tokenizer.json or a directory with either; None: where `source` is. Raises UnsafeFile
    when the source has something in it that no model needs, ArtifactError when there is no such model in it, its
    vocabulary is another, or the output exists.
    """
    if output.exists():
        raise ArtifactError(f"{output} exists already")
    check_place(output)
    words = Vocabulary.read(vocabulary or (source if source.is_dir() else source.parent))
    found = _found(source)
    network, left_out = _rebuilt(source, found)
    if (rows := network.get_input_embeddings().weight.shape[0]) < words.words:
        raise ArtifactError(f"{words.path} has {words.words} words and the model of {source} only {rows}")
    try:
        with quiet():
            network.save_pretrained(output)
        words.save(output)
    except Exception as error:  # a full disk is an OSError here, and an error of safetensors' own there
        shutil.rmtree(output, ignore_errors=True)
        raise ArtifactError(f"{output} cannot be written: {_line(error)}") from error
    unused = f"; not used by today's {type(network).__name__}: {', '.join(left_out)}" if left_out else ""
    return Converted(summary=found.summary + unused, classes=network.config.num_labels)


def _found(source: Path) -> WholeModel:
    if source.is_dir() or source.suffix in (".safetensors", ".json"):
        return read_weights_folder(source)
    try:
        return read_whole_model(source)
    except NoModule:
        if (source.parent / CONFIG).is_file():
            return read_weights_folder(source)
        raise


def _rebuilt(source: Path, found: WholeModel) -> tuple[Any, list[str]]:
    """The same weights in a model built by the installed transformers, and the weights that it does not use."""
    from transformers import AutoModelForSequenceClassification

    auto: Any = AutoModelForSequenceClassification
    try:
        fresh = auto.from_config(_config(found))
        missing, unexpected = fresh.load_state_dict(dict(found.weights), strict=False)
    except Exception as error:  # transformers and torch raise what they like for settings that do not fit
        raise ArtifactError(f"{source}: today's {found.kind} does not take it: {_line(error)}") from error
    strange = [name for name in unexpected if not name.endswith(UNUSED)]
    if missing or strange:
        raise ArtifactError(f"{source}: the weights do not fit: missing {missing[:3]}, unexpected {strange[:3]}")
    if set(fresh.config.id2label.values()) == {"LABEL_0", "LABEL_1"}:
        # Two classes are the reference method's: an auxiliary sentence is false or true of the sentence.
        fresh.config.id2label = reference_manifest("").method.output_names
        fresh.config.label2id = {name: index for index, name in fresh.config.id2label.items()}
    return fresh, sorted(unexpected)


def _config(found: WholeModel) -> Any:
    """A configuration of the installed transformers with the file's settings of the same names."""
    from transformers import CONFIG_MAPPING, AutoConfig, PretrainedConfig
    from transformers.models.auto import configuration_auto

    names_of_kinds: Mapping[str, str] = vars(configuration_auto)["CONFIG_MAPPING_NAMES"]
    types = [name for name, kind in names_of_kinds.items() if kind == found.config_kind]
    if not types:
        raise ArtifactError(f"the installed transformers has no {found.config_kind}")
    kind = found.config.get("model_type")
    own = set(CONFIG_MAPPING[types[0]]().to_dict()) - set(PretrainedConfig().to_dict())
    kept = {key: value for key, value in found.config.items() if key in own or key in COMMON}
    kept.pop("model_type", None)
    names = kept.get("id2label")
    if isinstance(names, Mapping):
        kept["id2label"] = {int(number): str(name) for number, name in names.items()}
    elif isinstance(found.config.get("num_labels"), int):
        kept["num_labels"] = found.config["num_labels"]
    return AutoConfig.for_model(kind if kind in types else types[0], **kept)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
