"""Takes an author's lines out of batches in which others have lines, too."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import redis

from jobs.batch import Batch
from jobs.errors import Unavailable
from jobs.job import Status, task_id
from jobs.line import decode_chunk, encode_chunk, encode_results, result_lines
from jobs.line_erasure import ErasedResults, erase_lines, erase_results
from jobs.request import JobRequest
from store import keys
from store.job_record import result_of, with_result
from store.key import author_digest
from store.messages import MessageFactory
from store.scripts import RedisBase, translated

#: How often a chunk is looked at that changes meanwhile: it does so a few times in its life.
MOST_LOOKS = 20
#: Webhooks of which one call forgets the answers.
TOLD_A_CALL = 200
_READ = ("status", "version", "text", "request", "tally", "day", "queue", "restaurant")


class LineEraser(RedisBase):
    """Of an erased line stay its number, the client's own id of it and its restaurant; it has `failed`, as `erased`.

    The batch counts it so, and restaurants' summaries do not count it any more. What others wrote stays as it is.
    """

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self._messages = MessageFactory()

    @translated
    def erase(self, batch: Batch, author: str) -> int:
        """Take away all lines of an author's; how many that were. Asked again it goes on where it was.

        Raises Unavailable.
        """
        chunks = self._chunks(batch, author)
        lines = sum(self._erase(batch, number, author) for number in chunks)
        if chunks:
            self._forget_answers(batch)
        own = replace(batch.request, external_author=None) if batch.request.external_author == author else None
        self._run(
            "batch/forget_author", args=[batch.tenant, batch.id, author_digest(author), own.encode() if own else ""]
        )
        return lines

    def _forget_answers(self, batch: Batch) -> None:
        """What receivers answered may repeat what they were told of the lines."""
        since = "-inf"
        while since:
            since = self._run("batch/forget_answers", args=[batch.tenant, batch.id, since, TOLD_A_CALL]).decode()

    def _chunks(self, batch: Batch, author: str) -> list[int]:
        if batch.request.external_author == author:
            # The record of each names the author.
            return list(range(batch.chunks))
        found: Any = self._redis.hget(keys.BATCH_AUTHORS(batch.tenant, batch.id), author_digest(author))
        return [int(number) for number in (found or b"").split()]

    def _erase(self, batch: Batch, number: int, author: str) -> int:
        chunk_id = batch.chunk_id(number)
        for _ in range(MOST_LOOKS):
            pipe = self._redis.pipeline(transaction=False)
            pipe.hmget(keys.JOB(batch.tenant, chunk_id), _READ)
            pipe.get(keys.RESULT(task_id(batch.tenant, chunk_id)))
            (status, version, text, request, tally, day, queue, restaurant), meta = pipe.execute()
            if status is None or text is None:
                return 0  # deleted meanwhile
            erased = erase_lines(decode_chunk(text), JobRequest.decode(request), author)
            if erased is None:
                return 0
            results: ErasedResults | None = None
            if status.decode() == Status.SUCCEEDED and meta is not None:
                rows = result_lines(result_of(meta)).splitlines()
                own = (restaurant or b"").decode(), (day or b"").decode()
                results = erase_results(rows, erased, _counted(orjson.loads(tally or b"{}"), *own), own[1])
            message = self._messages.build(batch.tenant, chunk_id, queue.decode())
            args = [
                batch.tenant,
                batch.id,
                chunk_id,
                version,
                encode_chunk(erased.lines),
                erased.request.encode(),
                message,
            ]
            if results is None:
                args += ["", "", 0]
            else:
                args += [
                    with_result(meta, encode_results(results.rows)),
                    orjson.dumps(results.tally) if results.tally else b"",
                    results.lost,
                ]
            if self._run("batch/erase_lines", args=args):
                return len(erased.numbers)
        raise Unavailable("A chunk of the batch changed again and again.")


def _counted(tally: Mapping[str, Any], restaurant: str, day: str) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    """What a chunk's record says that its lines added to summaries, as the script's `tally` understands it.

    Before November 2026 that was aspect|polarity -> sentences, of the restaurant and the day of the record: without
    these they were counted nowhere.
    """
    if not any(isinstance(sentences, int) for sentences in tally.values()):
        return tally
    return {restaurant: {day: tally}} if restaurant and day else {}
