"""Webhooks with time in the test's hands: stores on a real Redis, a deliverer, and turns instead of threads."""

import ssl
from dataclasses import replace
from typing import Any

import orjson
import redis
from ulid import ULID

from jobs.batch import Batch
from jobs.job import Status, new_id
from jobs.line import Line
from store.batches import BatchStore
from store.deliveries import DeliveryStore
from store.delivery_contents import DeliveryContents
from store.delivery_counts import DeliveryCounts
from store.delivery_log import DeliveryLog
from store.endpoints import EndpointStore
from store.jobs import RedisStore
from store.webhooks import Webhooks
from tests.support.factories import claim, create, failed, succeeded
from webhooks.delivery import Delivery, Lease, Recorded
from webhooks.endpoint import Endpoint
from webhooks.options import EndpointOptions
from webhooks.secret import Secret, SecretCipher, new_key
from webhooks.ssrf import Policy, Resolve, addresses_of
from worker.delivery.deliverer import Deliverer
from worker.delivery.sender import DEADLINE_S, trust

TENANT = "default"
RESULT = orjson.dumps(
    {
        "language": "de",
        "sentences": [
            {
                "index": 0,
                "start": 0,
                "end": 18,
                "text": "Das Essen war gut.",
                "truncated": False,
                "aspects": {"food": {"polarity": "positive", "confidence": 0.97}},
            }
        ],
    }
)


class Post:
    """Everything that delivers, without a process. `advance` lets time pass for webhooks only."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        policy: Policy | None = None,
        resolve: Resolve = addresses_of,
        tls: ssl.SSLContext | None = None,
        deadline_s: float = DEADLINE_S,
        cipher: SecretCipher | None = None,
    ) -> None:
        self.redis = client
        self.ahead_ms = 0
        self.cipher = cipher or SecretCipher(new_key())
        self.jobs = RedisStore(client)
        self.endpoints = EndpointStore(client, self.cipher, offset_ms=lambda: self.ahead_ms)
        self.deliveries = DeliveryStore(client, self.cipher, offset_ms=lambda: self.ahead_ms)
        self.log = DeliveryLog(client, offset_ms=lambda: self.ahead_ms)
        self.policy = policy or Policy(allow_insecure=True)
        self.resolve = resolve
        self.deliverer = Deliverer(
            self.deliveries, policy=self.policy, tls=tls or trust(), resolve=resolve, deadline_s=deadline_s
        )

    @property
    def webhooks(self) -> Webhooks:
        """For `create_app`."""
        return Webhooks(
            endpoints=self.endpoints,
            deliveries=self.log,
            contents=DeliveryContents(self.redis, offset_ms=lambda: self.ahead_ms),
            counts=DeliveryCounts(self.redis, offset_ms=lambda: self.ahead_ms),
            policy=self.policy,
            resolve=self.resolve,
        )

    def advance(self, *, s: float = 0.0, h: float = 0.0) -> None:
        """Let seconds and hours pass."""
        self.ahead_ms += round((s + h * 3600) * 1000)

    def endpoint(self, url: str = "http://127.0.0.1:9/", **changes: Any) -> Endpoint:
        """A stored endpoint."""
        return self.endpoint_and_secret(url, **changes)[0]

    def endpoint_and_secret(self, url: str, **changes: Any) -> tuple[Endpoint, Secret]:
        """A stored endpoint, and what signs for it."""
        others = {name: value for name, value in changes.items() if name in Endpoint.__slots__}
        options = EndpointOptions(url=url, **{name: changes[name] for name in changes.keys() - others.keys()})
        return self.endpoints.create(Endpoint(id="", tenant=TENANT, options=options, **others))

    def end_job(self, status: Status = Status.SUCCEEDED, *, result: bytes = RESULT, **changes: Any) -> str:
        """A job that has ended; its id."""
        job = create(self.jobs, **({"id": new_id()} | changes))
        if status is Status.CANCELED:
            self.jobs.cancel(TENANT, job.id)
        else:
            (held,) = claim(self.jobs)
            self.jobs.complete([succeeded(held, result) if status is Status.SUCCEEDED else failed(held)])
        return job.id

    def lease(self, most: int = 100) -> list[Lease]:
        """What is due."""
        return self.deliveries.lease(most, lease_ms=30_000)[0]

    def turn(self) -> list[Recorded | None]:
        """Deliver everything that is due now, one after the other, until nothing is."""
        done: list[Recorded | None] = []
        while leases := self.lease(1):
            done += [self.deliverer.deliver(lease) for lease in leases]
        return done

    def wait(self) -> float | None:
        """Let time pass until something may be due; the seconds, or None when nothing waits."""
        leases, wait_ms = self.deliveries.lease(0, lease_ms=1)
        assert not leases
        if wait_ms is None:
            return None
        self.advance(s=wait_ms / 1000 + 0.001)
        return wait_ms / 1000

    def delivery(self, delivery_id: str) -> Delivery:
        """A delivery as it is now."""
        return self.log.get(TENANT, delivery_id)

    def of(self, job_id: str, endpoint: Endpoint) -> Delivery:
        """The delivery of a job's end to an endpoint."""
        return self.delivery(f"msg_{job_id}_{endpoint.id}")

    def all(self) -> list[Delivery]:
        """All deliveries, newest first."""
        found, place = [], None
        while True:
            page = self.log.page(TENANT, size=100, before=place)
            found += page.deliveries
            if page.next is None:
                return found
            place = page.next


def id_made_at(ms: int, number: int = 0) -> str:
    """A job's id as `jobs.job.new_id` would have made it then, in milliseconds since the epoch."""
    return f"job_{ULID.from_bytes(ms.to_bytes(6) + number.to_bytes(10))}"


def end_batch(post: Post, **changes: Any) -> str:
    """A batch of one review that has ended; its id."""
    batch = Batch(id=new_id("batch"), **changes)
    BatchStore(post.redis).create(batch, [Line(number=1, custom_id=None, text="Gut.")], target=20)
    (held,) = claim(post.jobs)
    post.jobs.complete([replace(succeeded(held), good=1)])
    return batch.id


def take_away(post: Post, subject: str) -> None:
    """Its owner deletes a job or batch."""
    if subject.startswith("batch"):
        BatchStore(post.redis).delete(TENANT, subject)
    else:
        post.jobs.delete(TENANT, subject)


def disable(post: Post, endpoint: Endpoint) -> None:
    """Its owner switches it off."""
    post.endpoints.change(TENANT, endpoint.id, lambda old: replace(old, enabled=False))


def enable(post: Post, endpoint: Endpoint) -> None:
    """Its owner switches it on again; past failures are forgotten."""
    post.endpoints.change(
        TENANT, endpoint.id, lambda old: replace(old, enabled=True, disabled_reason=None), fresh_start=True
    )
