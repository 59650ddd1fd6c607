"""Chunks in, result lines out: submits ahead, writes in order, remembers how far it is."""

import json
import os
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from kritiq_client.answers import Batch, BatchLine
from kritiq_client.bulk.rows import Chunk
from kritiq_client.bulk.state import State, StateMismatch
from kritiq_client.client import Client
from kritiq_client.errors import KritiqError, NotFound, RateLimited, Unavailable

#: Batches that are submitted before the first of them is done, so that workers never wait for the next one.
AHEAD = 2
#: Seconds between two notes of how far the run is.
NOTE_S = 1.0


def begin(out: Path, *, fresh: bool) -> State:
    """The state to go on with, or a new one. Raises StateMismatch when `out` is there and nobody knows from what."""
    path = out.with_name(out.name + ".state")
    if fresh:
        # Emptied before the state is gone: never an old output beside a new state.
        out.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        return State(path=path, salt=uuid.uuid4().hex)
    state = State.load(path)
    if state is None and out.exists() and out.stat().st_size:
        raise StateMismatch(f"{out} is there already, without {path.name}; choose another one, or --fresh.")
    return state or State(path=path)


class Run:
    """One run of `kritiq batch`. `told` hears of every line that is written."""

    def __init__(
        self,
        client: Client,
        out: Path,
        state: State,
        *,
        patience_s: float = 600.0,
        told: Callable[[BatchLine], object] = lambda line: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patient = client.patient(attempts=100, total_s=patience_s, cap_s=10.0)
        self._hasty = client.patient(attempts=1)
        self._out, self._state, self._told, self._clock = out, state, told, clock

    def finish(self, chunks: Iterable[Chunk]) -> State:
        """Work off all chunks behind what is written. Raises StateMismatch, KritiqError; what was done stays done."""
        state, source = self._state, iter(chunks)
        ahead: deque[tuple[Chunk, Batch]] = deque()
        if state.finished and not self._same(source):
            raise StateMismatch("The output is of another input.")
        if state.finished:
            return state
        self._out.touch()
        with self._out.open("r+b") as out:
            _lock(out)
            # What was written after the last note may be half a line.
            out.truncate(state.bytes)
            out.seek(state.bytes)
            pending = next(source, None)
            seen = 0
            try:
                while pending is not None or ahead:
                    while pending is not None and len(ahead) < AHEAD:
                        seen = pending.index + 1
                        written = pending.first + pending.count - 1 <= state.lines
                        if not (written and state.batch_of(pending)):
                            batch = self._submitted(pending, patient=not ahead)
                            if batch is None:
                                break
                            ahead.append((pending, batch))
                        pending = next(source, None)
                    if ahead:
                        self._write(*ahead.popleft(), out)
                if seen < len(state.batches):
                    raise StateMismatch("The input is shorter than the one that this run began with.")
                state.finished = True
            finally:
                self._note(out)
        return state

    def _same(self, source: Iterator[Chunk]) -> bool:
        return [chunk.digest for chunk in source] == [digest for digest, _ in self._state.batches]

    def _submitted(self, chunk: Chunk, *, patient: bool) -> Batch | None:
        """The chunk's batch; None when the service cannot take it now and there is other work to wait for."""
        state = self._state
        known = state.batch_of(chunk)
        try:
            if known is not None:
                return self._patient.get_batch(known)
        except NotFound:
            # Past its time, or another service: it has to be done again.
            return self._again(chunk)
        try:
            client = self._patient if patient else self._hasty
            batch = client.submit_batch_body(chunk.body, chunk.media, idempotency_key=state.key(chunk))
        except (Unavailable, RateLimited):
            if patient:
                raise
            return None
        except NotFound:
            return self._again(chunk)
        state.batches.append((chunk.digest, batch.id))
        state.save()
        return batch

    def _again(self, chunk: Chunk) -> Batch:
        batch = self._patient.submit_batch_body(chunk.body, chunk.media)
        self._state.batches[chunk.index : chunk.index + 1] = [(chunk.digest, batch.id)]
        self._state.save()
        return batch

    def _write(self, chunk: Chunk, batch: Batch, out: BinaryIO) -> None:
        state, end = self._state, chunk.first + chunk.count - 1
        noted = self._clock()
        for _ in range(2):
            try:
                for line in self._patient.batch_results(batch, after=state.lines - chunk.first + 1):
                    said = {**line.raw, "line": chunk.first + line.line - 1}
                    data = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                    out.write(data)
                    state.lines, state.bytes = state.lines + 1, state.bytes + len(data)
                    state.counts[line.status] += 1
                    self._told(line)
                    if self._clock() - noted >= NOTE_S:
                        self._note(out)
                        noted = self._clock()
            except NotFound:
                batch = self._again(chunk)
            if state.lines == end:
                return
        raise KritiqError(f"The results of {batch.id} are gone before they could be read.")

    def _note(self, out: BinaryIO) -> None:
        # The output first: the state never promises what a power cut could take.
        out.flush()
        os.fsync(out.fileno())
        self._state.save()


def _lock(out: BinaryIO) -> None:
    try:
        import fcntl
    except ImportError:  # pragma: no cover  Windows has none
        return
    try:
        fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise KritiqError("Another run is writing to this output.") from None
