"""What people say of judgements over HTTP: said, said otherwise, taken back, listed, and gone when it has to be."""

from collections.abc import Callable
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from jobs.job import DEFAULT_TTL_MS
from store import feedback_keys, keys
from store.audit import AuditStore
from store.jobs import RedisStore
from tests.support.factories import MODEL, REVIEW, work_off
from tests.support.http import problem
from tests.support.keys import Doors
from tests.support.worlds import RedisWorld
from worker.reconciler.erasures import Erasures

SETTINGS_TTL_MS = 7_776_000_000
WRONG = {"sentence": 0, "aspect": "food", "polarity": "negative", "by": "anna"}


@pytest.fixture
def job(over_redis: FlaskClient, judge: Callable[..., int]) -> Callable[..., str]:
    """Makes a job that has been judged, and gives its address."""

    def make(**more: Any) -> str:
        answer = over_redis.post("/v1/jobs", json={"text": REVIEW, **more})
        assert answer.status_code == 202, answer.data
        judge()
        return str(answer.headers["Location"])

    return make


def say(client: FlaskClient, where: str, **changes: Any) -> Any:
    answer = client.post(f"{where}/feedback", json=WRONG | changes)
    assert answer.status_code == 200, answer.data
    return answer.json


def test_what_somebody_says_stands_beside_what_was_judged(over_redis: FlaskClient, job: Callable[..., str]) -> None:
    where = job(restaurant="adler", external_author="gast")
    assert (over_redis.get(f"{where}/feedback").json or {})["corrections"] == []
    found = say(over_redis, where)
    (correction,) = found["corrections"]
    assert found["job_id"] == where.rpartition("/")[2]
    assert (found["restaurant"], found["external_author"], found["language"]) == ("adler", "gast", "de")
    assert found["model"] == MODEL
    assert {**correction, "at": ""} == {
        "sentence": 0, "text": "Das Essen war gut.", "aspect": "food", "polarity": "negative", "judged": "positive",
        "confidence": 0.9, "by": "anna", "at": "",
    }  # fmt: skip
    missed = say(over_redis, where, aspect="price", polarity="neutral")["corrections"][1]
    assert (missed["judged"], missed["confidence"]) == ("none", None)
    assert over_redis.get(f"{where}/feedback").json == over_redis.get("/v1/feedback").json["feedback"][0]  # type: ignore[index]


