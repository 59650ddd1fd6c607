"""A job and its message are stored together, once, and only while there is room."""

import threading
import time
from typing import Any

import pytest

from jobs.errors import Gone, IdempotencyMismatch, NotFound, QueueFull
from jobs.job import Status
from jobs.request import Form, JobRequest, Priority
from jobs.store import JobStore
from jobs.submission import submit
from tests.support.factories import LEASE_MS, REVIEW, claim, create, make_job, make_settings, work_off
from tests.support.worlds import World


def test_a_new_job_waits(store: JobStore) -> None:
    made = store.create(make_job(), REVIEW)
    assert made.new
    assert store.get("default", made.job.id).job == made.job
    assert (made.job.status, made.job.version, made.job.attempt) == (Status.QUEUED, 1, 1)
    assert store.get("default", made.job.id).result is None


def test_a_job_is_as_old_as_the_stores_clock_says(world: World) -> None:
    before = world.now()
    job = create(world.store)
    assert before <= job.created_at <= world.now()


@pytest.mark.parametrize("waits", [True, False], ids=["scheduled", "queued"])
def test_a_deadline_counts_from_what_the_stores_clock_says(world: World, waits: bool) -> None:
    before = world.now()
    due = "2126-11-28T00:00:00Z" if waits else None
    job = world.store.create(
        make_job(deadline_s=0.5, not_before=due, due_at=4_950_000_000_000 if waits else None), REVIEW
    ).job
    assert job.deadline_at == job.created_at + 500
    assert before + 500 <= job.deadline_at <= world.now() + 500
    assert world.store.get("default", job.id).job.deadline_at == job.deadline_at


def test_the_hosts_clock_sets_no_deadline(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 90)
    made = submit(store, make_settings(), REVIEW, JobRequest(deadline_s=60))
    assert made.job.deadline_at == made.job.created_at + 60_000


def test_everything_the_client_asked_is_kept(store: JobStore) -> None:
    asked = make_job(
        priority=Priority.BULK,
        language="de",
        include_none=True,
        form=Form.LEGACY,
        weight=3,
        ttl_ms=120_000,
        retry_of="job_before",
        restaurant="zur-post",
        reviewed_at="2026-11-14T09:30:00+00:00",
        metadata={"ä": [1, 2.5, None, {"x": "y"}], "empty": {}},
    )
    store.create(asked, REVIEW)
    kept = store.get("default", asked.id).job
    assert (kept.request, kept.weight, kept.ttl_ms) == (asked.request, asked.weight, asked.ttl_ms)


@pytest.mark.parametrize("text", ["x", "Größe: 5 €. 👍🏽", "Zeile\nZeile\r\n", "a\u2028b", "'\"\\{}%s", " leer "])
def test_the_worker_gets_the_text_as_it_came(store: JobStore, text: str) -> None:
    create(store, text)
    assert claim(store)[0].text == text


def test_empty_metadata_is_not_no_metadata(store: JobStore) -> None:
    assert store.get("default", create(store, metadata={}).id).job.request.metadata == {}
    assert store.get("default", create(store, metadata=None).id).job.request.metadata is None


def test_an_unknown_job_is_not_found(store: JobStore) -> None:
    with pytest.raises(NotFound):
        store.get("default", "job_unknown")


def test_another_tenants_job_is_not_found(store: JobStore) -> None:
    job = create(store, tenant="one")
    with pytest.raises(NotFound):
        store.get("two", job.id)
    with pytest.raises(NotFound):
        store.cancel("default", job.id)
    assert store.get("one", job.id).job.id == job.id


def test_two_tenants_may_use_the_same_id(store: JobStore) -> None:
    create(store, "Eins.", tenant="one", id="mine")
    create(store, "Zwei.", tenant="two", id="mine")
    assert {(taken.tenant, taken.text) for taken in claim(store)} == {("one", "Eins."), ("two", "Zwei.")}


def test_the_same_key_and_request_give_the_first_job(store: JobStore) -> None:
    first = store.create(make_job(), REVIEW, idempotency="key", digest="d")
    again = store.create(make_job(), REVIEW, idempotency="key", digest="d")
    assert (first.new, again.new) == (True, False)
    assert again.job == first.job
    assert len(claim(store)) == 1


def test_the_first_job_is_given_as_it_is_now(store: JobStore) -> None:
    store.create(make_job(), REVIEW, idempotency="key", digest="d")
    work_off(store)
    assert store.create(make_job(), REVIEW, idempotency="key", digest="d").job.status is Status.SUCCEEDED


def test_the_same_key_with_another_request_is_refused(store: JobStore) -> None:
    store.create(make_job(), REVIEW, idempotency="key", digest="d")
    with pytest.raises(IdempotencyMismatch):
        store.create(make_job(), "Anders.", idempotency="key", digest="e")
    assert len(claim(store)) == 1


def test_keys_belong_to_their_tenant(store: JobStore) -> None:
    one = store.create(make_job(tenant="one"), REVIEW, idempotency="key", digest="d")
    two = store.create(make_job(tenant="two"), "Anders.", idempotency="key", digest="e")
    assert one.new
    assert two.new


def test_the_same_id_and_request_give_the_first_job(store: JobStore) -> None:
    first = store.create(make_job(id="mine"), REVIEW, digest="d")
    again = store.create(make_job(id="mine"), REVIEW, digest="d")
    assert (first.new, again.new) == (True, False)
    assert len(claim(store)) == 1


