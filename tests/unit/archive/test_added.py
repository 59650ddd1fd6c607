"""What is put into the archive is there as it was said, and in place of what was there of the same job."""

import random

import pytest
from sqlalchemy import Engine, event, select

from archive.changes import Put
from archive.review import Opinion, Review, Sentence
from archive.rows import opinion_rows, review_row, sentence_rows
from archive.sink import Sink
from archive.tables import opinions, reviews, sentences
from tests.unit.archive.generated import make_reviews, put

#: What means something to COPY, to lists of PostgreSQL, or to whoever prints it.
ODD = (
    "\\",
    "\\N",
    "\\.",
    "\t",
    "\n",
    "\r",
    "\r\n",
    '"',
    "'",
    ",",
    "{}",
    "NULL",
    "",
    " ",
    "\x01",
    "\x85",
    "\u2028",
    "ä😀",
)


def _odd(chance: random.Random) -> str:
    return "".join(chance.choice((*ODD, "Gut", "7")) for _ in range(chance.randrange(5)))


def _with_odd_texts(review: Review, chance: random.Random) -> Review:
    made = [
        Sentence(
            number, 0, 7, _odd(chance),
            (Opinion(_odd(chance), _odd(chance), 0.5, chance.choice((None, True, False)), ((0, 3), (5, 7))),),
            chance.choice((None, True, False)), {_odd(chance): 0.25},
        )
        for number in range(chance.randrange(3))
    ]  # fmt: skip
    names = ("custom_id", "error_code", "author", "language", "model", "model_version", "text", "metadata", "details")
    return review._replace(
        sentences=tuple(made), restaurant=_odd(chance) or None, **{name: _odd(chance) for name in names}
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_a_review_says_is_read_as_it_was_said(either: Engine, seed: int) -> None:
    chance = random.Random(seed)
    made = [_with_odd_texts(review, chance) for review in make_reviews(200, seed)]
    put(Sink(either), made)
    should = {
        reviews: list(map(review_row, made)),
        sentences: [row for review in made for row in sentence_rows(review)],
        opinions: [row for review in made for row in opinion_rows(review)],
    }
    for table, rows in should.items():
        with either.begin() as connection:
            found = connection.execute(select(table).order_by(*list(table.primary_key)[:4])).all()
        # SQLite's times have no zone.
        assert [[str(value).removesuffix("+00:00") for value in row] for row in found] == [
            [str(value).removesuffix("+00:00") for value in row] for row in rows
        ]


def _lines(*numbers: int) -> Put:
    made = zip(numbers, make_reviews(len(numbers)), strict=True)
    found = (each._replace(job_id="batch_1.0", batch_id="batch_1", line=number) for number, each in made)
    return Put(tenant="default", job_id="batch_1.0", reviews=tuple(found))


@pytest.mark.parametrize("then", [(1, 2), (2, 3), (7,), ()])
def test_lines_of_a_chunk_take_the_place_of_all_that_it_had(either: Engine, then: tuple[int, ...]) -> None:
    sink = Sink(either)
    for change in (_lines(1, 2, 3), _lines(*then)):
        sink.apply([change], after=sink.place(), to=sink.place())
    with either.begin() as connection:
        assert list(connection.execute(select(reviews.c.line).order_by("line")).scalars()) == list(then)


def test_of_jobs_some_of_which_are_there_each_is_there_once_and_as_it_was_said_last(either: Engine) -> None:
    sink, made = Sink(either), make_reviews(40)
    put(sink, made[:20])
    put(sink, [each._replace(status="failed", version=4) for each in made])
    with either.begin() as connection:
        found = connection.execute(select(reviews.c.job_id, reviews.c.status, reviews.c.version).order_by("job_id"))
        assert found.all() == [(each.job_id, "failed", 4) for each in made]


def test_new_jobs_are_not_looked_for_first(either: Engine) -> None:
    asked = list[str]()
    event.listen(either, "before_cursor_execute", lambda *told: asked.append(told[2]))
    put(Sink(either), make_reviews(40))
    assert not [statement for statement in asked if "FROM reviews" in statement]
