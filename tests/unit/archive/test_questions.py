"""The queries of docs/archive.md say what the reviews say, counted one by one, in each kind of database."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Date, Engine, bindparam, text

from archive.review import Review
from archive.sink import Sink
from store.key import author_digest
from tests.unit.archive.generated import FIRST, JudgedOpinion, make_reviews, opinions_of, put

DOCUMENT = Path(__file__).parents[3] / "docs" / "archive.md"
QUERIES = {int(n): sql for n, sql in re.findall(r"### (\d+)\. .*?```sql\n(.*?)```", DOCUMENT.read_text(), re.S)}
MIDDLE = date(2026, 7, 1)
GIVEN: dict[str, Any] = {
    "tenant": "default", "restaurant": "adler", "aspect": "food", "polarity": "negative", "first": FIRST,
    "last": date(2026, 9, 30), "since": MIDDLE, "least": 3, "often": 60,
}  # fmt: skip
REVIEWS = make_reviews(500)
Rows = list[tuple[Any, ...]]


@pytest.fixture
def ask(either: Engine) -> Callable[[int], Rows]:
    """The answer to a question, with another organisation's reviews beside."""
    sink = Sink(either)
    put(sink, REVIEWS)
    put(sink, make_reviews(50, seed=2, tenant="acme"))

    def answer(number: int) -> Rows:
        sql = QUERIES[number]
        names = sorted(set(re.findall(r":(\w+)", sql)))
        kinds = [bindparam(name, GIVEN[name], Date() if isinstance(GIVEN[name], date) else None) for name in names]
        with either.begin() as connection:
            return [tuple(map(_plain, row)) for row in connection.execute(text(sql).bindparams(*kinds))]

    return answer


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | None) else round(float(value), 6)


def share(polarity: str, of: Iterable[JudgedOpinion]) -> float | None:
    """How many of them are so."""
    found = [each.opinion.polarity == polarity for each in of]
    return round(sum(found) / len(found), 6) if found else None


def by(key: Callable[[JudgedOpinion], Any], of: Iterable[JudgedOpinion]) -> dict[Any, list[JudgedOpinion]]:
    groups = defaultdict(list)
    for each in of:
        groups[key(each)].append(each)
    return groups


ALL = list(opinions_of(REVIEWS))
NAMED = [each for each in ALL if each.review.restaurant]
OWN = [each for each in ALL if each.review.restaurant == "adler"]


def in_time(each: JudgedOpinion | Review) -> bool:
    review = each.review if isinstance(each, JudgedOpinion) else each
    return bool(GIVEN["first"] <= review.day <= GIVEN["last"])


def aspect(each: JudgedOpinion) -> str:
    return each.opinion.aspect


def test_there_are_ten() -> None:
    assert sorted(QUERIES) == list(range(1, 11))


def test_how_a_restaurant_is_judged(ask: Callable[[int], Rows]) -> None:
    wanted = []
    for name, of in by(aspect, filter(in_time, OWN)).items():
        counts = Counter(each.opinion.polarity for each in of)
        wanted.append((name, len(of), counts["positive"], counts["negative"]))
    assert ask(1) == sorted(wanted, key=lambda row: (-row[1], row[0]))


def test_how_an_aspect_has_developed(ask: Callable[[int], Rows]) -> None:
    food = [each for each in OWN if aspect(each) == "food"]
    months = by(lambda each: each.review.day.isoformat()[:7], food)
    assert ask(2) == [(month, len(of), share("positive", of)) for month, of in sorted(months.items())]


def test_which_aspect_has_fallen_most(ask: Callable[[int], Rows]) -> None:
    changes = []
    for name, of in by(aspect, OWN).items():
        before = share("positive", [each for each in of if each.review.day < MIDDLE])
        after = share("positive", [each for each in of if each.review.day >= MIDDLE])
        assert before is not None
        assert after is not None
        changes.append((after - before, name))
    found = ask(3)
    assert [name for name, _ in found] == [name for _, name in sorted(changes)]
    assert [change for _, change in found] == pytest.approx([change for change, _ in sorted(changes)], abs=2e-6)


