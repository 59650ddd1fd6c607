"""`python -m tests.celery.user_worker NAME`: the user's own worker, where follow-ups of our task go."""

import json
import os
import sys
from typing import Any

import redis
from celery import Celery, group

#: The queue that this worker reads, and nobody else.
QUEUE = "user"
#: What our users would write without us, as far as a broker on Redis lets them keep messages.
SETTINGS = {
    "accept_content": ["json"],
    "task_acks_late": True,
    "worker_prefetch_multiplier": 1,
    "worker_send_task_events": True,
    "worker_hijack_root_logger": False,
    "broker_connection_retry_on_startup": True,
    # What a worker that was told to end had not begun is put back at once; this is for one that was killed.
    "broker_transport_options": {"visibility_timeout": 60},
}


def create_app(url: str) -> Celery:
    """The application of the worker. Each of its tasks notes what it was given under the key that the test chose."""
    app = Celery("user", broker=url, backend=url, set_as_current=False)
    app.conf.update(SETTINGS)
    client = redis.Redis.from_url(url)

    def note(task: Any, key: str, value: Any) -> None:
        request = task.request
        seen = {"value": value, "id": request.id, "root": request.root_id, "parent": request.parent_id}
        # A stock worker hands headers on only to what knows them; see `test_traces`.
        seen["traceparent"] = (request.headers or {}).get("traceparent")
        seen |= {"stamps": request.stamps or {}, "stamped_headers": request.stamped_headers or []}
        client.rpush(f"note:{key}", json.dumps(seen))

    @app.task(bind=True, name="user.note")  # type: ignore[untyped-decorator]
    def on_value(self: Any, value: Any, key: str) -> Any:
        """What a link, a chain and a chord's body do."""
        note(self, key, value)
        return value

    @app.task(bind=True, name="user.failed")  # type: ignore[untyped-decorator]
    def on_failure(self: Any, task_id: str, key: str) -> str:
        """What a link_error does, which Celery calls with the failed task's id where it isn't registered."""
        note(self, key, task_id)
        return task_id

    @app.task(name="user.give")  # type: ignore[untyped-decorator]
    def give(value: Any) -> Any:
        """What stands before our task in a chain."""
        return value

    @app.task(bind=True, name="user.replace")  # type: ignore[untyped-decorator]
    def replace(self: Any, texts: list[str]) -> Any:
        """What is done in place of this task: a review of each text."""
        return self.replace(group(app.signature("kritiq.analyze", args=(text,)) for text in texts))

    return app


if __name__ == "__main__":
    options = ["--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat", "-Q", QUEUE]
    create_app(os.environ["CONFORMANCE_REDIS"]).worker_main(["worker", *options, "-l", "WARNING", "-n", sys.argv[1]])
