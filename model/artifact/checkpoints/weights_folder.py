"""A transformers directory as old libraries wrote it, or a file of weights beside its config.json, read as data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from model.artifact.checkpoints.containers import described, open_saved
from model.artifact.checkpoints.tensors import build, is_tensor
from model.artifact.checkpoints.unpickling import Made
from model.artifact.checkpoints.whole_model import TIED, WholeModel
from model.errors import ArtifactError, UnsafeFile

CONFIG = "config.json"
#: Files of weights, those first that cannot run code, and in each kind the one that lists several.
WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
    "model.pt",
    "model.pth",
)
#: Where training scripts keep the weights among other things.
MEMBERS = ("state_dict", "model_state_dict", "model")
#: What wrappers for several GPUs put before every name.
WRAPPED = "module."
#: Endings of names as the first versions had them.
FORMER = ((".LayerNorm.gamma", ".LayerNorm.weight"), (".LayerNorm.beta", ".LayerNorm.bias"))


def read_weights_folder(path: Path) -> WholeModel:
    """Read a directory, or a file of weights with config.json beside it, without running anything in it.

    Raises UnsafeFile when there is something in it that no weights need, ArtifactError when it holds something else.
    """
    folder = path if path.is_dir() else path.parent
    config = _config(folder)
    files = _files(path)
    weights: dict[str, Any] = {}
    forms = set()
    for file in files:
        form, found = _read(file)
        forms.add(form)
        weights |= found
    if not weights:
        raise ArtifactError(f"{path} holds no weights")
    if all(name.startswith(WRAPPED) for name in weights):
        weights = {name.removeprefix(WRAPPED): weight for name, weight in weights.items()}
    named = config.get("architectures")
    version = config.get("transformers_version")
    return WholeModel(
        form=" and ".join(sorted(forms)),
        kind=str(named[0]) if isinstance(named, list) and named else "weights",
        config_kind=_config_kind(config, folder),
        written_by=f"transformers {version[:20]}" if isinstance(version, str) else "transformers",
        config=config,
        weights={_renamed(name): weight for name, weight in weights.items()},
    )


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ArtifactError(f"{folder / CONFIG} is missing, and weights do not say what network they are of") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ArtifactError(f"{folder / CONFIG} cannot be read: {error}") from error
    if not isinstance(config, dict):
        raise ArtifactError(f"{folder / CONFIG} is not a JSON object")
    return config


def _config_kind(config: Mapping[str, Any], folder: Path) -> str:
    """The class of the configuration: those of transformers 2 have no `model_type`, and their folders its name."""
    from transformers.models.auto import configuration_auto

    names: Mapping[str, str] = vars(configuration_auto)["CONFIG_MAPPING_NAMES"]
    kind = config.get("model_type")
    if isinstance(kind, str) and kind in names:
        return names[kind]
    architectures = config.get("architectures")
    named = str(architectures[0]) if isinstance(architectures, list) and architectures else ""
    fitting = [each for each in names.values() if each.endswith("Config") and named.startswith(each[:-6] + "For")]
    if not fitting:
        raise ArtifactError(f"{folder / CONFIG} has no `model_type` that the installed transformers knows: {kind!r}")
    return fitting[0]


def _files(path: Path) -> list[Path]:
    """The files of weights: the one that is named, or the first that the folder has, or those that it lists."""
    found = path if path.is_file() else next((path / name for name in WEIGHTS if (path / name).is_file()), None)
    if found is None:
        raise ArtifactError(f"{path} has no weights: none of {', '.join(WEIGHTS)}")
    if not found.name.endswith(".index.json"):
        return [found]
    try:
        listed = sorted({Path(name) for name in json.loads(found.read_text(encoding="utf-8"))["weight_map"].values()})
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ArtifactError(f"{found} does not list files of weights: {error}") from error
    files = [found.with_name(file.name) for file in listed]
    if any(str(file) != file.name for file in listed):
        raise UnsafeFile(f"{found} names files that are not beside it")
    if missing := [file for file in files if not file.is_file()]:
        raise ArtifactError(f"{missing[0]} is missing, which {found.name} lists")
    return files


def _read(file: Path) -> tuple[str, dict[str, Any]]:
    if file.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return "safetensors", dict(load_file(file))
        except (SafetensorError, OSError, ValueError) as error:
            raise ArtifactError(f"{file} cannot be read: {error}") from error
    try:
        saved = open_saved(file)
        content = _mapping(saved.content)
        tensors = content if any(map(is_tensor, content.values())) else _member(content)
        if not tensors:
            raise ArtifactError(f"holds a {described(saved.content)} without weights")
        return f"torch's {saved.form} format", dict(_built(tensors, saved))
    except UnsafeFile as error:
        raise UnsafeFile(f"{file}: {error}") from error
    except ArtifactError as error:
        raise ArtifactError(f"{file} {error}") from error


def _mapping(content: Any) -> dict[Any, Any]:
    if isinstance(content, Made) and content.kind.last == "OrderedDict":
        return content.items
    return content if isinstance(content, dict) else {}


def _member(content: Mapping[Any, Any]) -> dict[Any, Any]:
    """The weights among what a training script saved."""
    found = (_mapping(content.get(name)) for name in MEMBERS)
    return next((each for each in found if any(map(is_tensor, each.values()))), {})


def _built(tensors: Mapping[Any, Any], saved: Any) -> Iterator[tuple[str, Any]]:
    total = 0
    for name, value in tensors.items():
        if isinstance(name, str) and is_tensor(value):
            weight = build(value, saved.storage)
            total += weight.numel() * weight.element_size()
            if total > TIED * saved.size:
                raise ArtifactError("holds more numbers than its bytes can be")
            yield name, weight


def _renamed(name: str) -> str:
    for former, now in FORMER:
        if name.endswith(former):
            return name.removesuffix(former) + now
    return name
