"""Sentences of which two versions of a model say different things, with what is kept of their reviews."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import redis

from jobs.alias import Alias
from jobs.batch import is_chunk_id
from jobs.differing import Differences, differing
from jobs.errors import NotFound
from jobs.feedback import NONE, JudgedLine, JudgedSentence, judged_sentences
from jobs.job import Job
from store.batches import BatchStore
from store.differing import DifferingStore
from store.jobs import RedisStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Differing:
    """One of them."""

    job: Job | JudgedLine
    #: The job's or line's whole result.
    result: bytes
    sentence: JudgedSentence
    #: The version that was not answered, the rollout that it was found in, and what it says where it differs.
    version: str
    rollout: int
    other: dict[str, str]


def of_rollout(client: redis.Redis, tenant: str, alias: Alias, most: int) -> list[Differing]:
    """The newest of the last rollout of an alias."""
    number = alias.rollout.number if alias.rollout else 0
    return list(islice(newest_differing(client, tenant, alias.name, rollout=number), most))


def newest_differing(
    client: redis.Redis, tenant: str, alias: str, *, restaurant: str | None = None, rollout: int | None = None
) -> Iterator[Differing]:
    """Those of reviews that are kept, those first that were judged last; of a rollout, or of a restaurant, alone."""
    for name, found in DifferingStore(client).newest(tenant, alias):
        if rollout not in (None, found.rollout):
            continue
        # What is deleted meanwhile has none.
        with suppress(NotFound):
            for job, result, line in _reviews(client, tenant, name, found):
                if restaurant in (None, job.request.restaurant):
                    yield from _of(job, result, line, found)


def _reviews(
    client: redis.Redis, tenant: str, name: str, found: Differences
) -> Iterator[tuple[Job | JudgedLine, bytes, int]]:
    """The job, or those lines of the chunk that have some, each with its result and number."""
    if not is_chunk_id(name):
        stored = RedisStore(client).get(tenant, name)
        if stored.result is not None:
            yield stored.job, stored.result, 0
        return
    batches = BatchStore(client)
    batch = batches.get(tenant, name.rpartition(".")[0])
    for line in sorted({each.line for each in found.sentences}):
        judged = batches.judged_line(batch, line)
        yield judged, judged.result, line


def _of(job: Job | JudgedLine, result: bytes, line: int, found: Differences) -> Iterator[Differing]:
    sentences = {each.index: each for each in judged_sentences(result)}
    for each in found.sentences:
        sentence = sentences.get(each.sentence)
        if each.line == line and sentence is not None:
            other = {aspect: each.other.get(aspect, NONE) for aspect in differing(sentence.aspects, each.other)}
            if other:
                yield Differing(
                    job=job, result=result, sentence=sentence, version=found.version, rollout=found.rollout, other=other
                )
