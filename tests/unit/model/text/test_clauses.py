"""Long sentences into pieces, and the pieces' judgements into one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.runtime.judgement import CLEAR, SentenceJudgement, merged
from model.scheme import Scheme
from model.text.clauses import LONGEST_CLAUSE, LONGEST_ENDED, LONGEST_OPEN, OVERLAP, pieces

CLAUSES = ["das essen war sehr gut", "der kellner war leider unfreundlich", "wir kommen trotzdem wieder"]
SCHEME = Scheme(aspects=("food",))


def everything_fits(text: str) -> bool:
    return True


def review(words: int) -> str:
    return " ".join(" ".join(CLAUSES * words).split()[:words])


PHRASES = ["köstlich und reichlich gekocht", "langsam bedient", "zu teuer bezahlt"]


def test_a_short_sentence_and_one_with_marks_are_judged_whole() -> None:
    marked = ", ".join(PHRASES * 5) + "."
    for text in ("gut", " ".join(PHRASES * 2), marked):
        assert len(text.split()) <= (LONGEST_ENDED if text == marked else LONGEST_OPEN)
        assert pieces(text, everything_fits) == (text,)


@pytest.mark.parametrize("join", [" ", ", ", " 😍 "])
def test_main_clauses_side_by_side_are_cut_however_few_words_they_have(join: str) -> None:
    two, three = join.join(CLAUSES[:2]), join.join(CLAUSES)
    assert len(three.split()) < LONGEST_OPEN
    for text in (two, three, three + "."):
        assert {piece.split()[0] for piece in pieces(text, everything_fits)} == {"das", "der", "wir"} & set(
            text.split()
        )
    # Two that their writer ended are one sentence.
    assert pieces(two + ".", everything_fits) == (two + ".",)


@pytest.mark.parametrize(
    "text",
    [
        "das essen das wir bestellt hatten war leider schon wieder kalt",
        "ich glaube dass das ein guter ort für einen ruhigen abend ist",
        "der kellner sagte wir sollten noch eine weile draußen warten",
        "wenn das wetter gut ist sitzt man draußen sehr schön",
        "die aussicht vom dach und das licht am abend waren ein traum",
        "the salads we got were great and so was the bread",
        "i think the place is good for a quick lunch with friends",
        "this is the best pizza i have had in a very long time",
        "if you like spicy food the vindaloo is what you want",
    ],
)
def test_a_clause_that_belongs_to_another_is_none_of_its_own(text: str) -> None:
    assert pieces(text, everything_fits) == (text,)


def test_pieces_begin_with_clauses() -> None:
    cut = pieces(review(60), everything_fits)
    assert len(cut) > 6
    assert {piece.split()[0] for piece in cut} <= {"das", "der", "wir"}


@pytest.mark.parametrize("border", [" und ", ", ", " aber ", " 😍 ", "! "])
def test_borders_are_conjunctions_marks_and_emoji(border: str) -> None:
    text = border.join(["köstlich und reichlich gekocht", "langsam bedient", "zu teuer bezahlt"] * 4)
    firsts = {piece.split()[0] for piece in pieces(text, everything_fits)}
    assert firsts <= {"köstlich", "langsam", "zu", "und", "aber"}
    assert len(firsts) > 1


def test_a_phrase_with_its_verb_in_front_of_the_subject_begins_a_clause_and_one_inside_of_it_does_not() -> None:
    text = " ".join(
        ["die einrichtung ist modern", "für das geld bekommt man sehr viel", "der tisch am fenster war schön"] * 3
    )
    firsts = [piece.split()[0] for piece in pieces(text, everything_fits)]
    assert set(firsts) == {"die", "für", "der"}


def test_a_while_is_a_time_and_no_border() -> None:
    text = "after a while the menu came the service was rude my wife had her birthday the food was cold"
    assert pieces(text, everything_fits)[:2] == ("after a while the menu came", "the service was rude")
    last = "while we waited for a long while at the bar"
    assert pieces(f"{text} {last}", everything_fits)[-1] == last


def test_short_clauses_are_repeated_and_so_are_words_where_no_clause_ends() -> None:
    for text in (" und ".join(f"wort{n}" for n in range(30)), " ".join(f"wort{n}" for n in range(60))):
        cut = pieces(text, everything_fits)
        assert len(cut) > 3
        assert all(one.split()[-1] in following.split()[:4] for one, following in pairwise(cut))


@given(st.lists(st.sampled_from([*" ".join(CLAUSES).split(), "😍", "und", "aber,", "x" * 90, "食" * 50]), max_size=120))
def test_every_word_is_read_and_every_piece_fits(words: list[str]) -> None:
    text = " ".join(words)
    cut = pieces(text, lambda piece: len(piece) <= 80)
    assert all(len(piece) <= 80 for piece in cut)
    read = "".join(cut).replace(" ", "")
    assert set(text.replace(" ", "")) == set(read)
    if len(words) > LONGEST_ENDED:
        assert all(len(piece.split()) <= LONGEST_CLAUSE + OVERLAP for piece in cut)
    for word in words:
        assert len(word) > 40 or any(word in piece.split() for piece in cut)


def judgement(polarity: str, confidence: float, truncated: bool = False) -> SentenceJudgement:
    label = SCHEME.polarities.index(polarity)
    scores = tuple(confidence if index == label else (1 - confidence) / 4 for index in range(5))
    return SentenceJudgement(labels=(label,), confidences=(confidence,), scores=scores, truncated=truncated)


@pytest.mark.parametrize(
    ("parts", "polarity", "confidence"),
    [
        ([], "none", 1.0),
        ([("positive", 0.4)], "positive", 0.4),
        ([("none", 0.9), ("none", 0.6)], "none", 0.6),
        ([("none", 0.99), ("negative", 0.4)], "negative", 0.4),
        ([("positive", 0.8), ("positive", 0.9)], "positive", 0.9),
        ([("positive", 0.9), ("negative", CLEAR)], "conflict", CLEAR),
        ([("positive", 0.9), ("negative", CLEAR - 0.1)], "positive", 0.9),
        ([("positive", 0.5), ("negative", 0.6)], "negative", 0.6),
        ([("neutral", 0.9), ("negative", 0.8)], "negative", 0.8),
        ([("neutral", 0.9), ("negative", 0.5)], "neutral", 0.9),
        ([("conflict", 0.8), ("positive", 0.9)], "conflict", 0.8),
    ],
)
def test_pieces_become_one_judgement(parts: list[tuple[str, float]], polarity: str, confidence: float) -> None:
    whole = merged([judgement(*part) for part in parts], SCHEME)
    assert (SCHEME.polarities[whole.labels[0]], whole.confidences[0]) == (polarity, pytest.approx(confidence))
    assert len(whole.scores) == 5
    reordered = merged([judgement(*part) for part in reversed(parts)], SCHEME)
    assert reordered.labels == whole.labels


def test_a_scheme_without_conflict_gets_the_surer_side() -> None:
    scheme = Scheme(aspects=("food",), polarities=("positive", "negative", "none"))
    sides = [
        SentenceJudgement(labels=(label,), confidences=(sure,), scores=(0.1, 0.2, 0.7))
        for label, sure in ((0, 0.8), (1, 0.9))
    ]
    assert scheme.polarities[merged(sides, scheme).labels[0]] == "negative"


def test_a_cut_piece_is_said_of_the_sentence() -> None:
    assert merged([judgement("none", 0.9), judgement("none", 0.9, truncated=True)], SCHEME).truncated
