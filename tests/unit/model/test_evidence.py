"""The words that carry an opinion: without them it falls, with them alone it stays."""

import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, cast

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from model.cli.evidence import evidence_command
from model.data.dataset import read
from model.evaluation.faithfulness import faithfulness, read_marked
from model.evidence import MOST_SENTENCES, REVIEW_WORDS, faiths, with_evidence
from model.evidence_places import LONGEST, LONGEST_TEXT, words_of
from model.inputs.auxiliary import Method
from model.predictions import ReviewPrediction, SentencePrediction
from model.predictor import Predictor
from model.runtime.judgement import SentenceJudgement
from model.scheme import ASPECTS, DEFAULT_SCHEME, POLARITIES
from model.text.clauses import LONGEST_CLAUSE, OVERLAP
from model.text.markup import clean
from model.training.recipe_run import HELD_OUT
from tests.unit.model.conftest import BuildModel

#: Aspect -> the words that it takes to be positive, and to be negative.
NEEDS = {"food": {"Essen", "gut"}, "service": {"nett"}, "quality": {"köstlich"}}
LACKS = {"food": {"Essen", "kalt"}}


class Reader:
    """Finds an aspect good, or bad, when all its words for that are there; reads nothing else."""

    def __init__(self) -> None:
        self.method = Method(name="single")
        self.reads_as_sent = False
        self.read: list[str] = []

    def judge_sentences(
        self, texts: Sequence[str], between: Callable[[], None] | None = None
    ) -> list[SentenceJudgement]:
        self.read += texts
        return [self._judged(text) for text in texts]

    def _judged(self, text: str) -> SentenceJudgement:
        # As the networks read: letters that look the same are the same.
        plain = unicodedata.normalize("NFC", clean(text).text)
        words = set(plain.replace(".", " ").replace(",", " ").split())
        scores, labels = [], []
        for aspect in ASPECTS:
            needed, lacking = NEEDS.get(aspect, {"?"}), LACKS.get(aspect, {"?"})
            share, bad = len(needed & words) / len(needed), len(lacking & words) / len(lacking)
            labels.append(POLARITIES.index("positive" if share == 1 else "negative" if bad == 1 else "none"))
            scores += [0.9 * share + 0.05, 0.0, 0.9 * bad, 0.0, 0.95 - 0.9 * share]
        return SentenceJudgement(labels=tuple(labels), confidences=(0.9,) * len(ASPECTS), scores=tuple(scores))

    def review(self, *texts: str, start: int = 0) -> ReviewPrediction:
        """A judged review of these sentences, one behind another from `start`."""
        sentences = []
        for index, (text, judged) in enumerate(zip(texts, self.judge_sentences(texts), strict=True)):
            sentences.append(
                SentencePrediction(
                    index=index, start=start, end=start + len(text), text=text, truncated=False,
                    aspects=judged.aspects(self.method),
                )
            )  # fmt: skip
            start += len(text) + 1
        self.read.clear()
        return ReviewPrediction(language="de", known_language=True, sentences=tuple(sentences))

    def as_predictor(self) -> Predictor:
        return cast("Predictor", self)


def evidence_words(review: ReviewPrediction, text: str) -> list[dict[str, list[str]]]:
    """Of each sentence the words by aspect, where there was evidence."""
    return [
        {
            aspect: [text[span.start : span.end] for span in judged.evidence]
            for aspect, judged in sentence.aspects.items()
            if judged.evidence is not None
        }
        for sentence in review.sentences
    ]


def test_the_evidence_is_the_words_that_it_takes_in_offsets_of_the_review() -> None:
    reader = Reader()
    text = "  Das Essen war sehr gut, alle nett. Alle nett."
    review = reader.review("Das Essen war sehr gut, alle nett.", "Alle nett.", start=2)
    assert evidence_words(with_evidence(reader.as_predictor(), review), text) == [
        {"food": ["Essen", "gut"], "service": ["nett"]}, {"service": ["nett"]},
    ]  # fmt: skip


def test_markup_is_no_word_and_the_offsets_are_those_of_what_was_sent() -> None:
    reader = Reader()
    text = "Das <b>Essen</b> war g&uuml;nstig &amp; gut."
    assert evidence_words(with_evidence(reader.as_predictor(), reader.review(text)), text) == [
        {"food": ["Essen", "gut"]}
    ]
    assert not any("<" in each or "amp" in each for each in reader.read)


