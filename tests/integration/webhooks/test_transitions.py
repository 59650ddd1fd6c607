"""Scripts write a delivery's status by the table of `webhooks.delivery`, or not at all."""

import re
from pathlib import Path

import pytest
import redis

from store import lua
from webhooks.delivery import TRANSITIONS, DeliveryStatus

LUA = Path(lua.__file__).parent
SET = "set_delivery_status('d', ARGV[1])"


def script(client: redis.Redis, text: str, *args: str) -> object:
    """Runs `text` behind the shared parts that every script has."""
    return client.eval(lua.header() + "".join(lua.read(f"lib/{part}") for part in lua.SHARED) + text, 0, *args)


@pytest.mark.parametrize("before", [None, *DeliveryStatus])
@pytest.mark.parametrize("after", list(DeliveryStatus))
def test_an_impossible_transition_stops_the_script(
    redis_client: redis.Redis, before: DeliveryStatus | None, after: DeliveryStatus
) -> None:
    if before:
        redis_client.hset("d", "status", before)
    possible = after in TRANSITIONS[before] if before else after is DeliveryStatus.PENDING
    if possible:
        script(redis_client, SET, after)
    else:
        with pytest.raises(redis.ResponseError, match="impossible transition"):
            script(redis_client, SET, after)
    expected = after if possible else before
    assert redis_client.hget("d", "status") == (expected.value.encode() if expected else None)


def test_a_status_that_nobody_knows_stays(redis_client: redis.Redis) -> None:
    redis_client.hset("d", "status", "pondering")
    with pytest.raises(redis.ResponseError, match="pondering -> pending"):
        script(redis_client, SET, "pending")


def test_no_script_writes_a_status_past_the_table() -> None:
    """One line writes a delivery's status; these files write no other but an endpoint's, which has no table."""
    texts = {path: path.read_text(encoding="utf-8") for path in [*LUA.glob("delivery/*.lua"), LUA / "lib/delivery.lua"]}
    writes = [line.strip() for text in texts.values() for line in re.findall(r".*HSET.*'status'.*", text)]
    assert writes == ["redis.call('HSET', key, 'status', status)"]


def test_every_process_has_the_same_text() -> None:
    """Else Redis would keep a copy of each script for each process."""
    table = {
        DeliveryStatus.SENDING: frozenset({DeliveryStatus.SUCCEEDED, DeliveryStatus.DROPPED, DeliveryStatus.PENDING}),
        DeliveryStatus.FAILED: frozenset[DeliveryStatus](),
    }
    assert lua.table("T", table) == (
        "local T = {\n  failed = {  },\n  sending = { dropped = true, pending = true, succeeded = true },\n}\n"
    )
