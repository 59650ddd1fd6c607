"""A sweep whose trials Celery's workers try, in processes of their own."""

import signal
from contextlib import closing
from pathlib import Path

import pytest

from model.sweep.running import done, open_study
from tests.support.learnable import write_sweep
from tests.support.processes import Process
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


def test_two_workers_share_the_trials_and_what_a_killed_one_had_is_tried_by_the_other(
    tmp_path: Path, own_redis: RedisServer
) -> None:
    sweep = ("--config", str(write_sweep(tmp_path, trials=4)), "--output", str(tmp_path / "out"))
    env = {"KRITIQ_REDIS_URL": own_redis.url}
    with (
        closing(Process("sweep", *sweep, "--celery", env=env)) as sender,
        closing(Process("sweep-worker", *sweep, env=env)) as killed,
        own_redis.client() as client,
    ):
        killed.wait_until(lambda: client.keys("kritiq:retraining:*"), "it has a trial")
        killed.send(signal.SIGKILL)
        killed.wait()
        with closing(Process("sweep-worker", *sweep, env=env)) as worker:

            def a_minute_later() -> bool:
                """As Redis has it then: the lease is over, and Celery gives the message back."""
                if not client.llen("kritiq.sweep"):
                    for tag in client.zrange("unacked_index", 0, -1):
                        client.zincrby("unacked_index", -60, tag)
                return not sender.running

            worker.wait_until(lambda: not client.llen("kritiq.sweep"), "it has taken what waited")
            client.delete(*client.keys("kritiq:retraining:*"))
            wait_for(a_minute_later, "the sender has heard of all", explain=lambda: sender.log + worker.log)
        assert sender.wait() == 0, sender.log
        assert "4 trials wait for workers" in sender.log
    study = open_study(f"sqlite:///{tmp_path / 'out' / 'sweep.db'}")
    assert done(study) == 4, [each.state for each in study.get_trials()]
    assert (tmp_path / "out" / "sweep.html").read_text().count("<tr>") >= 4
