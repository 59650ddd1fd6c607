"""What a person should label next, over HTTP: in which order, how much of it, and whose it is."""

from typing import Any

import orjson
import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from jobs.differing import Difference, Differences
from jobs.line import PLACES
from store.aliases import AliasStore
from store.differing import DifferingStore
from tests.support.factories import MODEL, FakePredictor, claim, succeeded
from tests.support.http import problem
from tests.support.keys import Doors
from tests.support.worlds import RedisWorld
from worker.predict.pipeline import Pipeline

RIGHTS = (Scope.JOBS_READ, Scope.JOBS_WRITE)


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    return Doors(redis_client)


@pytest.fixture
def acme(doors: Doors) -> FlaskClient:
    """Whoever labels for an organisation."""
    return doors.client("acme", *RIGHTS)


def shadowed(doors: Doors) -> None:
    """From now on another version judges the same reviews, and is not answered."""
    AliasStore(doors.batches.client).move("default", {"fake/1": 100}, revision=0, shadow="fake/2")


def after_the_others(doors: Doors) -> None:
    """What is made from now on is newer than what there is by more than the clock tells apart."""
    RedisWorld(doors.batches.client).advance(10)


def judged(doors: Doors, client: FlaskClient, text: str, differs: dict[str, str] | None = None, *, restaurant: str = "",
           **sure: float) -> str:  # fmt: skip
    """A job whose one sentence was judged: each of its aspects positive, and how surely. Its shadow says `differs`."""
    after_the_others(doors)
    answer = client.post("/v1/jobs", json={"text": text, **({"restaurant": restaurant} if restaurant else {})})
    aspects = {aspect: {"polarity": "positive", "confidence": each} for aspect, each in sure.items()}
    result = {"language": "de", "sentences": [{"index": 0, "text": text, "aspects": aspects}]}
    (held,) = claim(doors.jobs)
    doors.jobs.complete([succeeded(held, orjson.dumps(result))])
    if differs is not None:
        sentences = [Difference(line=0, sentence=0, other=differs)]
        found = Differences(alias="default", rollout=0, version="fake/2", sentences=sentences)
        assert DifferingStore(doors.batches.client).keep(held, found)
    return str(answer.json["id"])  # type: ignore[index]


def judged_batch(doors: Doors, client: FlaskClient, *reviews: dict[str, str], **more: str) -> str:
    """A batch whose lines were judged, and its address."""
    after_the_others(doors)
    answer = client.post("/v1/batches", json={"reviews": list(reviews), **more})
    pipeline = Pipeline(FakePredictor().as_predictor())
    doors.jobs.complete(pipeline.judge(pipeline.prepare(claim(doors.jobs))))
    return str(answer.headers["Location"])


