"""The whole way of a retraining: feedback, training, gate, store of models, alias."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import redis

from access.audit_entry import AuditEntry
from jobs.alias import Alias
from jobs.backlog import own_version
from jobs.choice import ALIAS, DEFAULT, version_id
from jobs.errors import AliasMoved, Conflict
from jobs.feedback import FeedbackFilter, examples
from jobs.offer import Offer
from jobs.reason import Reason, because
from jobs.retraining import Beginning, RetrainingRequest, next_version
from jobs.settings import Settings
from model.artifact.loading import locate
from model.artifact.manifest import WEIGHTS, read_manifest
from model.artifact.stores import store_at
from model.retraining.corrected import Corrections, corrections
from model.retraining.refusal import Refusal
from model.retraining.run import Retrained, Retraining, forget_run, retrain
from store.aliases import AliasStore
from store.audit import open_audit
from store.feedback import FeedbackStore, all_feedback
from store.jobs import RedisStore
from store.offers import OfferStore
from store.retrainings import RetrainingStore
from store.served import Catalogue
from store.tenants import TenantStore
from worker.retrain.bases import base_of
from worker.retrain.finished import Finished

#: How long workers may take to tell that they have what was offered, in seconds, and how often they are asked.
TOLD_S, LOOKS_S = 60.0, 1.0
ERASED = because("erased")


class Canceled(Exception):
    """Nobody wants it any more."""


class Flow:
    """One retraining. What it announces is for people; `progress` is told the share of the training, and may raise."""

    def __init__(
        self,
        settings: Settings,
        client: redis.Redis,
        *,
        announce: Callable[[str], None],
        progress: Callable[[float], None] = lambda share: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._client = settings, client
        self._announce, self._progress, self._sleep, self._clock = announce, progress, sleep, clock

    def run(
        self,
        asked: RetrainingRequest,
        folder: Path,
        *,
        at_ms: int,
        corpus: tuple[str, ...] = (),
        dev: tuple[str, ...] = (),
    ) -> Finished:
        """Go the whole way. `at_ms` is when it was asked for: what was said later is not learned, and the version is
        named by it, so that the same call goes on with what a killed one had done.

        Raises ModelError, KritiqError; Canceled, if `announce` or `progress` does: then nothing of it is kept.
        """
        TenantStore(self._client).demand(asked.tenants)
        aliases = AliasStore(self._client)
        begun = self._begin(asked, at_ms)
        base = base_of(self._settings, self._client, begun.base)
        manifest, digest = read_manifest(base)
        number = next_version(manifest.version, at_ms)
        version, output = version_id(manifest.name, number), folder / f"{manifest.name}-{number}"
        learned = self._corrections(asked, at_ms, manifest.method.scheme)
        self._note(asked, learned)
        if (offer := OfferStore(self._client).all().get(version)) is not None:
            gate = _gate_of(offer, base=digest, learned=learned)
            forget_run(output)
            unmoved = self._move(aliases, asked, version, begun.revision)
            return Finished(
                version=version, directory=output, refusals=(), comparison=gate, address=offer.address, unmoved=unmoved
            )
        try:
            self._announce(f"{version} of {version_id(manifest.name, manifest.version)}")
            made = retrain(
                base,
                output,
                learned,
                _how(asked, number, corpus, dev),
                tenants=asked.tenants,
                announce=self._announce,
                progress=self._progress,
            )
            refusals: list[Refusal | Reason] = list(made.refusals)
            if self._corrections_digest(asked, at_ms, manifest.method.scheme) != learned.digest:
                # Whoever has something erased means what was made of it, too.
                shutil.rmtree(output)
                refusals.append(ERASED)
            if refusals or not self._settings.model_store:
                forget_run(output)
                return _finished(made, version, refusals)
            address = str(store_at(self._settings.model_store).push(output, self._announce))
        except Canceled:
            forget_run(output)
            shutil.rmtree(output, ignore_errors=True)
            raise
        OfferStore(self._client).make(Offer(version=version, address=address, bytes=(output / WEIGHTS).stat().st_size))
        unmoved = self._move(aliases, asked, version, begun.revision)
        forget_run(output)
        return _finished(made, version, refusals, address=address, unmoved=unmoved)

    def _begin(self, asked: RetrainingRequest, at_ms: int) -> Beginning:
        """What it learns from, and where its alias was, when it first began. Raises InvalidArgument, ArtifactError.

        It may stand for several versions by now, or for what this very retraining has made.
        """
        store = RetrainingStore(self._client)
        if (begun := store.began(asked, at_ms=at_ms)) is not None:
            return begun
        known = AliasStore(self._client).all().get(asked.alias)
        base, named = base_of(self._settings, self._client, asked.model), asked.model
        if ALIAS.fullmatch(named) and not Path(named).is_dir():
            manifest, _ = read_manifest(base)
            named = version_id(manifest.name, manifest.version)
        found = Beginning(base=named, revision=known.revision if known else 0)
        return store.begin(asked, found, at_ms=at_ms)

    def _corrections(self, asked: RetrainingRequest, at_ms: int, scheme: Any) -> Corrections:
        return corrections(self._rows(asked, at_ms), scheme)

    def _note(self, asked: RetrainingRequest, learned: Corrections) -> None:
        """What an organisation's people said was read: its audit log tells it."""
        objects = {"alias_id": asked.alias, "sentences": str(len(learned.sentences))}
        entries = [AuditEntry(tenant=tenant, action="kritiq retrain", objects=objects) for tenant in asked.tenants]
        open_audit(self._settings, self._client).append(entries)

    def _corrections_digest(self, asked: RetrainingRequest, at_ms: int, scheme: Any) -> str:
        """Of what there is now; empty when nothing is left."""
        rows = list(self._rows(asked, at_ms))
        return corrections(rows, scheme).digest if rows else ""

    def _rows(self, asked: RetrainingRequest, at_ms: int) -> Iterator[dict[str, Any]]:
        """What these organisations' people had said until then, as training data."""
        store = FeedbackStore(self._client)
        for tenant in asked.tenants:
            for feedback in all_feedback(store, tenant, FeedbackFilter(until_ms=at_ms)):
                for row in examples(feedback):
                    if all(each["at"] <= at_ms for each in row["source"]["corrections"]):
                        yield row

    def _move(self, aliases: AliasStore, asked: RetrainingRequest, version: str, revision: int) -> Reason | None:
        """Why the alias was not moved; None when it was, also by whoever was killed behind that.

        A rollout that has begun is the reconciler's, however it has ended meanwhile.
        """
        known = aliases.all().get(asked.alias)
        rolled = known.rollout.candidate if known is not None and known.rollout is not None else None
        if known is not None and (version in known.versions or version == rolled):
            return None
        catalogue, until = Catalogue(self._client, self._clock), self._clock() + TOLD_S
        while catalogue.missing(version) is not None:
            if self._clock() > until:
                return because("not_served", version=version, setting=self._settings.model_store)
            self._sleep(LOOKS_S)
        try:
            if asked.rollout is not None:
                own = own_version(RedisStore(self._client).workers()) if asked.alias == DEFAULT else None
                steps, bounds = asked.rollout.steps, asked.rollout.bounds
                aliases.roll_out(asked.alias, version, revision=revision, steps=steps, bounds=bounds, own=own)
            else:
                aliases.move(asked.alias, {version: 100}, revision=revision)
        except Conflict as error:
            return _in_the_way(aliases.all().get(asked.alias), asked.alias, moved=isinstance(error, AliasMoved))
        return None


