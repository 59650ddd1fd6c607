"""Jobs whose version nobody serves any more."""

from jobs.choice import DEFAULT
from store import alias_keys
from store.aliases import AliasStore
from store.lost_models import LostModelStore
from store.rollouts import RolloutStore
from tests.support.factories import claim, create
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps


def take_back_from_a_candidate(world: RedisWorld) -> Steps:
    aliases = AliasStore(world.redis)
    aliases.roll_out(DEFAULT, "fake/2", own="fake/1", steps=[99])
    jobs = [create(world.store, "Gut.") for _ in range(20)]
    waiting = len(jobs) - len(claim(world.store, serves=["fake/1"]))
    aliases.end(DEFAULT, promote=False)
    yield
    assert RolloutStore(world.redis).take_back("fake/2") == waiting > 0


def give_up_a_version(world: RedisWorld) -> Steps:
    store, jobs = LostModelStore(world.redis), [create(world.store, "Gut.", model="fake/2") for _ in range(3)]
    assert claim(world.store, serves=["fake/1"]) == []
    yield
    assert store.note(["fake/2"]).keys() == {"fake/2"}
    assert store.give_up("fake/2", "It is lost.") == len(jobs)


def delete_an_alias(world: RedisWorld) -> Steps:
    aliases = AliasStore(world.redis)
    made = aliases.move("candidate", {"fake/2": 100}, revision=0)
    yield
    aliases.delete("candidate", revision=made.revision)
    assert aliases.all() == {}
    assert world.redis.get(alias_keys.ALIAS_REVISION) == b"1"


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    "model/take_back": [take_back_from_a_candidate],
    "model/give_up": [give_up_a_version],
    "model/note_lost": [give_up_a_version],
    "model/delete_alias": [delete_an_alias],
}
