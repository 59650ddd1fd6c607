"""What an attempt needs, read at one moment from a real Redis; and why nothing is sent."""

from dataclasses import replace

import pytest

from jobs.batch import Batch
from jobs.errors import SettingsError
from jobs.job import Status
from jobs.line import Line
from jobs.stored import Stored
from store.batches import BatchStore
from store.deliveries import DeliveryStore
from tests.support.factories import claim, succeeded
from tests.support.post import RESULT, TENANT, Post, disable
from tests.support.receiver_stub import ReceiverStub
from webhooks.delivery import DeliveryStatus, Lease, Trigger
from webhooks.endpoint import DisabledReason, Endpoint
from webhooks.secret import SecretCipher, new_key
from webhooks.snapshot import Dropped, DropReason, EndpointNotice


def dropped(post: Post, lease: Lease) -> DropReason:
    with pytest.raises(Dropped) as raised:
        post.deliveries.snapshot(lease)
    return raised.value.reason


def test_a_job_with_its_result_its_receiver_and_what_signs(post: Post) -> None:
    endpoint, secret = post.endpoint_and_secret("http://127.0.0.1:5/", include_text=True)
    job_id = post.end_job(restaurant="adler")
    (lease,) = post.lease()
    snapshot = post.deliveries.snapshot(lease)
    assert snapshot.subject == post.jobs.get(TENANT, job_id)
    assert isinstance(snapshot.subject, Stored)
    assert snapshot.subject.result == RESULT
    assert (snapshot.lease, snapshot.options) == (lease, endpoint.options)
    assert snapshot.options.include_text
    assert snapshot.secrets == (secret,)
    assert snapshot.read_at == pytest.approx(post.deliveries.now_ms(), abs=5000)


def test_it_is_one_round_trip(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.endpoint()
    post.end_job()
    (lease,) = post.lease()
    post.deliveries.snapshot(lease)
    sent: list[str] = []
    execute = post.redis.execute_command

    def counted(*args: object, **options: object) -> object:
        sent.append(str(args[0]))
        return execute(*args, **options)

    monkeypatch.setattr(post.redis, "execute_command", counted)
    post.deliveries.snapshot(lease)
    assert sent == ["EVALSHA"]


def test_both_secrets_while_one_rotates(post: Post) -> None:
    endpoint, old = post.endpoint_and_secret("http://127.0.0.1:5/")
    _, new = post.endpoints.rotate(TENANT, endpoint.id, grace_s=60)
    post.end_job()
    (lease,) = post.lease()
    assert post.deliveries.snapshot(lease).secrets == (new, old)
    post.advance(s=61)
    assert post.deliveries.snapshot(lease).secrets == (new,)


def test_a_batch(post: Post) -> None:
    post.endpoint()
    batches = BatchStore(post.redis)
    batches.create(Batch(id="batch_a"), [Line(number=1, custom_id=None, text="Gut.")], target=20)
    (held,) = claim(post.jobs)
    post.jobs.complete([replace(succeeded(held), good=1)])
    (lease,) = post.lease()
    assert post.deliveries.snapshot(lease).subject == batches.get(TENANT, "batch_a")
    batches.delete(TENANT, "batch_a")
    assert dropped(post, lease) is DropReason.JOB_GONE


def test_a_ping_and_a_disabled_endpoint(post: Post, receiver: ReceiverStub) -> None:
    told = post.endpoint("http://127.0.0.1:1/", events=("endpoint.disabled",))
    post.log.ping(TENANT, told.id)
    (lease,) = post.lease()
    assert post.deliveries.snapshot(lease).subject == EndpointNotice(endpoint_id=told.id)
    receiver.says = 410
    other = post.endpoint("http://127.0.0.1:2/")
    post.end_job()
    (to_other,) = post.lease()
    post.deliverer.deliver(to_other)
    (lease,) = post.lease()
    assert post.deliveries.snapshot(lease).subject == EndpointNotice(endpoint_id=other.id, reason="gone")


def test_a_job_that_was_deleted(post: Post) -> None:
    post.endpoint()
    job_id = post.end_job()
    (lease,) = post.lease()
    post.jobs.delete(TENANT, job_id)
    assert dropped(post, lease) is DropReason.JOB_GONE


def test_an_endpoint_that_was_deleted(post: Post) -> None:
    endpoint = post.endpoint()
    post.end_job()
    (lease,) = post.lease()
    post.endpoints.delete(TENANT, endpoint.id)
    assert dropped(post, lease) is DropReason.ENDPOINT_DELETED


@pytest.mark.parametrize("reason", [DisabledReason.OWNER, DisabledReason.GONE, DisabledReason.FAILING])
@pytest.mark.parametrize("trigger", list(Trigger))
def test_what_a_disabled_endpoint_is_sent(post: Post, reason: DisabledReason, trigger: Trigger) -> None:
    """Nothing, unless it disabled itself and somebody asks for this one."""
    endpoint = post.endpoint()
    post.end_job()
    (lease,) = post.lease()
    lease = replace(lease, trigger=trigger)
    assert post.deliveries.snapshot(lease)
    change = {"enabled": False, "disabled_reason": reason}
    post.endpoints.change(TENANT, endpoint.id, lambda old: replace(old, **change))  # type: ignore[arg-type]
    if reason is not DisabledReason.OWNER and trigger in (Trigger.REPLAY, Trigger.PING):
        assert post.deliveries.snapshot(lease).options == endpoint.options
    else:
        assert dropped(post, lease) is DropReason.ENDPOINT_DISABLED


def test_a_url_that_came_with_a_job(post: Post) -> None:
    post.end_job(webhook="http://127.0.0.1:7/once")
    (lease,) = post.lease()
    assert dropped(post, lease) is DropReason.NO_SECRET
    secret = post.endpoints.rotate_once(TENANT, grace_s=0)
    snapshot = post.deliveries.snapshot(lease)
    assert (snapshot.options.url, snapshot.secrets) == ("http://127.0.0.1:7/once", (secret,))
    assert not snapshot.options.include_text


def test_a_secret_that_no_key_opens(post: Post) -> None:
    post.endpoint()
    post.end_job()
    (lease,) = post.lease()
    with pytest.raises(SettingsError, match="none of the keys"):
        DeliveryStore(post.redis, SecretCipher(new_key())).snapshot(lease)


def test_an_event_of_a_newer_version_waits_for_it(post: Post, receiver: ReceiverStub) -> None:
    endpoint = post.endpoint()
    job_id = post.end_job(Status.FAILED)
    delivery_id = post.of(job_id, endpoint).id
    post.redis.hset(f"kritiq:default:delivery:{delivery_id}", "type", "job.pondered")
    post.turn()
    assert (post.delivery(delivery_id).status, receiver.sent) == (DeliveryStatus.PENDING, [])


def test_a_replay_dropped_before_it_is_sent_ends_as_what_it_was(post: Post, receiver: ReceiverStub) -> None:
    endpoint: Endpoint = post.endpoint()
    job_id = post.end_job()
    post.turn()
    post.log.replay(TENANT, post.of(job_id, endpoint).id)
    disable(post, endpoint)
    post.turn()
    assert (post.of(job_id, endpoint).status, len(receiver.sent)) == (DeliveryStatus.SUCCEEDED, 1)
