"""Which store an address is of."""

from __future__ import annotations

from model.artifact.hub_address import HUB
from model.artifact.hub_store import HubStore
from model.artifact.model_store import ModelStore
from model.artifact.version_store import VersionStore


def store_at(address: str) -> VersionStore:
    """A folder, a bucket (`s3://`), or a repository on a hub (`hub:`). Raises InvalidArgument, BackendUnavailable."""
    return HubStore(address) if address.startswith(HUB) else ModelStore(address)
