"""Goes on with rollouts or rolls them back."""

import logging
import time
from collections.abc import Callable

import redis

from jobs.alias import Alias
from jobs.errors import AliasMoved
from jobs.rollout import Rollout, RolloutState
from jobs.served import Serving
from store.aliases import AliasStore
from store.audit import AuditStore
from store.rollouts import RolloutStore
from store.served import ServedStore
from watch.rollout import Next, Served, served_of, verdict

log = logging.getLogger(__name__)

#: How long no worker may name a candidate before it counts as gone, in seconds: longer than workers take to start anew.
GONE_S = 120.0
#: How the audit log calls what a rollout has become.
_ACTIONS = {
    RolloutState.RUNNING: "rollout_stepped",
    RolloutState.PROMOTED: "rollout_promoted",
    RolloutState.ROLLED_BACK: "rollout_rolled_back",
}


class Rollouts:
    """`round` once a round of the reconciler. Of several reconcilers the first decides: the others find it done."""

    def __init__(self, client: redis.Redis, audit: AuditStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._aliases, self._rollouts, self._served = AliasStore(client), RolloutStore(client), ServedStore(client)
        self._audit, self._clock = audit, clock
        #: Candidate -> since when no worker has named it.
        self._missing: dict[str, float] = {}

    def round(self) -> None:
        """Raises Unavailable."""
        found = [(alias, alias.rollout) for alias in self._aliases.all().values()]
        running = [(alias, rollout) for alias, rollout in found if rollout and rollout.state is RolloutState.RUNNING]
        if not running:
            return
        workers = self._served.all()
        for alias, rollout in running:
            gone = self._gone(rollout.candidate, workers)
            self._decide(alias, rollout, served_of(rollout, workers, gone=gone))

    def _decide(self, alias: Alias, rollout: Rollout, served: Served) -> None:
        evidence = self._rollouts.evidence(alias)
        assert evidence is not None
        found, now = verdict(rollout, evidence, served), self._rollouts.now_ms()
        match found.next:
            case Next.WAIT:
                return
            case Next.GO_ON:
                to = rollout.stepped(found.reasons, now, reviews=evidence.candidate.reviews)
            case Next.ROLL_BACK:
                to = rollout.ended(RolloutState.ROLLED_BACK, found.reasons, now)
        try:
            self._aliases.decide(alias, to, audit=self._audit, action=_ACTIONS[to.state])
        except AliasMoved:
            # Whoever was faster knew better, or is another reconciler.
            return
        level = logging.WARNING if to.state is RolloutState.ROLLED_BACK else logging.INFO
        log.log(level, "rollout of %s to %s: %s. %s", rollout.candidate, alias.name, to.state, found.why)

    def _gone(self, candidate: str, workers: list[Serving]) -> bool:
        if not workers or any(model.version == candidate for each in workers for model in each.models):
            self._missing.pop(candidate, None)
            return False
        return self._clock() - self._missing.setdefault(candidate, self._clock()) >= GONE_S
