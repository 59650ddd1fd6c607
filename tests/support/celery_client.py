"""A stock Celery client of somebody else's, who knows the broker and nothing of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery import Celery

from worker.app import close


@contextmanager
def celery_client(url: str) -> Iterator[Celery]:
    """It sends tasks to the Redis at `url` and waits for their results there; nothing of that is open afterwards.

    `Celery.close` leaves the connections for results open: they would be found as garbage, in whichever test comes
    later. Those to the broker are of all clients of one address, and kombu keeps them.
    """
    app = Celery("somebody-else", set_as_current=False, broker=url, backend=url)
    try:
        yield app
    finally:
        close(app)
