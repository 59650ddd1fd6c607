"""Whatever dies, an accepted job ends once: killed and stopped workers, a Redis that goes away."""

import time
from collections import Counter
from typing import Any

import pytest

from store import keys
from tests.support.factories import make_settings
from tests.support.processes import Api, Process, start_worker, wait_for_worker
from tests.support.redis_server import RedisServer
from tests.support.waiting import DEADLINE_S, wait_for

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

#: Long enough that a worker is still at it when it is hit: each twenty different sentences.
LONG = [" ".join(f"Besuch {n} Gang {gang} war gut." for gang in range(20)) for n in range(12)]
#: Enough for a batch that two workers hold parts of, and the lease that they have by default, in seconds.
REVIEWS, LEASE_S = 240, make_settings().lease_s


def started(api: Api, ids: list[str]) -> bool:
    return any(api.job(job_id)["status"] != "queued" for job_id in ids)


def test_a_worker_that_is_asked_to_stop_under_load_loses_nothing(
    own_redis: RedisServer, own_processes: list[Process | Api]
) -> None:
    first, api = start_worker(own_redis.url, "first@test", batch_jobs="2"), Api(own_redis.url)
    own_processes += [first, api]
    with own_redis.client() as client:
        wait_for_worker(first, client, "first@test")
        ids = [api.wait().submit(text) for text in LONG]
        wait_for(lambda: started(api, ids), "the worker is at it")
        first.terminate()
        assert first.wait() == 0, first.log[-4000:]
        states = [api.job(job_id)["status"] for job_id in ids]
        assert set(states) <= {"queued", "succeeded"}, "a worker that stopped holds nothing"
        second = start_worker(own_redis.url, "second@test")
        own_processes.append(second)
        wait_for_worker(second, client, "second@test")
    jobs = [api.ended(job_id) for job_id in ids]
    assert [job["status"] for job in jobs] == ["succeeded"] * len(ids)
    # Whatever was done before the stop was not done again.
    assert all(job["attempt"] == 1 for job, state in zip(jobs, states, strict=True) if state == "succeeded")


def test_the_jobs_of_a_killed_worker_are_finished_by_another(
    own_redis: RedisServer, own_processes: list[Process | Api]
) -> None:
    first = start_worker(own_redis.url, "first@test", lease_s="1", batch_jobs="4")
    second = start_worker(own_redis.url, "second@test", lease_s="1", batch_jobs="4")
    api = Api(own_redis.url)
    own_processes += [first, second, api]
    with own_redis.client() as client:
        wait_for_worker(first, client, "first@test")
        wait_for_worker(second, client, "second@test")
    ids = [api.wait().submit(text) for text in LONG]
    wait_for(lambda: started(api, ids), "the workers are at it")
    first.kill()
    jobs = [api.ended(job_id) for job_id in ids]
    assert [job["status"] for job in jobs] == ["succeeded"] * len(ids)
    assert all(len(job["result"]["sentences"]) == 20 for job in jobs)
    assert second.running


def test_without_redis_nothing_is_accepted_and_with_it_all_goes_on(
    own_redis: RedisServer, own_processes: list[Process | Api]
) -> None:
    worker, api = start_worker(own_redis.url, lease_s="1"), Api(own_redis.url)
    own_processes += [worker, api]
    with own_redis.client() as client:
        wait_for_worker(worker, client)
    assert api.wait().ended(api.submit("Davor."))["status"] == "succeeded"
    own_redis.stop()
    for headers in ({}, {"Prefer": "wait=10"}):
        answer = api.http.post("/v1/jobs", json={"text": "Dabei."}, headers=headers, timeout=10)
        assert answer.status_code == 503
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) >= 1
    assert api.http.get("/readyz").status_code == 503
    assert api.http.get("/livez").status_code == 200
    own_redis.start()
    wait_for(lambda: api.http.get("/readyz").status_code == 200, "ready again", explain=lambda: worker.log[-4000:])
    answer = api.http.post("/v1/jobs", json={"text": "Danach."}, headers={"Prefer": "wait=30"})
    assert (answer.status_code, answer.json()["status"]) == (200, "succeeded")


def test_the_chunks_of_a_killed_worker_have_ended_within_15_seconds(
    own_redis: RedisServer, own_processes: list[Process | Api]
) -> None:
    """With the default lease: what is promised of batches too.

    A machine on which an undisturbed batch takes seconds is given so much more.
    """
    workers = [start_worker(own_redis.url, f"{name}@test", batch_sentences="40") for name in ("first", "second")]
    api = Api(own_redis.url, batch_sentences="40")
    own_processes += [*workers, api]

    def begin(course: str) -> str:
        reviews = [{"text": f"{course} {n} war gut. Der Wein {n} zu {course} war warm."} for n in range(REVIEWS)]
        return str(api.http.post("/v1/batches", json={"reviews": reviews}).json()["id"])

    def ended(batch: str, within_s: float = DEADLINE_S) -> dict[str, Any]:
        def done() -> dict[str, Any] | None:
            found: dict[str, Any] = api.http.get(f"/v1/batches/{batch}").json()
            return found if found["status"] == "completed" else None

        return wait_for(done, "the batch has ended", every_s=0.05, deadline_s=within_s)

    with own_redis.client() as client:
        for worker, name in zip(workers, ("first", "second"), strict=True):
            wait_for_worker(worker, client, f"{name}@test")
        api.wait()
        began_at = time.monotonic()
        ended(begin("Gang"))
        usual_s = time.monotonic() - began_at
        batch = begin("Gericht")

        def held() -> bool:
            held_by_each = Counter(tag.rsplit(b"/", 1)[1] for tag in client.hkeys(keys.CLAIMS))
            return len(held_by_each) == 2

        wait_for(held, "both hold some of it", every_s=0.001)
        workers[0].kill()
        died_at = time.monotonic()
    allowed_s = max(15.0, LEASE_S + 4 * usual_s)
    found = ended(batch, allowed_s)
    assert time.monotonic() - died_at < allowed_s
    assert found["counts"]["succeeded"] == REVIEWS
    assert workers[1].running
