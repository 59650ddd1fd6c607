"""What versions of models say of themselves is in the archive, as workers told it last."""

import re
from dataclasses import replace
from pathlib import Path

import orjson
import redis
from sqlalchemy import Engine, text

from archive.tables import model_cards
from jobs.model_card import AspectScore, ModelCard
from store.model_cards import CardStore
from store.traffic import model_key
from tests.unit.archive.conftest import Archive
from tests.unit.archive.generated import make_reviews, put

DOCUMENT = (Path(__file__).parents[3] / "docs" / "archive.md").read_text()
(OF_CARDS,) = re.findall(r"```sql\n(SELECT [^`]*JOIN model_cards\n[^`]*)```", DOCUMENT)
CARD = ModelCard(
    method="single", languages=("de", "en"), sentences=120, mentioned_f1=0.83, judged_f1=0.62,
    aspects={"food": AspectScore(labels=60, mentioned_f1=0.9, judged_f1=0.7)}, text="# mini 7\n",
)  # fmt: skip

#: What stands for something else in the lists that PostgreSQL is sent.
SPELLED = '{"a\\b", NULL, \\\\}\n'


def test_cards_follow_what_workers_say(redis_client: redis.Redis, archive: Archive) -> None:
    cards = CardStore(redis_client)
    archive.archiver.upkeep.know()
    assert archive.rows(model_cards) == []
    cards.set(model_key("mini", "7"), CARD)
    cards.set(model_key("mini", "8"), ModelCard(method="pair", languages=("de",)))
    archive.archiver.upkeep.know()
    cards.set(model_key("mini", "7"), replace(CARD, judged_f1=0.65, text=f"Nul\0. {SPELLED}"))
    archive.archiver.upkeep.know()
    measured, other = archive.rows(model_cards)
    told = ("model", "model_version", "method", "sentences", "mentioned_f1", "judged_f1", "card")
    assert [measured[name] for name in told] == ["mini", "7", "single", 120, 0.83, 0.65, f"Nul\ufffd. {SPELLED}"]
    assert orjson.loads(measured["languages"]) == ["de", "en"]
    assert orjson.loads(measured["aspects"]) == {"food": {"labels": 60, "mentioned_f1": 0.9, "judged_f1": 0.7}}
    assert [other[name] for name in told] == ["mini", "8", "pair", None, None, None, ""]


def test_the_query_about_them_tells_how_right_what_judged_is(
    redis_client: redis.Redis, archive: Archive, either: Engine
) -> None:
    CardStore(redis_client).set(model_key("kritiq-mini", "2"), CARD)
    archive.archiver.upkeep.know()
    put(archive.sink, make_reviews(40))
    with either.begin() as connection:
        found = connection.execute(text(OF_CARDS), {"tenant": "default"}).all()
    assert {(model, version): judged for model, version, _, _, judged in found} == {
        ("kritiq-mini", "1"): None, ("kritiq-mini", "2"): 0.62,
    }  # fmt: skip
