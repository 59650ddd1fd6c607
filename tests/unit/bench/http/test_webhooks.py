"""What `kritiq bench webhooks` measures is there, in whichever form a delivery is kept."""

import threading

import pytest
import redis

from bench.http.webhooks import measure
from tests.support.post import Post
from webhooks.delivery import Attempt, Verdict


@pytest.mark.parametrize("answer", ["", "x" * 1000])
def test_the_time_of_each_delivery_is_read(redis_client: redis.Redis, answer: str) -> None:
    post, over = Post(redis_client), threading.Event()
    endpoints = [post.endpoint(f"http://127.0.0.1:9/{number}") for number in range(2)]

    def deliver() -> None:
        while not over.is_set():
            for lease in post.lease():
                attempt = Attempt(number=1, trigger=lease.trigger, started_at=lease.due_at, answer=answer)
                post.deliveries.record(lease, Verdict.SUCCEEDED, attempt=attempt)
            post.deliveries.wait(0.01)

    worker = threading.Thread(target=deliver)
    worker.start()
    try:
        took = measure(redis_client, endpoints, jobs=3, pause_s=0.0)
    finally:
        over.set()
        worker.join()
    assert len(took) == 6
    assert min(took) >= 0
