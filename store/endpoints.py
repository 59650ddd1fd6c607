"""Webhook endpoints in Redis. Every write is compared with the version that was read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import redis

from jobs.errors import Conflict, NotFound, TooManyEndpoints
from jobs.job import new_id
from store import webhook_keys
from store.endpoint_record import endpoint_from, fields
from store.scripts import RedisBase, translated
from webhooks.endpoint import Endpoint, Health, rotated
from webhooks.options import EndpointOptions
from webhooks.room import Room
from webhooks.secret import Secret, SecretCipher

#: Most endpoints of a tenant: every ended job looks through all of them.
MAX_ENDPOINTS = 50
#: How often a change is begun anew because somebody else was faster.
ATTEMPTS = 10
#: Under this id the secret of one-off webhooks is kept.
ONCE = "once"


class EndpointStore(RedisBase):
    """Keeps endpoints. `offset_ms` puts the clock ahead of Redis' own; tests give it, nothing else does."""

    def __init__(self, client: redis.Redis, cipher: SecretCipher, *, offset_ms: Callable[[], int] = lambda: 0) -> None:
        super().__init__(client)
        self.cipher = cipher
        self._offset_ms = offset_ms

    @translated
    def now_ms(self) -> int:
        """Redis' time, in milliseconds since the epoch."""
        return self._now_ms() + self._offset_ms()

    @translated
    def create(self, endpoint: Endpoint, room: Room | None = None) -> tuple[Endpoint, Secret]:
        """Store a new endpoint (its id is given here) with its first secret; where there must be `room`, as it is then.

        Raises TooManyEndpoints, SettingsError without a key for secrets.
        """
        fresh, secret = rotated(replace(endpoint, id=new_id("ep")), self.cipher, now_ms=self.now_ms())
        if not self._write(fresh, room=room):
            raise TooManyEndpoints
        return self.get(fresh.tenant, fresh.id), secret

    @translated
    def get(self, tenant: str, endpoint_id: str) -> Endpoint:
        """One endpoint. Raises NotFound."""
        raw: Any = self._redis.hgetall(webhook_keys.ENDPOINT(tenant, endpoint_id))
        endpoint = endpoint_from(tenant, endpoint_id, raw)
        # Neither the secret of one-off webhooks nor a one-off URL that was given up is an endpoint.
        if not endpoint.options.url:
            raise NotFound("There is no such endpoint.")
        return endpoint

    @translated
    def page(self, tenant: str) -> list[Endpoint]:
        """All endpoints of a tenant, oldest first."""
        ids: Any = self._redis.zrange(webhook_keys.ENDPOINT_IDS(tenant), 0, -1)
        pipe = self._redis.pipeline(transaction=False)
        for name in ids:
            pipe.hgetall(webhook_keys.ENDPOINT(tenant, name.decode()))
        return [endpoint_from(tenant, name.decode(), raw) for name, raw in zip(ids, pipe.execute(), strict=True) if raw]

    @translated
    def change(
        self, tenant: str, endpoint_id: str, change: Callable[[Endpoint], Endpoint], *, fresh_start: bool = False
    ) -> Endpoint:
        """Replace an endpoint by what `change` makes of it; called again when somebody else was faster.

        `fresh_start` forgets its health and closes its breaker. Raises NotFound, Conflict.
        """
        for _ in range(ATTEMPTS):
            old = self.get(tenant, endpoint_id)
            new = change(old)
            if self._write(new, fresh_start=fresh_start or new.options.url != old.options.url):
                return self.get(tenant, endpoint_id)
        raise Conflict("The endpoint is being changed by others.")

    @translated
    def rotate(
        self, tenant: str, endpoint_id: str, *, grace_s: int, check: Callable[[Endpoint], None] = lambda endpoint: None
    ) -> tuple[Endpoint, Secret]:
        """Give an endpoint a fresh secret; the old one signs beside it for `grace_s` seconds.

        `check` may refuse the endpoint as it is at that moment. Raises NotFound, Conflict.
        """
        made: list[Secret] = []

        def renew(old: Endpoint) -> Endpoint:
            check(old)
            new, secret = rotated(old, self.cipher, now_ms=self.now_ms(), grace_s=grace_s)
            made.append(secret)
            return new

        return self.change(tenant, endpoint_id, renew), made[-1]

    @translated
    def rotate_once(self, tenant: str, *, grace_s: int) -> Secret:
        """Make or renew the secret that signs the one-off webhooks of a tenant."""
        for _ in range(ATTEMPTS):
            old = self.once(tenant) or Endpoint(id=ONCE, tenant=tenant, options=EndpointOptions())
            new, secret = rotated(old, self.cipher, now_ms=self.now_ms(), grace_s=grace_s)
            if self._write(new):
                return secret
        raise Conflict("The secret is being changed by others.")

    @translated
    def once(self, tenant: str) -> Endpoint | None:
        """What signs the one-off webhooks of a tenant; None before the first `rotate_once`."""
        raw: Any = self._redis.hgetall(webhook_keys.ENDPOINT(tenant, ONCE))
        return endpoint_from(tenant, ONCE, raw) if raw else None

    @translated
    def delete(self, tenant: str, endpoint_id: str, check: Callable[[Endpoint], None] = lambda endpoint: None) -> None:
        """Delete an endpoint; what waits for it is dropped. `check` may refuse the endpoint as it is at that moment.

        Raises NotFound, Conflict.
        """
        for _ in range(ATTEMPTS):
            old = self.get(tenant, endpoint_id)
            check(old)
            if self._run("delivery/delete_endpoint", args=[self._offset_ms(), tenant, endpoint_id, old.version]):
                return
        raise Conflict("The endpoint is being changed by others.")

    @translated
    def health(self, tenant: str, endpoint_id: str) -> Health:
        """What the last attempts showed of an endpoint, and what waits for it."""
        base = webhook_keys.ENDPOINT(tenant, endpoint_id)
        pipe = self._redis.pipeline(transaction=False)
        pipe.hgetall(f"{base}:health")
        for part in ("due", "manual", "inflight"):
            pipe.zcard(f"{base}:{part}")
        raw, *waiting = pipe.execute()
        number = {name.decode(): int(value) for name, value in raw.items() if value.isdigit()}
        return Health(
            consecutive_failures=number.get("consecutive", 0),
            failing_since=number.get("failing_since"),
            last_success_at=number.get("last_success_at"),
            last_failure_at=number.get("last_failure_at"),
            held_until=number.get("open_until"),
            pending=sum(waiting),
        )

    def _write(self, endpoint: Endpoint, *, fresh_start: bool = False, room: Room | None = None) -> bool:
        """Whether nobody was faster. Raises TooManyEndpoints."""
        head = [self._offset_ms(), endpoint.tenant, endpoint.id, endpoint.version, MAX_ENDPOINTS, int(fresh_start)]
        within = [room.most, ",".join(sorted(room.restaurants))] if room else ["", ""]
        answer = self._run("delivery/put_endpoint", args=[*head, *within, *fields(endpoint)])
        if answer[0] == b"full":
            raise TooManyEndpoints
        return bool(answer[0] != b"conflict")
