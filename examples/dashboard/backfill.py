"""What events do not bring: the reviews of batches, and results that are too long, are read from Kritiq's API.

What is to be read, and how far it was, stands in the database: a restart goes on behind the last line that was kept.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from itertools import islice

from examples.dashboard.event import Review, UnreadableEvent, read_job, read_line
from examples.dashboard.kritiq import Fetch, FetchJob
from examples.dashboard.live import Signal
from examples.dashboard.store import EndedBatch, Store

log = logging.getLogger(__name__)

#: Lines that are kept in one transaction.
AT_ONCE = 200
#: Seconds between two looks for batches, unless a webhook has told of one.
LOOK_S = 10.0
#: Jobs that are asked for in one go.
JOBS_AT_ONCE = 50


class Backfill:
    """Reads what batches came to, one batch after the other, and what long reviews did."""

    def __init__(self, store: Store, signal: Signal, fetch: Fetch, fetch_job: FetchJob) -> None:
        self._store, self._signal, self._fetch, self._fetch_job = store, signal, fetch, fetch_job

    def start(self) -> None:
        """Go on in a thread of its own, for as long as the process lives."""
        threading.Thread(target=self._run, name="backfill", daemon=True).start()

    def _run(self) -> None:
        while True:
            count = self._signal.count
            try:
                self.catch_up()
                self.complete()
            except Exception:
                log.exception("batches cannot be read")
            self._signal.wait(count, LOOK_S)

    def catch_up(self) -> None:
        """Read all batches that have ended, as far as the API gives them; what fails is tried again the next time."""
        for batch in self._store.open_batches():
            try:
                lines = iter(self._fetch(batch.id, batch.lines))
                while rows := list(islice(lines, AT_ONCE)):
                    batch = self._store.keep(batch, list(_reviews(rows, batch)), lines=len(rows))
                    self._signal.ring()
                self._store.close(batch)
            except LookupError:
                self._store.close(batch)
            except OSError as error:
                log.warning("%s: %s", batch.id, error)

    def complete(self) -> None:
        """Ask for what was too long for its event; what the API cannot give now is asked for the next time."""
        for job_id in self._store.truncated_jobs(JOBS_AT_ONCE):
            review: Review | None = None
            try:
                review = read_job(self._fetch_job(job_id))
            except OSError as error:
                log.warning("%s: %s", job_id, error)
                return
            except (LookupError, UnreadableEvent) as error:
                log.warning("%s: its sentences cannot be had: %s", job_id, error)
            self._store.complete(job_id, review)
            self._signal.ring()


def _reviews(rows: Iterable[bytes], batch: EndedBatch) -> Iterator[Review]:
    for row in rows:
        try:
            review = read_line(row, batch.id, batch.ended_at)
        except UnreadableEvent as error:
            log.warning("%s: a line cannot be read: %s", batch.id, error)
            continue
        if review is not None:
            yield review
