"""What the queries of docs/archive.md answer is what the reviews say that are left, whatever became of the others:
batches, corrected days, reviews judged anew, deletions, erasures, odd names, months without any, and unknown models."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Date, Engine, bindparam, text

from archive.changes import Change, Delete, Erase, Put
from archive.review import Review
from archive.sink import Sink
from tests.unit.archive.generated import JudgedOpinion, make_reviews, opinions_of
from tests.unit.archive.test_questions import QUERIES

RESTAURANTS = ("adler", "Café „Zum Ölberg“", "100 % Döner_'s", '"; DROP TABLE daily; --', "饭店 🍜", None)
AUTHORS = ("anna", "Ännchen", "O'Brien", "a\\b", "{x}", None)
Rows = list[tuple[Any, ...]]


class World:
    """What has been done, and the reviews that are left."""

    def __init__(self, sink: Sink, seed: int) -> None:
        self.sink, self.chance, self.left = sink, random.Random(seed), dict[tuple[str, str, int], Review]()

    def live(self) -> None:
        """Years of what happens to reviews, in transactions of a few changes."""
        made = make_reviews(200, seed=self.chance.randrange(10**6))
        while made:
            changes = list[Change]()
            for _ in range(self.chance.randrange(1, 30)):
                if made:
                    self.put(
                        changes, [self.odd(made.pop()) for _ in range(min(len(made), self.chance.choice((1, 1, 4))))]
                    )
                if self.chance.random() < 0.1:
                    self.take(changes)
            self.sink.apply(changes, after=self.sink.place(), to=self.sink.place())

    def odd(self, review: Review) -> Review:
        chance = self.chance
        # In some months nothing was written, and years lie between others.
        day = date(chance.choice((2019, 2024, 2026)), chance.choice((1, 2, 3, 7, 12)), 1) + timedelta(
            chance.randrange(31)
        )
        model, version = chance.choice((("kritiq-mini", "1"), ("kritiq-mini", "2"), ("Größer", "2"), (None, None)))
        return review._replace(
            tenant=chance.choice(("default", "default", "acme")), restaurant=chance.choice(RESTAURANTS),
            author=chance.choice(AUTHORS), day=day, model=model, model_version=version,
        )  # fmt: skip

    def put(self, changes: list[Change], reviews: list[Review]) -> None:
        first = reviews[0]
        if len(reviews) > 1:
            batch = f"batch_{first.job_id}"
            reviews = [
                each._replace(tenant=first.tenant, job_id=f"{batch}.0", line=line, batch_id=batch)
                for line, each in enumerate(reviews, 1)
            ]
        elif self.left and self.chance.random() < 0.2:
            # Judged anew, perhaps on another day and of another restaurant.
            known = self.chance.choice(sorted(self.left))
            if known[2] == 0:
                reviews = [first._replace(tenant=known[0], job_id=known[1])]
        for each in reviews:
            self.left[each.tenant, each.job_id, each.line] = each
        changes.append(Put(tenant=reviews[0].tenant, job_id=reviews[0].job_id, reviews=tuple(reviews)))

    def take(self, changes: list[Change]) -> None:
        some = self.left[self.chance.choice(sorted(self.left))] if self.left else None
        if some is None:
            return
        what = self.chance.randrange(20)
        if what == 0 and some.restaurant:
            changes.append(Erase(tenant=some.tenant, restaurant=some.restaurant))
            self.forget(lambda each: each.restaurant == some.restaurant, some.tenant)
        elif what == 1 and some.author_digest:
            changes.append(Erase(tenant=some.tenant, author_digest=some.author_digest))
            self.forget(lambda each: each.author == some.author, some.tenant)
        else:
            name = some.batch_id or some.job_id
            changes.append(Delete(tenant=some.tenant, id=name))
            self.forget(lambda each: name in (each.batch_id, each.job_id), some.tenant)

    def forget(self, gone: Callable[[Review], bool], tenant: str) -> None:
        self.left = {key: each for key, each in self.left.items() if each.tenant != tenant or not gone(each)}


@pytest.mark.parametrize("seed", range(3))
def test_every_question_is_answered_by_what_is_left(either: Engine, seed: int) -> None:
    world = World(Sink(either), seed)
    world.live()
    for restaurant in world.chance.sample(RESTAURANTS[:-1], 3):
        for tenant in ("default", "acme", "nobody"):
            given = {
                "tenant": tenant, "restaurant": restaurant, "aspect": "food", "polarity": "negative",
                "first": date(2024, 1, 1), "last": date(2026, 2, 28), "since": date(2024, 3, 1), "least": 2, "often": 9,
            }  # fmt: skip
            wanted = counted([each for each in world.left.values() if each.tenant == tenant], given)
            for number, rows in wanted.items():
                assert ask(either, number, given) == near(rows), (number, tenant, restaurant)


def ask(engine: Engine, number: int, given: dict[str, Any]) -> Rows:
    sql = QUERIES[number]
    names = sorted(set(re.findall(r":(\w+)", sql)))
    kinds = [bindparam(name, given[name], Date() if isinstance(given[name], date) else None) for name in names]
    with engine.begin() as connection:
        found = [tuple(map(plain, row)) for row in connection.execute(text(sql).bindparams(*kinds))]
    return ordered(found)


def plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | None) else float(value)


def near(rows: Rows) -> Rows:
    """The same, whatever the order in which a database adds."""
    return [
        tuple(pytest.approx(value, abs=1e-9) if isinstance(value, float) else value for value in row) for row in rows
    ]


def ordered(rows: Iterable[tuple[Any, ...]]) -> Rows:
    """In an order that is no database's: that of names is not the same in each."""
    return sorted(rows, key=repr)


