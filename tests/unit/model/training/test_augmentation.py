"""What training makes of its sentences: labels follow the words."""

import re

import numpy as np

from model.data.dataset import Example
from model.mini.lexicon import ENGLISH, GERMAN
from model.mini.plain_sentences import sentences
from model.scheme import DEFAULT_SCHEME
from model.training.augmentation import mistyped, varied

GOOD = Example(text="Das Essen war gut.", aspects={"food": "positive"})
NEAR = Example(text="Ruhige Lage!", aspects={"location": "positive"})
BAD = Example(text="Das Essen war kalt und der Service langsam.", aspects={"food": "negative", "service": "negative"})


def test_joined_sentences_carry_both_labels() -> None:
    found = varied([GOOD, NEAR] * 50, word_dropout=0.0, joined=1.0, order=np.random.default_rng(1))
    assert len(found) == 100
    assert any("gut" in example.text and "Lage" in example.text for example in found)
    for example in found:
        assert ("food" in example.aspects) == ("Essen" in example.text)
        assert ("location" in example.aspects) == ("Lage" in example.text)


def test_sentences_that_disagree_are_not_joined() -> None:
    found = varied([GOOD, BAD] * 50, word_dropout=0.0, joined=1.0, order=np.random.default_rng(1))
    assert not any("gut" in example.text and "kalt" in example.text for example in found)


def test_words_drop_out_but_never_all() -> None:
    found = varied([GOOD] * 200, word_dropout=0.9, joined=0.0, order=np.random.default_rng(1))
    assert all(example.text for example in found)
    assert min(len(example.text.split()) for example in found) == 1


def test_without_either_nothing_changes() -> None:
    assert varied([GOOD, BAD], word_dropout=0.0, joined=0.0, order=np.random.default_rng(1)) == [GOOD, BAD]


def test_long_sentences_are_not_joined() -> None:
    long = Example(text="sehr " * 30 + "gut")
    assert varied([long] * 5, word_dropout=0.0, joined=1.0, order=np.random.default_rng(1)) == [long] * 5


def test_a_share_is_typed_otherwise_and_judged_the_same() -> None:
    found = varied([BAD] * 200, word_dropout=0.0, joined=0.0, typed=0.5, order=np.random.default_rng(1))
    assert 60 < sum(example.text != BAD.text for example in found) < 140
    assert all(example.aspects == BAD.aspects for example in found)


def test_slips_are_those_of_people_in_a_hurry() -> None:
    order = np.random.default_rng(2)
    found = {mistyped("Schöne Küche, guter Kellner.", order) for _ in range(400)}
    assert {"Schoene Kueche, guter Kellner.", "Schöne Küche guter Kellner"} < found
    assert any(re.search(r"(.)\1{3}", text) for text in found)
    assert "Schöne Küche, guter Kelnler." in found
    assert {mistyped("5/5", order) for _ in range(100)} == {"5/5"}


def test_plain_sentences_stay_within_the_scheme() -> None:
    for lexicon in (GERMAN, ENGLISH):
        found = sentences(lexicon, 400, seed=1)
        assert found == sentences(lexicon, 400, seed=1)
        assert len({example.text for example in found}) > 380
        for example in found:
            assert example.aspects
            assert set(example.aspects) <= set(DEFAULT_SCHEME.aspects)
            assert set(example.aspects.values()) <= set(DEFAULT_SCHEME.polarities)
            assert "  " not in example.text
            assert example.text == example.text.strip()


def test_a_word_of_judgement_alone_is_the_place_or_that_of_which_alone_it_speaks() -> None:
    for lexicon, wanted in (
        (GERMAN, {"gut": {"restaurant"}, "lecker": set(), "freundlich": {"service"}, "versalzen": {"food", "quality"}}),
        (ENGLISH, {"good": {"restaurant"}, "delicious": set(), "rude": {"service"}, "overcooked": {"food", "quality"}}),
    ):
        alone = {
            example.text.strip(".!").lower(): set(example.aspects)
            for example in sentences(lexicon, 80_000, seed=6)
            if len(example.text.split()) == 1
        }
        assert {word: alone.get(word, set()) for word in wanted} == wanted


def test_subjects_lose_their_article_where_guests_leave_it_out() -> None:
    texts = {example.text for lexicon in (GERMAN, ENGLISH) for example in sentences(lexicon, 20_000, seed=7)}
    for bare in (r"^Service (?!war|ist)\w+", r"^(Essen|Pizza|Suppe|Wein|Bier|Preis|Lage) war ", r"^Food (?!was|is)\w+"):
        assert any(re.match(bare, text) for text in texts), bare


def test_negation_turns_praise_round() -> None:
    found = [e for e in sentences(GERMAN, 3000, seed=2) if "nicht lecker" in e.text and len(e.text.split()) <= 6]
    assert found
    for example in found:
        assert "negative" in {example.aspects.get("food"), example.aspects.get("drinks")}


def test_a_negation_praises_as_often_as_it_blames() -> None:
    for lexicon, pattern in (
        (GERMAN, r"\b(nicht|nie|keineswegs|weder)\b"),
        (ENGLISH, r"\b(not|never|neither)\b|n't\b"),
    ):
        judged = [
            polarity
            for example in sentences(lexicon, 4000, seed=3)
            if re.search(pattern, example.text, re.IGNORECASE) and len(set(example.aspects.values())) == 1
            for polarity in set(example.aspects.values())
        ]
        assert len(judged) > 200
        assert 0.35 < judged.count("positive") / len(judged) < 0.65


def test_what_denies_a_word_of_blame_praises() -> None:
    for lexicon, denied in ((GERMAN, r"nicht (un\w+lich|langsam|frech)"), (ENGLISH, r"(not|n't) (rude|slow|arrogant)")):
        found = [e for e in sentences(lexicon, 4000, seed=4) if re.search(denied, e.text) and "service" in e.aspects]
        assert found
        assert all(example.aspects["service"] in {"positive", "conflict"} for example in found)


def test_sentences_that_a_denial_tells_apart_come_together() -> None:
    for lexicon, pattern in ((GERMAN, r"(.+) nicht (\w+)"), (ENGLISH, r"(.+) not (\w+)")):
        found = {example.text.strip(".!").lower(): example.aspects for example in sentences(lexicon, 8000, seed=8)}
        denied = [(text, re.fullmatch(pattern, text)) for text in found]
        plain = [
            (text, f"{match[1]} {match[2]}") for text, match in denied if match and f"{match[1]} {match[2]}" in found
        ]
        assert len(plain) > 50
        for text, other in plain:
            assert set(found[text].values()) != set(found[other].values()), text


def test_every_frame_has_words_to_fill_it() -> None:
    for lexicon in (GERMAN, ENGLISH):
        for example in sentences(lexicon, 3000, seed=5):
            assert not re.search(r"[{}]", example.text)
