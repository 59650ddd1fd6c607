"""What lies on a hub and is no version of a model of ours: an encoder, or a network with nothing but its weights."""

from __future__ import annotations

from pathlib import Path

from model.artifact.hub_address import HubAddress
from model.artifact.hub_errors import told_by_the_hub
from model.artifact.hub_store import HUB_FILES


def snapshot(commit: HubAddress, *, here: bool = False) -> Path:
    """The repository as it was then, without pickles and code, from the cache of the hub's library if it is there;
    `here`: from there alone. Raises MissingFile, HubAway."""
    from huggingface_hub import snapshot_download

    with told_by_the_hub(str(commit)):
        found = snapshot_download(
            commit.repository, revision=commit.commit, allow_patterns=list(HUB_FILES), local_files_only=here
        )
    return Path(found)
