"""Models that are loaded, or taken out of memory, because somebody asked for it."""

import logging
import threading
from collections.abc import Callable, Set
from functools import partial

from jobs.errors import NotFound, Unavailable
from jobs.model_operation import Action, InWorkerState, ModelOperation
from jobs.reason import Reason, because, in_english
from store.model_operations import OperationStore
from worker.predict.places import Refused
from worker.predict.shelf import Shelf

log = logging.getLogger(__name__)


class AskedModels:
    """Does what was asked of this worker. `look` returns at once: a model may have to be downloaded."""

    def __init__(
        self,
        shelf: Shelf,
        operations: OperationStore,
        worker: str,
        needed: Callable[[], Set[str]],
        *,
        freed: Callable[[], None] = lambda: None,
        start: Callable[[Callable[[], None]], object] = lambda work: threading.Thread(target=work, daemon=True).start(),
    ) -> None:
        """`needed` gives the versions that aliases stand for; `freed` is called when one was taken out of memory.
        `start` runs what it is given, on a thread of its own."""
        self._shelf, self._operations, self._worker = shelf, operations, worker
        self._needed, self._freed, self._start = needed, freed, start
        self._looked_at = dict[str, str]()

    def look(self) -> None:
        """Begin what is new. Raises Unavailable."""
        for version, operation_id in self._operations.last().items():
            if self._looked_at.get(version) != operation_id:
                self._take_up(operation_id)
                self._looked_at[version] = operation_id

    def _take_up(self, operation_id: str) -> None:
        try:
            operation = self._operations.get(operation_id)
        except NotFound:
            # Of more than a day ago.
            return
        for mine in operation.workers:
            if mine.worker != self._worker:
                continue
            if mine.state is InWorkerState.WAITING:
                self._start(partial(self._do, operation))
            elif not mine.state.terminal:
                # Perhaps it was this model that ended the worker of this name: it is not tried again.
                self._explain(operation, InWorkerState.FAILED, because("ended_at_it"))

    def _do(self, operation: ModelOperation) -> None:
        self._tell(operation, InWorkerState.RUNNING)
        version, force = operation.version, operation.force
        try:
            needed = self._needed()
            if operation.action is Action.LOAD:
                failed = self._shelf.load(version, needed, force=force)
            else:
                self._shelf.unload(version, needed, force=force)
                failed = None
                self._freed()
        except Refused as refused:
            self._explain(operation, InWorkerState.REFUSED, refused.reason)
            return
        except Unavailable as error:
            self._tell(operation, InWorkerState.REFUSED, str(error))
            return
        self._tell(operation, InWorkerState.FAILED if failed else InWorkerState.DONE, failed)

    def _explain(self, operation: ModelOperation, state: InWorkerState, reason: Reason) -> None:
        self._tell(operation, state, in_english(reason), reason)

    def _tell(
        self, operation: ModelOperation, state: InWorkerState, why: str | None = None, reason: Reason | None = None
    ) -> None:
        log.info("%s the model %s: %s", operation.action, operation.version, state, extra={"reason": why})
        try:
            self._operations.tell(operation.id, self._worker, state, why, reason)
        except Unavailable as error:
            log.warning("how far it is cannot be told: %s", error)
