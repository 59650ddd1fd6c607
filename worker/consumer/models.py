"""The models of a worker, from its settings: its own, and those that it loads when a job asks for them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import redis

from jobs.choice import DEFAULT, version_id
from jobs.errors import SettingsError
from jobs.offer import Offer
from jobs.settings import Settings
from model.artifact.cache_folder import default_folder
from model.artifact.damaged_copy import DAMAGED, drop_copy
from model.artifact.engines import Engines, parts_of
from model.artifact.loading import locate
from model.artifact.manifest import read_manifest
from model.artifact.model_cache import ModelCache
from model.artifact.version_address import VersionAddress
from model.errors import AlteredFile, ArtifactError, DiskAway, ModelError
from model.predictor import Predictor
from model.runtime.tuning import give_memory_back, prepare_libraries
from store.aliases import AliasStore
from store.model_operations import OperationStore
from store.offers import OfferStore
from worker.consumer.asked_models import AskedModels
from worker.consumer.missed_models import MissedModels
from worker.consumer.model_teller import ModelTeller
from worker.consumer.offered_models import OfferedModels
from worker.predict.budget import choose_budget
from worker.predict.places import Source, may_pass
from worker.predict.prepare import Preparer
from worker.predict.probe import warm_up
from worker.predict.sentence_cache import RedisCache
from worker.predict.shelf import Shelf

log = logging.getLogger(__name__)

#: Seconds that a model which a job waits for may be measured at most.
LOADED_PATIENCE_S = 0.3


def load_predictor(settings: Settings, model: str | None = None, engines: Engines | None = None) -> Predictor:
    """The predictor that the settings ask for, or of another model. `engines`: see `Predictor.load`.

    Raises SettingsError when it is the settings' that cannot be loaded, ModelError or OSError when it is another one.
    """
    prepare_libraries()
    device = None if settings.device == "auto" else settings.device
    dtype = None if settings.dtype == "auto" else settings.dtype
    how: dict[str, Any] = {"device": device, "dtype": dtype, "backend": settings.backend, "engines": engines}
    try:
        try:
            return Predictor.load(model or settings.model, **how)
        except DAMAGED as error:
            if not drop_copy(model or settings.model):
                raise
            log.warning("it is downloaded again: %s", error)
            return Predictor.load(model or settings.model, **how)
    except (ModelError, OSError) as error:
        if model is not None:
            raise
        raise SettingsError(f"KRITIQ_MODEL={settings.model!r} cannot be loaded: {error}") from error


def load_cache(settings: Settings, client: redis.Redis, predictor: Predictor) -> RedisCache | None:
    """The cache that the settings ask for."""
    if not settings.cache:
        return None
    info = predictor.info
    return RedisCache(
        client, model_digest=info.digest, method=info.method, ttl_s=settings.cache_ttl_s, most=settings.cache_sentences
    )


class WorkerModels:
    """What a worker has of models: its shelf, and what it tells of each."""

    def __init__(self, settings: Settings, client: redis.Redis, own: Predictor, *, worker: str) -> None:
        """`own` is KRITIQ_MODEL, ready to judge; `worker` is the worker's name. Raises SettingsError when two models
        have one name and version."""
        self._settings, self._client, self._engines = settings, client, own.engines
        self._aliases = AliasStore(client)
        self.teller = ModelTeller(client, on=settings.metrics)
        self._own = version_id(own.info.name, own.info.version)
        self.teller.note(own, directory_of(own, settings.model))
        sources, broken = self._sources(own.directory)
        most = None if settings.model_memory_mb is None else settings.model_memory_mb << 20
        if most is not None and self._own in sources and sources[self._own].bytes > most:
            raise SettingsError(
                f"KRITIQ_MODEL_MEMORY_MB is {settings.model_memory_mb}, and KRITIQ_MODEL, {self._own}, alone takes "
                f"{sources[self._own].bytes / 2**20:.1f}"
            )
        only = self._only(own.directory) if not sources else None
        self.shelf = Shelf(self._preparer(own), sources, only=only, most_bytes=most)
        for version, (_, error) in broken.items():
            self.shelf.fail(version, str(error))
        missed = {version: model for version, (model, error) in broken.items() if may_pass(error)}
        self._missed = MissedModels(missed, self.shelf, self._source)
        self._offered = OfferedModels(self.shelf, settings.model_store, OfferStore(client).all, self._offered_source)
        # At once, so that the first heartbeat tells of them.
        self._offered.look()
        self._asked = AskedModels(self.shelf, OperationStore(client), worker, self._needed, freed=give_memory_back)

    def _sources(self, own: Path | None) -> tuple[dict[str, Source], dict[str, tuple[str, Exception]]]:
        """Of all models, if there are several; and which cannot be loaded and why, by what they are called instead.

        `own` is where the worker's own lies, if that is known already.
        """
        settings = self._settings
        sources, broken = dict[str, Source](), dict[str, tuple[str, Exception]]()
        several = settings.models or settings.model_store
        for model in [settings.model, *sorted(settings.models - {settings.model})] if several else ():
            try:
                version, source = self._source(model, own if model == settings.model else None)
                if version in sources:
                    raise SettingsError(f"KRITIQ_MODELS: {model} is {version}, as another one is")
                sources[version] = source
            except (ModelError, OSError) as error:
                version = f"{Path(model).name}/?"
                sources[version] = Source(load=partial(self._load, model))
                broken[version] = model, error
        return sources, broken

    def _only(self, directory: Path | None) -> Source | None:
        """What is told of a worker's only model, which stays in memory; None where its files cannot be read."""
        try:
            return None if directory is None else self._source(self._settings.model, directory)[1]
        except (ModelError, OSError):
            return None

    def _source(self, model: str, directory: Path | None = None) -> tuple[str, Source]:
        """What a model is called and what loads it; of one on the hub, when it is here. Raises ModelError, OSError."""
        directory = directory or locate(model)
        with _renewed(model):
            manifest, digest = read_manifest(directory)
        version, parts = version_id(manifest.name, manifest.version), parts_of(directory, manifest, digest)
        load = partial(self._load, model, version, digest)
        return version, Source(load=load, fetch=partial(locate, model), digest=digest, parts=parts)

    def _offered_source(self, offer: Offer) -> Source:
        address = VersionAddress.parse(offer.address)
        digest = address.digest if address is not None else ""
        # What it is made of is known once it is here: until then it counts as one network.
        return Source(
            load=partial(self._load, offer.address, offer.version), fetch=partial(locate, offer.address), digest=digest,
            here=lambda: address is not None and ModelCache(default_folder()).has(address), parts={digest: offer.bytes},
        )  # fmt: skip

    def _load(self, model: str, version: str | None = None, digest: str | None = None) -> Preparer:
        """A model that has judged something, ready for jobs. Raises whatever it raises, also if it is not `version`, or
        has other files than it had when the worker learned of it (`digest`)."""
        settings = self._settings
        directory = locate(model)
        with _renewed(model):
            predictor = load_predictor(settings, str(directory), self._engines)
        if version not in (None, found := version_id(predictor.info.name, predictor.info.version)):
            raise AlteredFile(f"{model} was {version}, and is {found}")
        if digest not in (None, predictor.info.digest):
            raise AlteredFile(f"{model} has other files than it had when this worker began: start it anew")
        predictor.token_budget = settings.token_budget or choose_budget(predictor, patience_s=LOADED_PATIENCE_S)
        warm_up(predictor)
        self.teller.note(predictor, directory)
        return self._preparer(predictor)

    def _preparer(self, predictor: Predictor) -> Preparer:
        version = version_id(predictor.info.name, predictor.info.version)
        cache = load_cache(self._settings, self._client, predictor)
        return Preparer(predictor, cache, traffic=self.teller.counter(version))

    def look_after(self) -> None:
        """Now and then: try again what failed for what may have passed, and tidy up. Raises Unavailable."""
        self.shelf.try_again()
        self._missed.look()
        self._offered.look()
        self._asked.look()
        self.tidy()

    def tidy(self) -> None:
        """Take models out of memory that no alias names, and that had no job lately. Raises Unavailable."""
        if not self.shelf.several:
            return
        if self.shelf.tidy(self._needed()):
            give_memory_back()

    def _needed(self) -> set[str]:
        """The versions that an alias stands for here. Raises Unavailable."""
        aliases = self._aliases.all()
        named = {version for alias in aliases.values() for version in alias.named}
        return named if DEFAULT in aliases else {*named, self._own}


@contextmanager
def _renewed(model: str) -> Iterator[None]:
    """Have a damaged copy of a version downloaded again, not here, where others wait for what is loaded: DiskAway says
    that it may be had later."""
    try:
        yield
    except DAMAGED as error:
        if not drop_copy(model):
            raise
        raise DiskAway(f"{error}: this copy is gone, and is downloaded again") from error


def directory_of(predictor: Predictor, model: str) -> Path:
    """Where a predictor lies that was loaded as `model`; a stand-in's need not be anywhere."""
    if predictor.directory is not None:
        return predictor.directory
    try:
        return locate(model)
    except ArtifactError as error:
        log.warning("the scores, card and reference of %s are not told: %s", model, error)
        return Path(model)
