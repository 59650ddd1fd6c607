"""The one subscription of all waiting clients: whatever happens to it, they hear of their jobs."""

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import redis

from api.http.hub import RedisHub
from api.http.problems import STATUS, TooManyOfYoursWaiting, TooManyWaiting
from kritiq_client.job_calls import CROWDED
from store import keys
from store.connection import connect
from tests.support.factories import make_settings
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


def test_it_goes_on_after_an_error_that_nobody_has_thought_of(redis_client: redis.Redis) -> None:
    with closing(RedisHub(redis_client, most=4)) as hub, hub.watch("job_1") as event:
        assert hub._subscription._pubsub is not None
        read, failed = hub._subscription._pubsub.get_message, []

        def broken(**options: Any) -> Any:
            if not failed:
                failed.append(True)
                raise TypeError("nobody has thought of this")
            return read(**options)

        hub._subscription._pubsub.get_message = broken  # type: ignore[method-assign]
        wait_for(lambda: failed, "it has failed")
        event.clear()
        channel = keys.CHANGES("job_1")

        def heard() -> bool:
            redis_client.publish(channel, "2 succeeded")
            return event.wait(0.05)

        wait_for(heard, "what is announced afterwards is heard")


def test_once_it_is_closed_nothing_of_it_goes_on(redis_client: redis.Redis) -> None:
    before = set(threading.enumerate())
    hub = RedisHub(redis_client, most=4)
    with hub.watch("job_1"):
        assert set(threading.enumerate()) - before
    hub.close()
    assert set(threading.enumerate()) <= before
    assert hub._subscription._pubsub is not None
    assert hub._subscription._pubsub.connection is None


def test_one_that_nobody_ever_waited_on_can_be_closed(redis_client: redis.Redis) -> None:
    RedisHub(redis_client, most=4).close()


def test_an_organisation_has_a_share_of_those_that_wait(redis_client: redis.Redis) -> None:
    with closing(RedisHub(redis_client, most=4, own=lambda tenant: 2 if tenant == "acme" else 0)) as hub:
        for _ in range(2):
            with hub.watch("acme:job_1", "acme"), hub.watch("acme:job_2", "acme"):
                with pytest.raises(TooManyOfYoursWaiting), hub.watch("acme:job_3", "acme"):
                    pass
                with (
                    hub.watch("zeta:job_1", "zeta"), hub.watch("zeta:job_2", "zeta"),
                    pytest.raises(TooManyWaiting), hub.watch("zeta:job_3", "zeta"),
                ):  # fmt: skip
                    pass


def test_clients_know_both_problems_after_which_to_ask_without_waiting() -> None:
    assert {STATUS[cls][1] for cls in (TooManyWaiting, TooManyOfYoursWaiting)} == CROWDED


def test_who_expects_an_end_is_told_of_it_without_a_subscription_of_its_own(redis_client: redis.Redis) -> None:
    with closing(RedisHub(redis_client, most=4)) as hub, hub.expect("acme:job_1") as one:
        assert one.wait(30), "the subscription stands: who came before it looks"
        assert one.news == b""
        one.clear()
        channel = keys.ENDS(one.waiter)
        with hub.expect("job_1") as other:
            assert redis_client.pubsub_channels() == [channel.encode()]
            redis_client.publish(channel, "job_2\nof nobody here")
            redis_client.publish(channel, "acme:job_1\nits end")
            assert one.wait(30)
            assert (one.news, other.is_set()) == (b"acme:job_1\nits end", False)


def test_beside_processes_that_tell_no_ends_changes_are_listened_for(redis_client: redis.Redis) -> None:
    """One of an older release ends the job: it tells only whoever listens for the job's changes."""
    tell = [False]
    with closing(RedisHub(redis_client, most=4, all_tell=lambda: tell[0])) as hub, hub.expect("job_1") as ending:
        wait_for(lambda: redis_client.pubsub_channels(keys.CHANGES("job_1")), "it is listened for")
        wait_for(ending.is_set, "it looks when the subscription stands")
        ending.clear()
        redis_client.publish(keys.CHANGES("job_1"), "2 running")
        redis_client.publish(keys.CHANGES("job_1"), "3 succeeded")
        assert ending.wait(60)
        assert ending.news == b"", "who waits reads the job"
        tell[0] = True
        with hub.expect("job_2"):
            assert not redis_client.pubsub_channels(keys.CHANGES("job_2"))
    wait_for(lambda: not redis_client.pubsub_channels(keys.CHANGES("job_1")), "nobody listens any more")


def test_one_that_is_closed_while_redis_is_away_says_nothing_of_it(
    away: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    hub = RedisHub(away.client(), most=4)
    with hub.watch("job_1") as signal:
        assert signal.wait(60)
    hub._subscription._closed.set()
    away.stop()
    hub.close()
    assert "subscription lost" not in caplog.text


def test_who_expects_an_end_looks_when_the_subscription_was_lost(redis_client: redis.Redis) -> None:
    with closing(RedisHub(redis_client, most=4)) as hub, hub.expect("job_1") as ending:
        assert ending.wait(30)
        ending.clear()
        redis_client.client_kill_filter(_type="pubsub")
        assert ending.wait(30)
        ending.clear()

        def heard() -> bool:
            redis_client.publish(keys.ENDS(ending.waiter), "job_1\nits end")
            return ending.wait(0.05) and ending.news != b""

        wait_for(heard, "what is told afterwards is heard")


def test_who_expects_an_end_has_a_place_among_those_that_wait(redis_client: redis.Redis) -> None:
    with closing(RedisHub(redis_client, most=1)) as hub:
        for _ in range(2):
            with hub.expect("job_1"), pytest.raises(TooManyWaiting), hub.watch("job_2"):
                pass


@pytest.fixture
def away() -> Iterator[RedisServer]:
    """A Redis that may go away and come back."""
    with closing(RedisServer()) as server:
        yield server.start()


def test_who_expects_an_end_is_told_of_it_though_redis_was_away_when_the_first_one_did(away: RedisServer) -> None:
    client = connect(make_settings(redis_url=away.url))
    away.stop()
    with closing(RedisHub(client, most=4)) as hub, hub.expect("job_1") as first:
        assert not first.is_set()
        away.start()
        assert first.wait(30), "the subscription stands after all: who came before it looks"
        with hub.expect("job_2") as ending:

            def heard() -> bool:
                client.publish(keys.ENDS(ending.waiter), "job_2\nits end")
                return ending.wait(0.05) and ending.news == b"job_2\nits end"

            wait_for(heard, "what is told afterwards is heard")


def test_who_came_while_redis_was_away_is_listened_for_afterwards_and_who_went_is_forgotten(away: RedisServer) -> None:
    client = connect(make_settings(redis_url=away.url))
    with closing(RedisHub(client, most=4)) as hub:
        with hub.watch("job_1") as gone:
            assert gone.wait(30)
            away.stop()
        with hub.watch("job_2") as signal:
            away.start()
            channel = keys.CHANGES("job_2")
            wait_for(lambda: client.pubsub_channels() == [channel.encode()], "that one alone is listened to")
            wait_for(lambda: signal.wait(0), "who waits looks")
