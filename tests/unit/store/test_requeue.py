"""Jobs that killed their workers: the operator sees them, with their text, and may try them again."""

import json
from collections.abc import Callable
from functools import partial

import pytest
from click.testing import Result

from jobs.batch import Batch
from jobs.errors import NotFound, NothingToRetry
from jobs.job import Status
from jobs.line import Line
from jobs.submission import submit_again
from store.batches import BatchStore
from store.requeue import retry_lines
from tests.support.commands import Kritiq
from tests.support.factories import claim, create, make_settings, work_off
from tests.support.worlds import RedisWorld

Command = Callable[..., Result]


@pytest.fixture
def command(kritiq: Kritiq) -> Command:
    """`kritiq jobs …`."""
    return partial(kritiq, "jobs")


def kill(world: RedisWorld, strikes: int = 3) -> None:
    """All that waits costs its workers."""
    for _ in range(strikes):
        claim(world.store, lease_ms=1_000)
        world.advance(2_000)
        world.store.sweep(strikes=strikes)


def test_without_dead_jobs_it_says_so(redis_world: RedisWorld, command: Command) -> None:
    assert command("dead").output == "No dead jobs.\n"
    assert command("dead", "--json").output == ""


def test_a_dead_job_is_listed_with_its_text(redis_world: RedisWorld, command: Command) -> None:
    job = create(redis_world.store, "Das war zu viel für den Worker.")
    kill(redis_world)
    assert job.id in command("dead").output
    facts = json.loads(command("dead", "--json").output)
    assert (facts["id"], facts["text"]) == (job.id, "Das war zu viel für den Worker.")
    assert facts["error"]["code"] == "worker_lost"


def test_no_review_steers_the_operators_terminal(redis_world: RedisWorld, command: Command) -> None:
    create(redis_world.store, hostile := "Gut.\x1b]0;owned\x07\x9b2J\u202e Sehr \ngut 👨‍👩‍👧.")
    kill(redis_world)
    assert command("dead").output.endswith("Gut.\\x1b]0;owned\\x07\\u009b2J\\u202e Sehr gut 👨‍👩‍👧.\n")
    printed = command("dead", "--json").output
    assert json.loads(printed)["text"] == hostile
    assert not set(printed) & set("\x1b\x07\x9b\u202e")


def test_a_requeued_job_is_a_new_one_that_names_the_old(redis_world: RedisWorld, command: Command) -> None:
    job = create(redis_world.store, "Noch einmal.")
    kill(redis_world)
    made = command("dead", "requeue", job.id).output.split()[-1]
    again = redis_world.store.get("default", made).job
    assert (again.request.retry_of, again.status) == (job.id, Status.QUEUED)
    assert redis_world.store.text("default", made) == "Noch einmal."
    assert redis_world.store.get("default", job.id).job.status is Status.FAILED
    assert command("dead").output == "No dead jobs.\n"


def test_all_of_them_can_be_requeued_and_only_once(redis_world: RedisWorld, command: Command) -> None:
    for number in range(3):
        create(redis_world.store, f"Nummer {number}.")
        kill(redis_world)
    assert len(command("dead", "requeue", "--all").output.splitlines()) == 3
    assert command("dead", "requeue", "--all").output == ""
    assert len(work_off(redis_world.store)) == 3


def test_a_dead_chunk_becomes_a_batch_of_its_lines(redis_world: RedisWorld, command: Command) -> None:
    batches = BatchStore(redis_world.redis)
    lines = [Line(number=n, custom_id=f"c{n}", text=f"Zeile {n}.") for n in (1, 2)]
    batches.create(Batch(id="batch_1"), lines, target=100)
    kill(redis_world, strikes=1)
    made = command("dead", "requeue", "batch_1.0").output.split()[-1]
    batch = batches.get("default", made)
    assert (batch.total, batch.request.retry_of) == (2, "batch_1.0")
    found = batches.lines("default", f"{made}.0")
    assert [line.custom_id for line in found or []] == ["c1", "c2"]


def test_what_the_operator_and_its_owner_try_again_is_tried_once(redis_world: RedisWorld, command: Command) -> None:
    batches, settings = BatchStore(redis_world.redis), make_settings()
    lines = [Line(number=n, text=f"Zeile {n}.") for n in (1, 2)]
    for name in ("batch_1", "batch_2"):
        batches.create(Batch(id=name), lines, target=100)
    job = create(redis_world.store, "Noch einmal.")
    for _ in range(4):
        kill(redis_world, strikes=1)
    by_owner = retry_lines(batches, settings, batches.get("default", "batch_1"))
    again = submit_again(redis_world.store, settings, redis_world.store.get("default", job.id).job)
    assert command("dead", "requeue", "batch_1.0").output.split()[-1] == by_owner.id
    assert command("dead", "requeue", job.id).output.split()[-1] == again.job.id
    by_operator = command("dead", "requeue", "batch_2.0").output.split()[-1]
    # Its lines are with the operator's.
    with pytest.raises(NothingToRetry):
        retry_lines(batches, settings, batches.get("default", "batch_2"))
    batches.delete("default", by_operator)
    assert retry_lines(batches, settings, batches.get("default", "batch_2")).total == 2


def test_a_job_that_is_not_dead_is_not_requeued(redis_world: RedisWorld, command: Command) -> None:
    job = create(redis_world.store)
    assert isinstance(command("dead", "requeue", job.id, status=1).exception, NotFound)
