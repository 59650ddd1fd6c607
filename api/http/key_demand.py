"""Whether whoever calls is asked for a key."""

from jobs.settings import Settings
from store.api_keys import ApiKeyStore


def keys_asked_for(settings: Settings, keys: ApiKeyStore) -> bool:
    """Whether a request needs a key. Where nobody said so, it does once there is one. Raises Unavailable."""
    if settings.auth == "off":
        return False
    return settings.auth == "on" or not settings.on_loopback or keys.any()
