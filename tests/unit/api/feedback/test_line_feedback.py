"""What people say of lines of batches over HTTP: said as of jobs, gone with the batch, or with the line's author."""

from collections.abc import Callable
from typing import Any

import pytest
import redis
from flask.testing import FlaskClient

from access.scope import Scope
from jobs.feedback import FeedbackFilter, examples
from jobs.job import DEFAULT_TTL_MS
from store import feedback_keys
from store.audit import AuditStore
from store.batches import BatchStore
from store.feedback import Changed, FeedbackStore
from store.jobs import RedisStore
from tests.support.factories import MODEL, FakePredictor, claim
from tests.support.http import problem
from tests.support.keys import Doors
from tests.support.worlds import RedisWorld
from worker.predict.pipeline import Pipeline
from worker.reconciler.erasures import Erasures

ANY = FeedbackFilter()
WRONG = {"sentence": 0, "aspect": "food", "polarity": "negative", "by": "anna"}
REVIEWS = [
    {"text": "Das Essen war gut.", "custom_id": "a", "restaurant": "adler", "external_author": "gast"},
    {"rating": 4},
    {"text": "Das Essen war kalt. Die Bedienung war nett.", "external_author": "other"},
]


@pytest.fixture
def batch(over_redis: FlaskClient, judge: Callable[..., int]) -> Callable[..., str]:
    """Makes a batch that has been judged, and gives its address."""

    def make(**more: Any) -> str:
        answer = over_redis.post("/v1/batches", json={"reviews": REVIEWS, **more})
        assert answer.status_code == 202, answer.data
        judge()
        return str(answer.headers["Location"])

    return make


def say(client: FlaskClient, where: str, line: int = 1, **changes: Any) -> Any:
    answer = client.post(f"{where}/lines/{line}/feedback", json=WRONG | changes)
    assert answer.status_code == 200, answer.data
    return answer.json


def listed(client: FlaskClient, query: str = "") -> list[tuple[str, int]]:
    """Batch's address and line of all that is listed."""
    found: Any = client.get(f"/v1/feedback{query}").json
    return [(f"/v1/batches/{each['batch_id']}", each["line"]) for each in found["feedback"]]


def test_what_somebody_says_of_a_line_is_kept_as_of_a_job(over_redis: FlaskClient, batch: Callable[..., str]) -> None:
    where = batch(restaurant="krone")
    assert (over_redis.get(f"{where}/lines/1/feedback").json or {})["corrections"] == []
    found = say(over_redis, where)
    assert say(over_redis, where) == found, "said again it is the same"
    assert (found["job_id"], found["batch_id"], found["line"]) == (None, where.rpartition("/")[2], 1)
    assert (found["custom_id"], found["restaurant"], found["external_author"]) == ("a", "adler", "gast")
    assert (found["language"], found["model"]["name"]) == ("de", MODEL["name"])
    (correction,) = found["corrections"]
    assert (correction["text"], correction["judged"], correction["polarity"]) == (
        "Das Essen war gut.",
        "positive",
        "negative",
    )
    third = say(over_redis, where, 3, sentence=1, aspect="service", polarity="neutral")
    assert (third["custom_id"], third["restaurant"]) == (None, "krone")
    assert third["corrections"][0]["text"] == "Die Bedienung war nett."
    assert over_redis.get(f"{where}/lines/1/feedback").json == found
    assert set(listed(over_redis)) == {(where, 1), (where, 3)}
    assert listed(over_redis, "?restaurant=adler") == [(where, 1)]


def test_the_list_can_be_of_one_batch_and_goes_on_behind_a_line(
    over_redis: FlaskClient, batch: Callable[..., str]
) -> None:
    one, other = batch(), batch()
    for where, line in ((one, 1), (other, 1), (one, 3)):
        say(over_redis, where, line)
    of_one = f"?batch={one.rpartition('/')[2]}&page_size=1"
    page: Any = over_redis.get(f"/v1/feedback{of_one}").json
    rest: Any = over_redis.get(f"/v1/feedback{of_one}&page_token={page['next_page_token']}").json
    assert {each["line"] for each in (*page["feedback"], *rest["feedback"])} == {1, 3}
    assert listed(over_redis, "?batch=batch_unknown") == []
    problem(over_redis.get("/v1/feedback?batch=a/b"), 422, "invalid-request")


