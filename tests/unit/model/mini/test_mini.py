"""`kritiq-mini`: its network on random weights, and the checkpoint of this repository."""

import itertools
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from model.data.dataset import read
from model.networks.mini_transformers import MiniConfig, MiniForSequenceClassification, register
from model.predictions import ReviewPrediction
from model.predictor import Predictor
from model.runtime.graph import recorded
from model.scheme import DEFAULT_SCHEME
from model.training.corpus import near_duplicates

ROOT = Path(__file__).parents[4]
CHECKPOINT = ROOT / "models" / "kritiq-mini"


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.load(str(CHECKPOINT), device="cpu")


@pytest.fixture
def network() -> MiniForSequenceClassification:
    torch.manual_seed(3)
    made = MiniForSequenceClassification(
        MiniConfig(vocab_size=50, embedding_size=16, branch_size=8, hidden_size=16, members=2)  # type: ignore[call-arg]
    )
    made.trunk.embedding.random_(0, 255)
    return made.eval()


@torch.no_grad()
def test_padding_changes_nothing(network: MiniForSequenceClassification) -> None:
    ids = torch.randint(1, 50, (3, 7))
    alone = network(ids).logits
    padded = torch.cat([ids, torch.randint(1, 50, (3, 5))], 1)
    mask = torch.cat([torch.ones(3, 7), torch.zeros(3, 5)], 1).long()
    torch.testing.assert_close(network(padded, mask).logits, alone, atol=1e-5, rtol=1e-4)
    assert alone.shape == (3, 45)


@torch.no_grad()
def test_the_members_of_the_ensemble_vote(network: MiniForSequenceClassification) -> None:
    ids = torch.randint(1, 50, (2, 5))
    network.config.dropout = network.config.piece_dropout = 0.0
    each = network.train()(ids).logits
    assert each.shape == (2, 2, 45)
    shares = network.eval()(ids).logits.reshape(2, 9, 5).exp()
    torch.testing.assert_close(shares.sum(-1), torch.ones(2, 9))


def test_transformers_finds_it_by_its_type(tmp_path: Path, network: MiniForSequenceClassification) -> None:
    from transformers import AutoModelForSequenceClassification

    register()
    network.save_pretrained(tmp_path)
    again = AutoModelForSequenceClassification.from_pretrained(tmp_path)
    ids = torch.randint(1, 50, (2, 5))
    with torch.no_grad():
        torch.testing.assert_close(again(ids).logits, network(ids).logits)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Das Essen war super, aber der Service war langsam.", {"food": "positive", "service": "negative"}),
        ("The food was delicious but the staff were rude.", {"food": "positive", "service": "negative"}),
        ("Nie wieder!", {"restaurant": "negative"}),
        ("Wir kommen gerne wieder.", {"restaurant": "positive"}),
        ("Die Preise sind viel zu hoch.", {"price": "negative"}),
        ("Schönes Ambiente.", {"ambience": "positive"}),
        ("Gut.", {"restaurant": "positive"}),
        ("Super.", {"restaurant": "positive"}),
        ("Top!", {"restaurant": "positive"}),
        ("Good.", {"restaurant": "positive"}),
        ("Schlecht.", {"restaurant": "negative"}),
        ("Der Service war nicht schlecht.", {"service": "positive"}),
        ("Der Service war nicht unfreundlich.", {"service": "positive"}),
        ("Der Service war nicht freundlich.", {"service": "negative"}),
        ("Das Essen war nicht kalt.", {"food": "positive"}),
        ("Die Suppe war keineswegs versalzen.", {"food": "positive"}),
        ("The staff was not rude at all.", {"service": "positive"}),
        ("The food could not have been better.", {"food": "positive"}),
    ],
)
def test_the_checkpoint_reads_plain_sentences(predictor: Predictor, text: str, wanted: dict[str, str]) -> None:
    (sentence,) = predictor.predict([text])[0].sentences
    found = {aspect: judged.polarity for aspect, judged in sentence.aspects.items() if judged.polarity != "none"}
    assert wanted.items() <= found.items()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("essen lecker bedienung unfreundlich lage super", "food+ service- location+"),
        ("tolles essen schlechter service schöne terrasse", "food+ service- ambience+"),
        ("gutes essen netter service schöne terrasse teure getränke", "food+ service+ ambience+ drinks-"),
        ("Essen sehr gut Service leider sehr langsam Ambiente gemütlich", "food+ service- ambience+"),
        ("lovely place rude staff tasty burgers", "restaurant+ service- food+"),
        ("good food bad service nice location", "food+ service- location+"),
    ],
)
def test_clauses_without_verbs_and_marks_keep_their_aspects_and_sides(
    predictor: Predictor, text: str, wanted: str
) -> None:
    found = polarities(predictor.predict([text])[0])
    sides = {"+": {"positive"}, "-": {"negative"}}
    assert {opinion[:-1]: found.get(opinion[:-1]) for opinion in wanted.split()} == {
        opinion[:-1]: sides[opinion[-1]] for opinion in wanted.split()
    }


