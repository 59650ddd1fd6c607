"""A model directory, or a commit on the hub, into a manifest, an encoder and a backend."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from model.artifact.cache_folder import default_folder
from model.artifact.hub_address import HUB, HubAddress
from model.artifact.hub_snapshot import snapshot
from model.artifact.manifest import CONFIG, METRICS, TOKENIZER, WEIGHTS, Manifest
from model.artifact.model_cache import ModelCache
from model.artifact.own_networks import fill, own_network
from model.artifact.variants import FILES, files_for
from model.artifact.version_address import VersionAddress
from model.errors import ArtifactError, BackendUnavailable, DiskAway, HubAway, MissingFile
from model.inputs.encoding import Encoder
from model.inputs.positions import positions
from model.runtime.backends import Backend, OnnxBackend, TorchBackend, choose_device, choose_dtype

#: The number format that is fast, what metrics.json may say of it, and the share of labels that it has to keep.
ROUNDED, LEAST_KEPT = "bfloat16", 0.99


def locate(path_or_address: str) -> Path:
    """The directory itself; of `hub:owner/name@commit` the repository as it was then; of `s3://bucket/models#name@digest`
    that version: the latter two from their caches on this machine when they are there. A directory that is misspelled
    is never looked for on the hub.

    Raises MissingFile when it is none of these or not there, HubAway when the hub or store does not say; for a version
    also what `ModelCache.get` raises.
    """
    on_hub = path_or_address.startswith(HUB)
    if not on_hub and (path := Path(path_or_address)).is_dir():
        return path
    if version := VersionAddress.parse(path_or_address):
        return ModelCache(default_folder()).get(version)
    if on_hub:
        return _of_commit(path_or_address)
    if "://" in path_or_address:
        # What has a login that does not belong there is not repeated.
        scheme = path_or_address.partition("://")[0]
        shown = repr(path_or_address if "@" not in path_or_address else f"{scheme}://…")
        raise MissingFile(f"{shown} should end in #name@ and the 64 digits of a version: `kritiq models versions`")
    raise MissingFile(f"there is no model directory {Path(path_or_address)}; one on the hub is {HUB}owner/name@commit")


def _of_commit(address: str) -> Path:
    """Where a hub's commit is now: in our cache when it is a version of a model of ours, else in the hub's own."""
    commit = HubAddress.parse(address)
    if commit is None or commit.commit is None:
        raise MissingFile(f"{address!r} should be {HUB}owner/name@ and the 40 digits of a commit: all else may change")
    cache = ModelCache(default_folder())
    try:
        version = cache.at(commit)
    except HubAway as away:
        try:
            return snapshot(commit, here=True)
        except HubAway:
            raise away from None
    return snapshot(commit) if version is None else cache.get(version)


def load_encoder(directory: Path, manifest: Manifest) -> Encoder:
    """The tokenizer of the directory with the auxiliary sentences of its method. Raises ArtifactError."""
    check_positions(read_config(directory), manifest.max_tokens, directory)
    tokenizer = load_tokenizer(directory)
    try:
        return Encoder(
            tokenizer,
            hypotheses=manifest.method.hypotheses(),
            max_tokens=manifest.max_tokens,
            pad_id=read_config(directory).get("pad_token_id") or 0,
        )
    except Exception as error:  # tokenizers raises bare ones, for a vocabulary without [UNK] say
        raise ArtifactError(f"the tokenizer of {directory} does not fit the method: {error}") from error


def check_positions(config: Mapping[str, Any], max_tokens: int, directory: Path) -> None:
    """Raises ArtifactError when rows of `max_tokens` are longer than the positions that the encoder has learned."""
    most = positions(config)
    if most is not None and max_tokens > most:
        raise ArtifactError(f"rows of {max_tokens} tokens are asked for, and {directory} has {most} positions")


def load_tokenizer(directory: Path) -> Any:
    """A tokenizers.Tokenizer: tokenizer.json as it is, else what transformers makes of the directory.

    A bare vocab.txt is read as cased, as the old service's was, unless no word in it has a capital letter.
    """
    from tokenizers import Tokenizer

    try:
        if (directory / TOKENIZER).is_file():
            return Tokenizer.from_file(str(directory / TOKENIZER))
        from transformers import AutoTokenizer, BertTokenizer

        if (directory / "tokenizer_config.json").is_file():
            found = AutoTokenizer.from_pretrained(str(directory), local_files_only=True, trust_remote_code=False)
            return found.backend_tokenizer
        # Named by path, vocab.txt would be ignored by transformers 5, which wants the vocabulary itself.
        vocabulary = {word: index for index, word in enumerate(read_words(directory / "vocab.txt"))}
        words = "".join(word for word in vocabulary if not (word.startswith("[") and word.endswith("]")))
        lower = words != words.upper() and words == words.lower()
        accents = any(unicodedata.combining(mark) for mark in unicodedata.normalize("NFD", words))
        return BertTokenizer(
            vocab=vocabulary, do_lower_case=lower, strip_accents=False if accents else None
        ).backend_tokenizer
    except Exception as error:  # tokenizers raises bare exceptions
        raise ArtifactError(f"the tokenizer of {directory} cannot be read: {error}") from error


def read_words(vocabulary: Path) -> list[str]:
    """The words of a vocab.txt by their numbers; only a line feed ends one. Raises OSError, ValueError."""
    lines = vocabulary.read_text(encoding="utf-8-sig").removesuffix("\n").split("\n")
    return [word.removesuffix("\r") for word in lines]


def load_network(directory: Path) -> Any:
    """The network in float32, for evaluation: ids and mask to what has `logits`, as transformers' models have them.

    Raises ArtifactError when weights do not fit, DiskAway.
    """
    config = read_config(directory)
    try:
        network = own_network(config)
        if network is None:
            network = _by_transformers(directory)
        else:
            fill(network, directory / WEIGHTS)
            if config.get("packed"):
                network.unpack()
    except ArtifactError:
        raise
    except Exception as error:
        # The system's own errors have a number; libraries raise OSError without one for what they cannot use.
        if isinstance(error, OSError) and error.errno is not None:
            raise DiskAway(f"the network of {directory} cannot be read: {error.strerror}") from error
        raise ArtifactError(f"the network of {directory} cannot be loaded: {error}") from error
    return network.eval()


def _by_transformers(directory: Path) -> Any:
    from transformers import AutoModelForSequenceClassification

    with quiet():
        network, report = AutoModelForSequenceClassification.from_pretrained(
            str(directory), dtype="float32", use_safetensors=True, local_files_only=True, trust_remote_code=False,
            output_loading_info=True,
        )  # fmt: skip
    if wrong := [*report["missing_keys"], *(str(key) for key in report["mismatched_keys"])]:
        names = ", ".join(sorted(wrong)[:5])
        raise ArtifactError(f"{directory / WEIGHTS} lacks weights of the network: {names}")
    return network


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' progress bars off the terminal, and put them back as they were."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def load_backend(
    directory: Path, manifest: Manifest, *, backend: str, device: str | None, dtype: str | None
) -> Backend:
    """What runs the network: `backend` is torch or onnx. What may choose is `model.artifact.running`.

    Unless `dtype` says otherwise it computes in float32 for checkpoints of the old service; else in bfloat16 on a GPU,
    and on a CPU that multiplies it if the model's card says that 99 % of what it says of something stays.

    Raises ArtifactError when the network does not answer in the shape of the method, BackendUnavailable.
    """
    outputs = len(read_config(directory).get("id2label") or ("LABEL_0", "LABEL_1"))
    if outputs != manifest.method.outputs:
        raise ArtifactError(
            f"{directory / CONFIG} has {outputs} classes; method {manifest.method.name} "
            f"with this scheme needs {manifest.method.outputs}"
        )
    if backend == "onnx":
        if device not in (None, "cpu"):
            raise BackendUnavailable(f"the ONNX backend runs on the CPU, not on {device!r}")
        return OnnxBackend(listed_files(directory, manifest, "onnx")[0])
    chosen = choose_device(device)
    if dtype in (None, "auto"):
        dtype = _by_the_card(dtype, directory, manifest)
    return TorchBackend(load_network(directory), device=chosen, dtype=choose_dtype(dtype, chosen))


def _by_the_card(dtype: str | None, directory: Path, manifest: Manifest) -> str | None:
    """What `choose_dtype` is asked for."""
    kept = rounding_kept(directory, manifest)
    if manifest.keeps_old_labels or (kept is not None and kept < LEAST_KEPT):
        # On a GPU bfloat16 changed 30 of 855 labels of an old checkpoint, and float16 3.
        return "float32"
    # Most labels are `none` and easily kept. Unasked, a CPU rounds only where what is said of something stays.
    spoken = rounding_kept(directory, manifest, "spoken_agreement")
    return "auto" if spoken is not None and spoken >= LEAST_KEPT else dtype


def listed_files(directory: Path, manifest: Manifest, backend: str) -> list[Path]:
    """The files of a model that a backend runs, the fastest first. Raises MissingFile when there is none.

    Only what the manifest lists, for only that was checked.
    """
    if found := files_for(backend, manifest.files):
        return [directory / name for name in found]
    raise MissingFile(
        f"{directory / FILES[backend][0]} is missing, or not listed; make it with `kritiq export --format {backend}`"
    )


def rounding_kept(directory: Path, manifest: Manifest, of: str = "agreement") -> float | None:
    """The share of labels that bfloat16 keeps, or with `spoken_agreement` of those that say something.

    None where nobody measured it.
    """
    if METRICS not in manifest.files:
        return None
    try:
        kept = json.loads((directory / METRICS).read_text(encoding="utf-8"))[ROUNDED][of]
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    return kept if isinstance(kept, float) else None


def read_config(directory: Path) -> dict[str, Any]:
    """config.json. Raises ArtifactError when it is not a JSON object, MissingFile, DiskAway."""
    try:
        config = json.loads((directory / CONFIG).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingFile(f"{directory / CONFIG} is missing") from None
    except OSError as error:
        raise DiskAway(f"{directory / CONFIG} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"{directory / CONFIG} cannot be read: {error}") from error
    if not isinstance(config, dict):
        raise ArtifactError(f"{directory / CONFIG} is not a JSON object")
    return config
