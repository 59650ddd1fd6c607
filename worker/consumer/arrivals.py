"""Models on their way into memory, while others judge: each on a thread of its own, with the claims that want it."""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial

from jobs.job import Claim
from jobs.lane import Lane
from worker.consumer.lanes import Lanes
from worker.liveness import LOADING_S, Liveness
from worker.predict.pipeline import Pipeline

log = logging.getLogger(__name__)


class Arrivals:
    """Of one lane. Until a model is there, the worker claims nothing for it: what waits for it may be others'."""

    def __init__(
        self,
        lane: Lane,
        pipeline: Pipeline,
        lanes: Lanes,
        *,
        liveness: Liveness,
        stopping: threading.Event,
        give_back: Callable[[Sequence[Claim]], None],
    ) -> None:
        """`give_back` is told of claims whose model could not be had."""
        self._lane, self._pipeline, self._lanes = lane, pipeline, lanes
        self._liveness, self._stopping, self._give_back = liveness, stopping, give_back

    def aside(self, claims: Sequence[Claim]) -> list[Claim]:
        """What is left of the claims once those are set aside whose models are not in memory: these are loaded now."""
        shelf, left, waiting = self._pipeline.shelf, list[Claim](), dict[str, list[Claim]]()
        for claim in claims:
            version = shelf.called(claim.choice.version if claim.choice is not None else None)
            if version in waiting or shelf.expect(version):
                waiting.setdefault(version, []).append(claim)
            else:
                left.append(claim)
        for version, theirs in waiting.items():
            name = f"loading {version} for {self._lane}"
            # Beats before it runs: a thread that never comes to its work is noticed.
            self._liveness.beat(name, slow_s=LOADING_S)
            threading.Thread(target=self._load, args=(name, version, theirs), name=name, daemon=True).start()
        return left

    def _load(self, name: str, version: str, claims: list[Claim]) -> None:
        beat = partial(self._liveness.beat, name)
        try:
            give_way = partial(self._lanes.give_way, self._lane, beat)
            prepared = self._pipeline.prepare(claims, give_way, partial(beat, slow_s=LOADING_S))
            self._give_back(prepared.unready)
            while prepared.claims and not self._stopping.is_set():
                beat()
                if self._lanes.reserve(self._lane, 0.5):
                    self._lanes.put(self._lane, prepared)
                    break
            # What is not laid down when the worker stops is held, and goes back.
        except Exception:
            log.exception("the model %s was not loaded", version)
            self._give_back(claims)
        finally:
            self._pipeline.shelf.arrived(version)
            self._liveness.rest(name)
