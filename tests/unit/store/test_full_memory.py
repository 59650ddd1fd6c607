"""While Redis' memory is full nothing new is accepted, and whatever ends, frees or keeps something goes on.

The scenarios of what goes on stand in `full_memory`, by what they are about.
"""

from collections.abc import Callable
from typing import Any

import pytest

from access.api_key import ApiKey
from access.digests import TokenDigests
from access.scope import Scope
from jobs.batch import Batch
from jobs.differing import Difference, Differences
from jobs.errors import Unavailable
from jobs.line import Line
from jobs.retraining import RetrainingRequest
from store.aliases import AliasStore
from store.api_keys import ApiKeyStore, issue
from store.batches import BatchStore
from store.differing import DifferingStore
from store.retrainings import RetrainingStore
from tests.support.factories import REVIEW, create, make_claim
from tests.support.post import TENANT, Post
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory import (
    api_keys,
    archive,
    batches,
    celery_tasks,
    deliveries,
    erasures,
    feedback,
    files,
    jobs,
    judgements,
    rollouts,
)
from tests.unit.store.full_memory.steps import Scenario
from tests.unit.store.test_keys import SCRIPTS

GROUPS = (api_keys, archive, batches, celery_tasks, deliveries, erasures, feedback, files, jobs, judgements, rollouts)
SCENARIOS = [(script, each) for group in GROUPS for script, found in group.GOES_ON.items() for each in found]
#: What makes something new, which is refused, and what only reads.
NEW = {
    "access/create_key",
    "cache/remember",
    "job/create",
    "model/differ",
    "batch/create",
    "batch/stage",
    "feedback/put",
    "file/put_part",
    "delivery/ping",
    "delivery/put_endpoint",
    "delivery/recover",
    "delivery/replay",
    "model/move_alias",
    "model/retrain",
}
READS = {"delivery/snapshot", "job/oldest", "job/overview", "job/place", "model/waited"}


def test_of_every_script_it_is_known_whether_it_goes_on() -> None:
    assert {script for script, _ in SCENARIOS} | NEW | READS == {*SCRIPTS, celery_tasks.NO_SCRIPT}


@pytest.mark.parametrize("scenario", list(dict.fromkeys(each for _, each in SCENARIOS)))
def test_what_ends_frees_or_keeps_something_goes_on(redis_world: RedisWorld, scenario: Scenario) -> None:
    steps = scenario(redis_world)
    next(steps)
    redis_world.redis.config_set("maxmemory", 1)
    try:
        assert next(steps, "done") == "done"
    finally:
        redis_world.redis.config_set("maxmemory", 0)


def test_nothing_new_is_accepted_and_nothing_of_it_is_kept(redis_world: RedisWorld) -> None:
    post, kept = Post(redis_world.redis), BatchStore(redis_world.redis)
    endpoint = post.endpoint()
    job = post.end_job()
    post.turn()
    delivery = post.of(job, endpoint).id
    judged = redis_world.store.get(TENANT, job).job
    key = ApiKey(id="", tenant=TENANT, scopes=(Scope.ADMIN,))
    held = make_claim(tenant=TENANT, id=job, attempt=judged.attempt)
    differ = Differences(
        alias="default", rollout=1, version="m/1", sentences=[Difference(line=0, sentence=0, other={})]
    )
    calls: dict[str, Callable[[], Any]] = {
        "access/create_key": lambda: issue(ApiKeyStore(redis_world.redis), TokenDigests(["k" * 32]), key),
        "job/create": lambda: create(redis_world.store),
        "batch/create": lambda: kept.create(Batch(id="batch_1"), [Line(number=1, text=REVIEW)], target=9),
        "batch/stage": lambda: kept.create_in_parts(Batch(id="batch_2"), iter([Line(number=1, text=REVIEW)]), target=9),
        "feedback/put": lambda: feedback.say(redis_world, judged),
        "model/differ": lambda: DifferingStore(redis_world.redis).keep(held, differ),
        "file/put_part": lambda: files.upload(redis_world, "file_1", b"{}\n"),
        "delivery/ping": lambda: post.log.ping(TENANT, endpoint.id),
        "delivery/put_endpoint": lambda: post.endpoint(),
        "delivery/replay": lambda: post.log.replay(TENANT, delivery),
        "model/move_alias": lambda: AliasStore(redis_world.redis).move("candidate", {"m/1": 100}, revision=0),
        "model/retrain": lambda: RetrainingStore(redis_world.redis).ask(RetrainingRequest(model="m/1", tenants=("a",))),
        "delivery/recover": lambda: post.log.recover(TENANT, endpoint.id, since_ms=0),
    }
    assert calls.keys() == NEW - {"cache/remember"}, "a judgement that is not remembered is no error"
    before = {name: redis_world.redis.dump(name) for name in redis_world.redis.scan_iter()}
    redis_world.redis.config_set("maxmemory", 1)
    try:
        for call in calls.values():
            with pytest.raises(Unavailable):
                call()
        judgements.remembering(redis_world)
    finally:
        redis_world.redis.config_set("maxmemory", 0)
    assert {name: redis_world.redis.dump(name) for name in redis_world.redis.scan_iter()} == before
