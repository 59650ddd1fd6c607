"""While nothing happens, a round of the reconciler costs Redis a few commands, however much waits."""

import pytest
import redis

from store import queues
from store.activity import ActivityStore
from store.aliases import AliasStore
from store.erasures import ErasureStore
from store.jobs import RedisStore
from store.leftovers import Leftovers
from store.packed_results import PackedResults
from store.plain_results import PlainResults
from store.recalled_results import RecalledResults
from store.without_result import EndsWithoutResult
from tests.support.factories import claim, create_of_each_kind, succeeded
from worker.reconciler.loop import Lifetimes, Reconciler

pytestmark = pytest.mark.integration

#: Commands of a round, those in scripts too, and how many more for each organisation.
MOST, MORE_FOR_EACH_TENANT = 60, 10


class Rounds:
    """Those of `kritiq reconciler`, and what else it asks each second."""

    def __init__(self, client: redis.Redis) -> None:
        self._client, self._erasures, self._aliases = client, ErasureStore(client), AliasStore(client)
        notes = (
            ActivityStore(client).note_heads,
            self._aliases.all,
            EndsWithoutResult(client, lambda: True).find,
            PlainResults(client, after_s=0).seal,
            PackedResults(client, lambda: True, after_s=3600).pack,
            RecalledResults(client, for_s=3600).recall,
        )
        self._reconciler = Reconciler(
            RedisStore(client), name="one", strikes=3, notes=notes,
            leftovers=(Leftovers(client), Lifetimes(rejects_s=60, files_s=3600)),
        )  # fmt: skip

    def commands(self) -> dict[str, int]:
        """How often a round has Redis run each command."""
        self._client.config_resetstat()
        self._reconciler.round()
        self._erasures.claim(lease_ms=1)
        told = self._client.info("commandstats")
        return {name.removeprefix("cmdstat_"): stats["calls"] for name, stats in told.items()}


def test_a_round_costs_the_same_few_commands_however_much_waits(redis_client: redis.Redis) -> None:
    store, rounds = RedisStore(redis_client), Rounds(redis_client)

    rounds.commands()
    nothing = rounds.commands()
    create_of_each_kind(store, 2)
    store.complete([succeeded(each) for each in claim(store, jobs=2)])
    rounds.commands()
    few = rounds.commands()
    create_of_each_kind(store, 40)
    rounds.commands()
    many = rounds.commands()
    assert many == few
    assert not many.keys() & {"keys", "scan", "hscan", "sscan", "zscan", "smembers", "hkeys"}
    assert many["zrangebyscore"] > len(queues.ORDER), "what scripts run is counted"
    assert sum(nothing.values()) < MOST
    assert sum(few.values()) < MOST + 3 * MORE_FOR_EACH_TENANT