def test_said_again_it_is_the_same_and_the_last_word_counts(
    over_redis: FlaskClient, job: Callable[..., str], redis_client: redis.Redis
) -> None:
    where = job()
    assert say(over_redis, where) == say(over_redis, where)
    (correction,) = say(over_redis, where, polarity="positive", by=None)["corrections"]
    assert (correction["polarity"], correction["by"]) == ("positive", None)
    counted = redis_client.hgetall(keys.METRICS)
    assert (counted[b"kritiq_feedback|corrected"], counted[b"kritiq_feedback|right"]) == (b"1", b"1")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"sentence": 2}, "#/sentence"),
        ({"sentence": -1}, "#/sentence"),
        ({"sentence": "0"}, "#/sentence"),
        ({"aspect": "parking"}, "#/aspect"),
        ({"aspect": ""}, "#/aspect"),
        ({"polarity": "great"}, "#/polarity"),
        ({"by": "a\nb"}, "#/by"),
        ({"by": ""}, "#/by"),
        ({"why": "x"}, "#/why"),
    ],
)
def test_what_the_model_could_not_have_said_of_this_job_is_refused(
    over_redis: FlaskClient, job: Callable[..., str], changes: dict[str, Any], pointer: str
) -> None:
    where = job()
    found = problem(over_redis.post(f"{where}/feedback", json=WRONG | changes), 422, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == [pointer]
    assert over_redis.get("/v1/feedback").json == {"feedback": [], "next_page_token": None}


def test_without_a_result_there_is_nothing_to_say(
    over_redis: FlaskClient, judge: Callable[..., int], redis_client: redis.Redis
) -> None:
    waits = over_redis.post("/v1/jobs", json={"text": REVIEW}).headers["Location"]
    problem(over_redis.post(f"{waits}/feedback", json=WRONG), 409, "nothing-judged")
    problem(over_redis.post("/v1/jobs/job_unknown/feedback", json=WRONG), 404, "not-found")
    problem(over_redis.get("/v1/jobs/job_unknown/feedback"), 404, "not-found")
    problem(over_redis.delete("/v1/jobs/job_unknown/feedback"), 404, "not-found")
    judge()
    redis_client.delete(keys.ANSWERS)
    problem(over_redis.post(f"{waits}/feedback", json=WRONG), 409, "nothing-judged")


def test_it_is_taken_back_one_by_one_or_whole(
    over_redis: FlaskClient, job: Callable[..., str], redis_client: redis.Redis
) -> None:
    where = job()
    for changes in ({}, {"aspect": "price"}, {"sentence": 1, "aspect": "service"}):
        say(over_redis, where, **changes)
    problem(over_redis.delete(f"{where}/feedback?sentence=0"), 422, "invalid-request")
    problem(over_redis.delete(f"{where}/feedback?sentence=x&aspect=food"), 422, "invalid-request")
    for _ in range(2):
        assert over_redis.delete(f"{where}/feedback?sentence=1&aspect=service").status_code == 204
    left: Any = over_redis.get(f"{where}/feedback").json
    assert [(correction["sentence"], correction["aspect"]) for correction in left["corrections"]] == [
        (0, "food"),
        (0, "price"),
    ]
    assert b"schlecht" not in repr(redis_client.hgetall(feedback_keys.FEEDBACK("default", left["job_id"]))).encode()
    for aspect in ("food", "price"):
        assert over_redis.delete(f"{where}/feedback?sentence=0&aspect={aspect}").status_code == 204
    assert not redis_client.exists(
        feedback_keys.FEEDBACK("default", left["job_id"]), feedback_keys.FEEDBACKS("default")
    )
    say(over_redis, where)
    assert over_redis.delete(f"{where}/feedback").status_code == 204
    assert not redis_client.exists(feedback_keys.FEEDBACK("default", left["job_id"]), feedback_keys.FEEDBACK_EXPIRING)


@pytest.mark.parametrize(
    ("query", "pointer"), [("sentence=0&aspect=foo", "?aspect"), ("sentence=7&aspect=food", "?sentence")]
)
@pytest.mark.parametrize("has_feedback", [True, False])
def test_what_nobody_can_have_said_is_not_taken_back(
    over_redis: FlaskClient, job: Callable[..., str], query: str, pointer: str, has_feedback: bool
) -> None:
    """A misspelled aspect answered 204, and the correction stayed."""
    where = job()
    if has_feedback:
        say(over_redis, where)
    found = problem(over_redis.delete(f"{where}/feedback?{query}"), 422, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == [pointer]


def test_of_a_job_past_its_time_an_aspect_that_its_model_has_not_is_not_taken_back_either(
    over_redis: FlaskClient, job: Callable[..., str], redis_world: RedisWorld
) -> None:
    where = job()
    say(over_redis, where)
    redis_world.advance(DEFAULT_TTL_MS + 1000)
    redis_world.store.reconcile()
    problem(over_redis.delete(f"{where}/feedback?sentence=0&aspect=foo"), 422, "invalid-request")
    assert over_redis.delete(f"{where}/feedback?sentence=0&aspect=food").status_code == 204


def test_who_deletes_a_job_deletes_what_was_said_of_it_however_late(
    over_redis: FlaskClient, job: Callable[..., str], redis_world: RedisWorld
) -> None:
    now, later = job(), job()
    for where in (now, later):
        say(over_redis, where)
    assert over_redis.delete(now).status_code == 204
    problem(over_redis.get(f"{now}/feedback"), 410, "gone")
    problem(over_redis.post(f"{now}/feedback", json=WRONG), 410, "gone")
    redis_world.advance(DEFAULT_TTL_MS + 1000)
    redis_world.store.reconcile()
    problem(over_redis.get(later), 410, "gone")
    assert len(over_redis.get(f"{later}/feedback").json["corrections"]) == 1  # type: ignore[index]
    problem(over_redis.delete(later), 410, "gone")
    assert not redis_world.redis.keys("kritiq:*feedback*")


def test_it_outlives_its_job_unless_that_had_a_time_of_its_own(
    over_redis: FlaskClient, job: Callable[..., str], redis_world: RedisWorld
) -> None:
    usual, own = job(), job(ttl_s=3600)
    for where in (usual, own):
        say(over_redis, where)

    def told() -> list[str]:
        page: Any = over_redis.get("/v1/feedback").json
        return [f"/v1/jobs/{found['job_id']}" for found in page["feedback"]]

    assert set(told()) == {usual, own}
    redis_world.advance(3_600_000 + 1000)
    assert told() == [usual], "before anybody has purged it"
    redis_world.store.reconcile()
    assert len(redis_world.redis.keys("kritiq:default:feedback:*")) == 1
    redis_world.advance(SETTINGS_TTL_MS - 3_600_000)
    assert told() == []
    redis_world.store.reconcile()
    assert not redis_world.redis.keys("kritiq:*feedback*")


def test_an_id_that_comes_back_has_nothing_of_the_review_before(
    over_redis: FlaskClient, judge: Callable[..., int], redis_world: RedisWorld
) -> None:
    for text in ("Das Essen war gut.", "Ganz anderes Essen war gut."):
        assert over_redis.put("/v1/jobs/mine", json={"text": text}).status_code == 202
        judge()
        assert over_redis.get("/v1/jobs/mine/feedback").json["corrections"] == []  # type: ignore[index]
        assert say(over_redis, "/v1/jobs/mine")["corrections"][0]["text"] == text
        # Its time, and that of the mark that it leaves.
        for passed_ms in (DEFAULT_TTL_MS + 1000, 86_400_000 + 1000):
            redis_world.advance(passed_ms)
            redis_world.store.reconcile()


def test_there_is_feedback_on_so_many_jobs_and_no_more(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client, feedback_jobs=2)
    client, store = doors.client("acme"), RedisStore(redis_client)
    made = [client.post("/v1/jobs", json={"text": REVIEW}).headers["Location"] for _ in range(3)]
    result = b'{"language":"de","sentences":[{"index":0,"start":0,"end":4,"text":"Gut.","aspects":{}}]}'
    work_off(store, result)
    for where in made[:2]:
        say(client, where)
    problem(client.post(f"{made[2]}/feedback", json=WRONG), 409, "feedback-full")
    say(client, made[0], aspect="price")
    assert client.delete(f"{made[1]}/feedback").status_code == 204
    say(client, made[2])


def test_pages_go_on_where_the_last_ended(over_redis: FlaskClient, job: Callable[..., str]) -> None:
    made = [job(restaurant=name) for name in ("adler", "krone", "adler")]
    for where in made:
        say(over_redis, where)
    seen, token = list[str](), ""
    while True:
        page: Any = over_redis.get(f"/v1/feedback?page_size=1{token}").json
        seen += [f"/v1/jobs/{found['job_id']}" for found in page["feedback"]]
        if page["next_page_token"] is None:
            break
        token = f"&page_token={page['next_page_token']}"
    assert sorted(seen) == sorted(made)
    of_adler: Any = over_redis.get("/v1/feedback?restaurant=adler").json
    assert {found["restaurant"] for found in of_adler["feedback"]} == {"adler"}
    assert len(of_adler["feedback"]) == 2


def test_a_key_for_a_restaurant_sees_and_says_nothing_of_others(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client)
    everybody = doors.client("acme")
    where = everybody.post("/v1/jobs", json={"text": REVIEW, "restaurant": "adler"}).headers["Location"]
    result = b'{"language":"de","sentences":[{"index":0,"start":0,"end":4,"text":"Gut.","aspects":{}}]}'
    work_off(RedisStore(redis_client), result)
    say(everybody, where)
    krone = doors.client("acme", Scope.JOBS_READ, Scope.JOBS_WRITE, restaurants=("krone",))
    problem(krone.get(f"{where}/feedback"), 404, "not-found")
    problem(krone.post(f"{where}/feedback", json=WRONG), 404, "not-found")
    problem(krone.delete(f"{where}/feedback"), 404, "not-found")
    assert krone.get("/v1/feedback").json == {"feedback": [], "next_page_token": None}
    adler = doors.client("acme", Scope.JOBS_READ, Scope.JOBS_WRITE, restaurants=("adler",))
    assert len(say(adler, where, aspect="price")["corrections"]) == 2
    reader = doors.client("acme", Scope.JOBS_READ)
    problem(reader.post(f"{where}/feedback", json=WRONG), 403, "insufficient-scope")


def test_erasing_a_guest_by_a_call_takes_what_was_said_of_their_reviews_too(
    over_redis: FlaskClient, job: Callable[..., str], redis_world: RedisWorld
) -> None:
    for author in ("gast", "other"):
        say(over_redis, job(external_author=author))
    redis_world.advance(DEFAULT_TTL_MS + 1000)
    redis_world.store.reconcile()
    asked = over_redis.post("/v1/erasures", json={"external_author": "gast"}).headers["Location"]
    assert Erasures(redis_world.redis, AuditStore(redis_world.redis, most=0, lifetime_s=1)).step()
    found: Any = over_redis.get(asked).json
    assert (found["erased"]["jobs"], found["erased"]["feedback"]) == (0, 1)
    assert (found["status"], found["report"]["searched"]) == ("succeeded", 1)
    left: Any = over_redis.get("/v1/feedback").json
    assert [each["external_author"] for each in left["feedback"]] == ["other"]
