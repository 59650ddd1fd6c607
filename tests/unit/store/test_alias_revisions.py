"""No revision of an alias comes back, also when it is deleted and made anew; in memory and in Redis."""

import itertools
from collections import defaultdict
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.choice import DEFAULT
from jobs.errors import AliasMoved, NotFound
from store.aliases import AliasStore
from tests.support.model_choice import ModelAliases
from tests.support.worlds import ModelWorld, RedisWorld, World

#: What an alias comes to stand for.
SHARES = ({"fake/1": 100}, {"fake/1": 50, "fake/2": 50}, {"fake/2": 50, "fake/1": 50})
#: What is done (a number: moved to these shares), to which alias, and by whom: by who knows the last revision (0), the
#: one before, and so on.
STEPS = st.lists(
    st.tuples(st.sampled_from(["delete", 0, 1, 2]), st.sampled_from("ab"), st.integers(0, 3)), min_size=1, max_size=25
)
_examples = itertools.count()


@pytest.fixture
def aliases(world: World) -> AliasStore | ModelAliases:
    if isinstance(world, RedisWorld):
        return AliasStore(world.redis)
    assert isinstance(world, ModelWorld)
    return world.store.aliases


@given(steps=STEPS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_who_knows_an_alias_of_before_changes_none_of_after(
    aliases: AliasStore | ModelAliases, steps: list[tuple[Literal["delete"] | int, str, int]]
) -> None:
    """Each name has had every revision once, so what an operator knows is one alias at one time, or nothing; and one
    that is moved to where it points keeps its revision."""
    example, known, now = next(_examples), defaultdict[str, list[int]](list), dict[str, int]()
    for action, letter, ago in steps:
        name = f"{letter}{example}"
        seen = [0, *known[name]]
        revision = seen[max(0, len(seen) - 1 - ago)]
        try:
            if action == "delete":
                aliases.delete(name, revision=revision)
                assert revision == now.pop(name)
            else:
                before, to = aliases.all().get(name), SHARES[action]
                moved = aliases.move(name, to, revision=revision)
                assert revision == now.get(name, 0)
                assert list(moved.versions.items()) == list(to.items())
                if before is not None and list(before.versions.items()) == list(to.items()):
                    assert moved == before, "nothing has changed"
                    continue
                assert moved.revision > max(seen), "nobody has known it"
                assert moved == aliases.all()[name]
                now[name] = moved.revision
                known[name].append(moved.revision)
        except AliasMoved:
            assert revision != now.get(name, 0)
        except NotFound:
            assert name not in now


def test_while_no_alias_is_deleted_each_begins_with_one(aliases: AliasStore | ModelAliases) -> None:
    revisions = [aliases.move(name, {"fake/1": 100}, revision=0).revision for name in ("one", "other")]
    assert revisions == [1, 1]


def test_a_rollout_of_an_alias_that_is_made_anew_has_a_number_of_its_own(world: World) -> None:
    """Else what workers count and hold of the rollout before were of this one."""
    if not isinstance(world, RedisWorld):
        pytest.skip("the one in memory begins no rollout of what nobody has moved")
    aliases = AliasStore(world.redis)
    first = aliases.roll_out(DEFAULT, "fake/2", own="fake/1")
    aliases.delete(DEFAULT, revision=first.revision)
    second = aliases.roll_out(DEFAULT, "fake/2", own="fake/1")
    assert first.rollout is not None
    assert second.rollout is not None
    assert (first.rollout.number, second.rollout.number) == (first.revision, second.revision)
    assert second.revision > first.revision
