"""Clauses without a verb, side by side and without marks, are told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.clauses import pieces
from tests.support.effort import processor_s


def read(text: str) -> list[str]:
    return list(pieces(text, lambda piece: True))


@pytest.mark.parametrize(
    "clauses",
    [
        ["essen top", "service flop", "preise ok"],
        ["Essen top", "Service flop", "Preise ok."],
        ["tolles essen", "schlechter service", "faire preise"],
        ["top essen", "top service", "flop preise"],
        ["gutes essen", "netter service", "gerne wieder"],
        ["leckere pizza", "unfreundliche bedienung", "viel zu laut"],
        ["super lage", "essen naja", "service freundlich", "getränke teuer"],
        ["sehr leckeres essen", "sehr freundliche bedienung", "etwas teuer"],
        ["Essen sehr gut", "Service leider sehr langsam", "Preise angemessen"],
        ["essen top", "und service flop", "preise ok"],
        ["das essen war lecker", "service top", "preise ok"],
        ["das essen war lecker", "tolle bedienung"],
        ["tolle pizza", "nettes personal", "nur die preise etwas hoch"],
        ["great food", "slow service", "high prices"],
        ["food great", "service slow", "prices fair"],
        ["staff rude", "food cold"],
        ["service and food great", "prices high"],
        ["amazing pizza", "friendly waiters", "bit pricey"],
    ],
)
def test_each_clause_is_judged_by_itself(clauses: list[str]) -> None:
    assert read(" ".join(clauses)) == clauses


@pytest.mark.parametrize(
    "text",
    [
        "essen und service waren top",
        "portion pommes kalt",
        "great food truck",
        "der wein ist der beste wirt",
        "der kellner hat den wein empfohlen",
        "die bedienung brachte uns das essen",
        "die bedienung brachte schnell das essen",
        "der service war besser als das essen",
        "preise für das essen zu hoch",
        "zum essen gab es guten wein",
        "Durchschnittliche Pizza zu durchschnittlichem Preis.",
        "Preis und Qualität halten sich die Waage.",
        "The portions shrink and the prices grow.",
        "Tolles Essen, schlechter Service.",
        "tolles essen",
    ],
)
def test_what_belongs_together_is_judged_together(text: str) -> None:
    assert read(text) == [text]


def test_with_marks_between_them_many_are_judged_apart_and_few_together() -> None:
    clauses = ["tolles Essen,", "schlechter Service,", "hohe Preise,", "lauter Saal,", "miese Lage"]
    assert read(" ".join(clauses[:4]).rstrip(",")) == [" ".join(clauses[:4]).rstrip(",")]
    clauses[3] = "laute Musik,"
    assert read(" ".join(clauses)) == clauses


def test_in_a_long_text_they_stand_apart_and_the_other_clauses_do_not() -> None:
    text = "wir waren gestern hier essen top service flop preise ok kommen gerne wieder und bringen"
    found = read(f"{text} freunde mit weil es uns so gut gefallen hat")
    assert found[:2] == ["wir waren gestern hier essen top", "service flop"]
    assert found[2].startswith("preise ok kommen")


THINGS = st.sampled_from(["essen", "service", "preise", "lage", "pizza", "food", "staff", "das", "und", "war", "nur"])
VERDICTS = st.sampled_from(["top", "flop", "zu teuer", "sehr", "nette", "guter", "in", "wir", "12,", "ok."])


@given(st.lists(st.one_of(THINGS, VERDICTS), max_size=80))
def test_every_word_is_read_in_its_order(words: list[str]) -> None:
    text = " ".join(words)
    position = 0
    for piece in read(text):
        start = text.index(piece, max(0, position - 80))
        assert start <= position + 1
        position = max(position, start + len(piece))
    assert position == len(text)


@pytest.mark.parametrize("unit", ["essen ", "essen top ", "das essen ", "top ", "zu ", "essen, top "])
def test_time_is_linear_in_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        return processor_s(lambda: read(unit * (length // len(unit))))

    seconds(1_000)
    small = min(seconds(20_000) for _ in range(3))
    assert seconds(160_000) < 24 * small + 0.5
