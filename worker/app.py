"""The Celery application of the workers, and the settings that Celery over Redis needs."""

from collections.abc import Mapping
from typing import Any

from celery import Celery, signals
from celery._state import _task_stack

from jobs.settings import Settings
from store import queues
from store.celery_url import celery_url, find_redis
from store.connection import KEEPALIVE
from telemetry.traces import Tracer, carried, headers_of

#: What every application of ours needs that reads or writes results.
RESULT_SETTINGS: dict[str, Any] = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "redis_socket_timeout": 5.0,
    "redis_socket_connect_timeout": 2.0,
    "redis_socket_keepalive": True,
    "broker_transport_options": {"socket_timeout": 5, "socket_connect_timeout": 2, "socket_keepalive": True},
    # The default tries for 20 seconds; whoever stores a result here tries again later anyway.
    "result_backend_transport_options": {"retry_policy": {"timeout": 5.0}},
    "broker_connection_timeout": 2.0,
}

#: What our workers need beside it; measured with Celery 5.7.
CELERY_SETTINGS: dict[str, Any] = {
    **RESULT_SETTINGS,
    "task_acks_late": True,
    # What a worker sends of itself, such as the errback of a task that failed, is for whoever its client meant.
    "task_default_queue": queues.CELERY_QUEUE,
    "worker_prefetch_multiplier": 1,
    "worker_send_task_events": True,
    "worker_hijack_root_logger": False,
    "worker_pool": "solo",
    "broker_connection_retry_on_startup": True,
    # The default gives up after 100 tries.
    "broker_connection_max_retries": None,
    "worker_consumer": "worker.patient_consumer:PatientConsumer",
    "broker_channel_error_retry": True,
    "broker_transport_options": {
        # A stock consumer of ours that dies gives its message back after this, not after an hour.
        "visibility_timeout": 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # Without these a worker never notices that its connection to Redis is dead.
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "socket_keepalive_options": KEEPALIVE,
        "health_check_interval": 5,
    },
}


class TracedCelery(Celery):  # type: ignore[misc]
    """Sends what follows a task in that task's trace, whichever part of Celery's code sends it."""

    def send_task(self, *args: Any, headers: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """As Celery's own. Headers that whoever made the signature gave it go before."""
        task = _task_stack.top
        place = carried(vars(task.request)) if task is not None else ""
        return super().send_task(*args, headers={**headers_of(place), **(headers or {})}, **options)


def create_app(settings: Settings) -> Celery:
    """A Celery application for `settings`; no connection is made. `worker.tasks.add_tasks` gives it Kritiq's tasks."""
    app = TracedCelery(
        "kritiq", broker=celery_url(settings), backend=celery_url(settings), set_as_current=False,
        # Each worker imports it as it starts, whichever consumer it has.
        include=["worker.control"],
    )  # fmt: skip
    app.conf.update(CELERY_SETTINGS)
    find_redis(app, settings)
    app.settings = settings
    # Until a worker that is wanted to tell traces has its own.
    app.tracer = Tracer()
    return app


def run(app: Celery, queue: str, *, name: str, level: str) -> int:
    """Run `celery worker` with `app` for `queue`, or several with commas between, until it ends; its exit status.

    One task at a time, in this process, and nothing asked of other workers.

    `app.worker_main` forgets the status: a worker whose Celery part broke would end with 0, which looks as if it had
    been asked to, and supervisors that restart on failure would leave it so.
    """
    from celery.bin.celery import celery as command

    # Celery sets up no logging where somebody answers this signal: ours stands.
    signals.setup_logging.connect(_logging_is_set_up, weak=False)
    command.params[0].default = app
    alone = ["--pool", "solo", "-E", "--without-gossip", "--without-mingle"]
    words = ["--quiet", "worker", *alone, "-Q", queue, "-n", name, "-l", level]
    return int(command.main(args=words, standalone_mode=False) or 0)


def _logging_is_set_up(**_: object) -> None:
    """Whoever started the process did it, see `telemetry.logs`."""


def close(app: Celery) -> None:
    """Close it and its connections for results, which `Celery.close` leaves open until they are garbage.

    Those to the broker are of all applications of one address, and kombu keeps them.
    """
    # Results that are garbage later than the Redis is gone must not look for it.
    app.backend.result_consumer.subscribed_to.clear()
    app.backend.result_consumer.stop()
    app.backend.client.connection_pool.disconnect()
    app.close()
