"""Everything that the API needs for webhooks, in one value."""

from dataclasses import dataclass

import redis

from jobs.settings import Settings
from store.deliveries import DeliveryStore
from store.delivery_record import DeliveryList
from store.endpoints import EndpointStore
from webhooks.encryption import SecretCipher
from webhooks.ssrf import Policy, Resolve, addresses_of, check


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhooks:
    """The stores, and the wall with the operator's policy."""

    endpoints: EndpointStore
    deliveries: DeliveryStore
    listing: DeliveryList
    policy: Policy
    resolve: Resolve = addresses_of

    def check(self, url: str) -> None:
        """The same decision that is made again before every send. Raises webhooks.ssrf.Blocked."""
        check(url, self.policy, self.resolve)


def policy_of(settings: Settings) -> Policy:
    """Where webhooks may go."""
    return Policy(ports=settings.webhook_ports, allow_insecure=settings.webhook_allow_insecure)


def open_webhooks(settings: Settings, client: redis.Redis) -> Webhooks:
    """The webhooks of an installation. Raises SettingsError for keys that are none."""
    return Webhooks(
        endpoints=EndpointStore(client, SecretCipher(settings.secret_keys.get_secret_value())),
        deliveries=DeliveryStore(client),
        listing=DeliveryList(client),
        policy=policy_of(settings),
    )
