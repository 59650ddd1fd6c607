"""The sentences that most need a person: where versions of a model differ, then what the model is least sure of."""

import heapq
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby, islice

import redis

from jobs.batch import BatchFilter
from jobs.doubt import Doubt, DoubtFilter, doubts, said_of
from jobs.errors import NotFound
from jobs.feedback import JudgedLine, judged_sentences, language_of
from jobs.job import Job, Status
from jobs.request import Form
from jobs.stored import JobFilter
from store.aliases import AliasStore
from store.batches import BatchStore
from store.disputes import newest_differing
from store.feedback import FeedbackStore
from store.jobs import RedisStore

#: When it was made, what it is, and its result.
_Review = tuple[int, Job | JudgedLine, bytes]
#: Jobs, and batches, that are read at once.
_STEP = 100
#: Lines of other restaurants that are passed over in batches which have some of the one that is wanted, too.
MOST_PASSED = 10_000


def most_doubtful(client: redis.Redis, tenant: str, wanted: DoubtFilter, *, most: int) -> list[Doubt]:
    """Up to `most` of them: where versions differ, the newest first, then what the model is least sure of.

    Only those with something that nobody has spoken of. Raises Unavailable, TextKeyMissing.
    """
    disputed = {_place(each): each for each in islice(_disputes(client, tenant, wanted), most)}
    if len(disputed) == most:
        return [*disputed.values()]
    unsure = (each for each in _unsure(client, tenant, wanted) if _place(each) not in disputed)
    return [
        *disputed.values(),
        *heapq.nsmallest(most - len(disputed), unsure, key=lambda each: each.confidence),
    ]


def _place(doubt: Doubt) -> tuple[str, int]:
    return doubt.job.id, doubt.sentence.index


def _disputes(client: redis.Redis, tenant: str, wanted: DoubtFilter) -> Iterator[Doubt]:
    """Sentences of which two versions say different things, and nobody has said which is right."""
    feedback = FeedbackStore(client)
    for alias in AliasStore(client).all():
        found = newest_differing(client, tenant, alias, wanted)
        for id, of_review in groupby(found, key=lambda each: each.job.id):
            told = feedback.of(tenant, id)
            for each in of_review:
                doubt = Doubt(
                    job=each.job, language=language_of(each.result), sentence=each.sentence,
                    corrections=said_of(told, each.sentence), version=each.version, other=each.other,
                )  # fmt: skip
                if not doubt.open.keys().isdisjoint(each.other):
                    yield doubt


def _unsure(client: redis.Redis, tenant: str, wanted: DoubtFilter) -> Iterator[Doubt]:
    """Those of the newest reviews that were judged."""
    feedback = FeedbackStore(client)
    newest = heapq.merge(_jobs(client, tenant, wanted), _lines(client, tenant, wanted), key=lambda each: -each[0])
    for _, about, result in islice(newest, wanted.reviews):
        yield from doubts(about, language_of(result), judged_sentences(result), feedback.of(tenant, about.id))


def _jobs(client: redis.Redis, tenant: str, wanted: DoubtFilter) -> Iterator[_Review]:
    """Newest first."""
    store, place = RedisStore(client), None
    shown = JobFilter(status=Status.SUCCEEDED, restaurant=wanted.restaurant, restaurants=frozenset(wanted.restaurants))
    for _ in range(_pages(wanted)):
        page = store.page(tenant, shown, size=_STEP, before=place)
        for job in page.jobs:
            result = None
            # Of one that is deleted meanwhile there is none.
            with suppress(NotFound):
                result = store.get(tenant, job.id).result
            # A result of the old call has another form.
            if result is not None and job.request.form is Form.V1:
                yield job.created_at, job, result
        if page.next is None:
            return
        place = page.next


def _lines(client: redis.Redis, tenant: str, wanted: DoubtFilter) -> Iterator[_Review]:
    """Batch by batch, newest first, and in a batch in their order."""
    store, place, passed = BatchStore(client), None, 0
    shown = BatchFilter(about=wanted.restaurant, restaurants=wanted.restaurants)
    for _ in range(_pages(wanted)):
        page = store.page(tenant, shown, size=_STEP, before=place)
        for batch in page.found:
            # Of a batch that is deleted meanwhile there is no more.
            with suppress(NotFound):
                for line in store.judged_lines(batch):
                    if wanted.restaurant in (None, line.request.restaurant):
                        yield batch.created_at, line, line.result
                    elif (passed := passed + 1) == MOST_PASSED:
                        return
        if page.next is None:
            return
        place = page.next


def _pages(wanted: DoubtFilter) -> int:
    """How many are turned: enough for all that is wanted, and no end of them where hardly anything fits."""
    return wanted.reviews // _STEP + 1
