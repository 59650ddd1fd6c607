"""Chunks of rows in, lines out, in order: gives away ahead, writes what came back, remembers how far it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from kritiq_client.bulk.chunks import Chunk
from kritiq_client.bulk.output import Output
from kritiq_client.bulk.rows import Row
from kritiq_client.bulk.state import State, StateMismatch
from model.offline.processes import Lines, Submit

#: Rows of a chunk: those that a kill costs. About as many sentences as are judged together.
CHUNK_ROWS = 200


def finish(
    chunks: Iterable[Chunk],
    submit: Submit,
    out: Path,
    state: State,
    *,
    made_by: str,
    ahead: int = 1,
    told: Callable[[Row], object] = lambda row: None,
) -> State:
    """Judge all rows behind what is written. `made_by`: what the answers depend on besides the rows.

    Raises StateMismatch when the output is of other rows or another model, ModelError; what was done stays done.
    """
    if state.batches and state.salt != made_by:
        raise StateMismatch(f"{out} was begun with another model or other options; --fresh starts over.")
    state.salt = made_by
    waiting: deque[tuple[Sequence[Row], Callable[[], Lines]]] = deque()
    seen = 0
    with Output(out, state) as output:

        def write() -> None:
            rows, lines = waiting.popleft()
            for row, line in zip(rows, lines(), strict=True):
                output.add(line)
                told(row)
            output.note_now_and_then()

        for chunk in chunks:
            seen = chunk.index + 1
            if state.batch_of(chunk) is None:
                if state.finished:
                    raise StateMismatch("The output is of a shorter input; --fresh starts over.")
                state.batches.append((chunk.digest, ""))
            # A run that was stopped may have written some of its rows.
            rows = chunk.rows[max(0, state.lines - chunk.first + 1) :]
            if rows:
                waiting.append((rows, submit(rows)))
            if len(waiting) >= ahead:
                write()
        while waiting:
            write()
        if seen < len(state.batches):
            raise StateMismatch("The input is shorter than the one that this run began with.")
        state.finished = True
    return state
