"""Flower whose Redis is away: it says so once, tries again soon, and says when it is over."""

import asyncio

import pytest
import redis
from celery.events import EventReceiver
from tornado.ioloop import IOLoop

from ops.flower import create_flower_app
from ops.flower_server import HeardEvents
from tests.support.factories import make_settings
from tests.support.redis_server import RedisServer


def events(url: str) -> HeardEvents:
    app = create_flower_app(make_settings(redis_url=url))
    loop = IOLoop(make_current=False, asyncio_loop=asyncio.new_event_loop())
    return HeardEvents(app, loop, max_tasks_in_memory=10, max_workers_in_memory=10)


def test_a_redis_that_is_away_is_one_short_line_however_often_it_is_tried(caplog: pytest.LogCaptureFixture) -> None:
    heard = events("redis+sentinel://:secret@127.0.0.1:1,127.0.0.1:2/kritiq")
    with caplog.at_level("INFO"):
        for _ in range(3):
            heard.receive()
    (line,) = (record.getMessage() for record in caplog.records if record.levelname != "DEBUG")
    assert line.startswith("no events from Redis: No master found for 'kritiq' : 127.0.0.1:1 - ")
    assert len(line) < 250
    assert "secret" not in line


@pytest.mark.integration
def test_that_it_is_back_is_said(
    redis_client: redis.Redis,
    redis_server: RedisServer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = events("redis://127.0.0.1:1/0")
    monkeypatch.setattr(EventReceiver, "capture", lambda *_, **__: None)
    with caplog.at_level("INFO", "ops.flower_server"):
        heard.receive()
        heard.capp = create_flower_app(make_settings(redis_url=redis_server.url))
        heard.receive()
    words = [record.getMessage() for record in caplog.records]
    assert [word.partition(",")[0] for word in words][1:] == ["no events from Redis: no longer"]
