"""Webhooks as the settings describe them: the stores of each process, and where webhooks may go."""

from dataclasses import dataclass

import redis

from jobs.settings import Settings
from store.deliveries import DeliveryStore
from store.delivery_contents import DeliveryContents
from store.delivery_counts import DeliveryCounts
from store.delivery_log import DeliveryLog
from store.endpoints import EndpointStore
from store.forms import KnownForm
from store.metrics import MetricsStore
from store.told import KNOWN_AS_LINES
from webhooks.secret import SecretCipher
from webhooks.ssrf import Policy, Resolve, addresses_of, check


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhooks:
    """What the API needs: the stores, and the operator's policy."""

    endpoints: EndpointStore
    deliveries: DeliveryLog
    contents: DeliveryContents
    counts: DeliveryCounts
    policy: Policy
    resolve: Resolve = addresses_of

    def check(self, url: str) -> None:
        """The same decision that is made again before every send. Raises webhooks.ssrf.Blocked."""
        check(url, self.policy, self.resolve)


def open_webhooks(settings: Settings, client: redis.Redis) -> Webhooks:
    """The API's webhooks. Raises SettingsError for keys that are none."""
    return Webhooks(
        endpoints=EndpointStore(client, _cipher(settings)),
        deliveries=DeliveryLog(client),
        contents=DeliveryContents(client),
        counts=DeliveryCounts(client),
        policy=policy_of(settings),
    )


def open_deliveries(settings: Settings, client: redis.Redis) -> DeliveryStore:
    """The delivery worker's deliveries. Raises SettingsError for keys that are none."""
    at_once = (settings.webhook_least_at_once, settings.webhook_most_at_once)
    return DeliveryStore(
        client, _cipher(settings), at_once=at_once, as_lines=KnownForm(MetricsStore(client), KNOWN_AS_LINES)
    )


def policy_of(settings: Settings) -> Policy:
    """Where webhooks may go."""
    return Policy(
        ports=settings.webhook_ports,
        allow_insecure=settings.webhook_allow_insecure,
        local_ports=settings.webhook_local_ports,
    )


def _cipher(settings: Settings) -> SecretCipher:
    return SecretCipher(settings.secret_keys.get_secret_value())
