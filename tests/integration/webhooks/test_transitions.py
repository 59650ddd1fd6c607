"""Scripts write a delivery's status by the table of `webhooks.delivery`, or not at all."""

import re
from pathlib import Path

import pytest
import redis

from store import lua
from webhooks.delivery import FIRST, TRANSITIONS, DeliveryStatus

LUA = Path(lua.__file__).parent
SET = "transition('d', DELIVERY_TRANSITIONS, ARGV[2])"


def script(client: redis.Redis, text: str, *args: str) -> object:
    """Runs `text` in the place of the script that records attempts, behind everything that it uses."""
    name = "delivery/record"
    own = (LUA / f"{name}.lua").read_text(encoding="utf-8")
    return client.eval(lua.whole(name).removesuffix(own) + text, 0, "0", *args)


@pytest.mark.parametrize("before", [None, *DeliveryStatus])
@pytest.mark.parametrize("after", list(DeliveryStatus))
def test_an_impossible_transition_stops_the_script(
    redis_client: redis.Redis, before: DeliveryStatus | None, after: DeliveryStatus
) -> None:
    if before:
        redis_client.hset("d", "status", before)
    possible = after in TRANSITIONS[before] if before else after in FIRST
    if possible:
        script(redis_client, SET, after)
    else:
        with pytest.raises(redis.ResponseError, match="no transition of d"):
            script(redis_client, SET, after)
    expected = after if possible else before
    assert redis_client.hget("d", "status") == (expected.value.encode() if expected else None)


def test_a_status_that_nobody_knows_stays(redis_client: redis.Redis) -> None:
    redis_client.hset("d", "status", "pondering")
    with pytest.raises(redis.ResponseError, match="from pondering to pending"):
        script(redis_client, SET, "pending")


def test_no_script_writes_a_status_past_the_table() -> None:
    """Of what delivery scripts write, only an endpoint's status has no table."""
    texts = [path.read_text(encoding="utf-8") for path in (*LUA.glob("delivery/*.lua"), *LUA.glob("lib/*.lua"))]
    writes = {line.strip() for text in texts for line in re.findall(r".*HSET.*'status'.*", text)}
    assert writes == {
        "redis.call('HSET', record, 'status', to, 'version', version, unpack(fields or {}))",
        "redis.call('HSET', base, 'status', 'disabled', 'disabled_reason', reason, 'disabled_at', int(now))",
    }
