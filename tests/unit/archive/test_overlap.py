"""While Redis and the archive both have a job, they tell the same of it."""

import random
from typing import Any

import orjson
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from api.jobs.answers import job_dict
from archive.history import ArchiveHistory
from jobs.history import Deletions
from jobs.job import JobError, Outcome, Status
from jobs.request import Priority
from jobs.stored import JobFilter, Stored
from jobs.timings import Timings
from store.jobs import RedisStore
from tests.support.factories import RESULT, claim, create
from tests.support.model_store import ModelStore
from tests.unit.archive.conftest import Archive

POLARITIES = ("positive", "neutral", "negative", "conflict")
#: Until when it is kept each says of itself.
OWN = {"archived", "expires_at"}

sure = st.floats(0, 1).map(lambda value: round(value, 4))
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
opinion = st.fixed_dictionaries(
    {"polarity": st.sampled_from(POLARITIES), "confidence": sure},
    optional={
        "low_confidence": st.booleans(),
        "evidence": st.lists(
            st.fixed_dictionaries({"start": st.integers(0, 9), "end": st.integers(10, 20)}), max_size=2
        ),
    },
)
unmentioned = st.fixed_dictionaries({"polarity": st.just("none"), "confidence": sure})
sentence = st.fixed_dictionaries(
    {"start": st.integers(0, 9), "end": st.integers(10, 99), "text": words, "truncated": st.booleans(),
     "aspects": st.dictionaries(st.sampled_from(["food", "service", "price"]), opinion | unmentioned)}
)  # fmt: skip
result = st.fixed_dictionaries(
    {"language": st.sampled_from(["de", "und"]),
     "overall": st.none() | st.fixed_dictionaries({"polarity": st.sampled_from(POLARITIES), "confidence": sure}),
     "sentences": st.lists(sentence, max_size=3).map(
         lambda found: [{**each, "index": index} for index, each in enumerate(found)])},
    optional={"language_known": st.just(False)},
)  # fmt: skip
asked = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.sampled_from(Priority), "restaurant": st.sampled_from(["adler", "krone"]),
        "reviewed_at": st.sampled_from(["2026-03-01", "2026-03-01T19:30:00+01:00"]), "external_author": words,
        "metadata": st.dictionaries(words, words, min_size=1, max_size=2), "retry_of": st.just("job_before"),
        "not_before": st.just("2026-01-01T00:00:00Z"), "deadline_s": st.just(900.0),
    },
)  # fmt: skip
model = st.fixed_dictionaries(
    {"name": st.just("kritiq-mini"), "version": st.sampled_from(["1", "2"])},
    optional={"alias": st.just("default"), "share": st.integers(1, 99)},
)
spent = st.none() | st.builds(
    Timings, tokenize_ms=st.integers(0, 9), wait_ms=st.integers(0, 9), inference_ms=st.integers(0, 9)
)
error = st.builds(JobError, code=st.sampled_from(["prediction_failed", "worker_lost"]), message=words)
#: How a job ends: with a result, with an error, called off while it waits, or called off while it is judged.
END = st.sampled_from(["succeeded", "failed", "canceled waiting", "canceled running"])


def end(store: RedisStore, job_id: str, how: str, back: int, **came_to: Any) -> None:
    """The job is handed back so many times, and then ends."""
    if how == "canceled waiting":
        store.cancel("default", job_id)
        return
    for _ in range(back):
        store.release([held.tag for held in claim(store)])
    (held,) = claim(store)
    if how == "canceled running":
        store.cancel("default", job_id)
    if how == "failed":
        came_to.pop("result")
        store.complete([Outcome(claim=held, status=Status.FAILED, **came_to)])
        return
    came_to.pop("error")
    store.complete([Outcome(claim=held, status=Status.SUCCEEDED, **came_to)])


FILTERS = [
    JobFilter(),
    JobFilter(model="kritiq-mini"),
    JobFilter(model="kritiq-mini/2"),
    JobFilter(model="kritiq-mini/3"),
    JobFilter(model="kritiq"),
    JobFilter(error="worker_lost"),
    JobFilter(error="prediction_failed", model="kritiq-mini/1"),
    JobFilter(error="worker_lost", restaurant="adler"),
    JobFilter(error="worker_lost", status=Status.SUCCEEDED),
]


