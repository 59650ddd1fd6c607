"""The outbox is read in portions that grow while there is more, and the next one while the one before is written."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from archive.portions import LEAST, MOST, Portions
from archive.records import PatientRecords
from archive.review import Kept
from jobs.errors import Unavailable
from store.ended import Ended
from store.outbox import BEGINNING, Entry, What
from tests.support.waiting import wait_for


class Deletions:
    """An outbox that tells of so many, which need no records."""

    def __init__(self, count: int) -> None:
        self.count, self.asked, self.away = count, list[tuple[str, int]](), False

    def read(self, after: str, *, most: int, wait_ms: int) -> list[Entry]:
        self.asked.append((after, most))
        if self.away:
            raise Unavailable("gone")
        first = int(after.partition("-")[0]) + 1
        numbers = range(first, min(first + most, self.count + 1))
        return [
            Entry(place=f"{number}-0", tenant="default", what=What.DELETED, id=f"job_{number}") for number in numbers
        ]


class NoRecords:
    def read(self, named: Sequence[tuple[str, str]]) -> list[Ended | None]:
        return [None for _ in named]


class Reading:
    """Portions of an outbox, and what is said of organisations meanwhile."""

    def __init__(self, count: int) -> None:
        self.outbox, self.days, self.asked_own = Deletions(count), dict[str, int](), 0
        records = PatientRecords(NoRecords(), lambda: datetime.now(UTC))
        self.portions = Portions(self.outbox, records, kept=Kept(), own=self.own, steps=list)

    def own(self) -> dict[str, int]:
        found = dict(self.days)
        self.asked_own += 1
        return found

    def read_ahead(self) -> str:
        """The first portion is there, and the one behind it has been read; where that begins."""
        portion = self.portions.next(BEGINNING, wait_ms=0)
        assert portion is not None
        assert portion.more
        self.portions.read_ahead(portion)
        wait_for(lambda: len(self.outbox.asked) == 2 and (self.outbox.away or self.asked_own == 2), "it is read")
        return portion.to


@pytest.fixture
def reading() -> Iterator[Reading]:
    made = Reading(10_000)
    yield made
    made.portions.close()


def test_portions_grow_while_there_is_more_and_begin_small_again(reading: Reading) -> None:
    sizes, place = [], BEGINNING
    while portion := reading.portions.next(place, wait_ms=0):
        sizes.append(len(portion.told))
        assert portion.more == (portion.to != "10000-0")
        place = portion.to
    assert sizes == [LEAST, 1_000, 2_000, MOST, 2_500]
    reading.outbox.count += 1_000
    again = reading.portions.next(place, wait_ms=0)
    assert again is not None
    assert len(again.told) == LEAST


def test_what_was_read_ahead_is_not_read_again(reading: Reading) -> None:
    place = reading.read_ahead()
    portion = reading.portions.next(place, wait_ms=0)
    assert portion is not None
    assert (portion.after, len(portion.told)) == ("500-0", 1_000)
    assert reading.outbox.asked == [(BEGINNING, LEAST), ("500-0", 1_000)]


def test_it_is_read_again_where_somebody_else_has_written_the_archive(reading: Reading) -> None:
    reading.read_ahead()
    portion = reading.portions.next("700-0", wait_ms=0)
    assert portion is not None
    assert portion.told[0][0].place == "701-0"


def test_it_is_read_again_where_an_organisation_is_kept_for_another_time_by_then(reading: Reading) -> None:
    place = reading.read_ahead()
    reading.days["default"] = 7
    portion = reading.portions.next(place, wait_ms=0)
    assert portion is not None
    assert portion.kept.days_of("default") == 7


def test_what_failed_ahead_fails_whoever_asks_for_it_and_is_tried_again(reading: Reading) -> None:
    first = reading.portions.next(BEGINNING, wait_ms=0)
    assert first is not None
    reading.outbox.away = True
    reading.portions.read_ahead(first)
    with pytest.raises(Unavailable):
        reading.portions.next(first.to, wait_ms=0)
    reading.outbox.away = False
    again = reading.portions.next(first.to, wait_ms=0)
    assert again is not None
    assert again.told[0][0].place == "501-0"