OPINIONS = {
    "de": ["Das Essen war lecker", "Der Kellner war unfreundlich", "Die Preise sind zu hoch", "Das Lokal ist gemütlich",
           "Wir waren am Samstag zu viert dort", "Meine Schwester hatte Geburtstag"],
    "en": ["The food was delicious", "The waiter was rude", "The prices are too high", "The atmosphere is cozy",
           "We went there on Saturday with friends", "It was my sister's birthday"],
}  # fmt: skip


#: Many more, of which texts are put together at random.
MORE = {
    "de": [
        "Das Essen war lecker", "Der Kellner war unfreundlich", "Die Preise sind zu hoch", "Das Lokal ist gemütlich",
        "Der Wein war ausgezeichnet", "Die Bedienung war sehr aufmerksam", "Wir mussten fast eine Stunde warten",
        "Die Portionen waren riesig", "Das Schnitzel war zäh", "Die Lage am Fluss ist wunderschön",
        "Die Pizza war leider kalt", "Das Bier war frisch gezapft", "Die Musik war viel zu laut",
        "Parkplätze gibt es kaum", "Die Einrichtung ist modern", "Wir kommen gerne wieder",
        "Für das Geld bekommt man sehr viel", "Der Salat war frisch und knackig", "Die Suppe schmeckte nach nichts",
        "Das Personal kümmert sich rührend um Kinder", "Der Kaffee war lauwarm",
        "Das Preis-Leistungs-Verhältnis stimmt",
        "Die Toiletten waren schmutzig", "Der Nachtisch war ein Gedicht", "Das Ambiente ist stilvoll",
        "Der Chef war unverschämt", "Die Terrasse ist sehr schön",
    ],
    "en": [
        "The food was delicious", "The waiter was rude", "The prices are too high", "The atmosphere is cozy",
        "The wine was excellent", "The staff were very attentive", "We had to wait almost an hour",
        "The portions were huge", "The steak was tough", "The location by the river is beautiful", "The pizza was cold",
        "The beer was fresh", "The music was far too loud", "There is hardly any parking", "The decor is modern",
        "We will definitely come back", "The lunch menu is cheap", "The salad was crisp and fresh",
        "The soup tasted of nothing",
        "The owner looks after every guest", "The coffee was lukewarm",
        "It is good value for money", "The toilets were dirty", "The dessert was a dream", "The place is stylish",
        "The manager was arrogant", "The terrace is lovely",
    ],
}  # fmt: skip


def polarities(review: ReviewPrediction) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for sentence in review.sentences:
        assert not sentence.truncated
        for aspect, judged in sentence.aspects.items():
            if judged.polarity != "none":
                found.setdefault(aspect, set()).add(judged.polarity)
    return found


