"""Where the model lies that an alias or a version names."""

from pathlib import Path

import redis

from jobs.choice import DEFAULT, VERSION, version_id
from jobs.settings import Settings
from model.artifact.hub_address import HUB
from model.artifact.loading import locate
from model.artifact.manifest import read_manifest
from model.artifact.version_address import VersionAddress
from model.errors import ArtifactError, InvalidArgument
from store.aliases import AliasStore
from store.offers import OfferStore


def base_of(settings: Settings, client: redis.Redis, name: str) -> Path:
    """The directory of what `name` is: an alias, a version, a directory or a version's address.

    Versions are looked for among the models of the settings and those that were offered. Raises InvalidArgument when
    there is none, or an alias is split; ArtifactError.
    """
    if Path(name).is_dir() or name.startswith(HUB) or VersionAddress.parse(name):
        return locate(name)
    aliases = AliasStore(client).all()
    if name == DEFAULT and name not in aliases:
        return locate(settings.model)
    version = name
    if (alias := aliases.get(name)) is not None:
        if len(alias.versions) > 1:
            raise InvalidArgument(f"the alias {name} stands for {', '.join(alias.versions)}: name one of them")
        (version,) = alias.versions
    elif not VERSION.fullmatch(name):
        raise InvalidArgument(f"there is no alias {name}: there is {', '.join({DEFAULT, *aliases})}")
    offered = OfferStore(client).all()
    if version in offered:
        return locate(offered[version].address)
    return _among(version, [settings.model, *sorted(settings.models)])


def _among(version: str, models: list[str]) -> Path:
    known = []
    for model in models:
        try:
            directory = locate(model)
            manifest, _ = read_manifest(directory)
        except ArtifactError as error:
            known.append(f"{model} ({error})")
            continue
        if version_id(manifest.name, manifest.version) == version:
            return directory
        known.append(version_id(manifest.name, manifest.version))
    raise InvalidArgument(f"{version} is neither offered nor one of KRITIQ_MODEL and KRITIQ_MODELS: {', '.join(known)}")
