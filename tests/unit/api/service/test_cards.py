"""`GET /v1/models/{name}/card`: what the versions of a model may say, and how right they are."""

import pytest
import redis

from access.scope import Scope
from jobs.feedback import Answers
from jobs.model_card import AspectScore, ModelCard
from store.answers import AnswerStore
from store.model_cards import CardStore
from store.traffic import model_key
from tests.support.http import problem
from tests.support.keys import Doors

CARD = ModelCard(
    method="single", languages=("de", "en"), sentences=120, mentioned_f1=0.83, judged_f1=0.62,
    aspects={"food": AspectScore(labels=60, mentioned_f1=0.9, judged_f1=0.7)}, text="# mini 7\n",
)  # fmt: skip


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    CardStore(redis_client).set(model_key("mini", "7"), CARD)
    AnswerStore(redis_client).set(model_key("mini", "7"), Answers(aspects=("food",), polarities=("positive", "none")))
    return Doors(redis_client)


def test_it_tells_what_each_version_may_say_and_how_right_it_is(doors: Doors, redis_client: redis.Redis) -> None:
    CardStore(redis_client).set(model_key("mini", "8"), ModelCard(method="pair", languages=("de",)))
    CardStore(redis_client).set(model_key("mini@home", "1"), ModelCard(method="pair", languages=("de",)))
    found = doors.client("acme", Scope.JOBS_READ).get("/v1/models/mini/card").get_json()
    assert [version["version"] for version in found["versions"]] == ["7", "8"]
    assert found["versions"][0] == {
        "version": "7", "method": "single", "languages": ["de", "en"], "aspects": ["food"],
        "polarities": ["positive", "none"], "sentences": 120, "mentioned_f1": 0.83, "judged_f1": 0.62,
        "scores": {"food": {"labels": 60, "mentioned_f1": 0.9, "judged_f1": 0.7}}, "text": "# mini 7\n",
    }  # fmt: skip
    unmeasured = found["versions"][1]
    assert (unmeasured["aspects"], unmeasured["judged_f1"], unmeasured["scores"]) == ([], None, {})


def test_a_model_that_no_worker_has_had_is_unknown(doors: Doors) -> None:
    problem(doors.client("acme", Scope.JOBS_READ).get("/v1/models/other/card"), 404)