@pytest.mark.parametrize("language", OPINIONS)
@pytest.mark.parametrize("words", [20, 40, 64, 87, 133, 160, 500, 2000])
@pytest.mark.parametrize("join", [" ", " und ", ", "])
def test_opinions_are_the_same_without_marks(predictor: Predictor, language: str, words: int, join: str) -> None:
    clauses = []
    while sum(len(clause.split()) for clause in clauses) < words:
        clauses.append(OPINIONS[language][len(clauses) % 6])
    marked = polarities(predictor.predict([". ".join(clauses) + "."])[0])
    joined = join.replace("und", "und" if language == "de" else "and").join(clauses).lower()
    bare = predictor.predict([joined], [language])[0]
    assert len(bare.sentences) == 1
    assert polarities(bare).keys() == marked.keys()
    assert polarities(bare)["service"] == {"negative"}
    assert polarities(bare)["food"] == {"positive"}


@pytest.mark.parametrize("language", MORE)
def test_few_short_texts_have_other_aspects_without_marks(predictor: Predictor, language: str) -> None:
    """Of 12 to 24 words."""
    marked, bare = list[str](), list[str]()
    for words, seed in itertools.product((12, 16, 20, 24), range(20)):
        chosen, clauses = random.Random(f"{language} {seed} {words}"), list[str]()
        while sum(len(clause.split()) for clause in clauses) < words:
            clauses.append(chosen.choice(MORE[language]))
        marked += [". ".join(clauses) + "."] * 2
        bare += [join.join(clauses).lower() for join in (" ", ", ")]
    read = [predictor.predict(texts, [language] * len(texts)) for texts in (marked, bare)]
    differ = [
        text for text, one, other in zip(bare, *read, strict=True) if polarities(one).keys() != polarities(other).keys()
    ]
    assert len(differ) <= 10, differ


@pytest.mark.parametrize("language", MORE)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("words", [40, 64, 87, 133, 160, 500])
def test_any_opinions_are_of_the_same_aspects_without_marks(
    predictor: Predictor, language: str, seed: int, words: int
) -> None:
    chosen, clauses = random.Random(f"{language} {seed} {words}"), list[str]()
    while sum(len(clause.split()) for clause in clauses) < words:
        clauses.append(chosen.choice(MORE[language]))
    (marked,) = predictor.predict([". ".join(clauses) + "."], [language])
    for join in (" ", ", "):
        (bare,) = predictor.predict([join.join(clauses).lower()], [language])
        assert polarities(bare).keys() == polarities(marked).keys(), join.join(clauses).lower()


def test_a_lot_for_ones_money_is_praise_of_the_price(predictor: Predictor) -> None:
    (sentence,) = predictor.predict(["You get a lot for your money."], ["en"])[0].sentences
    assert sentence.aspects["price"].polarity == "positive"


def test_facts_have_no_opinion(predictor: Predictor) -> None:
    (sentence,) = predictor.predict(["Wir waren am Freitag zu viert dort."])[0].sentences
    assert {judged.polarity for judged in sentence.aspects.values()} == {"none"}


def test_batches_do_not_change_its_answers(predictor: Predictor) -> None:
    texts = ["Gut.", "Das Essen war kalt und der Wein auch, " * 5, "Toller Service!", "x" * 500]
    together = predictor.logits(predictor.encode(texts))
    alone = np.concatenate([predictor.logits(predictor.encode([text])) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_the_corpus_is_large_and_varied() -> None:
    german = read([ROOT / "corpus" / "de"], DEFAULT_SCHEME)
    english = read([ROOT / "corpus" / "en"], DEFAULT_SCHEME)
    assert len(german) >= 6000
    assert len(english) >= 2000
    for examples in (german, english):
        assert sum(1 for _ in near_duplicates(examples)) < 0.05 * len(examples)


@torch.inference_mode()
def test_recorded_it_answers_as_before_whatever_the_shape(network: MiniForSequenceClassification) -> None:
    graph = recorded(network)
    for rows, length in ((1, 1), (1, 9), (5, 2), (3, 40)):
        ids = torch.randint(1, 50, (rows, length))
        mask = (torch.arange(length) < torch.randint(1, length + 1, (rows, 1))).long()
        assert torch.equal(graph(ids, mask), network(input_ids=ids, attention_mask=mask).logits)