def queued(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/v1/feedback/queue{query}")
    assert answer.status_code == 200, answer.data
    found: list[dict[str, Any]] = answer.json["sentences"]  # type: ignore[index]
    return found


def texts(client: FlaskClient, query: str = "") -> list[str]:
    return [each["text"] for each in queued(client, query)]


def say(client: FlaskClient, where: str, aspect: str, polarity: str) -> None:
    answer = client.post(f"{where}/feedback", json={"sentence": 0, "aspect": aspect, "polarity": polarity})
    assert answer.status_code == 200, answer.data


def test_what_the_model_is_least_sure_of_comes_first_with_all_that_is_said_of_it(
    doors: Doors, acme: FlaskClient
) -> None:
    judged(doors, acme, "Sicher.", food=0.97)
    job = judged(doors, acme, "Unsicher.", restaurant="adler", food=0.8, service=0.51)
    judged(doors, acme, "Nichts.")
    unsure, sure = queued(acme)
    assert sure["text"] == "Sicher."
    assert unsure == {
        "job_id": job, "batch_id": None, "line": None, "custom_id": None, "restaurant": "adler", "language": "de",
        "model": MODEL, "sentence": 0, "text": "Unsicher.",
        "aspects": {
            "food": {"polarity": "positive", "confidence": 0.8},
            "service": {"polarity": "positive", "confidence": 0.51},
        },
        "version": None, "other": {}, "corrections": [],
    }  # fmt: skip


def test_it_is_there_until_somebody_has_spoken_of_each_aspect(doors: Doors, acme: FlaskClient) -> None:
    job = judged(doors, acme, "Beides.", food=0.8, service=0.51)
    judged(doors, acme, "Anderes.", price=0.7)
    say(acme, f"/v1/jobs/{job}", "service", "negative")
    other, both = queued(acme)
    assert (other["text"], both["text"]) == ("Anderes.", "Beides."), "of its food the model is rather sure"
    assert [(each["aspect"], each["polarity"], each["judged"]) for each in both["corrections"]] == [
        ("service", "negative", "positive")
    ]
    say(acme, f"/v1/jobs/{job}", "food", "positive")
    assert texts(acme) == ["Anderes."]


def test_where_two_versions_differ_comes_before_it_the_newest_first(doors: Doors, acme: FlaskClient) -> None:
    shadowed(doors)
    judged(doors, acme, "Unsicher.", food=0.4)
    older = judged(doors, acme, "Erst.", {"food": "negative", "price": "neutral"}, food=0.99)
    judged(doors, acme, "Dann.", {}, food=0.99)
    assert texts(acme) == ["Dann.", "Erst.", "Unsicher."]
    newer, older_one = queued(acme, "?count=2")
    assert (newer["version"], newer["other"]) == ("fake/2", {"food": "none"})
    assert older_one["other"] == {"food": "negative", "price": "neutral"}
    say(acme, f"/v1/jobs/{older}", "food", "positive")
    assert texts(acme, "?count=2") == ["Dann.", "Erst."], "of the price nobody has spoken"
    say(acme, f"/v1/jobs/{older}", "price", "none")
    assert texts(acme) == ["Dann.", "Unsicher."]


def test_lines_of_batches_are_beside_single_reviews_and_go_when_they_are_spoken_of(
    doors: Doors, acme: FlaskClient
) -> None:
    judged(doors, acme, "Sicher.", food=0.97)
    where = judged_batch(doors, acme, {"text": "Nur so."}, {"text": "Das Essen war gut.", "custom_id": "a"})
    assert texts(acme) == ["Das Essen war gut.", "Sicher."]
    line = queued(acme)[0]
    assert (line["job_id"], line["batch_id"], line["line"], line["custom_id"]) == (
        None, where.rpartition("/")[2], 2, "a",
    )  # fmt: skip
    say(acme, f"{where}/lines/2", "food", "neutral")
    assert texts(acme) == ["Sicher."]
    assert acme.delete(where).status_code == 204
    assert texts(acme) == ["Sicher."]


def test_a_line_on_which_two_versions_differ_is_told_as_one(doors: Doors, acme: FlaskClient) -> None:
    shadowed(doors)
    acme.post("/v1/batches", json={"reviews": [{"text": "Das Essen war gut."}, {"text": "Der Wein war gut."}]})
    (held,) = claim(doors.jobs)
    pipeline = Pipeline(FakePredictor().as_predictor())
    doors.jobs.complete(pipeline.judge(pipeline.prepare([held])))
    # Beside the first: of a line that there is not, and of a sentence that the line does not have.
    differences = [Difference(line=n, sentence=s, other={"food": "negative"}) for n, s in ((2, 0), (PLACES, 0), (1, 9))]
    found = Differences(alias="default", rollout=0, version="fake/2", sentences=differences)
    assert DifferingStore(doors.batches.client).keep(held, found)
    first, second = queued(acme)
    assert (first["line"], first["text"], first["version"]) == (2, "Der Wein war gut.", "fake/2")
    assert (second["line"], second["version"]) == (1, None)


def test_it_is_of_so_many_reviews_and_of_the_restaurant_that_is_named(doors: Doors, acme: FlaskClient) -> None:
    shadowed(doors)
    judged(doors, acme, "Unsicher.", restaurant="adler", food=0.4)
    judged(doors, acme, "Uneins.", {}, restaurant="krone", food=0.9)
    judged(doors, acme, "Sicher.", restaurant="krone", food=0.95)
    assert texts(acme, "?reviews=1") == ["Uneins.", "Sicher."]
    assert texts(acme, "?restaurant=adler") == ["Unsicher."]
    assert texts(acme, "?restaurant=krone&count=1") == ["Uneins."]
    judged_batch(
        doors, acme, {"text": "Ganz gut.", "restaurant": "adler"}, {"text": "Ganz schlecht.", "restaurant": "krone"}
    )
    assert texts(acme, "?restaurant=adler") == ["Unsicher.", "Ganz gut."]


@pytest.mark.parametrize("query", ["count=0", "count=101", "count=x", "reviews=0", "reviews=1001", "restaurant=a/b"])
def test_more_than_that_is_refused(acme: FlaskClient, query: str) -> None:
    found = problem(acme.get(f"/v1/feedback/queue?{query}"), 422, "invalid-request")
    assert query.partition("=")[0] in found["errors"][0]["pointer"]


def test_nobody_has_anything_of_another_organisation(doors: Doors, acme: FlaskClient) -> None:
    shadowed(doors)
    judged(doors, acme, "Unsicher.", food=0.4)
    judged(doors, acme, "Uneins.", {}, food=0.9)
    judged_batch(doors, acme, {"text": "Das Essen war gut."})
    assert len(queued(acme)) == 3
    assert queued(doors.client("other", *RIGHTS)) == []


def test_a_key_for_restaurants_has_only_what_it_may_speak_of(doors: Doors, acme: FlaskClient) -> None:
    shadowed(doors)
    for name in ("adler", "krone", ""):
        judged(doors, acme, f"Unsicher {name}.", restaurant=name, food=0.4)
        judged(doors, acme, f"Uneins {name}.", {}, restaurant=name, food=0.9)
    judged_batch(doors, acme, {"text": "Alles gut."}, restaurant="adler")
    judged_batch(doors, acme, {"text": "Halb gut.", "restaurant": "adler"}, {"text": "Halb schlecht."})
    adler = doors.client("acme", *RIGHTS, restaurants=("adler",))
    found = queued(adler)
    assert [each["text"] for each in found] == ["Uneins adler.", "Unsicher adler.", "Alles gut."]
    for each in found:
        where = f"/v1/jobs/{each['job_id']}" if each["job_id"] else f"/v1/batches/{each['batch_id']}/lines/1"
        say(adler, where, "food", "positive")
    assert queued(adler) == []
    problem(adler.get("/v1/feedback/queue?restaurant=krone"), 403, "forbidden")


@pytest.mark.parametrize(("has", "lacks"), [(Scope.JOBS_WRITE, Scope.JOBS_READ), (Scope.JOBS_READ, Scope.JOBS_WRITE)])
def test_who_sees_it_may_read_reviews_and_say_something_of_them(doors: Doors, has: Scope, lacks: Scope) -> None:
    refused = problem(doors.client("acme", has).get("/v1/feedback/queue"), 403, "insufficient-scope")
    assert refused["detail"].endswith(f"{lacks}.")
