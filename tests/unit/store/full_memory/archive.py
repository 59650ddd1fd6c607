"""The archive: what it writes frees what waits for it."""

from store.outbox import Outbox
from store.whose import Whose
from tests.support.post import TENANT
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps


def begin_and_end(world: RedisWorld) -> Steps:
    outbox = Outbox(world.redis)
    yield
    assert outbox.switch_on(10)
    outbox.files(on=True)
    outbox.filed(60)
    lag = outbox.lag()
    assert lag.on
    assert lag.files_s is not None
    assert 60 <= lag.files_s < 90
    outbox.switch_off()
    assert not outbox.lag().on


def erase_what_it_has(world: RedisWorld) -> Steps:
    outbox = Outbox(world.redis)
    outbox.switch_on(10)
    place = outbox.erase(Whose(tenant=TENANT))
    assert place is not None
    yield
    outbox.note_erased(place, 3)
    outbox.forget(place)
    assert outbox.erased(place) == 3
    assert outbox.lag().waiting == 0


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    "archive/switch": [begin_and_end],
    "archive/filed": [begin_and_end],
    "archive/note_erased": [erase_what_it_has],
}
