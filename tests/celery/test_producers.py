"""A Celery client of an organisation: what it signs is the organisation's, and nobody else's."""

import pytest

from jobs.errors import NotFound
from jobs.job import DEFAULT_TENANT
from kritiq_client.producer import signed
from store.connection import connect
from store.jobs import RedisStore
from tests.celery.subjects import KRITIQ, PLAIN, PRODUCER, REVIEW, Running, eventually, fresh_key
from tests.support.factories import make_settings

pytestmark = [pytest.mark.integration, pytest.mark.only(KRITIQ, PLAIN)]


def test_a_signed_task_is_answered_and_its_job_is_the_organisations(there: Running) -> None:
    sent = there.send(REVIEW, **signed("acme", PRODUCER, own := fresh_key()))
    assert sent.id == f"acme:{own}"
    assert there.value(sent)["sentences"]
    with connect(make_settings(redis_url=there.url)) as client:
        store = RedisStore(client)
        assert store.get("acme", own).job.status == "succeeded"
        with pytest.raises(NotFound):
            store.get(DEFAULT_TENANT, own)


def test_steps_of_a_chain_are_each_signed(there: Running) -> None:
    first, second = (there.task(REVIEW, immutable=True).set(**signed("acme", PRODUCER, fresh_key())) for _ in range(2))
    ended = (first | second).apply_async()
    assert there.value(ended)["sentences"]
    assert ended.id.startswith("acme:")
    assert ended.parent.id.startswith("acme:")


def test_without_the_organisations_signature_there_is_no_answer(there: Running) -> None:
    with connect(make_settings(redis_url=there.url)) as client:
        client.zadd("kritiq:tenants", {"acme": 1})
        try:
            forged = there.send(REVIEW, **signed("acme", "f" * 32, fresh_key()))
            # What is behind it is done: it has been looked at.
            there.alive()
            eventually(there, lambda: forged.state == "PENDING", "it has no answer")
            assert RedisStore(client).is_foreign(forged.id)
        finally:
            client.zrem("kritiq:tenants", "acme")
