"""A table is saved in parts, however long it is: nothing is left out, twice, or held up."""

import csv
import io
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from examples.dashboard import report
from examples.dashboard.event import read_line
from examples.dashboard.export import as_csv
from examples.dashboard.selection import Selection
from examples.dashboard.store import EndedBatch, Store
from tests.unit.dashboard.conftest import Deliver
from tests.unit.dashboard.factories import job_event, sentence

#: Twelve on three days, not in the order of their days, of two restaurants.
REVIEWS = [(number, f"2026-11-0{1 + number % 3}", ("adler", "krone")[number % 2]) for number in range(12)]


@pytest.fixture
def store(tmp_path: Path, deliver: Deliver, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(report, "EXPORTED_AT_ONCE", 2)
    for number, day, restaurant in REVIEWS:
        judged = sentence(food="positive", service="negative") if number != 6 else sentence()
        deliver(job_event(judged, job_id=f"job_{number}", reviewed_at=f"{day}T12:00:00Z", restaurant=restaurant))
    return Store(tmp_path / "dashboard.db")


def rows(text: str) -> list[tuple[str, str]]:
    return [(row["job_id"], row["aspect"]) for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))]


@pytest.mark.parametrize(
    "chosen",
    [
        Selection(),
        Selection(restaurant="krone"),
        Selection(since="2026-11-02"),
        Selection(until="2026-11-02"),
        Selection(since="2026-11-02", until="2026-11-02", aspect="food"),
        Selection(polarity="conflict"),
        Selection(restaurant="hirsch"),
    ],
)
def test_all_parts_together_are_what_was_chosen_in_the_order_of_its_days(store: Store, chosen: Selection) -> None:
    found = [
        (f"job_{number}", aspect)
        for number, day, restaurant in sorted(REVIEWS, key=lambda each: (each[1], each[0]))
        for aspect, polarity in (("food", "positive"), ("service", "negative"))
        if number != 6
        and (chosen.since or "") <= day <= (chosen.until or "9")
        and chosen.restaurant in (None, restaurant)
        and chosen.aspect in (None, aspect)
        and chosen.polarity in (None, polarity)
    ]
    assert rows("".join(as_csv(store, chosen))) == found


def test_a_part_has_a_few_reviews_and_is_read_when_it_is_asked_for(
    store: Store, client: FlaskClient, deliver: Deliver
) -> None:
    parts = as_csv(store, Selection())
    first = next(parts) + next(parts)
    assert rows(first) == [("job_0", "food"), ("job_0", "service"), ("job_3", "food"), ("job_3", "service")]
    # Who saves it does not hold up who deletes, and does not save what is deleted by then.
    gone = {"type": "job.deleted", "timestamp": "2026-11-14T10:00:00.000Z", "data": {"job_id": "job_9"}}
    assert deliver(gone).status_code == 204
    rest = list(parts)
    assert "job_9" not in "".join(rest)
    assert [part.count("\r\n") for part in rest] == [2, 4, 4, 4, 2]
    assert client.get("/export.csv").is_streamed


def steps_for_each(folder: Path, count: int) -> float:
    """What SQLite does, in its own steps, for each of so many reviews of one moment."""
    store, ended = Store(folder / f"{count}.db"), "2026-11-14T09:30:00.000Z"
    result = {"language": "de", "sentences": [sentence(food="positive")]}
    lines = [json.dumps({"line": n, "status": "succeeded", "result": result}).encode() for n in range(1, count + 1)]
    batch = EndedBatch(id="batch_1", ended_at=ended, lines=0)
    store.keep(batch, [read_line(line, "batch_1", ended) for line in lines], lines=len(lines))
    steps: list[int] = []
    with store.reading() as db:
        db.set_progress_handler(lambda: steps.append(100), 100)
    assert len(rows("".join(as_csv(store, Selection())))) == len(lines)
    return sum(steps) / len(lines)


def test_reviews_of_one_moment_cost_what_others_do(tmp_path: Path) -> None:
    # Each is read once, and for the parts behind only its place in the index is passed over.
    assert steps_for_each(tmp_path, 2_000) < 2 * steps_for_each(tmp_path, 500)
