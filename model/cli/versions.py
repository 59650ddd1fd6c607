"""`kritiq models push`, `pull` and `versions`: models that nobody can change, in a folder, a bucket or on a hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from model.artifact.cache_folder import FOLDER, LIMIT_BYTES, default_folder
from model.cli.data import announce
from model.cli.errors import reported
from model.cli.finite import Finite
from telemetry.printable import printable

if TYPE_CHECKING:
    from model.artifact.model_cache import ModelCache
    from model.artifact.version_address import VersionAddress

PATH = click.Path(path_type=Path)
GB = 1e9


@click.command("push")
@click.argument("model", type=PATH)
@click.argument("store")
def push_command(model: Path, store: str) -> None:
    """Put a model into STORE, a folder, s3://bucket/folder or hub:owner/name, and print its address there.

    Files that are there already are not sent again: after a broken push, the same command goes on. On a hub it becomes
    a commit of `main`; the repository has to be there.
    """
    from model.artifact.stores import store_at

    with reported():
        address = store_at(store).push(model, announce)
    click.echo(printable(str(address)))


@click.command("pull")
@click.argument("address")
@click.option("--cache", type=PATH, help=f"Where versions are kept; default: ~/{FOLDER}.")
@click.option(
    "--limit-gb", type=Finite(min=0, min_open=True), default=LIMIT_BYTES / GB, show_default=True,
    help="Size of the cache; those used longest ago give way.",
)  # fmt: skip
def pull_command(address: str, cache: Path | None, limit_gb: float) -> None:
    """Download the version at ADDRESS and print the directory where it is now.

    ADDRESS is `s3://bucket/models#name@digest`, or `hub:owner/name@commit`. What is here is checked, and downloaded
    again if somebody changed it. A broken download is resumed.
    """
    from model.artifact.facts import facts_of
    from model.artifact.model_cache import ModelCache
    from model.errors import ArtifactError

    with reported():
        kept = ModelCache(cache or default_folder(), limit_bytes=int(limit_gb * GB), announce=announce)
        version = _version(address, kept)
        directory = kept.get(version)
        try:
            facts_of(directory)
        except ArtifactError as error:
            announce(f"{error}: downloaded again")
            kept.forget(version)
            directory = kept.get(version)
            facts_of(directory)
    click.echo(printable(str(directory)))


def offered(address: str) -> dict[str, Any]:
    """What is offered to workers of the version at this address: its name and version, the address, and its size.

    Raises BadParameter, ClickException.
    """
    from model.artifact.model_cache import ModelCache
    from model.artifact.stores import store_at
    from model.errors import MissingFile

    with reported():
        version = _version(address, ModelCache(default_folder()))
        store = store_at(version.store)
        manifest, _ = store.manifest(version)
        size = next((each.bytes for each in store.versions() if each.address == version), None)
        if size is None:
            raise MissingFile(f"{version} is not whole")
    return {"version": f"{manifest.name}/{manifest.version}", "address": str(version), "bytes": size}


def _version(address: str, cache: ModelCache) -> VersionAddress:
    """What the address names. Raises BadParameter, ArtifactError."""
    from model.artifact.hub_address import HubAddress
    from model.artifact.manifest import MANIFEST
    from model.artifact.version_address import VersionAddress
    from model.errors import MissingFile

    if version := VersionAddress.parse(address):
        return version
    if (commit := HubAddress.parse(address)) is None or commit.commit is None:
        raise click.BadParameter(
            "should be STORE#name@ and 64 digits (see `kritiq models versions STORE`), or hub:owner/name@ and the 40 "
            "digits of a commit"
        )
    if (version := cache.at(commit)) is None:
        raise MissingFile(f"{address} is no version of a model: it has no {MANIFEST}")
    return version


@click.command("versions")
@click.argument("store")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def versions_command(store: str, as_json: bool) -> None:
    """List the versions in STORE by name, the newest of each last: address, when it was pushed, size."""
    list_versions(store, as_json)


def list_versions(store: str, as_json: bool) -> None:
    """Print what is in a store, a line each. Raises ClickException."""
    from model.artifact.stores import store_at

    with reported():
        found = store_at(store).versions()
    if not found:
        raise click.ClickException(printable(f"there is no version in {store}"))
    for version in found:
        told = {
            "address": str(version.address),
            "pushed_at": version.pushed_at.isoformat(timespec="seconds"),
            "bytes": version.bytes,
        }
        line = f"{told['address']}  {told['pushed_at']}  {version.bytes / 1e6:.1f} MB"
        click.echo(printable(json.dumps(told, ensure_ascii=False) if as_json else line))
