"""All ids of an index are gone through from the oldest on, whatever happens to the index meanwhile."""

import redis
from hypothesis import given
from hypothesis import strategies as st

from store.listing import oldest
from tests.support.redis_server import RedisServer

#: When each id was made: many in one moment.
MADE = st.dictionaries(st.from_regex(r"[a-z]{1,3}", fullmatch=True), st.integers(1, 4), max_size=25)


@given(made=MADE, step=st.integers(1, 5), taken_out=st.booleans(), late=st.booleans())
def test_each_is_named_once_in_its_order(
    redis_server: RedisServer, made: dict[str, int], step: int, taken_out: bool, late: bool
) -> None:
    with redis_server.client() as client:
        client.delete("index")
        if made:
            client.zadd("index", made)
        found = []
        for name in oldest(client, "index", step=step):
            found.append(name)
            if taken_out:
                # As whoever erases does.
                client.zrem("index", name)
            if late and len(found) == 2:
                client.zadd("index", {"LATE": 9})
    wanted = sorted(made, key=lambda name: (made[name], name))
    assert found == [*wanted, "LATE"] if late and len(made) > 1 else found == wanted


def test_an_empty_index_has_none(redis_client: redis.Redis) -> None:
    assert list(oldest(redis_client, "index")) == []
