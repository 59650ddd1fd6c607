"""Chunks in, result lines out: submits ahead, writes in order, remembers how far it is."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from kritiq_client.batch_answers import Batch
from kritiq_client.bulk.chunks import Chunk
from kritiq_client.bulk.output import Output
from kritiq_client.bulk.rows import Row
from kritiq_client.bulk.state import State, StateMismatch
from kritiq_client.client import Client
from kritiq_client.errors import KritiqError, NotFound, RateLimited, Unavailable

#: Batches that are submitted before the first of them is done, so that workers never wait for the next one.
AHEAD = 2
#: Id of the batch of a chunk without a review to judge.
NO_BATCH = "none"


class Run:
    """One run of `kritiq batch`. `told` hears of every row whose line is written."""

    def __init__(
        self,
        client: Client,
        out: Path,
        state: State,
        *,
        patience_s: float = 600.0,
        told: Callable[[Row], object] = lambda row: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patient = client.patient(attempts=100, total_s=patience_s, cap_s=10.0)
        self._hasty = client.patient(attempts=1)
        self._output, self._state, self._told = Output(out, state, clock), state, told

    def finish(self, chunks: Iterable[Chunk]) -> State:
        """Work off all chunks behind what is written. Raises StateMismatch, KritiqError; what was done stays done."""
        state, source = self._state, iter(chunks)
        ahead: deque[tuple[Chunk, Batch | None]] = deque()
        if state.finished and not self._same(source):
            raise StateMismatch("The output has the results of another input: choose another one, or --fresh.")
        if state.finished:
            # Whether the results are still there.
            with self._output:
                return state
        with self._output:
            pending = next(source, None)
            seen = 0
            while pending is not None or ahead:
                while pending is not None and len(ahead) < AHEAD:
                    seen = pending.index + 1
                    known = state.batch_of(pending)
                    if known is None and pending.first <= state.lines:
                        raise StateMismatch(
                            f"{state.path} names no batch for lines that are there; --fresh starts over."
                        )
                    if known is None or pending.last > state.lines:
                        try:
                            ahead.append((pending, self._submitted(pending, known, patient=not ahead)))
                        except (Unavailable, RateLimited):
                            # There is other work to wait for.
                            if not ahead:
                                raise
                            break
                    pending = next(source, None)
                if ahead:
                    self._write(*ahead.popleft())
            if seen < len(state.batches):
                raise StateMismatch("The input is shorter than the one that this run began with; --fresh starts over.")
            state.finished = True
        return state

    def _same(self, source: Iterator[Chunk]) -> bool:
        digests, last = list[str](), 0
        for chunk in source:
            digests.append(chunk.digest)
            last = chunk.last
        return digests == [digest for digest, _ in self._state.batches] and last == self._state.lines

    def _submitted(self, chunk: Chunk, known: str | None, *, patient: bool) -> Batch | None:
        """The chunk's batch; None when nothing of it needs judging."""
        if not chunk.body:
            if known is None:
                self._remember(chunk, NO_BATCH)
            return None
        try:
            if known is not None:
                return self._patient.get_batch(known)
            client = self._patient if patient else self._hasty
            batch = client.submit_batch_body(chunk.body, chunk.media, idempotency_key=self._state.key(chunk))
        except NotFound:
            # Past its time, or another service: it has to be done again.
            return self._again(chunk)
        self._remember(chunk, batch.id)
        return batch

    def _remember(self, chunk: Chunk, batch_id: str) -> None:
        self._state.batches[chunk.index : chunk.index + 1] = [(chunk.digest, batch_id)]
        self._output.note()

    def _again(self, chunk: Chunk) -> Batch:
        batch = self._patient.submit_batch_body(chunk.body, chunk.media)
        self._remember(chunk, batch.id)
        return batch

    def _write(self, chunk: Chunk, batch: Batch | None) -> None:
        state = self._state
        for once_more in (True, False):
            try:
                for row, line in self._outcomes(chunk, batch):
                    self._output.add(line)
                    self._told(row)
                    self._output.note_now_and_then()
            except NotFound:
                if once_more:
                    batch = self._again(chunk)
            if state.lines == chunk.last:
                return
        raise KritiqError(f"The results of {batch.id if batch else 'a batch'} are gone before they could be read.")

    def _outcomes(self, chunk: Chunk, batch: Batch | None) -> Iterator[tuple[Row, dict[str, Any]]]:
        """What became of each row that is not written yet, in order: by itself, or by the service's word."""
        written = self._state.lines - chunk.first + 1
        judged = self._patient.batch_results(batch, after=chunk.sent(written)) if batch is not None else iter(())
        for row in chunk.rows[written:]:
            outcome = row.outcome()
            if outcome is None:
                line = next(judged, None)
                if line is None:
                    return
                outcome = {name: value for name, value in line.raw.items() if name != "line"}
                outcome["custom_id"] = row.identity
                if row.warning is not None:
                    # The service never saw what was left out here.
                    outcome["warnings"] = [row.warning, *outcome.get("warnings", ())]
            yield row, outcome
        # Nothing more comes: this lets go of the stream.
        next(judged, None)
