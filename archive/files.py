"""The archive's reviews as files beside its tables: a file for each day of an organisation, written anew at a change.

What is deleted goes by this, too, and no small files gather. The database says which days have changed, and forgets it
of a day when its file is written: whoever is killed or away in between, the next pass does it again.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import chain

import orjson
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from archive.days import Changed, Days
from archive.export import exported
from archive.folder import Folder
from archive.reading import Reader, Wanted
from archive.schema import words
from telemetry.meter import Meter
from telemetry.metric import ARCHIVED

log = logging.getLogger(__name__)

#: Between two passes, in seconds; and at least so many times as long as the last one took.
EVERY_S, TIMES = 60.0, 20.0
#: Days that are asked for at once.
MOST = 100
#: What says in which form a folder's files are: with another one, or none, all are written.
MARK = "_kritiq.json"
#: The folder's names say these: what reads it finds them as columns.
IN_NAMES = ("tenant", "day")


class Files:
    """`run` until `stop`; or pass by pass."""

    def __init__(
        self, engine: Engine, folder: Folder, form: str, *, meter: Meter, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`form`: `parquet` or `jsonl`."""
        self._days, self._reader = Days(engine), Reader(engine)
        self._folder, self._form, self._meter, self._clock = folder, form, meter, clock
        self._stopping = threading.Event()
        self._begun = False

    def run(self) -> None:
        """Go on until `stop` is called. What is away is waited for."""
        away = False
        while not self._stopping.is_set():
            began = self._clock()
            try:
                while self.step() == MOST and not self._stopping.is_set():
                    pass
                if away:
                    log.info("the archive's files go on")
                away = False
            except (OSError, SQLAlchemyError) as error:
                self._meter.count(ARCHIVED, "unfiled")
                if not away:
                    log.warning("the archive's files wait: %s", _said(error))
                away = True
            self._stopping.wait(max(EVERY_S, TIMES * (self._clock() - began)))

    def stop(self) -> None:
        """End after the day that is being written."""
        self._stopping.set()

    def step(self) -> int:
        """Write some of the days that have changed; how many. Raises OSError, SQLAlchemyError."""
        if not self._begun:
            self._begin()
            self._begun = True
        days = self._days.changed(MOST)
        for day in days:
            if self._stopping.is_set():
                break
            self._write(day)
            self._days.written(day)
            self._meter.count(ARCHIVED, "filed")
        return len(days)

    def _begin(self) -> None:
        """A folder that is new, or has another form, gets all days. Whoever dies in between begins again."""
        said = None
        with suppress(ValueError):
            said = orjson.loads(self._folder.read(MARK) or b"null")
        if said != {"form": self._form}:
            self._days.mark_all()
            self._folder.write("", MARK, [orjson.dumps({"form": self._form})])

    def _write(self, day: Changed) -> None:
        folder, name = f"tenant={day.tenant}/day={day.day}", f"reviews.{self._form}"
        reviews = self._reader.reviews(Wanted(tenant=day.tenant, first=day.day, last=day.day))
        first = next(reviews, None)
        if first is None:
            self._folder.delete(folder)
            return
        pieces = exported(chain([first], reviews), self._form, without=IN_NAMES)
        self._folder.write(folder, name, pieces)
        self._folder.keep(folder, name)


def _said(error: Exception) -> str:
    return words(error) if isinstance(error, SQLAlchemyError) else str(error).partition("\n")[0]
