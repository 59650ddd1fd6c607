"""Batches: a webhook tells that one has ended, and its reviews are read from Kritiq's API, line by line.

What is to be read, and how far it was, stands in the database: a restart goes on behind the last line that was kept.
"""

import http.client
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from examples.dashboard.event import Review, UnreadableEvent, read_line
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


class Backfill:
    """Reads what batches came to, one batch after the other."""

    def __init__(self, store: Store, signal: Signal, fetch: Fetch) -> None:
        self._store, self._signal, self._fetch = store, signal, fetch

    def start(self) -> None:
        """Go on in a thread of its own, for as long as the process lives."""
        threading.Thread(target=self._run, name="backfill", daemon=True).start()

    def _run(self) -> None:
        while True:
            count = self._signal.count
            try:
                self.catch_up()
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


def _reviews(rows: Iterable[bytes], batch: EndedBatch) -> Iterator[Review]:
    for row in rows:
        try:
            yield read_line(row, batch.id, batch.ended_at)
        except UnreadableEvent as error:
            log.warning("%s: a line cannot be read: %s", batch.id, error)


def fetch_from(base: str, key_file: Path | None = None) -> Fetch:
    """Lines of the results as the API at `base` streams them to whoever shows the key in `key_file`."""

    def fetch(batch_id: str, after: int) -> Iterator[bytes]:
        url = f"{base.rstrip('/')}/v1/batches/{batch_id}/results?follow=false&after={after}"
        shown = {} if key_file is None else {"Authorization": f"Bearer {key_file.read_text(encoding='ascii').strip()}"}
        asked = urllib.request.Request(url, headers=shown)  # noqa: S310  the operator's own address
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310
                for row in answer:
                    if not row.endswith(b"\n"):
                        raise OSError("the results broke off within a line")
                    if row != b"\n":  # a sign of life
                        yield row
        except http.client.HTTPException as error:
            raise OSError(f"the results broke off: {type(error).__name__}") from None
        except urllib.error.HTTPError as error:
            if error.code in (404, 410):
                raise LookupError(batch_id) from None
            raise

    return fetch
