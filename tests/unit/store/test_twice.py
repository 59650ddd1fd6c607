"""A call whose answer was lost is made again: nothing is done twice, and nobody is blamed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import redis

from jobs.batch import Batch
from jobs.celery_task import CeleryMessage
from jobs.erasure import Erased, ErasureStatus, Proof
from jobs.job import Claim, Status
from jobs.line import Line
from store.audit import AuditStore
from store.batches import BatchStore
from store.endpoints import EndpointStore
from store.erasures import ErasureStore
from store.jobs import RedisStore
from store.messages import MessageFactory
from store.rejects import RejectStore
from store.whose import Whose
from tests.support.factories import LEASE_MS, REVIEW, claim, create, make_job, succeeded, work_off
from tests.support.worlds import RedisWorld
from webhooks.endpoint import Endpoint
from webhooks.options import EndpointOptions
from webhooks.secret import SecretCipher, new_key


def test_a_job_is_made_once(redis_world: RedisWorld) -> None:
    job = make_job()
    assert redis_world.store.create(job, REVIEW).new
    assert not redis_world.store.create(job, REVIEW).new
    assert len(claim(redis_world.store)) == 1


def test_a_job_that_has_ended_meanwhile_stays_ended(redis_world: RedisWorld) -> None:
    job = make_job()
    redis_world.store.create(job, REVIEW)
    work_off(redis_world.store)
    assert redis_world.store.create(job, REVIEW).job.status is Status.SUCCEEDED
    assert claim(redis_world.store) == []


def test_a_batch_is_made_once_and_what_has_ended_stays_ended(redis_world: RedisWorld) -> None:
    batches, batch = BatchStore(redis_world.redis), Batch(id="batch_1")
    lines = [Line(number=1, custom_id=None, text=REVIEW)]
    first = batches.create(batch, lines, target=100)
    work_off(redis_world.store)
    again = batches.create(batch, lines, target=100)
    assert again.created_at == first.created_at
    assert claim(redis_world.store) == []
    assert redis_world.store.backlog().waiting_jobs["bulk"] == 0  # type: ignore[index]


def test_a_text_of_a_celery_client_is_adopted_once(redis_world: RedisWorld) -> None:
    native, job = CeleryMessage(tag="tag", message=b"{}"), make_job()
    first = redis_world.store.adopt(native, job, REVIEW, lease_ms=LEASE_MS)
    again = redis_world.store.adopt(native, job, REVIEW, lease_ms=LEASE_MS)
    assert isinstance(first, Claim)
    assert again == first
    assert redis_world.store.complete([succeeded(first)]) == [Status.SUCCEEDED]


def test_claims_whose_answer_was_lost_are_handed_back_without_a_strike(redis_world: RedisWorld) -> None:
    jobs = [create(redis_world.store).id for _ in range(3)]
    [known] = claim(redis_world.store, jobs=1, holder="me")
    claim(redis_world.store, jobs=1, holder="me")
    [other] = claim(redis_world.store, jobs=1, holder="somebody else")
    assert redis_world.store.reclaim("me", [known.tag]) == 1
    [again] = claim(redis_world.store)
    assert (again.id, again.suspect, again.attempt) == (jobs[1], False, 2)
    assert redis_world.store.complete([succeeded(known), succeeded(other)]) == [Status.SUCCEEDED] * 2


def test_a_claim_that_ran_out_while_redis_was_away_is_its_workers_for_a_while(redis_world: RedisWorld) -> None:
    create(redis_world.store)
    [taken] = claim(redis_world.store, lease_ms=2_000)
    redis_world.store.sweep(quiet_ms=5_000)
    # Nobody sweeps for a minute: neither could anybody renew.
    redis_world.advance(60_000)
    assert redis_world.store.sweep(quiet_ms=5_000) == (0, 0)
    assert redis_world.store.renew([taken], lease_ms=2_000) == [Status.RUNNING]
    assert redis_world.store.complete([succeeded(taken)]) == [Status.SUCCEEDED]


def test_a_worker_that_did_not_come_back_with_redis_loses_it_then(redis_world: RedisWorld) -> None:
    create(redis_world.store)
    claim(redis_world.store, lease_ms=2_000)
    redis_world.store.sweep(quiet_ms=5_000)
    redis_world.advance(60_000)
    redis_world.store.sweep(quiet_ms=5_000)
    redis_world.advance(3_000)
    redis_world.store.sweep(quiet_ms=5_000)
    redis_world.advance(3_000)
    assert redis_world.store.sweep(quiet_ms=5_000) == (1, 0)


class Twice(EndpointStore):
    """Its connection breaks after every script, so that it is run again."""

    def _run(self, script: str, keys: Sequence[str] = (), args: Sequence[Any] = ()) -> Any:
        super()._run(script, keys, args)
        return super()._run(script, keys, args)


def test_an_endpoint_is_made_changed_and_given_a_secret_once(redis_client: redis.Redis) -> None:
    endpoints = Twice(redis_client, SecretCipher(new_key()))
    wanted = Endpoint(id="", tenant="default", options=EndpointOptions(url="https://example.org/hook"))
    made, first = endpoints.create(wanted)
    assert [each.id for each in endpoints.page("default")] == [made.id]
    changed = endpoints.change("default", made.id, lambda old: replace(old, enabled=False))
    assert (changed.version, changed.enabled) == (2, False)
    rotated, second = endpoints.rotate("default", made.id, grace_s=60)
    assert endpoints.cipher.signers(rotated.secrets, endpoints.now_ms()) == (second, first)
    once = endpoints.rotate_once("default", grace_s=60)
    kept = endpoints.once("default")
    assert kept is not None
    assert endpoints.cipher.signers(kept.secrets, endpoints.now_ms()) == (once,)


def test_a_change_by_somebody_else_is_not_taken_for_ones_own(redis_client: redis.Redis) -> None:
    endpoints = EndpointStore(redis_client, SecretCipher(new_key()))
    wanted = Endpoint(id="", tenant="default", options=EndpointOptions(url="https://example.org/hook"))
    made, _ = endpoints.create(wanted)
    tries: list[int] = []

    def change(old: Endpoint) -> Endpoint:
        tries.append(old.version)
        if len(tries) == 1:
            options = replace(old.options, description="Somebody else's.")
            endpoints.change("default", made.id, lambda old: replace(old, options=options))
        return replace(old, enabled=False)

    changed = endpoints.change("default", made.id, change)
    assert (tries, changed.options.description, changed.enabled) == ([1, 2], "Somebody else's.", False)


def test_a_message_without_a_record_is_left_alone(redis_client: redis.Redis) -> None:
    store, message = RedisStore(redis_client), MessageFactory().build("default", "job_gone", "kritiq.normal")
    redis_client.lpush("kritiq.normal", message)
    assert store.claim(jobs=1, weight=1, lease_ms=1_000) == []


def test_what_nobody_can_be_answered_for_is_kept_once(redis_world: RedisWorld) -> None:
    redis_world.send("native")
    [message] = redis_world.store.claim(jobs=1, weight=1, lease_ms=LEASE_MS)
    assert isinstance(message, CeleryMessage)
    for _ in range(2):
        redis_world.store.reject(message, "It has no end.")
    assert [kept.queue for kept in RejectStore(redis_world.redis).all()] == ["kritiq.normal"]


def test_messages_under_one_tag_are_each_put_aside_for_good(redis_world: RedisWorld) -> None:
    for _ in range(3):
        redis_world.send("native")
        [message] = redis_world.store.claim(jobs=1, weight=1, lease_ms=LEASE_MS)
        assert isinstance(message, CeleryMessage)
        redis_world.store.reject(message, "It has no end.")
    redis_world.advance(2 * LEASE_MS)
    assert redis_world.store.sweep() == (0, 0), "none is held any more"
    assert len(RejectStore(redis_world.redis).all()) == 3


def test_a_repeated_call_leaves_alone_what_is_held_under_the_same_tag_meanwhile(redis_world: RedisWorld) -> None:
    redis_world.send("native")
    [message] = redis_world.store.claim(jobs=1, weight=1, lease_ms=LEASE_MS)
    assert isinstance(message, CeleryMessage)
    redis_world.store.reject(message, "It has no end.")
    other = replace(message, message=message.message.replace(b"elsewhere", b"nowhere"))
    redis_world.redis.lpush("kritiq.normal", other.message)
    assert redis_world.store.claim(jobs=1, weight=1, lease_ms=LEASE_MS) == [other]
    redis_world.store.reject(message, "It has no end.")
    redis_world.advance(2 * LEASE_MS)
    assert redis_world.store.sweep() == (1, 0), "the other one waits again"
    assert len(RejectStore(redis_world.redis).all()) == 1


def test_an_erasure_is_asked_for_noted_and_ended_once(redis_world: RedisWorld) -> None:
    erasures, whose = ErasureStore(redis_world.redis), Whose(tenant="default", external_author="anna")
    proof = Proof(searched=1, found=(), shared_batches=(), archive=None)
    asked = erasures.ask("erasure_1", whose)
    claim = erasures.claim(lease_ms=LEASE_MS)
    assert claim is not None
    for _ in range(2):
        assert erasures.renew(claim, Erased(jobs=3), lease_ms=LEASE_MS)
    audit = AuditStore(redis_world.redis, most=9, lifetime_s=60)
    for _ in range(2):
        assert erasures.end(claim, proof, audit=audit)
    assert [entry.action for entry in audit.page("default", size=9).entries] == ["erasure_succeeded"]
    again = erasures.ask("erasure_1", whose)
    assert (again.created_at, again.status, again.erased) == (asked.created_at, ErasureStatus.SUCCEEDED, Erased(jobs=3))
    assert not erasures.renew(claim, Erased(jobs=3), lease_ms=LEASE_MS)
    assert not erasures.put_back(claim, after_ms=0, counted=True)
    assert erasures.claim(lease_ms=LEASE_MS) is None


def test_an_erasure_is_put_back_once_and_takes_nobodys_place(redis_world: RedisWorld) -> None:
    erasures = ErasureStore(redis_world.redis)
    erasures.ask("erasure_1", Whose(tenant="default"))
    first = erasures.claim(lease_ms=LEASE_MS)
    assert first is not None
    for _ in range(2):
        assert erasures.put_back(first, after_ms=0, counted=True)
    second = erasures.claim(lease_ms=LEASE_MS)
    assert second is not None
    assert (second.tries, second.attempt) == (2, 2)
    assert not erasures.put_back(first, after_ms=0, counted=True)
    assert erasures.claim(lease_ms=LEASE_MS) is None
