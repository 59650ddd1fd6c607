"""Server-sent events of a batch: its counts as they change, and an end."""

from collections.abc import Callable, Iterator

import orjson
import pytest
from flask.testing import FlaskClient

from api.http import streams
from kritiq_client.sse import EventParser, ServerEvent
from store import keys
from tests.support.factories import claim
from tests.support.http import problem
from tests.support.waiting import wait_for
from tests.support.worlds import RedisWorld

REVIEWS = [{"text": "Das Essen war gut."}, {"text": "Der Service war schlecht. Sehr."}, {"text": ""}]


def submitted(client: FlaskClient) -> str:
    return str(client.post("/v1/batches", json={"reviews": REVIEWS}).headers["Location"])


def events(client: FlaskClient, here: str, **headers: str) -> Iterator[ServerEvent]:
    parser = EventParser()
    for part in client.get(f"{here}/events", headers=headers).iter_encoded():
        yield from parser.feed(part)


def test_counts_come_as_they_change_and_then_the_end(over_redis: FlaskClient, judge: Callable[..., int]) -> None:
    seen = []
    for event in events(over_redis, here := submitted(over_redis)):
        body = orjson.loads(event.data)
        seen.append((event.event, body.get("status"), body.get("counts", {}).get("waiting")))
        judge(1)
    assert seen == [
        ("batch", "running", 3), ("batch", "running", 1), ("batch", "completed", 0), ("end", None, None),
    ]  # fmt: skip
    final = over_redis.get(here)
    assert final.json["links"]["events"] == f"{here}/events"
    *_, last, end = events(over_redis, here)
    assert (orjson.loads(last.data), last.id, end.event) == (final.json, str(final.json["version"]), "end")


def test_who_comes_back_hears_what_is_new_only(over_redis: FlaskClient, judge: Callable[..., int]) -> None:
    here = submitted(over_redis)
    judge()
    [first, _] = events(over_redis, here)
    assert [event.event for event in events(over_redis, here, **{"Last-Event-ID": first.id})] == ["end"]


@pytest.mark.parametrize("last", ["999", "99999999999", "-1", "x", "1.5", ""])
def test_who_says_to_have_heard_what_was_never_told_hears_how_it_is(
    over_redis: FlaskClient, judge: Callable[..., int], last: str
) -> None:
    here = submitted(over_redis)
    judge()
    assert [event.event for event in events(over_redis, here, **{"Last-Event-ID": last})] == ["batch", "end"]


def test_that_a_batch_is_called_off_is_told_also_while_all_of_it_is_judged(
    over_redis: FlaskClient, redis_world: RedisWorld
) -> None:
    here = submitted(over_redis)
    claim(redis_world.store)
    with redis_world.redis.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(keys.CHANGES(here.rpartition("/")[2]))
        over_redis.post(f"{here}/cancel")
        message = wait_for(lambda: heard.get_message(timeout=1), "the batch's change")
    assert message["data"] == b"2 running"
    assert orjson.loads(next(events(over_redis, here)).data)["cancel_requested"]


def test_a_batch_that_is_deleted_meanwhile_ends_its_stream(
    over_redis: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.001)
    here = submitted(over_redis)
    stream = events(over_redis, here)
    next(stream)
    over_redis.delete(here)
    assert [event.event for event in stream] == ["end"]
    problem(over_redis.get(f"{here}/events"), 410, "gone")


def test_an_unknown_batch_has_no_events(over_redis: FlaskClient) -> None:
    problem(over_redis.get("/v1/batches/batch_unknown/events"), 404)
