"""Flower itself, which asks each worker when it hears of it: at Flower's own start there may be none to ask yet."""

import atexit
import logging
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

from celery import Celery
from celery.events import EventReceiver
from flower.app import Flower
from flower.command import apply_env_options, apply_options, extract_settings, setup_logging, sigterm_handler
from flower.events import Events
from flower.urls import settings as tornado_settings
from kombu.exceptions import OperationalError
from tornado.ioloop import IOLoop
from tornado.options import options

from telemetry.short_error import in_short
from telemetry.trouble import Trouble

log = logging.getLogger(__name__)

#: Before it tries to connect again, in seconds: Flower's own waits twice as long each time, without end.
AGAIN_S = 2.0


class HeardEvents(Events):  # type: ignore[misc]
    """Events, which also tell of the workers that live: `heard` is called with name and type of event."""

    heard: Callable[[str, str], None]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._away = Trouble(log, "no events from Redis")

    def run(self) -> None:
        """Receive, for as long as the process lives."""
        while True:
            self.receive()
            time.sleep(AGAIN_S)

    def receive(self) -> None:
        """Until the connection to Redis breaks, or cannot be made."""
        try:
            with self.capp.connection() as connection:
                # Else kombu tries without end, at longer and longer intervals, and says nothing.
                connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
                events = EventReceiver(connection, handlers={"*": self.on_event}, app=self.capp)
                self._away.over()
                events.capture(limit=None, timeout=None, wakeup=True)
        except Exception as error:
            self._away.met(in_short(str(error)))

    async def on_enable_events(self) -> None:
        """Ask the workers to send some, each few seconds: there may be new ones."""
        try:
            await self.io_loop.run_in_executor(None, self.capp.control.enable_events)
        except OperationalError as error:
            self._away.met(in_short(str(error)))

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
