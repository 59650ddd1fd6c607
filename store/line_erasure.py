"""Takes an author's lines out of batches in which others have lines, too."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import redis

from jobs.batch import Batch
from jobs.errors import TextErased, Unavailable
from jobs.job import Status, task_id
from jobs.line import decode_chunk, encode_chunk, encode_results, result_lines
from jobs.line_erasure import ErasedResults, erase_lines, erase_results
from store import keys
from store.messages import MessageFactory
from store.results import result_of, with_result
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
        request = self._sealing.seal_request(batch.tenant, own) if own else b""
        for digest in self._sealing.authors(batch.tenant, author):
            self._run("batch/forget_author", args=[batch.tenant, batch.id, digest, request])
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
        digests = self._sealing.authors(batch.tenant, author)
        found: Any = self._redis.hmget(keys.BATCH_AUTHORS(batch.tenant, batch.id), digests)
        return sorted({int(number) for numbers in found for number in (numbers or b"").split()})

    def _erase(self, batch: Batch, number: int, author: str) -> int:
        chunk_id, tenant, sealing = batch.chunk_id(number), batch.tenant, self._sealing
        for _ in range(MOST_LOOKS):
            pipe = self._redis.pipeline(transaction=False)
            pipe.hmget(keys.JOB(batch.tenant, chunk_id), _READ)
            pipe.get(keys.RESULT(task_id(batch.tenant, chunk_id)))
            (status, version, text, request, tally, day, queue, restaurant), meta = pipe.execute()
            if status is None or text is None:
                return 0  # deleted meanwhile
            try:
                lines = decode_chunk(sealing.open(tenant, text))
            except TextErased:
                return 0
            erased = erase_lines(lines, sealing.open_request(tenant, request), author)
            if erased is None:
                return 0
            results: ErasedResults | None = None
            if status.decode() == Status.SUCCEEDED and meta is not None:
                rows = result_lines(result_of(tenant, meta, sealing)).splitlines()
                own = (restaurant or b"").decode(), (day or b"").decode()
                results = erase_results(rows, erased, _counted(orjson.loads(tally or b"{}"), *own), own[1])
            message = self._messages.build(batch.tenant, chunk_id, queue.decode())
            args = [
                tenant,
                batch.id,
                chunk_id,
                version,
                sealing.seal(tenant, encode_chunk(erased.lines)),
                sealing.seal_request(tenant, erased.request),
                message,
            ]
            if results is None:
                args += ["", "", 0, 0]
            else:
                args += [
                    with_result(meta, sealing.seal_json(tenant, encode_results(results.rows))),
                    orjson.dumps(results.tally) if results.tally else b"",
                    results.lost,
                    results.skipped,
                ]
            args.append(" ".join(map(str, sorted(erased.numbers))))
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
