"""The archive's reviews as files beside its tables: a file for each day of an organisation, written anew at a change.

What is deleted goes by this, too, and no small files gather. The database says which days have changed, and forgets it
of a day when its file is written: whoever is killed or away in between, the next pass does it again.
"""

import logging
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from itertools import chain

import orjson
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from archive.days import Changed, Days
from archive.export import COLUMNS, exported
from archive.folder import Folder
from archive.reading import Reader, Wanted
from archive.schema import words
from archive.turn import turn
from jobs.errors import Unavailable
from telemetry.meter import Meter
from telemetry.metric import ARCHIVED

log = logging.getLogger(__name__)

#: Between two passes, in seconds; so many times as long as the last one took, but no longer than the last of these.
EVERY_S, TIMES, LONGEST_S = 60.0, 20.0, 900.0
#: Days that are asked for at once.
MOST = 100
#: What says in which form a folder's files are, with which columns, and for which archive: where that is not so, all
#: are written. What reads many files as one table wants the same columns in each.
MARK = "_kritiq.json"
_FOLDER = re.compile(r"tenant=([^/]+)/day=(\d{4}-\d{2}-\d{2})")
#: The folder's names say these: what reads it finds them as columns.
IN_NAMES = ("tenant", "day")


class Files:
    """`run` until `stop`; or pass by pass."""

    def __init__(
        self,
        engine: Engine,
        folder: Folder,
        form: str,
        *,
        meter: Meter,
        filed: Callable[[float], object] = lambda ago_s: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`form`: `parquet` or `jsonl`. `filed` is told how long ago, in seconds, all was in the files; it may raise
        Unavailable."""
        self._engine, self._days = engine, Days(engine)
        # What is encrypted in the tables is so in the files.
        self._reader = Reader(engine, sealing=None)
        self._folder, self._form, self._meter, self._filed, self._clock = folder, form, meter, filed, clock
        self._stopping = threading.Event()

    def run(self) -> None:
        """Go on until `stop` is called. What is away is waited for."""
        away = False
        while not self._stopping.is_set():
            began = self._clock()
            try:
                self.catch_up()
                if away:
                    log.info("the archive's files go on")
                away, pause = False, min(max(EVERY_S, TIMES * (self._clock() - began)), LONGEST_S)
            except (OSError, SQLAlchemyError) as error:
                self._meter.count(ARCHIVED, "unfiled")
                if not away:
                    log.warning("the archive's files wait: %s", _reason(error))
                # However long it took to fail.
                away, pause = True, EVERY_S
            self._stopping.wait(pause)

    def stop(self) -> None:
        """End after the day that is being written."""
        self._stopping.set()

    def catch_up(self) -> None:
        """One pass: all days that have changed. Raises OSError, SQLAlchemyError."""
        began = self._clock()
        while (written := self.step()) == MOST and not self._stopping.is_set():
            pass
        if written is not None and not self._stopping.is_set():
            # Otherwise the next pass tells it.
            with suppress(Unavailable):
                self._filed(self._clock() - began)

    def step(self) -> int | None:
        """Write some of the days that have changed; how many. None while somebody else does it.

        Raises OSError, SQLAlchemyError.
        """
        with turn(self._engine) as mine:
            if not mine:
                return None
            self._begin()
            days = self._days.changed(MOST)
            for day in days:
                if self._stopping.is_set():
                    break
                self._write(day)
                self._days.written(day)
                self._meter.count(ARCHIVED, "filed")
            return len(days)

    def _begin(self) -> None:
        """A folder that is not the one of the last time, or has another form, gets all days, and loses all others.

        Whoever dies in between begins again.
        """
        marked = None
        with suppress(ValueError):
            marked = orjson.loads(self._folder.read(MARK) or b"null")
        own = self._days.folder()
        form = {"form": self._form, "columns": list(COLUMNS)}
        if own is None or marked != {**form, "folder": own}:
            name, there = uuid.uuid4().hex, list(self._there())
            self._days.mark_all(name, there)
            self._folder.write("", MARK, [orjson.dumps({**form, "folder": name})])

    def _there(self) -> Iterator[tuple[str, date]]:
        """The days that the folder has, also those that no review is of any more."""
        for folder in self._folder.folders():
            if found := _FOLDER.fullmatch(folder):
                with suppress(ValueError):
                    yield found[1], date.fromisoformat(found[2])

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


def _reason(error: Exception) -> str:
    return words(error) if isinstance(error, SQLAlchemyError) else str(error).partition("\n")[0]
