"""Flower itself, which asks each worker when it hears of it: at Flower's own start there may be none to ask yet."""

import atexit
import signal
from collections.abc import Callable, Sequence
from typing import Any

from celery import Celery
from flower.app import Flower
from flower.command import apply_env_options, apply_options, extract_settings, setup_logging, sigterm_handler
from flower.events import Events
from flower.urls import settings as tornado_settings
from tornado.ioloop import IOLoop
from tornado.options import options


class HeardEvents(Events):  # type: ignore[misc]
    """Events, which also tell of the workers that live: `heard` is called with name and type of event."""

    heard: Callable[[str, str], None]

    def on_event(self, event: dict[str, Any]) -> None:
        """Called on the thread that receives."""
        super().on_event(event)
        if event["type"].startswith("worker-"):
            self.io_loop.add_callback(self.heard, event["hostname"], event["type"])


class FlowerServer(Flower):  # type: ignore[misc]
    """Flower over an application of Celery's; its options are tornado's."""

    def __init__(self, app: Celery) -> None:
        events = HeardEvents(
            app, db=options.db, persistent=options.persistent, state_save_interval=options.state_save_interval,
            enable_events=options.enable_events, io_loop=IOLoop.instance(), max_workers_in_memory=options.max_workers,
            max_tasks_in_memory=options.max_tasks,
        )  # fmt: skip
        events.heard = self._heard
        super().__init__(capp=app, options=options, events=events, **tornado_settings)
        self._asked: set[str] = set()

    def start(self) -> None:
        """Serve until `stop`. Flower's own asks all workers first, and logs a failure when there is none yet."""
        self.events.start()
        self.started = True
        self.io_loop.start()

    def _heard(self, worker: str, event: str) -> None:
        if event != "worker-heartbeat":
            # One that has just come online may not listen to remote control yet: its next heartbeat comes soon.
            self._asked.discard(worker)
        elif worker not in self._asked:
            self._asked.add(worker)
            self.update_workers(worker)


def serve(app: Celery, arguments: Sequence[str]) -> None:
    """Run Flower with these options until it is told to end; as its own command does."""
    apply_env_options()
    apply_options("kritiq", list(arguments))
    extract_settings()
    setup_logging()
    server = FlowerServer(app)
    atexit.register(server.stop)
    signal.signal(signal.SIGTERM, sigterm_handler)
    server.start_http_server()
    try:
        server.start()
    except (KeyboardInterrupt, SystemExit):
        # What is left is to save the history: `stop`, at exit.
        return
