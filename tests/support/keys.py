"""An API over a real Redis that asks for keys, and clients that have one."""

from typing import Any

import redis
from flask.testing import FlaskClient
from pydantic import SecretStr

from access.api_key import ApiKey
from access.digests import open_digests
from access.scope import Scope
from access.token import Token
from api.app import create_app
from api.http.gatekeeper import Gatekeeper
from api.http.hub import Hub
from api.http.link_sessions import LinkSessions
from jobs.history import History
from jobs.settings import Settings
from store.activity import ActivityStore
from store.api_keys import ApiKeyStore, issue
from store.audit import AuditStore
from store.batches import BatchStore
from store.feedback import FeedbackStore
from store.files import FileStore
from store.jobs import RedisStore
from store.sessions import SessionStore
from store.tenants import TenantStore
from store.webhook_links import WebhookLinkStore
from tests.support.factories import make_settings
from tests.support.model_hub import ModelHub
from tests.support.model_store import ModelStore
from tests.support.post import Post
from webhooks.ssrf import Policy

KEY_SECRET = "k" * 32
EVERYTHING = (Scope.JOBS_READ, Scope.JOBS_WRITE, Scope.WEBHOOKS_MANAGE)


def gatekeeper_of(settings: Settings, client: redis.Redis) -> Gatekeeper:
    """A process' own, over this Redis."""
    keys = ApiKeyStore(client)
    return Gatekeeper(settings, keys, SessionStore(client), LinkSessions(settings, keys, WebhookLinkStore(client)))


class Doors:
    """The API, and whoever stands before it. `ahead_ms` lets time pass for keys."""

    def __init__(
        self, client: redis.Redis, history: History | None = None, hub: Hub | None = None, **settings: Any
    ) -> None:
        self.settings = make_settings(**{"auth": "auto", "key_secret": SecretStr(KEY_SECRET)} | settings)
        self.ahead_ms = 0
        self.keys = ApiKeyStore(client, offset_ms=lambda: self.ahead_ms)
        self.sessions = SessionStore(client, offset_ms=lambda: self.ahead_ms)
        self.links = WebhookLinkStore(client, offset_ms=lambda: self.ahead_ms)
        self.link_sessions = LinkSessions(self.settings, self.keys, self.links)
        self.audit = AuditStore(client, most=self.settings.audit_entries, lifetime_s=self.settings.audit_ttl_s)
        self.post = Post(client, policy=Policy(), resolve=lambda host, port: ["93.184.215.14"])
        self.tenants = TenantStore(client)
        self.jobs, self.batches = RedisStore(client), BatchStore(client)
        self.app = create_app(
            self.settings, self.jobs, hub or ModelHub(ModelStore()), self.batches, self.post.webhooks, self.keys,
            self.sessions, ActivityStore(client), audit_log=self.audit, files=FileStore(client),
            feedback=FeedbackStore(client), history=history, links=self.links,
        )  # fmt: skip

    def key(self, tenant: str = "acme", *scopes: Scope, **more: Any) -> tuple[ApiKey, Token]:
        """A new key; without scopes one for everything but keys."""
        wanted = ApiKey(id="", tenant=tenant, scopes=scopes or EVERYTHING, **more)
        return issue(self.keys, open_digests(self.settings), wanted)

    def client(self, tenant: str = "acme", *scopes: Scope, **more: Any) -> FlaskClient:
        """A client with a new key."""
        return self.showing(self.key(tenant, *scopes, **more)[1].text)

    def showing(self, text: str) -> FlaskClient:
        """A client that shows this text as its key."""
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {text}"
        return client

    def stranger(self) -> FlaskClient:
        """A client without a key."""
        return self.app.test_client()
