"""Webhooks tell what they tell without encryption, and wait for a key that is missing."""

from pathlib import Path

import pytest

from access.text_keys import KeyFolder
from jobs.errors import TextKeyMissing
from store.connection import Client
from store.delivery_log import DeliveryLog
from tests.support.post import Post
from tests.support.receiver_stub import ReceiverStub
from tests.support.redis_server import RedisServer
from tests.support.text_keys import make_folder, sealed_client, sealing_of
from tests.unit.store.sealing.guests import FOUND, GUEST, TENANT, WORD, everything


@pytest.mark.parametrize("many", [1, 99], ids=["in a line", "in a record"])
def test_a_webhook_tells_what_it_tells_without_encryption(
    client: Client, folder: KeyFolder, receiver: ReceiverStub, many: int
) -> None:
    receiver.body = WORD * many
    post = Post(client)
    post.endpoint(include_text=True)
    job_id = post.end_job(result=FOUND, external_author=GUEST)
    post.turn()
    assert WORD in receiver.sent[0].body.decode()
    assert bool(list(client.scan_iter("kritiq:*:told:*"))) == (many == 1)
    [told] = post.log.page(TENANT, size=9, subject=job_id).deliveries
    assert post.log.get(TENANT, told.id).log[0].answer == receiver.body
    assert WORD.encode() not in everything(client)
    folder.delete(TENANT)
    assert post.log.get(TENANT, told.id).log[0].answer == ""


@pytest.mark.parametrize("many", [1, 99], ids=["in a line", "in a record"])
def test_deliveries_are_listed_without_the_key_that_their_answers_need(
    redis_server: RedisServer, client: Client, tmp_path: Path, receiver: ReceiverStub, many: int
) -> None:
    receiver.body = WORD * many
    post = Post(client)
    endpoint = post.endpoint()
    job_id = post.end_job(result=FOUND)
    post.turn()
    make_folder(tmp_path / "others", "acme")
    with sealed_client(redis_server, sealing_of(KeyFolder(tmp_path / "others"))) as lost:
        for about in ({}, {"subject": job_id}, {"endpoint": endpoint.id}):
            [told] = DeliveryLog(lost).page(TENANT, size=9, **about).deliveries
            assert (told.subject, told.log) == (job_id, ())
        with pytest.raises(TextKeyMissing):
            DeliveryLog(lost).get(TENANT, told.id)


def test_webhooks_that_are_due_when_the_key_is_deleted_are_given_up(
    client: Client, folder: KeyFolder, receiver: ReceiverStub
) -> None:
    post = Post(client)
    post.endpoint()
    job_id = post.end_job(result=FOUND)
    folder.delete(TENANT)
    post.turn()
    [told] = post.log.page(TENANT, size=9, subject=job_id).deliveries
    assert (told.status, told.reason, receiver.sent) == ("dropped", "job_gone", [])


def test_webhooks_whose_key_is_missing_are_tried_again_and_nobody_is_blamed(
    redis_server: RedisServer, client: Client, tmp_path: Path, receiver: ReceiverStub
) -> None:
    ours = Post(client)
    ours.endpoint(include_text=True)
    job_id = ours.end_job(result=FOUND)
    make_folder(tmp_path / "others", "acme")
    with sealed_client(redis_server, sealing_of(KeyFolder(tmp_path / "others"))) as lost:
        Post(lost, cipher=ours.cipher).turn()
    [told] = ours.log.page(TENANT, size=9, subject=job_id).deliveries
    assert (told.status, told.reason, receiver.sent) == ("pending", "internal_error", [])
    ours.advance(h=1)
    ours.turn()
    assert WORD in receiver.sent[0].body.decode()
