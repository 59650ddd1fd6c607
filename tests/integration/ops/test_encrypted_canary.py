"""With texts encrypted, one that went every way over HTTP is nowhere in Redis, its files and the archive while it is
kept, and who is to be told of it is told. So is, after a while, what Celery clients put into Redis and read there."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jobs.job import DEFAULT_TENANT
from store import keys, queues
from tests.integration.ops.test_canary import CANARY, Stack, echo, native, poison, running, send, text, unfinished
from tests.support.processes import Process
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

#: What a receiver was told: a store of its own.
ELSEWHERE = "dashboard.db"

__all__ = ["echo"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("encrypted")
    settings = {"KRITIQ_ENCRYPT_TEXTS": "true", "KRITIQ_TEXT_KEYS": str(folder / "keys"), "KRITIQ_PLAIN_RESULT_S": "1"}
    with running(folder / "data", **settings) as found:
        yield found


def in_redis(stack: Stack) -> list[str]:
    """Where the canary is, beside the dashboard; in Redis' files as they are now."""
    stack.client.save()
    return stack.found(but=(ELSEWHERE,))


def wait_for_ends(stack: Stack) -> None:
    wait_for(lambda: not unfinished(stack), "all has ended", explain=lambda: f"{unfinished(stack)}")


def test_nothing_of_it_is_in_redis_while_it_is_kept_and_all_of_it_is_told(stack: Stack, echo: str) -> None:
    answer = stack.http.post("/v1/endpoints", json={"url": echo, "include_text": True})
    assert answer.status_code == 201, answer.text
    assert stack.http.post("/v1/webhook-secret").status_code == 200
    send(stack, "encrypted", echo)
    poison(stack)
    wait_for_ends(stack)
    wait_for(lambda: [place for place in stack.found() if ELSEWHERE in place], "the dashboard has it")

    def answered() -> bool:
        """Whether a receiver repeated it, which is kept with the attempt."""
        told = stack.http.get("/v1/deliveries", params={"status": "pending"}).json()["deliveries"]
        logs = (stack.http.get(f"/v1/deliveries/{each['id']}").text for each in told)
        return any(CANARY in log for log in logs)

    wait_for(answered, "a receiver's answer is kept")
    assert CANARY in stack.http.get(stack.made[0]).text
    assert in_redis(stack) == []


def test_of_celery_clients_own_tasks_nothing_is_in_plain_after_a_while(stack: Stack) -> None:
    native(stack, "plain")
    stack.client.lpush(queues.CELERY_QUEUE, f"kein Celery, nur {CANARY}")
    wait_for_ends(stack)
    wait_for(lambda: stack.client.llen(keys.REJECTED), "it is rejected")
    assert CANARY in stack.http.get("/v1/jobs/plain-task").text
    wait_for(
        lambda: not in_redis(stack), "nothing of it is in plain", every_s=0.5, explain=lambda: f"{in_redis(stack)}"
    )


def test_when_the_key_is_deleted_all_of_it_answers_as_erased(stack: Stack) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    waits = stack.post("/v1/jobs", {"text": text("wartet"), "not_before": tomorrow})
    words = ("tenants", "key", "delete", DEFAULT_TENANT, "--yes")
    with contextlib.closing(Process(*words, env=stack.service.env)) as command:
        assert command.wait() == 0, command.log

    def erased(path: str) -> bool:
        answer = stack.http.get(path)
        return answer.status_code == 410 and answer.json()["code"] == "text-erased"

    batch = next(path for path in stack.made if path.startswith("/v1/batches/"))
    wait_for(lambda: erased(f"{batch}/results"), "every process has heard of it")
    assert erased(stack.made[0]), "the archive's copy, too"
    about = stack.http.get(batch)
    assert (about.status_code, about.json()["status"], about.json()["metadata"]) == (200, "completed", None)
    assert stack.http.post(f"/v1/jobs/{waits['id']}/cancel").json()["status"] == "canceled"
    again = stack.http.post(f"/v1/jobs/{waits['id']}/retry")
    assert (again.status_code, again.json()["code"]) == (410, "text-erased")
    refused = stack.http.post("/v1/jobs", json={"text": text("danach")})
    assert (refused.status_code, refused.json()["code"]) == (503, "text-key-missing")