def _in_the_way(known: Alias | None, name: str, *, moved: bool) -> Reason:
    """What an alias is, that cannot be moved, or (`moved`) was by somebody else."""
    points = ", ".join(known.versions) if known is not None else ""
    if moved:
        return because("alias_moved", alias=name, revision=known.revision if known else 0, points=points or "nothing")
    return because("alias_several", alias=name, points=points) if points else because("alias_none", alias=name)


def _gate_of(offer: Offer, *, base: str, learned: Corrections) -> dict[str, Any]:
    """How the version was held against its base that is offered already: who made it was killed behind that.

    Made again it would be another one, if only by the seconds that it took. Raises Conflict when it is not what these
    corrections come to; ArtifactError.
    """
    manifest, _ = read_manifest(locate(offer.address))
    told = manifest.provenance or {}
    if (told.get("base", {}).get("digest"), told.get("corrections_digest")) != (base, learned.digest):
        raise Conflict(f"{offer.version} is offered already, and has learned something else: {offer.address}.")
    return {name: what for name, what in told["gate"].items() if name not in ("passed", "refusals", "bounds")}


def _how(asked: RetrainingRequest, number: str, corpus: tuple[str, ...], dev: tuple[str, ...]) -> Retraining:
    how = Retraining(version=number, dev=dev)
    options: dict[str, Any] = dict(asked.options)
    bounds = {name: options.pop(name) for name in ("margin", "aspect_margin", "corrected") if name in options}
    return replace(
        how,
        corpus=corpus or how.corpus,
        replay=options.pop("replay", how.replay),
        repeat=int(options.pop("repeat", how.repeat)),
        bounds=replace(how.bounds, **bounds),
        settings=options,
    )


def _finished(made: Retrained, version: str, refusals: list[Refusal | Reason], **more: Any) -> Finished:
    return Finished(
        version=version,
        directory=made.directory,
        refusals=tuple(refusals),
        comparison=made.comparison.to_dict(),
        **more,
    )
