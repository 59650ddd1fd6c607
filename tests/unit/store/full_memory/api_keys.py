"""API keys, which must end whatever else goes on, and browsers' sessions."""

from access.api_key import ApiKey
from access.digests import TokenDigests
from access.scope import Scope
from store import api_keys
from store.api_keys import ApiKeyStore, issue
from store.rates import RateStore
from store.sessions import SessionStore
from tests.support.post import TENANT
from tests.support.worlds import RedisWorld
from tests.unit.store.full_memory.steps import Scenario, Steps


def end_an_api_key(world: RedisWorld) -> Steps:
    access = ApiKeyStore(world.redis)
    digests = TokenDigests(["k" * 32])
    key, _ = issue(access, digests, ApiKey(id="", tenant=TENANT, scopes=(Scope.ADMIN,)))
    yield
    access.touch(key)
    api_keys.renew(access, digests, key, grace_s=0)
    access.revoke(TENANT, key.id)
    assert access.get(TENANT, key.id).revoked_at is not None


def log_in(world: RedisWorld) -> Steps:
    """An operator looks at what fills the memory."""
    sessions = SessionStore(world.redis)
    yield
    sessions.create("digest", key_id="key_1", token_digest="shown", lifetime_s=60)
    assert sessions.look_up("digest") is not None


def come_in(world: RedisWorld) -> Steps:
    """What is there can be read, and whoever reads is counted."""
    yield
    assert RateStore(world.redis).take(TENANT, {"all": 2}, most=1).requests == 1


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    "access/create_session": [log_in], "access/take_requests": [come_in],
    "access/touch_key": [end_an_api_key], "access/rotate_key": [end_an_api_key], "access/revoke_key": [end_an_api_key],
}  # fmt: skip