def shown(where: Any, wanted: JobFilter, **more: Any) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    before: tuple[int, str] | None = None
    while True:
        page = where.page("default", wanted, size=3, before=before, **more)
        found += [job.id for job in page.jobs]
        before = page.next
        if before is None:
            return found


@pytest.mark.parametrize("seed", range(2))
def test_a_filter_shows_the_same_jobs_wherever_they_are(
    redis_client: redis.Redis, archive: Archive, either: Engine, seed: int
) -> None:
    chance, store, twin = random.Random(seed), RedisStore(redis_client), ModelStore()
    made: list[tuple[Any, ...]] = []
    for number in range(25):
        restaurant, version = chance.choice(["adler", "krone"]), chance.choice("12")
        code = chance.choice([None, "worker_lost", "prediction_failed"])
        for each in (store, twin):
            job = create(each, id=f"job_{number:03}", restaurant=restaurant)
            (held,) = claim(each)
            why = None if code is None else JobError(code=code, message="")
            each.complete(
                [
                    Outcome(
                        claim=held, status=Status.FAILED if why else Status.SUCCEEDED, error=why,
                        result=None if why else RESULT, model={"name": "kritiq-mini", "version": version},
                    )
                ]
            )  # fmt: skip
        made.append((job.id, restaurant, version, code))
    waits = create(store, id="job_waits", restaurant="adler").id
    archive.catch_up()
    for wanted in FILTERS:
        name, _, version = (wanted.model or "kritiq-mini").partition("/")
        expected = {
            job_id
            for job_id, restaurant, by, code in made
            if name == "kritiq-mini"
            and version in ("", by)
            and wanted.error in (None, code)
            and wanted.restaurant in (None, restaurant)
            and wanted.status in (None, Status.FAILED if code else Status.SUCCEEDED)
        }
        everything = wanted == JobFilter()
        assert set(shown(store, wanted)) == (expected | {waits} if everything else expected)
        assert set(shown(twin, wanted)) == expected
        there = shown(ArchiveHistory(either), wanted, without=Deletions())
        assert sorted(there) == sorted(expected)


def told(stored: Stored) -> dict[str, Any]:
    """What a client reads of it."""
    answer = orjson.loads(orjson.dumps(job_dict(stored.job, stored.result, "", archived=stored.archived)))
    return {name: value for name, value in answer.items() if name not in OWN}


@pytest.mark.parametrize("either", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=asked, how=END, back=st.integers(0, 2), model=model, timings=spent, result=result, error=error)
def test_an_answer_by_id_is_the_same_from_redis_and_from_the_archive(
    redis_client: redis.Redis, archive: Archive, either: Engine, request: Any, how: str, back: int, **came_to: Any
) -> None:
    _check(redis_client, archive, either, request, how, back, **came_to)


@pytest.mark.parametrize("either", ["postgresql"], indirect=True)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=asked, how=END, back=st.integers(0, 2), model=model, timings=spent, result=result, error=error)
def test_and_so_it_is_from_postgresql(
    redis_client: redis.Redis, archive: Archive, either: Engine, request: Any, how: str, back: int, **came_to: Any
) -> None:
    _check(redis_client, archive, either, request, how, back, **came_to)


def _check(
    client: redis.Redis, archive: Archive, engine: Engine, request: Any, how: str, back: int, **came_to: Any
) -> None:
    store, history = RedisStore(client), ArchiveHistory(engine)
    made = create(store, **request).id
    end(store, made, how, back, **{**came_to, "result": orjson.dumps(came_to["result"])})
    archive.catch_up()
    here, there = store.get("default", made), history.get("default", made, without=Deletions())
    assert there is not None
    assert told(there) == told(here)
    (listed,) = history.page("default", JobFilter(), size=1, before=None, without=Deletions()).jobs
    (recent,) = store.page("default", JobFilter(), size=1).jobs
    assert told(Stored(job=listed)) == told(Stored(job=recent))
    # What the next example makes is alone.
    store.delete("default", made)
    archive.catch_up()
