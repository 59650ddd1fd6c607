"""The user of Redis that docs/celery.md gives an organisation's Celery client sends tasks and reads its own results."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from store.results import success_meta
from tests.support.celery_client import celery_client
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.integration

DOCS = Path(__file__).parents[3] / "docs" / "celery.md"


@pytest.fixture
def url(redis_server: RedisServer, redis_client: redis.Redis) -> Iterator[str]:
    """An address with that user's name."""
    if int(redis_client.info("server")["redis_version"].partition(".")[0]) < 7:  # type: ignore[index]
        pytest.skip("needs Redis 7")
    (rules,) = re.findall(r"^    ACL SETUSER (acme .*?)\n\n", DOCS.read_text(encoding="utf-8"), re.M | re.S)
    redis_client.execute_command("ACL", "SETUSER", *rules.split())
    yield redis_server.url.replace("redis://", "redis://acme:PASSWORD@")
    redis_client.acl_deluser("acme")


def test_it_sends_tasks_and_reads_its_own_results_and_nothing_else(url: str, redis_client: redis.Redis) -> None:
    # The user goes before what is left of the results, which end their subscriptions when they go.
    with celery_client(url) as app:
        sent = app.send_task("kritiq.analyze", ["Gut."], task_id="acme:1", priority=9)
        assert redis_client.scard("_kombu.binding.celery") == 1
        redis_client.set("celery-task-meta-acme:1", success_meta("acme:1", b'{"a":1}'))
        assert sent.get(timeout=60) == {"a": 1}
        sent.forget()
        assert not redis_client.exists("celery-task-meta-acme:1")
    with redis.Redis.from_url(url) as theirs:
        for refused in (
            "LRANGE celery 0 -1",
            "RPOP celery",
            "GET celery-task-meta-other",
            "LPUSH kritiq.normal x",
            "LPUSH kritiq.retrain x",
            "SET celery-task-meta-other:1 x",
            "DEL celery-task-meta-other:1",
            "GET celery-task-meta-acme",
            "SUBSCRIBE celery-task-meta-other:1",
            "PUBLISH /0.celery.pidbox x",
            "ZADD kritiq:revoked 1 other:1",
            "SADD celery-taskset-meta-chord x",
            "KEYS *",
        ):
            with pytest.raises(redis.exceptions.NoPermissionError):
                theirs.execute_command(*refused.split())