def test_words_side_by_side_are_one_span() -> None:
    reader = Reader()
    assert evidence_words(with_evidence(reader.as_predictor(), reader.review("Essen gut.")), "Essen gut.") == [
        {"food": ["Essen gut"]}
    ]


def test_a_sentence_without_an_opinion_is_not_read_again() -> None:
    reader = Reader()
    review = reader.review("Wir waren zu viert.")
    assert with_evidence(reader.as_predictor(), review) == review
    assert reader.read == []


def test_the_end_of_long_reviews_costs_nothing() -> None:
    reader = Reader()
    review = with_evidence(reader.as_predictor(), reader.review(*["Alle nett."] * (MOST_SENTENCES + 1)))
    assert [bool(sentence.aspects["service"].evidence) for sentence in review.sentences] == [
        *[True] * MOST_SENTENCES, False,
    ]  # fmt: skip
    # The same words are read once.
    assert len(reader.read) == len(set(reader.read))


def test_a_review_is_looked_at_until_so_many_words_whoever_wrote_how_much() -> None:
    reader = Reader()
    long = "nett " + " ".join(f"w{number}" for number in range(LONGEST - 1))
    review = with_evidence(reader.as_predictor(), reader.review(*[long] * 10))
    explained = [bool(sentence.aspects["service"].evidence) for sentence in review.sentences]
    assert explained == [*[True] * (REVIEW_WORDS // LONGEST), *[False] * (10 - REVIEW_WORDS // LONGEST)]
    assert len(reader.read) <= 2 * REVIEW_WORDS + 10 * len(review.sentences)


#: A sentence of which no piece has another one's words.
FILLER = " und ".join(f"wir saßen an Tisch {number}" for number in range(30))


def test_a_long_sentence_has_the_words_of_the_piece_that_carried_the_opinion() -> None:
    reader = Reader()
    text = f"  Am Abend: {FILLER}, das Essen war gut, {FILLER} und alle waren <b>nett</b>."
    (found,) = evidence_words(with_evidence(reader.as_predictor(), reader.review(text[2:], start=2)), text)
    assert found == {"food": ["Essen", "gut"], "service": ["nett"]}
    assert max(len(words.split()) for words in reader.read) <= LONGEST_CLAUSE + OVERLAP, "only pieces are read again"


@pytest.mark.parametrize("words", [LONGEST + 1, 500])
def test_a_long_sentence_costs_a_reading_of_each_piece_and_those_of_the_few_that_speak(words: int) -> None:
    reader = Reader()
    text = " ".join(f"{FILLER} {FILLER}".split()[:words]) + ", alle nett"
    assert with_evidence(reader.as_predictor(), reader.review(text)).sentences[0].aspects["service"].evidence
    assert len(reader.read) <= words / 2 + 2 * (LONGEST_CLAUSE + OVERLAP) + 10


def test_a_conflict_of_two_pieces_has_the_words_of_both() -> None:
    reader = Reader()
    text = f"Das Essen war gut, {FILLER} und das Essen war kalt."
    whole = replace(reader.judge_sentences([text])[0].aspects(reader.method)["food"], polarity="conflict")
    sentence = SentencePrediction(
        index=0, start=0, end=len(text), text=text, truncated=False, aspects={"food": whole}
    )  # fmt: skip
    (found,) = faiths(reader.as_predictor(), [sentence])
    assert [text[span.start : span.end] for span in found["food"].spans] == ["Essen", "gut", "Essen", "kalt"]


@given(
    st.lists(
        st.sampled_from(["Essen", "gut", "nett", "ko\u0308stlich", "und", "war", "das", ",", "<b>", "&amp;", "😀"]),
        min_size=80, max_size=160,
    ),
    st.sampled_from([" ", "\u2003", " \u00a0"]),
)  # fmt: skip
def test_what_a_long_sentence_has_lies_in_it_and_tells_the_truth(words: list[str], space: str) -> None:
    reader = Reader()
    text = space.join(["Also", *words])
    (sentence,) = reader.review(text).sentences
    (found,) = faiths(reader.as_predictor(), [sentence])
    for aspect, faith in found.items():
        told = set(unicodedata.normalize("NFC", " ".join(text[s.start : s.end] for s in faith.spans)).split())
        assert all(0 <= span.start < span.end <= len(text) for span in faith.spans)
        assert faith.stays == (NEEDS[aspect] <= told)


def test_few_words_of_many_letters_cost_nothing_either() -> None:
    reader = Reader()
    review = with_evidence(reader.as_predictor(), reader.review("nett " + "x" * LONGEST_TEXT))
    assert (review.sentences[0].aspects["service"].evidence, reader.read) == (None, [])


def test_a_model_that_reads_sentences_as_they_were_sent_gives_none_of_long_ones() -> None:
    reader = Reader()
    reader.reads_as_sent = True
    review = with_evidence(reader.as_predictor(), reader.review(f"Alle nett, {FILLER}"))
    assert (review.sentences[0].aspects["service"].evidence, reader.read) == (None, [])


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("word", ["köstlich", "Crème", "nai\u0308ve\u0301s", "vor\u00adzüglich", "हिन्दी"])
def test_a_letter_and_its_marks_are_of_one_word(word: str, form: Literal["NFC", "NFD"]) -> None:
    text = unicodedata.normalize(form, f"Es war {word}. \u2615\ufe0f")
    assert [text[span.start : span.end] for span in words_of(text)] == ["Es", "war", unicodedata.normalize(form, word)]


def test_a_model_of_pairs_gives_no_evidence(build_model: BuildModel) -> None:
    predictor = Predictor.load(str(build_model(method="NLI-M")), device="cpu")
    (review,) = predictor.predict("Das Essen war super.")
    assert with_evidence(predictor, review) == review


@given(
    st.lists(
        st.sampled_from(
            ["Essen", "gut", "nett", "ko\u0308stlich", "u\u0308", "ü", "😀", "-", ",", ".", "\u2028", "'s"]
        ),
        max_size=12,
    )
)
def test_spans_lie_in_the_sentence_in_order_and_tell_the_truth(words: list[str]) -> None:
    reader = Reader()
    text = " ".join(words)
    (sentence,) = reader.review(text).sentences
    (found,) = faiths(reader.as_predictor(), [sentence])
    for aspect, faith in found.items():
        places = [place for span in faith.spans for place in (span.start, span.end)]
        assert places == sorted(places)
        assert places[0] >= 0
        assert places[-1] <= len(text)
        covered = unicodedata.normalize("NFC", " ".join(text[span.start : span.end] for span in faith.spans))
        told = set(covered.split())
        assert faith.stays == (NEEDS[aspect] <= told)


def test_evidence_is_held_against_what_a_reader_marked(tmp_path: Path) -> None:
    path = tmp_path / "marked.json"
    rows = [
        {"text": "Essen war gut", "language": "de", "aspects": {"food": "positive"}, "evidence": {"food": ["war gut"]}},
        # It is wrong about this one: whatever its evidence is, no reader would have marked it.
        {"text": "Alle nett", "language": "en", "aspects": {"service": "negative"}, "evidence": {"service": ["Alle"]}},
    ]
    path.write_text(json.dumps(rows))
    found = faithfulness(Reader().as_predictor(), read_marked(path))
    assert (found["sentences"], found["opinions"], found["falls"], found["stays"]) == (2, 2, 1.0, 1.0)
    # "Essen" and "gut" against "war gut".
    assert (found["right"], found["touches"], found["precision"], found["recall"]) == (1, 1.0, 0.375, 0.4286)
    assert found["languages"]["en"]["right"] == 0
    assert found["languages"]["en"]["touches"] is None


@pytest.mark.parametrize(
    "rows", [{}, [{}], [{"text": "Gut", "language": "de", "aspects": {}, "evidence": {"food": ["schlecht"]}}], None]
)
def test_what_is_no_marked_sentence_is_refused(tmp_path: Path, rows: object) -> None:
    path = tmp_path / "marked.json"
    if rows is not None:
        path.write_text(json.dumps(rows or [1]))
    refused = CliRunner().invoke(evidence_command, ["--data", str(path)])
    assert (refused.exit_code, "holds no marked sentences" in refused.output) == (1, True)


def test_the_marked_sentences_are_those_of_the_corpus() -> None:
    batches = [Path("corpus") / f"{name}.jsonl" for name in HELD_OUT]
    corpus = {example.text: dict(example.aspects) for example in read(batches, DEFAULT_SCHEME)}
    marked = read_marked(Path("corpus/evidence.json"))
    assert len({each.text for each in marked}) == len(marked) == 300
    for each in marked:
        assert corpus[each.text] == dict(each.polarities)
        assert each.marks.keys() == each.polarities.keys()
