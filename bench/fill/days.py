"""Days of reviews, webhooks and upkeep in a Redis of limited memory, as they pass."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import orjson
import redis

from bench.fill.ageing import AGE
from jobs.budgets import Budgets
from jobs.errors import Unavailable
from jobs.job import Claim, Job, Outcome, Status, new_id
from jobs.request import JobRequest
from model.runtime.judgement import SentenceJudgement
from store import webhook_keys
from store.deliveries import DeliveryStore
from store.jobs import RedisStore
from store.packed_results import PackedResults
from webhooks.delivery import Attempt, Verdict
from webhooks.secret import SecretCipher, new_key
from worker.predict.sentence_cache import RedisCache
from worker.reconciler.loop import WEIGHED_EVERY, Reconciler

DAY_MS = 86_400_000
FIRST = date(2026, 1, 1)
TENANT, ENDPOINT = "default", "ep_01M8GRZW0T74A62VHZCWV8SC2F"
#: Reviews that wait at once, and restaurants that they are of.
TOGETHER, RESTAURANTS = 50, 20
#: Sentences of a review, each judged for the first time: the worst that the cache can be asked for.
SENTENCES = 2
_JUDGED = SentenceJudgement(labels=(2,) * 9, confidences=(0.9,) * 9, scores=(0.9,) * 27)


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What comes in on each day, and what Redis may keep of it."""

    #: Reviews a day.
    reviews: int
    #: Judgements that are remembered at most, and for how long, in seconds.
    cache_sentences: int
    cache_ttl_s: int = 5_184_000
    #: How long results lie as Celery's clients read them, in seconds.
    plain_result_s: int = 3600
    budgets: Budgets


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """How a day ended."""

    number: int
    #: Reviews that were refused.
    refused: int
    #: What Redis used at the day's end, in bytes, and how many keys there were.
    used_bytes: int
    keys: int


def used_bytes(client: redis.Redis) -> int:
    """What Redis uses."""
    memory: Any = client.info("memory")
    return int(memory["used_memory"])


def keys_of(client: redis.Redis) -> int:
    """How many keys there are."""
    count: Any = client.dbsize()
    return int(count)


def send_all(deliveries: DeliveryStore) -> None:
    """Every delivery that is due ends well at its next attempt."""
    while leases := deliveries.lease(TOGETHER, lease_ms=30_000)[0]:
        for lease in leases:
            attempt = Attempt(number=lease.attempt, trigger=lease.trigger, started_at=lease.due_at, duration_ms=9,
                              status=200, answer="ok")  # fmt: skip
            deliveries.record(lease, Verdict.SUCCEEDED, attempt=attempt)


class Days:
    """Lets day after day pass. Nothing but the network and HTTP is left out: what Redis keeps comes of the scripts."""

    def __init__(self, client: redis.Redis, load: Load) -> None:
        self._redis, self._load = client, load
        self._store = RedisStore(client)
        self._deliveries = DeliveryStore(client, SecretCipher(new_key()))
        self._cache = RedisCache(
            client, model_digest="d", method="m", ttl_s=load.cache_ttl_s, most=load.cache_sentences
        )
        packed = PackedResults(client, lambda: True, after_s=load.plain_result_s)
        self._reconciler = Reconciler(self._store, name="fill", strikes=3, budgets=load.budgets, notes=(packed.pack,))
        self._age = client.register_script(AGE)
        client.hset(webhook_keys.ENDPOINTS(TENANT), ENDPOINT, "job.succeeded")
        client.hset(webhook_keys.ENDPOINT(TENANT, ENDPOINT), mapping={"status": "enabled", "created_at": 0})

    def run(self, days: int) -> Iterator[Day]:
        """So many days, each when it has ended."""
        for number in range(days):
            reviews, refused = range(self._load.reviews), 0
            for first in reviews[::TOGETHER]:
                refused += self._hour(number, reviews[first : first + TOGETHER])
            yield self._end(number, refused)

    def quiet(self, days: int) -> None:
        """So many days on which nothing comes in, five at a time: Redis itself takes away what is left for a week."""
        for first in range(0, days, 5):
            self._end(first, 0, days=5)

    def _end(self, number: int, refused: int, *, days: int = 1) -> Day:
        self._age(args=[days * DAY_MS])
        self._look_after()
        return Day(number=number, refused=refused, used_bytes=used_bytes(self._redis), keys=keys_of(self._redis))

    def _hour(self, day: int, reviews: range) -> int:
        """Some reviews come, are judged and told; then the reconciler looks. How many were refused."""
        refused = 0
        for number in reviews:
            text = f"Gast {number} war am Tag {day} zufrieden. Auf Gericht {number} wartete er an Tag {day} lange."
            request = JobRequest(restaurant=f"r{number % RESTAURANTS}")
            try:
                self._store.create(Job(id=new_id(), request=request, weight=SENTENCES), text)
            except Unavailable:
                refused += 1
        claims = self._store.claim(jobs=TOGETHER, weight=TOGETHER * SENTENCES, lease_ms=600_000)
        self._store.complete([self._judged(day, claim) for claim in claims if isinstance(claim, Claim)])
        send_all(self._deliveries)
        self._look_after()
        return refused

    def _look_after(self) -> None:
        """As many rounds of the reconciler as weigh what is kept once."""
        for _ in range(WEIGHED_EVERY):
            self._reconciler.round()

    def _judged(self, day: int, claim: Claim) -> Outcome:
        sentences = claim.text.split(". ")
        self._cache.remember(dict.fromkeys(sentences, _JUDGED))
        found = [
            {"index": index, "start": 0, "end": len(text), "text": text, "truncated": False,
             "aspects": {"food": {"polarity": "positive", "confidence": 0.9521}}}
            for index, text in enumerate(sentences)
        ]  # fmt: skip
        on = (FIRST + timedelta(days=day)).isoformat()
        return Outcome(
            claim=claim, status=Status.SUCCEEDED, result=orjson.dumps({"language": "de", "sentences": found}),
            model={"name": "kritiq-mini", "version": "1"},
            tally={claim.request.restaurant or "": {on: {"food|positive": len(sentences)}}},
        )  # fmt: skip


def flat(days: list[Day], last: int) -> float:
    """By how much the mean of the later half of the last days lies above that of the earlier half, as a share."""
    tail = days[-last:]
    half = len(tail) // 2
    before, after = (sum(day.used_bytes for day in part) / len(part) for part in (tail[:half], tail[half:]))
    return after / before - 1


def scaled(load: Load, share: float) -> Load:
    """The load of a machine so many times smaller, with budgets and cache in proportion."""
    return replace(
        load,
        reviews=round(load.reviews * share),
        cache_sentences=max(1, round(load.cache_sentences * share)),
        budgets={kind: round(most * share) for kind, most in load.budgets.items()},
    )
