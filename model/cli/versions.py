"""`kritiq models push`, `pull` and `versions`: models that nobody can change, in a folder or bucket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from model.artifact.cache_folder import FOLDER, LIMIT_BYTES, default_folder
from model.cli.data import announce
from model.cli.errors import reported
from model.cli.finite import Finite
from telemetry.printable import printable

PATH = click.Path(path_type=Path)
GB = 1e9


@click.command("push")
@click.argument("model", type=PATH)
@click.argument("store")
def push_command(model: Path, store: str) -> None:
    """Put a model into STORE, a folder or s3://bucket/folder, and print its address there.

    Files that are there already are not sent again: after a broken push, the same command goes on.
    """
    from model.artifact.model_store import ModelStore

    with reported():
        address = ModelStore(store).push(model, announce)
    click.echo(printable(str(address)))


@click.command("pull")
@click.argument("address")
@click.option("--cache", type=PATH, help=f"Where versions are kept; default: ~/{FOLDER}.")
@click.option(
    "--limit-gb", type=Finite(min=0, min_open=True), default=LIMIT_BYTES / GB, show_default=True,
    help="Size of the cache; those used longest ago give way.",
)  # fmt: skip
def pull_command(address: str, cache: Path | None, limit_gb: float) -> None:
    """Download the version at ADDRESS, `s3://bucket/models#name@digest`, and print the directory where it is now.

    What is here is checked, and downloaded again if somebody changed it. A broken download is gone on with.
    """
    from model.artifact.facts import facts_of
    from model.artifact.model_cache import ModelCache
    from model.artifact.version_address import VersionAddress
    from model.errors import ArtifactError

    version = VersionAddress.parse(address)
    if version is None:
        raise click.BadParameter("should be STORE#name@ and 64 digits: see `kritiq models versions STORE`")
    with reported():
        kept = ModelCache(cache or default_folder(), limit_bytes=int(limit_gb * GB), announce=announce)
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
    from model.artifact.model_store import ModelStore
    from model.artifact.version_address import VersionAddress

    version = VersionAddress.parse(address)
    if version is None:
        raise click.BadParameter("should be STORE#name@ and 64 digits: see `kritiq models versions STORE`")
    with reported():
        store = ModelStore(version.store)
        manifest, _ = store.manifest(version)
        size = next(each.bytes for each in store.versions() if each.address == version)
    return {"version": f"{manifest.name}/{manifest.version}", "address": str(version), "bytes": size}


@click.command("versions")
@click.argument("store")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def versions_command(store: str, as_json: bool) -> None:
    """List the versions in STORE by name, the newest of each last: address, when it was pushed, size."""
    from model.artifact.model_store import ModelStore

    with reported():
        found = ModelStore(store).versions()
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
