"""From model directories to engines: each network once in memory, however many models are made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from model.artifact import linear, loading
from model.artifact.manifest import TERMS, TOKENIZER, Manifest, written_manifest
from model.artifact.running import TORCH, Wish, running_engine
from model.info import Running
from model.inputs.encoding import Encoder
from model.runtime.composed import ComposedEngine
from model.runtime.engine import Engine, NetworkEngine


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """One network, and how it is to run."""

    digest: str
    wish: Wish


class Engines:
    """Those that are in use somewhere; nothing is kept for its own sake. For one thread at a time."""

    def __init__(self) -> None:
        self._networks: WeakValueDictionary[_Wanted, NetworkEngine] = WeakValueDictionary()
        self._encoders: WeakValueDictionary[tuple[str, int, int], Encoder] = WeakValueDictionary()

    def load(
        self,
        directory: Path,
        manifest: Manifest,
        digest: str,
        *,
        backend: str = TORCH,
        device: str | None = None,
        dtype: str | None = None,
    ) -> Engine:
        """What computes for a model whose manifest was read. Raises ArtifactError and its kinds, BackendUnavailable."""
        wish = Wish(backend=backend, device=device, dtype=dtype)
        if manifest.composition is None:
            return self._network(directory, manifest, _Wanted(digest=digest, wish=wish))
        found = []
        for member in manifest.composition.members:
            place = member.directory(directory)
            wanted = _Wanted(digest=member.digest, wish=wish)
            found.append(self._network(place, written_manifest(place)[0], wanted))
        return ComposedEngine(manifest.composition, found, polarities=len(manifest.method.scheme.polarities))

    def _network(self, directory: Path, manifest: Manifest, wanted: _Wanted) -> NetworkEngine:
        found = self._networks.get(wanted)
        if found is None and manifest.linear:
            encoder, weights = linear.load(directory, manifest)
            running = Running(network=manifest.name, backend=manifest.kind, dtype=weights.dtype)
            found = NetworkEngine(encoder, weights, outputs=manifest.method.outputs, running=running)
            self._networks[wanted] = found
        if found is None:
            found = running_engine(directory, manifest, self._encoder(directory, manifest), wanted.wish)
            self._networks[wanted] = found
        return found

    def _encoder(self, directory: Path, manifest: Manifest) -> Encoder:
        """Of two members with one tokenizer the same, which then reads each sentence once."""
        tokenizer = manifest.files.get(TOKENIZER)
        if tokenizer is None or manifest.method.hypotheses():
            return loading.load_encoder(directory, manifest)
        padding = loading.read_config(directory).get("pad_token_id") or 0
        wanted = (tokenizer, manifest.max_tokens, padding)
        found = self._encoders.get(wanted)
        if found is None:
            found = loading.load_encoder(directory, manifest)
            self._encoders[wanted] = found
        else:
            loading.check_positions(loading.read_config(directory), manifest.max_tokens, directory)
        return found


def parts_of(directory: Path, manifest: Manifest, digest: str) -> Mapping[str, int]:
    """Bytes of the networks of a model, about what each takes in memory, by digest. Raises MissingFile."""
    if manifest.composition is None:
        return {digest: _largest(directory)}
    return {each.digest: _largest(each.directory(directory)) for each in manifest.composition.members}


def _largest(directory: Path) -> int:
    if (directory / TERMS).is_file():
        return linear.in_memory(directory)
    return max(path.stat().st_size for path in directory.iterdir() if path.is_file())