def groups(
    key: Callable[[JudgedOpinion], Hashable], opinions: Iterable[JudgedOpinion]
) -> list[tuple[Any, list[JudgedOpinion]]]:
    found = defaultdict(list)
    for each in opinions:
        found[key(each)].append(each)
    return list(found.items())


def share(polarity: str, of: list[JudgedOpinion]) -> float | None:
    return sum(each.opinion.polarity == polarity for each in of) / len(of) if of else None


def counted(reviews: list[Review], given: dict[str, Any]) -> dict[int, Rows]:
    """The answers, of these reviews one by one."""
    opinions = [each for each in opinions_of(reviews) if each.review.restaurant]
    own = [each for each in opinions if each.review.restaurant == given["restaurant"]]
    timely = {id(each.review) for each in opinions if given["first"] <= each.review.day <= given["last"]}
    of_food = [each for each in own if each.opinion.aspect == "food"]
    now = [each for each in own if id(each.review) in timely]
    answers: dict[int, Rows] = {}
    answers[1] = [
        (aspect, len(of), *(sum(each.opinion.polarity == which for each in of) for which in ("positive", "negative")))
        for aspect, of in groups(lambda each: each.opinion.aspect, now)
    ]
    answers[2] = [
        (month, len(of), share("positive", of))
        for month, of in groups(lambda each: each.review.day.isoformat()[:7], of_food)
    ]
    answers[3] = []
    for aspect, of in groups(lambda each: each.opinion.aspect, own):
        before = [each for each in of if each.review.day < given["since"]]
        after = [each for each in of if each.review.day >= given["since"]]
        if len(before) >= given["least"] and len(after) >= given["least"]:
            good = [sum(each.opinion.polarity == "positive" for each in part) / len(part) for part in (before, after)]
            answers[3].append((aspect, good[1] - good[0]))
    answers[4] = [
        (restaurant, len(of), share("negative", of))
        for restaurant, of in groups(lambda each: each.review.restaurant, opinions_on("food", opinions, timely))
        if len(of) >= given["least"]
    ]
    answers[5] = [
        (aspect, share("positive", [each for each in of if each.review.restaurant == given["restaurant"]]),
         share("positive", of))
        for aspect, of in groups(lambda each: each.opinion.aspect, [e for e in opinions if id(e.review) in timely])
    ]  # fmt: skip
    clear = [each for each in now if (each.opinion.aspect, each.opinion.polarity) == ("food", "negative")]
    clear.sort(key=lambda each: (-each.opinion.confidence, each.review.day, each.sentence.text))
    answers[6] = [(e.review.day.isoformat(), e.sentence.text, e.opinion.confidence) for e in clear[:10]]
    answers[7] = who_writes([each for each in reviews if given["first"] <= each.day <= given["last"]])
    count = Counter(each.author for each in reviews)
    known = [each for each in own if each.review.author]
    answers[8] = [
        (writes, len(of), share("positive", of))
        for writes, of in groups(lambda e: "often" if count[e.review.author] >= given["often"] else "seldom", known)
    ]
    blamed = Counter(each.review.day.isoformat() for each in now if each.opinion.polarity == "negative")
    usual = sum(blamed.values()) / len(blamed) if blamed else 0
    answers[9] = [(day, number) for day, number in blamed.items() if number >= 3 * usual]
    answers[10] = [
        (*key, len(of), share("positive", of), sum(each.opinion.confidence for each in of) / len(of))
        for key, of in groups(lambda e: (e.review.model, e.review.model_version, e.opinion.aspect), now)
    ]
    return {number: ordered(rows) for number, rows in answers.items()}


def opinions_on(aspect: str, opinions: list[JudgedOpinion], timely: set[int]) -> list[JudgedOpinion]:
    return [each for each in opinions if each.opinion.aspect == aspect and id(each.review) in timely]


def who_writes(reviews: list[Review]) -> Rows:
    theirs = defaultdict(list)
    for each in reviews:
        if each.author:
            theirs[each.author].append(each.restaurant)
    return [(author, len(where), len(set(where) - {None})) for author, where in theirs.items()]
