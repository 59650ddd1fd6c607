"""A process tells the others what it counted, and how it is, every few seconds."""

import logging
import threading
import time
import uuid
from collections.abc import Callable

from jobs.errors import Unavailable
from store.metrics import MetricsStore, ProcessReport
from store.schema import KNOWS
from telemetry.meter import Meter
from telemetry.process_use import cpu_seconds, resident_bytes
from telemetry.trouble import Trouble

log = logging.getLogger(__name__)

#: Between two calls, in seconds; and how long a process counts as alive after one.
EVERY_S, ALIVE_MS = 5.0, 20_000


class Reporter:
    """Tells what `meter` counted, from a thread of its own, between `start` and `stop`."""

    def __init__(
        self,
        store: MetricsStore,
        meter: Meter,
        *,
        process: str,
        name: str,
        every_s: float = EVERY_S,
        device_bytes: Callable[[], int | None] = lambda: None,
        also: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`also` is called each time, to tell something else; it may raise Unavailable."""
        self._also = also
        self._store, self._meter, self._process, self._name = store, meter, process, name
        self._every_s, self._device_bytes, self._clock = every_s, device_bytes, clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)
        self._took_s = 0.0
        # Of what the last call told, while nobody knows whether it arrived: it is told again under its number.
        self._unsure: tuple[str, dict[str, int]] | None = None

    def start(self) -> None:
        """Begin, unless the meter is off."""
        if self._meter.on:
            self._thread.start()

    def stop(self) -> None:
        """Tell what is left, and sign off."""
        if self._thread.is_alive():
            self._stopping.set()
            self._thread.join()

    def tell(self, alive_ms: int = ALIVE_MS) -> None:
        """One call. Raises Unavailable; what was to be told is kept."""
        number, counts = self._unsure or (uuid.uuid4().hex, self._meter.take())
        self._unsure = number, counts
        report = ProcessReport(
            process=self._process, name=self._name, cpu_s=cpu_seconds(), rss_bytes=resident_bytes(),
            store_s=self._took_s, device_bytes=self._device_bytes(), exemplars=self._meter.take_exemplars(),
            knows=KNOWS,
        )  # fmt: skip
        began = self._clock()
        self._store.push(report, counts, number=number, alive_ms=alive_ms)
        self._took_s, self._unsure = self._clock() - began, None
        self._also()

    def _run(self) -> None:
        trouble = Trouble(log, "cannot tell what was counted")
        while True:
            over = self._stopping.wait(self._every_s)
            try:
                self.tell(0 if over else ALIVE_MS)
                trouble.over()
            except Exception as error:
                # Nobody would start this thread again.
                trouble.met(error, traceback=not isinstance(error, Unavailable))
            if over:
                return
