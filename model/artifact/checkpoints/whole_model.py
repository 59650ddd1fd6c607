"""A described model into a configuration and named weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.artifact.checkpoints.containers import Saved, described, open_saved
from model.artifact.checkpoints.tensors import build, is_tensor
from model.artifact.checkpoints.unpickling import Made, Name
from model.errors import ArtifactError, UnsafeFile

#: A module within a module within ...: no network is nested deeper, or has more of them.
DEEPEST, MOST_MODULES = 60, 100_000

#: Values of a configuration; each nested one counts.
MOST_SETTINGS = 100_000

#: Tied weights are one tensor under two names, so that all names together may have this many times the file's bytes.
TIED = 3

#: Wrappers for several GPUs; the model is their `module`.
WRAPPERS = ("DataParallel", "DistributedDataParallel")


class NoModule(ArtifactError):
    """A file that torch.save wrote, of something else than a model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeModel:
    """What a file holds: configuration and tensors, nothing that runs."""

    #: What the weights are stored as.
    form: str
    #: Class of the model and of its configuration, "BertForSequenceClassification" and "BertConfig".
    kind: str
    config_kind: str
    #: Which transformers wrote it, as far as the file tells.
    written_by: str
    config: Mapping[str, Any]
    #: Parameter name to torch.Tensor, on the CPU.
    weights: Mapping[str, Any]

    @property
    def summary(self) -> str:
        numbers = sum(weight.numel() for weight in self.weights.values())
        return f"{self.kind} of {self.written_by}, {self.form}: {len(self.weights)} tensors, {numbers:,} numbers"


def read_whole_model(path: Path) -> WholeModel:
    """Read a file that `torch.save(model)` wrote with transformers 2 to 5, without running anything in it.

    Raises UnsafeFile when there is something in it that no model needs, ArtifactError when it holds something else.
    """
    try:
        saved = open_saved(path)
        return _whole_model(saved)
    except UnsafeFile as error:
        raise UnsafeFile(f"{path}: {error}") from error
    except NoModule as error:
        raise NoModule(f"{path} {error}") from error
    except ArtifactError as error:
        raise ArtifactError(f"{path} {error}") from error


def _whole_model(saved: Saved) -> WholeModel:
    model = saved.content
    if isinstance(model, Made) and model.kind.last in WRAPPERS:
        model = _child(model, "_modules").get("module")
    if not isinstance(model, Made) or not model.kind.dotted.startswith("transformers."):
        hint = ""
        if isinstance(model, dict) or (isinstance(model, Made) and model.kind.last == "OrderedDict"):
            hint = ", weights without their configuration perhaps: it takes them with their config.json beside them"
        raise NoModule(f"holds a {described(model)}, not a transformers model{hint}")
    if not model.kind.last.endswith("ForSequenceClassification"):
        raise ArtifactError(f"holds a {model.kind.last}, not a model for sequence classification")
    config = _members(model).get("config")
    if not isinstance(config, Made) or not config.kind.last.endswith("Config"):
        raise ArtifactError(f"holds a {model.kind.last} without a configuration")
    count = iter(range(MOST_SETTINGS))
    settings = {key: plain(value, count) for key, value in _members(config).items() if isinstance(key, str)}
    return WholeModel(
        form=f"torch's {saved.form} format",
        kind=model.kind.last,
        config_kind=config.kind.last,
        written_by=_written_by(model.kind, settings),
        config=settings,
        weights=dict(_weights(model, saved)),
    )


def _written_by(kind: Name, settings: Mapping[str, Any]) -> str:
    version = settings.get("transformers_version") or settings.get("_transformers_version")
    if isinstance(version, str):
        return f"transformers {version[:20]}"
    return "transformers 4 or 5" if kind.dotted.startswith("transformers.models.") else "transformers 2 or 3"


def _weights(model: Made, saved: Saved) -> Iterator[tuple[str, Any]]:
    """Parameters and saved buffers by the names of `state_dict`."""
    total = 0
    for number, (prefix, module) in enumerate(_modules(model)):
        if number > MOST_MODULES:
            raise ArtifactError("holds more modules than a network has")
        fleeting = plain(_members(module).get("_non_persistent_buffers_set"), iter(range(MOST_SETTINGS))) or []
        for part in ("_parameters", "_buffers"):
            for name, value in _child(module, part).items():
                if is_tensor(value) and not (part == "_buffers" and name in fleeting):
                    weight = build(value, saved.storage)
                    total += weight.numel() * weight.element_size()
                    if total > TIED * saved.size:
                        raise ArtifactError("holds more numbers than its bytes can be")
                    yield f"{prefix}{name}", weight


def _modules(module: Made, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Made]]:
    """A module and all within it, each with the beginning of its weights' names."""
    if depth > DEEPEST:
        raise ArtifactError("holds modules nested too deep for a network")
    yield prefix, module
    for name, child in _child(module, "_modules").items():
        if isinstance(child, Made):
            yield from _modules(child, f"{prefix}{name}.", depth + 1)


def _members(made: Made) -> dict[Any, Any]:
    """The attributes that an object is given back."""
    return made.state if isinstance(made.state, dict) else {}


def _child(module: Made, name: str) -> dict[Any, Any]:
    """One of the dictionaries of a torch module."""
    found = _members(module).get(name)
    if isinstance(found, Made):
        return found.items
    return found if isinstance(found, dict) else {}


def plain(value: Any, count: Iterator[int], depth: int = 0) -> Any:
    """The JSON of a described value: mappings, lists, texts, numbers; a number format by its name, the rest as None.

    `count` gives out the number of values that may still be read. Raises ArtifactError when they are used up.
    """
    if next(count, None) is None or depth > 20:
        raise ArtifactError("has a configuration that is too large")
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, Name):
        return value.last
    if isinstance(value, Made):
        if value.kind.last in ("set", "frozenset", "Size") and value.args:
            return plain(value.args[0], count, depth + 1)
        return plain(value.items, count, depth + 1) if value.kind.last == "OrderedDict" else None
    if isinstance(value, dict):
        return {key: plain(each, count, depth + 1) for key, each in value.items()}
    if isinstance(value, (list, tuple, frozenset)):
        return [plain(each, count, depth + 1) for each in value]
    return None
