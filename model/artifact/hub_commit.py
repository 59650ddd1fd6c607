"""A repository on a model hub as it was at a commit, which nobody can change: what is read of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from model.artifact.hub_address import HubAddress
from model.artifact.hub_errors import told_by_the_hub
from model.artifact.manifest import MANIFEST
from model.artifact.version_address import VersionAddress
from model.artifact.version_store import parsed
from model.errors import ArtifactError
from model.version_name import VERSION_NAME

#: Folder of what a version is made of.
MEMBERS = "members"
#: Seconds in which the hub has to say something.
TIMEOUT_S = 30.0
#: No manifest is so large, in bytes.
_LARGEST = 8 << 20
_PARTIAL, _BEHIND_THE_END = 206, 416


class HubCommit:
    """Every call raises MissingFile when the hub has no such commit, or does not show it, and HubAway when it does not
    say."""

    def __init__(self, address: HubAddress, api: Any) -> None:
        """`address`: with a commit. `api`: huggingface_hub's HfApi."""
        self.address, self._api = address, api

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """Bytes of each of its files, by where it lies."""
        return sizes_of(info_of(self._api, self.address))

    @cached_property
    def whole(self) -> VersionAddress | None:
        """The version that it is; None without a manifest, as others' models are. Raises ArtifactError when that
        cannot be used."""
        content = self.read(MANIFEST)
        if content is None:
            return None
        name, digest = parsed(content, str(self.address)).name, hashlib.sha256(content).hexdigest()
        if not VERSION_NAME.fullmatch(f"{name}@{digest}"):
            raise ArtifactError(f"{self.address}: the model's name, {name!r}, cannot be part of an address")
        return VersionAddress(store=str(self.address), name=name, digest=digest)

    def read(self, path: str) -> bytes | None:
        """A small file; None without one."""
        if path not in self.sizes:
            return None
        content = b""
        for piece in self.pieces(path):
            content += piece
            if len(content) > _LARGEST:
                raise ArtifactError(f"{self.address}: {path} is larger than any manifest")
        return content

    def pieces(self, path: str, start: int = 0) -> Iterator[bytes]:
        """A file, from byte `start` on. Raises MissingFile when it is not there."""
        from huggingface_hub import hf_hub_url
        from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

        # Compressed, its bytes would be others.
        headers = build_hf_headers(headers={"Accept-Encoding": "identity"})
        if start:
            headers["Range"] = f"bytes={start}-"
        with told_by_the_hub(str(self.address), path):
            url = hf_hub_url(self.address.repository, path, revision=self.address.commit, endpoint=self._api.endpoint)
            with get_session().stream("GET", url, headers=headers, timeout=TIMEOUT_S) as answer:
                if answer.status_code == _BEHIND_THE_END:
                    return
                hf_raise_for_status(answer)
                # Not each takes notice of where one wants to begin.
                before = start if answer.status_code != _PARTIAL else 0
                for piece in answer.iter_bytes():
                    if rest := piece[before:]:
                        yield rest
                    before = max(0, before - len(piece))


def info_of(api: Any, address: HubAddress) -> Any:
    """What the hub says of a commit: its id, and its files with their sizes; without one, of the last of `main`."""
    with told_by_the_hub(str(address)):
        return api.model_info(address.repository, revision=address.commit, files_metadata=True, timeout=TIMEOUT_S)


def sizes_of(info: Any) -> dict[str, int]:
    """Of the files that the hub told of, by where they lie."""
    return {each.rfilename: each.size or 0 for each in info.siblings or ()}
