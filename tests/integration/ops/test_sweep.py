"""A sweep whose trials Celery's workers try, in processes of their own."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from model.sweep.running import done, open_study
from tests.support.learnable import write_sweep
from tests.support.processes import Process
from tests.support.redis_server import RedisServer
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda signal: signal.name)
def test_a_sweep_that_is_ended_leaves_no_process_behind_and_goes_on(tmp_path: Path, ended_by: signal.Signals) -> None:
    sweep = ["--config", str(write_sweep(tmp_path, trials=500)), "--output", str(tmp_path / "out"), "--processes", "2"]
    began = subprocess.Popen(
        [sys.executable, "-m", "ops", "sweep", *sweep], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for(lambda: list((tmp_path / "out").glob("trial-*")), "a trial has begun", deadline_s=200)
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(began.pid)], capture_output=True, text=True).stdout
    # As a terminal does, to all of them.
    os.killpg(began.pid, ended_by) if ended_by is signal.SIGINT else began.send_signal(ended_by)
    stderr = began.communicate(timeout=60)[1]
    assert began.returncode != 0
    assert "Traceback" not in stderr
    for child in children.split():
        wait_for(lambda child=child: not Path(f"/proc/{child}").exists(), f"{child} has ended")
    assert done(open_study(f"sqlite:///{tmp_path / 'out' / 'sweep.db'}")) < 500


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
