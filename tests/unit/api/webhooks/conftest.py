"""An API with keys, as it is met by whoever has a link."""

import pytest
import redis

from api.http import gatekeeper, link_sessions
from tests.support.keys import Doors


@pytest.fixture
def doors(redis_client: redis.Redis) -> Doors:
    return Doors(redis_client, max_tenant_rate=0)


@pytest.fixture(autouse=True)
def nobody_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has changed shows at once, and not within five seconds. Tests are faster than pages."""
    monkeypatch.setattr(gatekeeper, "BELIEVED_S", 0.0)
    monkeypatch.setattr(link_sessions, "RATE", 0)
