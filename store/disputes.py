"""Sentences of which two versions of a model say different things, with what is kept of their reviews."""

from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import redis

from jobs.alias import Alias
from jobs.batch import BatchFilter, is_chunk_id
from jobs.choice import version_id
from jobs.differing import MOST_JOBS, Differences, differing
from jobs.doubt import DoubtFilter
from jobs.errors import NotFound
from jobs.feedback import NONE, JudgedLine, JudgedSentence, judged_sentences
from jobs.job import Job
from jobs.stored import JobFilter
from store.batches import BatchStore
from store.differing import DifferingStore
from store.jobs import RedisStore

#: All that is kept.
_ANY = DoubtFilter(reviews=MOST_JOBS)


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

    @property
    def answered(self) -> str | None:
        """The version that was; None where the job does not say."""
        model = self.job.model
        return version_id(model["name"], model["version"]) if model else None


def of_rollout(client: redis.Redis, tenant: str, alias: Alias, most: int) -> list[Differing]:
    """The newest of the last rollout of an alias."""
    number = alias.rollout.number if alias.rollout else 0
    return list(islice(newest_differing(client, tenant, alias.name, _ANY, rollout=number), most))


def of_two(client: redis.Redis, tenant: str, aliases: Iterable[str], versions: Set[str]) -> Iterator[Differing]:
    """All that is kept of reviews that both of these two versions have judged; of each alias the newest first."""
    for alias in aliases:
        for each in newest_differing(client, tenant, alias, _ANY):
            if {each.answered, each.version} == versions:
                yield each


def newest_differing(
    client: redis.Redis, tenant: str, alias: str, wanted: DoubtFilter, *, rollout: int | None = None
) -> Iterator[Differing]:
    """Those of reviews that are kept, those first that were judged last; of a rollout, alone.

    Each chunk of a batch counts as one review, whatever it has of them.
    """
    for name, found in islice(DifferingStore(client).newest(tenant, alias), wanted.reviews):
        if rollout not in (None, found.rollout):
            continue
        # What is deleted meanwhile has none.
        with suppress(NotFound):
            for job, result, line in _reviews(client, tenant, name, found, wanted):
                yield from _of(job, result, line, found)


def _reviews(
    client: redis.Redis, tenant: str, name: str, found: Differences, wanted: DoubtFilter
) -> Iterator[tuple[Job | JudgedLine, bytes, int]]:
    """The job, or those lines of the chunk that have some, each with its result and number."""
    if not is_chunk_id(name):
        stored = RedisStore(client).get(tenant, name)
        if stored.result is not None and _fits(stored.job, wanted):
            yield stored.job, stored.result, 0
        return
    batches = BatchStore(client)
    batch_id, _, number = name.rpartition(".")
    batch = batches.get(tenant, batch_id)
    if BatchFilter(about=wanted.restaurant, restaurants=wanted.restaurants).shows(batch):
        lines = {each.line for each in found.sentences}
        for judged in batches.judged_in(batch, int(number)):
            if judged.line in lines and wanted.restaurant in (None, judged.request.restaurant):
                yield judged, judged.result, judged.line


def _fits(job: Job, wanted: DoubtFilter) -> bool:
    named = JobFilter(restaurant=wanted.restaurant, restaurants=frozenset(wanted.restaurants))
    return named.wants(status=job.status, restaurant=job.request.restaurant, model=None, error=None)


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
