"""A minute's numbers are kept once, for a week."""

import redis

from jobs.activity import Window
from store import keys
from store.activity import KEPT, ActivityStore
from store.metrics import ProcessReport

REPORT = ProcessReport(process="worker", name="worker@test", cpu_s=0, rss_bytes=0)
MINUTE_MS = 60_000


class Ahead:
    """Lets time pass for a store."""

    ms = 0


def test_a_minute_is_noted_once_and_shown_with_what_came_since(redis_client: redis.Redis) -> None:
    ahead = Ahead()
    store = ActivityStore(redis_client, offset_ms=lambda: ahead.ms)
    store.push(REPORT, {"kritiq_jobs_ended|normal|succeeded||standard": 2}, number="1", alive_ms=1000)
    assert store.note()
    assert not store.note()
    store.push(REPORT, {"kritiq_jobs_ended|bulk|succeeded||standard": 3}, number="2", alive_ms=1000)
    ended = [each.ended for each in store.snapshots(Window.HOUR)]
    assert ended == [{"succeeded": 2}, {"succeeded": 5}]


def test_what_is_older_than_a_week_goes(redis_client: redis.Redis) -> None:
    ahead = Ahead()
    store = ActivityStore(redis_client, offset_ms=lambda: ahead.ms)
    store.note()
    for minutes in (1, KEPT - 1, KEPT + 1):
        ahead.ms = minutes * MINUTE_MS
        store.note()
    assert redis_client.zcard(keys.ACTIVITY) == 2
    assert len(store.snapshots(Window.HOUR)) == 3, "two of the last hour, and now"