def test_of_a_line_without_a_result_there_is_nothing_to_say(over_redis: FlaskClient, batch: Callable[..., str]) -> None:
    waits = over_redis.post("/v1/batches", json={"reviews": REVIEWS}).headers["Location"]
    problem(over_redis.post(f"{waits}/lines/1/feedback", json=WRONG), 409, "nothing-judged")
    where = batch()
    problem(over_redis.post(f"{where}/lines/2/feedback", json=WRONG), 409, "nothing-judged")
    problem(over_redis.get(f"{where}/lines/2/feedback"), 409, "nothing-judged")
    for line in (0, 4, 10**30):
        problem(over_redis.post(f"{where}/lines/{line}/feedback", json=WRONG), 404, "not-found")
    problem(over_redis.post(f"{where}/lines/a/feedback", json=WRONG), 404, "not-found")
    problem(over_redis.post("/v1/batches/batch_unknown/lines/1/feedback", json=WRONG), 404, "not-found")
    problem(over_redis.delete("/v1/batches/batch_unknown/lines/1/feedback"), 404, "not-found")
    found = problem(over_redis.post(f"{where}/lines/1/feedback", json=WRONG | {"sentence": 7}), 422, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == ["#/sentence"]


@pytest.mark.parametrize("line", [0, 4, 10**7, 10**7 + 1, 10**30])
def test_a_line_that_there_is_not_is_not_found_by_any_call(
    over_redis: FlaskClient, batch: Callable[..., str], line: int
) -> None:
    where = f"{batch()}/lines/{line}/feedback"
    for answer in (over_redis.post(where, json=WRONG), over_redis.get(where), over_redis.delete(where)):
        assert problem(answer, 404)["detail"] == "The batch has no such line."


def test_a_line_can_be_spoken_of_while_its_batch_goes_on(
    over_redis: FlaskClient, judge: Callable[..., int], redis_world: RedisWorld
) -> None:
    texts = [{"text": f"Das Essen war gut. Es war Nummer {number}."} for number in range(3)]
    where = over_redis.post("/v1/batches", json={"reviews": texts, "ttl_s": 3600}).headers["Location"]
    assert judge(1) == 1
    ended = [number for number in (1, 2, 3) if over_redis.get(f"{where}/lines/{number}/feedback").status_code == 200]
    say(over_redis, where, ended[0])
    # As long as the batch may be kept, had it ended just now.
    redis_world.advance(3_600_000 + 1000)
    assert listed(over_redis) == []
    say(over_redis, where, ended[0])
    judge()
    assert listed(over_redis) == [(where, ended[0])]


def test_it_is_taken_back_one_by_one_or_whole(
    over_redis: FlaskClient, batch: Callable[..., str], redis_client: redis.Redis
) -> None:
    where = batch()
    for line, aspect in ((1, "food"), (1, "price"), (3, "food")):
        say(over_redis, where, line, aspect=aspect)
    assert over_redis.delete(f"{where}/lines/1/feedback?sentence=0&aspect=food").status_code == 204
    for query in ("sentence=0&aspect=foo", "sentence=7&aspect=food"):
        for line in (1, 3):
            problem(over_redis.delete(f"{where}/lines/{line}/feedback?{query}"), 422, "invalid-request")
    assert over_redis.delete(f"{where}/lines/2/feedback?sentence=0&aspect=foo").status_code == 204, "it has no result"
    left: Any = over_redis.get(f"{where}/lines/1/feedback").json
    assert [correction["aspect"] for correction in left["corrections"]] == ["price"]
    for line in (1, 3, 3):
        assert over_redis.delete(f"{where}/lines/{line}/feedback").status_code == 204
    assert redis_client.keys("kritiq:*feedback*") == []


def test_it_outlives_its_batch_and_goes_with_it_however_late_that_is_deleted(
    over_redis: FlaskClient, batch: Callable[..., str], redis_world: RedisWorld
) -> None:
    now, later, own = batch(), batch(), batch(ttl_s=3600)
    for where in (now, later, own):
        say(over_redis, where)
        say(over_redis, where, 3)
    assert over_redis.delete(now).status_code == 204
    problem(over_redis.get(f"{now}/lines/1/feedback"), 410, "gone")
    problem(over_redis.post(f"{now}/lines/1/feedback", json=WRONG), 410, "gone")
    redis_world.advance(3_600_000 + 1000)
    assert {where for where, _ in listed(over_redis)} == {later}
    redis_world.advance(DEFAULT_TTL_MS)
    redis_world.store.reconcile()
    problem(over_redis.get(later), 410, "gone")
    assert len(over_redis.get(f"{later}/lines/1/feedback").json["corrections"]) == 1  # type: ignore[index]
    problem(over_redis.delete(later), 410, "gone")
    assert redis_world.redis.keys("kritiq:*feedback*") == []


def test_of_many_lines_each_call_of_a_deletion_takes_some(over_redis: FlaskClient, judge: Callable[..., int],
                                                          redis_world: RedisWorld) -> None:  # fmt: skip
    texts = [{"text": f"Das Essen war {number}-mal gut."} for number in range(25)]
    where = over_redis.post("/v1/batches", json={"reviews": texts}).headers["Location"]
    judge()
    for line in range(1, 26):
        say(over_redis, where, line)
    batches, name = BatchStore(redis_world.redis, chunks_a_call=1), where.rpartition("/")[2]
    assert redis_world.redis.zcard(feedback_keys.FEEDBACK_LINES("default", name)) == 25
    redis_world.advance(DEFAULT_TTL_MS + 1000)
    redis_world.store.reconcile()
    problem(over_redis.get(where), 410, "gone")
    assert batches._run("batch/delete", args=["default", name, 1, ""]) == -2
    assert redis_world.redis.zcard(feedback_keys.FEEDBACK_LINES("default", name)) == 5
    problem(over_redis.delete(where), 410, "gone")
    assert redis_world.redis.keys("kritiq:*feedback*") == []


def test_erasing_a_guest_takes_what_was_said_of_their_line_and_leaves_the_others(
    over_redis: FlaskClient, batch: Callable[..., str], redis_client: redis.Redis
) -> None:
    where = batch()
    say(over_redis, where)
    say(over_redis, where, 3)
    before = BatchStore(redis_client).judged_line(BatchStore(redis_client).get("default", where.rpartition("/")[2]), 1)
    asked = over_redis.post("/v1/erasures", json={"external_author": "gast"}).headers["Location"]
    assert Erasures(redis_client, AuditStore(redis_client, most=0, lifetime_s=1)).step()
    found: Any = over_redis.get(asked).json
    assert (found["status"], found["erased"]["lines"], found["erased"]["feedback"]) == ("succeeded", 1, 1)
    assert listed(over_redis) == [(where, 3)]
    problem(over_redis.post(f"{where}/lines/1/feedback", json=WRONG), 409, "nothing-judged")
    # Who had read the line before it was erased keeps nothing of it.
    feedback = FeedbackStore(redis_client)
    (other,) = feedback.page("default", ANY, size=9).found
    with pytest.raises(Changed):
        feedback.put(before, "de", other.sentences[0], other.corrections[0], most=9, ttl_ms=60_000)
    say(over_redis, where, 3, aspect="price")


def test_what_is_learned_from_says_which_line_it_is_of(
    over_redis: FlaskClient, batch: Callable[..., str], redis_client: redis.Redis
) -> None:
    where = batch()
    say(over_redis, where)
    (kept,) = FeedbackStore(redis_client).page("default", ANY, size=9).found
    (example,) = examples(kept)
    source = example["source"]
    assert (source["batch_id"], source["line"], "job_id" in source) == (where.rpartition("/")[2], 1, False)


def test_a_key_for_a_restaurant_sees_and_says_nothing_of_others(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client)
    everybody, rights = doors.client("acme"), (Scope.JOBS_READ, Scope.JOBS_WRITE)
    body = {"reviews": [{"text": "Das Essen war gut."}], "restaurant": "adler"}
    where = everybody.post("/v1/batches", json=body).headers["Location"]
    store, pipeline = RedisStore(redis_client), Pipeline(FakePredictor().as_predictor())
    store.complete(pipeline.judge(pipeline.prepare(claim(store, jobs=9))))
    say(everybody, where)
    krone = doors.client("acme", *rights, restaurants=("krone",))
    for method in ("GET", "POST", "DELETE"):
        body = WRONG if method == "POST" else None
        problem(krone.open(f"{where}/lines/1/feedback", method=method, json=body), 404, "not-found")
    assert listed(krone) == []
    adler = doors.client("acme", *rights, restaurants=("adler",))
    assert len(say(adler, where, aspect="price")["corrections"]) == 2
    problem(
        doors.client("acme", Scope.JOBS_READ).post(f"{where}/lines/1/feedback", json=WRONG), 403, "insufficient-scope"
    )
