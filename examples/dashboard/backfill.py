"""What events do not bring: the reviews of batches, and results that are too long, are read from Kritiq's API.

What is to be read, and how far it was, stands in the database: a restart goes on behind the last line that was kept.
"""

import http.client
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from examples.dashboard.event import Review, UnreadableEvent, read_job, read_line
from examples.dashboard.live import Signal
from examples.dashboard.store import EndedBatch, Store

log = logging.getLogger(__name__)

#: Lines that are kept in one transaction.
AT_ONCE = 200
#: Seconds between two looks for batches, unless a webhook has told of one.
LOOK_S = 10.0
#: Seconds that the API may say nothing.
TIMEOUT_S = 30.0
#: The lines behind one of a batch, by their number. Raises OSError; LookupError when the batch is gone.
Fetch = Callable[[str, int], Iterable[bytes]]
#: What the API says of a job. Raises as `Fetch`.
FetchJob = Callable[[str], bytes]
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
            yield read_line(row, batch.id, batch.ended_at)
        except UnreadableEvent as error:
            log.warning("%s: a line cannot be read: %s", batch.id, error)


def fetch_from(base: str, key_file: Path | None = None) -> Fetch:
    """Lines of the results as the API at `base` streams them to whoever shows the key in `key_file`."""

    def fetch(batch_id: str, after: int) -> Iterator[bytes]:
        with _opened(base, f"/v1/batches/{batch_id}/results?follow=false&after={after}", key_file) as answer:
            for row in answer:
                if not row.endswith(b"\n"):
                    raise OSError("the results broke off within a line")
                if row != b"\n":  # a sign of life
                    yield row

    return fetch


def fetch_job_from(base: str, key_file: Path | None = None) -> FetchJob:
    """A job as the API at `base` tells it to whoever shows the key in `key_file`."""

    def fetch(job_id: str) -> bytes:
        with _opened(base, f"/v1/jobs/{quote(job_id, safe='')}", key_file) as answer:
            body: bytes = answer.read()
            return body

    return fetch


def _key(file: Path) -> str:
    """The API key in a file, which no error quotes. Raises OSError."""
    try:
        (key,) = file.read_text(encoding="ascii").split()
    except ValueError:
        raise OSError(f"{file} holds no API key") from None
    return key


@contextmanager
def _opened(base: str, path: str, key_file: Path | None) -> Iterator[Any]:
    """An answer of the API. Raises OSError; LookupError when what is asked for is gone."""
    shown = {} if key_file is None else {"Authorization": f"Bearer {_key(key_file)}"}
    asked = urllib.request.Request(base.rstrip("/") + path, headers=shown)  # noqa: S310  the operator's own address
    try:
        with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310
            yield answer
    except http.client.HTTPException as error:
        raise OSError(f"the answer broke off: {type(error).__name__}") from None
    except urllib.error.HTTPError as error:
        if error.code in (404, 410):
            raise LookupError(path) from None
        raise
