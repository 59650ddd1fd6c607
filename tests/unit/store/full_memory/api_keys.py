"""API keys, which must end whatever else goes on, browsers' sessions, and links."""

from access.api_key import ApiKey
from access.digests import TokenDigests
from access.scope import Scope
from access.webhook_link import WebhookLink
from store import api_keys
from store.api_keys import ApiKeyStore, issue
from store.rates import RateStore
from store.sessions import SessionStore
from store.webhook_links import WebhookLinkStore
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


def open_a_link(world: RedisWorld) -> Steps:
    """A restaurant looks at what arrives."""
    links = WebhookLinkStore(world.redis)
    yield
    link = WebhookLink(id="link_1", tenant=TENANT, restaurants=("adler",))
    links.create(link, "code", open_s=60)
    links.open("link_1", "code", "session")
    assert links.session("link_1", "session") is not None
    links.revoke(TENANT, "link_1", lambda link: True)


def come_in(world: RedisWorld) -> Steps:
    """What is there can be read, and whoever reads is counted."""
    yield
    assert RateStore(world.redis).take(TENANT, {"all": 2}, most=1).requests == 1


#: By script.
GOES_ON: dict[str, list[Scenario]] = {
    "access/create_link": [open_a_link], "access/open_link": [open_a_link],
    "access/create_session": [log_in], "access/take_requests": [come_in],
    "access/touch_key": [end_an_api_key], "access/rotate_key": [end_an_api_key], "access/revoke_key": [end_an_api_key],
}  # fmt: skip
