"""Looks after jobs that wait for a version of a model which no worker serves: they follow their alias, or end."""

import logging

from jobs.choice import version_id
from jobs.served import Serving, served_by
from jobs.timestamp import rfc3339
from store.aliases import AliasStore
from store.jobs import RedisStore
from store.lost_models import LostModelStore
from store.rollouts import RolloutStore
from store.served import ServedStore

log = logging.getLogger(__name__)


class LostModels:
    """`round` once a round of the reconciler. Several reconcilers do no harm."""

    def __init__(self, store: RedisStore, *, after_s: float) -> None:
        """Jobs end when workers were up for `after_s` seconds and none served their version; 0: they wait."""
        self._store, self._after_ms = store, round(after_s * 1000)
        client = store.client
        self._aliases, self._served = AliasStore(client), ServedStore(client)
        self._rollouts, self._lost = RolloutStore(client), LostModelStore(client)
        #: Whether something may be noted as lost: a reconciler before this one may have left that.
        self._noted = True

    def round(self) -> None:
        """Raises Unavailable."""
        waited = self._rollouts.waited()
        if not waited and not self._noted:
            return
        workers = self._served.all()
        # While no worker is up at all, nobody knows what those will serve that come.
        lost = waited - served_by(workers) if workers else set[str]()
        since = self._lost.note(lost) if lost or self._noted else {}
        self._noted = bool(lost)
        if lost:
            aliases = self._aliases.all().values()
            self._take_back(lost - {version for alias in aliases for version in alias.versions}, workers)
            # What waits for a candidate goes back with its rollout.
            running = {of.candidate for alias in aliases if (of := alias.rollout) and not of.state.terminal}
            self._give_up({version: at for version, at in since.items() if version not in running})

    def _take_back(self, lost: set[str], workers: list[Serving]) -> None:
        """What an alias gave a version, such as a candidate, and no alias stands for any more."""
        home = self._home(workers)
        for version in sorted(lost):
            if count := self._rollouts.take_back(version, home=home):
                log.info("%d jobs that waited for %s wait for what their aliases stand for", count, version)

    def _home(self, workers: list[Serving]) -> str:
        """What a worker judges with that is told no version."""
        own = {version_id(info.model["name"], info.model["version"]) for info in self._store.workers()}
        return min(own & served_by(workers), default="")

    def _give_up(self, since: dict[str, int]) -> None:
        now = self._lost.now_ms()
        for version, at in since.items():
            if self._after_ms and now - at >= self._after_ms:
                why = f"No worker has served {version} since {rfc3339(at)}."
                if count := self._lost.give_up(version, why):
                    log.warning("%d jobs that waited for %s have failed: no worker serves it", count, version)
