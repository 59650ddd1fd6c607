"""Who a link to webhooks was opened for: somebody who manages those of its restaurants, and does nothing else."""

from dataclasses import dataclass

from access.caller import Caller
from access.scope import Scope
from access.webhook_link import WebhookLink, secret_digest
from jobs.errors import NotFound
from jobs.settings import Settings
from store.api_keys import ApiKeyStore
from store.webhook_links import UNOPENED, WebhookLinkStore

#: Requests that a link's page may make within a second.
RATE = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkSession:
    """A link's session that is good now. Times are milliseconds since the epoch, by Redis' clock."""

    link: WebhookLink
    now_ms: int
    #: When it is good no more, if nobody revokes it: its own end, or that of the key that the link was made with.
    ends: tuple[int, ...]


class LinkSessions:
    """Knows the sessions of links. May be shared by threads."""

    def __init__(self, settings: Settings, keys: ApiKeyStore, links: WebhookLinkStore) -> None:
        self._settings, self._keys, self._links = settings, keys, links

    def open(self, link_id: str, code: str, secret: str) -> WebhookLink:
        """Have the link's session begin, with this secret.

        Raises NotFound for a link that has ended, also with its key, has another code or was opened before, and
        Unavailable.
        """
        link = self._links.look_up(link_id)
        if link is None or self.good(link) is None:
            raise NotFound(UNOPENED)
        return self._links.open(link_id, secret_digest(code), secret_digest(secret))

    def find(self, link_id: str, secret: str) -> LinkSession | None:
        """The link's session, if it has this secret; None when it, or the key that it is from, has ended.

        Raises Unavailable.
        """
        link = self._links.session(link_id, secret_digest(secret))
        return self.good(link) if link is not None else None

    def good(self, link: WebhookLink) -> LinkSession | None:
        """`link`, where the key that it was made with is as good as then; where it was made without one, as long as
        nobody is asked for a key. Raises Unavailable."""
        if link.key_id is None:
            if self._settings.keys_demanded or (self._settings.auth != "off" and self._keys.any()):
                return None
            return LinkSession(link=link, now_ms=self._keys.now_ms(), ends=(link.ends_at,))
        found = self._keys.look_up(link.key_id)
        key, now_ms = found.key, found.now_ms
        if key is None or not key.good_at(now_ms):
            return None
        token = next((each for each in key.tokens if each.digest == link.token_digest), None)
        if token is None or not token.good_at(now_ms):
            return None
        ends = tuple(end for end in (link.ends_at, key.expires_at, token.until_ms) if end is not None)
        return LinkSession(link=link, now_ms=now_ms, ends=ends)


def caller_of(link: WebhookLink) -> Caller:
    """Whom every route finds before it: a caller who is restricted as a key for these restaurants would be."""
    return Caller(
        tenant=link.tenant,
        scopes=frozenset({Scope.WEBHOOKS_MANAGE}),
        restaurants=frozenset(link.restaurants),
        key_id=link.id,
        rate=RATE,
        by_link=True,
    )
