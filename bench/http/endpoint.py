"""`kritiq bench endpoint`: how many webhooks a second one healthy receiver is sent."""

import json
import time
from contextlib import ExitStack
from typing import Any

import click
import redis

from bench.harness import until
from bench.http.webhooks import delivery_worker, end_job, private_redis, receivers
from jobs.job import DEFAULT_TENANT
from store import webhook_keys
from store.endpoints import EndpointStore
from store.jobs import RedisStore
from webhooks.endpoint import Endpoint
from webhooks.options import EndpointOptions
from webhooks.secret import SecretCipher, new_key

#: Deliveries that are sent before anything is measured: an endpoint begins with four at once.
FIRST = 200


@click.command("endpoint")
@click.option("--deliveries", default=4_000, show_default=True, type=click.IntRange(1), help="Deliveries to measure.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 16), help="Delivery workers.")
@click.option("--most", default=None, type=click.IntRange(4, 512), help="At once; unset, as the settings say.")
def endpoint_command(deliveries: int, workers: int, most: int | None) -> None:
    """Have jobs end, then send their webhooks to one receiver as fast as it takes them."""
    key = new_key()
    more = {} if most is None else {"KRITIQ_WEBHOOK_MOST_AT_ONCE": str(most)}
    with private_redis() as url, receivers() as ports, ExitStack() as stack:
        client = redis.Redis.from_url(url)
        options = EndpointOptions(url=f"http://127.0.0.1:{ports[0]}/")
        made, _ = EndpointStore(client, SecretCipher(key)).create(
            Endpoint(id="", tenant=DEFAULT_TENANT, options=options)
        )
        store = RedisStore(client)
        for _ in range(FIRST + deliveries):
            end_job(store)
        for _ in range(workers):
            stack.enter_context(delivery_worker(url, key, more))
        sent(client, left=deliveries)
        started = time.monotonic()
        sent(client, left=0)
        took_s = time.monotonic() - started
        health: Any = client.hgetall(webhook_keys.HEALTH(DEFAULT_TENANT, made.id))
        width = float(health[b"width"])
    click.echo(
        json.dumps(
            {"deliveries": deliveries, "workers": workers, "a_second": round(deliveries / took_s), "width": width}
        )
    )


def sent(client: redis.Redis, *, left: int, within_s: float = 60.0) -> None:
    """Return when at most `left` deliveries are still to be sent. Raises TimeoutError when none ends for so long."""
    before = pending(client)

    def fewer() -> bool:
        return pending(client) < before

    while before > left:
        until(fewer, "a delivery to end", within_s=within_s, every_s=0.005)
        before = pending(client)


def pending(client: redis.Redis) -> int:
    """How many deliveries are still to be sent."""
    found: Any = client.zcard(webhook_keys.PENDING)
    return int(found)