def test_where_an_aspect_is_blamed_most(ask: Callable[[int], Rows]) -> None:
    places = by(lambda each: each.review.restaurant, [e for e in NAMED if aspect(e) == "food" and in_time(e)])
    rows = [(name, len(of), share("negative", of)) for name, of in places.items()]
    assert ask(4) == sorted(rows, key=lambda row: (-(row[2] or 0), row[0]))


def test_how_a_restaurant_compares(ask: Callable[[int], Rows]) -> None:
    rows = [
        (name, share("positive", [each for each in of if each.review.restaurant == "adler"]), share("positive", of))
        for name, of in sorted(by(aspect, filter(in_time, NAMED)).items())
    ]
    assert ask(5) == rows


def test_which_sentences_say_it_most_clearly(ask: Callable[[int], Rows]) -> None:
    fits = [e for e in OWN if in_time(e) and (aspect(e), e.opinion.polarity) == ("food", "negative")]
    rows = [(each.review.day.isoformat(), each.sentence.text, each.opinion.confidence) for each in fits]
    assert ask(6) == sorted(rows, key=lambda row: (-row[2], row[0], row[1]))[:10]


def test_who_writes_most(ask: Callable[[int], Rows]) -> None:
    theirs = defaultdict(list)
    for review in filter(in_time, REVIEWS):
        if review.author:
            theirs[review.author].append(review.restaurant)
    rows = [(author, len(where), len(set(where) - {None})) for author, where in theirs.items()]
    assert ask(7) == sorted(rows, key=lambda row: (-row[1], row[0]))


def test_whether_those_who_write_often_judge_otherwise(ask: Callable[[int], Rows]) -> None:
    count = Counter(review.author for review in REVIEWS if review.author)
    groups = by(
        lambda each: "often" if count[each.review.author] >= GIVEN["often"] else "seldom",
        [each for each in OWN if each.review.author],
    )
    assert len(groups) == 2
    assert ask(8) == [(name, len(of), share("positive", of)) for name, of in sorted(groups.items())]


def test_on_which_days_there_was_more_blame_than_usual(ask: Callable[[int], Rows]) -> None:
    blamed = Counter(e.review.day.isoformat() for e in OWN if in_time(e) and e.opinion.polarity == "negative")
    usual = sum(blamed.values()) / len(blamed)
    rows = [(day, count) for day, count in blamed.items() if count >= 3 * usual]
    assert ask(9) == sorted(rows, key=lambda row: (-row[1], row[0]))


def test_whether_another_version_of_the_model_judges_otherwise(ask: Callable[[int], Rows]) -> None:
    groups = by(lambda e: (e.review.model, e.review.model_version, aspect(e)), filter(in_time, OWN))
    rows = [
        (*key, len(of), share("positive", of), sum(each.opinion.confidence for each in of) / len(of))
        for key, of in sorted(groups.items())
    ]
    found = ask(10)
    assert [row[:5] for row in found] == [row[:5] for row in rows]
    assert [row[5] for row in found] == pytest.approx([row[5] for row in rows], abs=1e-6)


@pytest.mark.parametrize("last", [date(2026, 2, 28), date(2026, 12, 31)])
def test_who_writes_most_is_right_where_not_everybody_is_counted(either: Engine, last: date) -> None:
    """Some write in the first days alone, and many as much as others."""
    made = [
        each._replace(author=f"guest-{min(number % 60, number % 71) if each.day > MIDDLE else number % 37}")
        for number, each in enumerate(make_reviews(400))
    ]
    put(Sink(either), made)
    count = Counter(str(each.author) for each in made if FIRST <= each.day <= last)
    most = sorted(count, key=lambda author: (-count[author], author_digest(author)))[:20]
    given = {"tenant": "default", "first": FIRST, "last": last}
    with either.begin() as connection:
        kinds = [bindparam(name, value, Date() if isinstance(value, date) else None) for name, value in given.items()]
        found = [(author, reviews) for author, reviews, _ in connection.execute(text(QUERIES[7]).bindparams(*kinds))]
    assert found == sorted(((author, count[author]) for author in most), key=lambda row: (-row[1], row[0]))