def test_the_same_id_with_another_request_is_refused(store: JobStore) -> None:
    store.create(make_job(id="mine"), REVIEW, digest="d")
    with pytest.raises(IdempotencyMismatch):
        store.create(make_job(id="mine"), "Anders.", digest="e")
    assert claim(store)[0].text == REVIEW


def test_a_key_that_came_with_an_id_of_the_clients_own_is_for_that_id_alone(store: JobStore) -> None:
    key: Any = {"idempotency": "key", "digest": "d"}
    store.create(make_job(id="mine"), REVIEW, own_id=True, **key)
    with pytest.raises(IdempotencyMismatch):
        store.create(make_job(id="other"), REVIEW, own_id=True, **key)
    with pytest.raises(IdempotencyMismatch):
        store.create(make_job(), REVIEW, **key)
    assert store.create(make_job(id="mine"), REVIEW, own_id=True, **key).job.id == "mine"
    # Without the key, too.
    assert not store.create(make_job(id="mine"), REVIEW, own_id=True, digest="d").new
    assert len(claim(store)) == 1


@pytest.mark.parametrize("digest", ["d", "e"])
@pytest.mark.parametrize("idempotency", [None, "key"])
def test_an_id_whose_job_was_deleted_is_gone_whatever_is_asked(
    store: JobStore, digest: str, idempotency: str | None
) -> None:
    store.create(make_job(id="mine"), REVIEW, digest="d", own_id=True)
    store.delete("default", "mine")
    with pytest.raises(Gone):
        store.create(make_job(id="mine"), REVIEW, digest=digest, own_id=True, idempotency=idempotency)


def test_an_id_whose_job_is_past_its_time_is_gone_whatever_is_asked(world: World) -> None:
    world.store.create(make_job(id="mine", ttl_ms=1_000), REVIEW, digest="d", own_id=True)
    work_off(world.store)
    world.advance(2_000)
    for digest in ("d", "e"):
        with pytest.raises(Gone):
            world.store.create(make_job(id="mine"), REVIEW, digest=digest, own_id=True)


def test_of_many_clients_with_one_key_one_makes_the_job(store: JobStore) -> None:
    start, made = threading.Barrier(16), []

    def submit() -> None:
        start.wait()
        made.append(store.create(make_job(), REVIEW, idempotency="key", digest="d"))

    threads = [threading.Thread(target=submit) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(created.new for created in made) == 1
    assert len({created.job.id for created in made}) == 1
    assert len(claim(store)) == 1


def test_the_backlog_is_counted_in_sentences_per_queue(store: JobStore) -> None:
    create(store, weight=3)
    create(store, weight=4)
    create(store, weight=5, priority=Priority.BULK)
    backlog = store.backlog()
    assert backlog.waiting == {"high": 0, "normal": 7, "models": 0, "long": 0, "bulk": 5}
    assert backlog.waiting_jobs == {"high": 0, "normal": 2, "models": 0, "long": 0, "bulk": 1}
    assert (backlog.running, backlog.rate) == (0, None)


def test_claimed_sentences_run_and_wait_no_more(store: JobStore) -> None:
    create(store, weight=3)
    create(store, weight=4)
    claim(store, jobs=1)
    backlog = store.backlog()
    assert (backlog.waiting[Priority.NORMAL], backlog.waiting_jobs[Priority.NORMAL], backlog.running) == (4, 1, 3)


def test_when_all_is_done_nothing_is_counted(store: JobStore) -> None:
    for weight in (1, 2, 3):
        create(store, weight=weight)
    work_off(store)
    backlog = store.backlog()
    assert sum(backlog.waiting.values()) == sum(backlog.waiting_jobs.values()) == backlog.running == 0


def test_beyond_the_limit_nothing_is_stored(store: JobStore) -> None:
    create(store, weight=6)
    with pytest.raises(QueueFull) as caught:
        store.create(make_job(id="late", weight=5), REVIEW, limit=10)
    assert caught.value.retry_after_s >= 1
    assert not caught.value.permanent
    with pytest.raises(NotFound):
        store.get("default", "late")
    assert len(claim(store)) == 1


def test_the_limit_of_what_is_scheduled_says_so(world: World) -> None:
    later = world.now() + 3_600_000
    world.store.create(make_job(id="first", weight=6, due_at=later), REVIEW)
    with pytest.raises(QueueFull, match=r"^6 sentences are scheduled already") as caught:
        world.store.create(make_job(id="late", weight=5, due_at=later), REVIEW, limit=10)
    assert caught.value.retry_after_s == 300, "no worker makes room there"


def test_up_to_the_limit_there_is_room(store: JobStore) -> None:
    create(store, weight=6)
    assert store.create(make_job(weight=4), REVIEW, limit=10).new


def test_a_job_larger_than_the_limit_is_taken_when_nothing_waits(store: JobStore) -> None:
    assert store.create(make_job(weight=50), REVIEW, limit=10).new


def test_a_repeated_request_is_answered_even_when_there_is_no_room(store: JobStore) -> None:
    first = store.create(make_job(weight=9), REVIEW, idempotency="key", digest="d", limit=10)
    again = store.create(make_job(weight=9), REVIEW, idempotency="key", digest="d", limit=10)
    assert again.job.id == first.job.id


def test_the_limit_counts_all_queues_but_not_what_runs(store: JobStore) -> None:
    create(store, weight=6, priority=Priority.BULK)
    with pytest.raises(QueueFull):
        store.create(make_job(weight=6), REVIEW, limit=10)
    claim(store, lease_ms=LEASE_MS)
    assert store.create(make_job(weight=6), REVIEW, limit=10).new
