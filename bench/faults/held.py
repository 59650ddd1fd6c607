"""What Redis holds for a review, in bytes, by how many sentences it has."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from bench.fill.days import send_all
from bench.http.webhooks import private_redis
from bench.queue.direct import load_direct
from jobs.job import Claim
from jobs.line import Line
from jobs.request import JobRequest, Priority
from jobs.settings import Settings
from jobs.submission import new_batch, submit
from model.data.dataset import read
from model.scheme import REFERENCE_SCHEME
from store.batches import BatchStore
from store.connection import connect
from store.deliveries import DeliveryStore
from store.endpoints import EndpointStore
from store.jobs import RedisStore
from store.packed_results import PackedResults
from webhooks.endpoint import Endpoint
from webhooks.options import EndpointOptions
from webhooks.secret import SecretCipher, new_key
from worker.predict.pipeline import Pipeline

#: Where the sentences are from, from the root of the repository.
CORPUS = Path("corpus/de")
#: Reviews that are weighed together: what Redis itself takes by the way counts little among so many.
REVIEWS = 1_000
#: How long Redis is left alone before it is looked at once more, in seconds.
RESTS_S = 0.5
#: Sentences of the two kinds of review between which a line is drawn.
FEW, MANY = 2, 8


@dataclass(frozen=True, kw_only=True)
class Held:
    """Bytes of one review: while it waits, when it has ended and its result is packed, and of the webhook that one
    endpoint was sent for it."""

    waiting: float
    ended: float
    webhook: float = 0.0


def held() -> dict[str, dict[str, int]]:
    """For reviews that come alone and in batches: bytes of each state for any review, and more for each sentence."""
    found = {}
    with private_redis() as url:
        settings = Settings(redis_url=url)
        pipeline = Pipeline(load_direct(settings))
        with connect(settings) as client:
            # What comes once, such as the scripts, is no part of a review.
            _alone(client, settings, pipeline, of_sentences(FEW, 10))
            for way, weigh in {"alone": _alone, "in_a_batch": _in_a_batch}.items():
                few, many = (weigh(client, settings, pipeline, of_sentences(count, REVIEWS)) for count in (FEW, MANY))
                found[way] = {
                    name: round(value)
                    for state in ("waiting", "ended", "webhook")
                    for name, value in _line(state, getattr(few, state), getattr(many, state)).items()
                }
    return found


def of_sentences(count: int, texts: int) -> list[str]:
    """So many different reviews of so many sentences each, the same ones in every run.

    Their sentences are the corpus': those of `bench.texts` repeat themselves, and are packed into less than reviews.
    """
    rng = random.Random(count)
    sentences = sorted({example.text for example in read([CORPUS], REFERENCE_SCHEME)})
    found: dict[str, None] = {}
    while len(found) < texts:
        found[" ".join(rng.sample(sentences, count))] = None
    return list(found)


def _line(state: str, few: float, many: float) -> dict[str, float]:
    each = (many - few) / (MANY - FEW)
    return {state: few - FEW * each, f"{state}_a_sentence": each}


def _alone(client: redis.Redis, settings: Settings, pipeline: Pipeline, texts: Sequence[str]) -> Held:
    store, cipher = RedisStore(client), SecretCipher(new_key())

    def send() -> None:
        for text in texts:
            submit(store, settings, text, JobRequest())

    quiet = _weighed(client, pipeline, send, len(texts))
    client.flushdb()
    endpoint = Endpoint(id="", tenant="default", options=EndpointOptions(url="http://127.0.0.1:9/"))
    EndpointStore(client, cipher).create(endpoint)
    told = _weighed(client, pipeline, send, len(texts), told=DeliveryStore(client, cipher))
    client.flushdb()
    return Held(waiting=quiet.waiting, ended=quiet.ended, webhook=told.ended - quiet.ended)


def _in_a_batch(client: redis.Redis, settings: Settings, pipeline: Pipeline, texts: Sequence[str]) -> Held:
    def send() -> None:
        batch = new_batch(JobRequest(priority=Priority.BULK), settings)
        lines = [Line(number=number, text=text) for number, text in enumerate(texts, 1)]
        BatchStore(client).create(batch, lines, target=settings.batch_sentences)

    found = _weighed(client, pipeline, send, len(texts))
    client.flushdb()
    return found


def _weighed(
    client: redis.Redis, pipeline: Pipeline, send: Callable[[], None], texts: int, *, told: DeliveryStore | None = None
) -> Held:
    store, empty = RedisStore(client), _used(client)
    send()
    waiting = _used(client) - empty
    while claims := store.claim(jobs=64, weight=512, lease_ms=600_000):
        store.complete(pipeline.judge(pipeline.prepare([claim for claim in claims if isinstance(claim, Claim)])))
    if told is not None:
        send_all(told)
    PackedResults(client, lambda: True, after_s=0).pack()
    return Held(waiting=waiting / texts, ended=(_used(client) - empty) / texts)


def _used(client: redis.Redis) -> int:
    """Bytes that Redis uses once it is at rest: its clients' buffers are gone, and its tables have their size.

    What it says itself of those buffers is a second old.
    """
    client.connection_pool.disconnect()
    found: list[int] = []
    while len(found) < 2 or found[-1] != found[-2]:
        time.sleep(RESTS_S)
        memory: Any = client.info("memory")
        found.append(int(memory["used_memory"]))
    return found[-1]
