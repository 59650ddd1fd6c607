"""Who makes a request: its caller, by the API key that it shows, or by the session that a browser was given for a key
or for a link."""

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from access.api_key import ApiKey, TokenDigest
from access.caller import Caller
from access.digests import TokenDigests, open_digests
from access.session import new_session_text, session_digest
from access.token import bearer, parse
from access.webhook_link import parse_session
from api.http.link_sessions import LinkSessions, caller_of
from api.http.problems import InvalidToken
from jobs.errors import Unauthenticated, Unavailable
from jobs.settings import Settings
from store.api_keys import ApiKeyStore
from store.sessions import SessionStore

log = logging.getLogger(__name__)

#: A key that was read is believed for so long, in seconds: how late a revocation may act.
BELIEVED_S = 5.0
#: Callers that a process remembers.
MOST_BELIEVED = 1024
#: In front of what a cookie holds, and in front of no header.
_COOKIE = b"\0session "
#: How often the last use of a key is written, in milliseconds.
USE_MS = 60_000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Believed:
    """A caller that was found good, and until when, by this process' clock, nobody asks again."""

    caller: Caller
    until: float
    #: Of the key's tokens the one that was shown; of a link, that which it was made with.
    token_digest: str | None
    #: Where a session was shown, a link's too: when it ends, in milliseconds since the epoch.
    session_ends: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Who makes a request, and by which session, if any."""

    caller: Caller
    #: What the session's cookie holds, and when it ends, in milliseconds since the epoch.
    cookie: str | None = field(default=None, repr=False)
    ends_at: int | None = None
    #: Of the key's tokens the one that was shown, or that the session is for.
    token_digest: str | None = None


class Gatekeeper:
    """Knows callers by the `Authorization` of their requests, or by their sessions. May be shared by threads."""

    def __init__(
        self,
        settings: Settings,
        store: ApiKeyStore,
        sessions: SessionStore,
        links: LinkSessions,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._store, self._sessions, self._links, self._clock = settings, store, sessions, links, clock
        self._digests: TokenDigests | None = None
        #: By the SHA-256 of what they showed, cookies behind a mark of their own.
        self._believed: dict[bytes, _Believed] = {}
        #: Until when nobody asks whether there is a key by now.
        self._open_until = float("-inf")
        self._asks = settings.keys_demanded

    def caller(self, header: str | None) -> Caller:
        """Whose request it is that has this `Authorization`.

        Raises Unauthenticated, InvalidToken, Unavailable, and SettingsError when keys cannot be checked here.
        """
        return self.entry(header, None).caller

    def entry(self, header: str | None, cookie: str | None) -> Entry:
        """Who makes a request with this `Authorization`, or without one and with this cookie of a session.

        A cookie that opens nothing (any more) is as good as none. Raises as `caller` does.
        """
        if header is None and cookie is not None and self._settings.auth != "off":
            known = self._in_session(cookie)
            if known is not None:
                return _entry(known, cookie)
        if self._settings.auth == "off" and (header is None or parse_session(bearer(header)) is None):
            return Entry(caller=Caller())
        if header is None:
            if self._asks_for_keys():
                raise Unauthenticated
            return Entry(caller=Caller())
        return _entry(self._shown(header))

    def log_in(self, header: str | None) -> Entry:
        """A new session for the key in this `Authorization`. Raises as `caller` does, and without a key always."""
        if header is None:
            raise Unauthenticated
        known, text = self._shown(header), new_session_text()
        if known.caller.by_link:
            # It ends with its page.
            raise InvalidToken
        assert known.caller.key_id is not None
        assert known.token_digest is not None
        session = self._sessions.create(
            session_digest(text), key_id=known.caller.key_id, token_digest=known.token_digest,
            lifetime_s=self._settings.session_s,
        )  # fmt: skip
        return Entry(caller=known.caller, cookie=text, ends_at=session.expires_at)

    def log_out(self, cookie: str) -> Caller | None:
        """End the session of a cookie, at once and everywhere. Whose it was, if one."""
        known = self._in_session(cookie)
        self._sessions.delete(session_digest(cookie))
        self._believed.pop(_mark(_COOKIE + cookie.encode()), None)
        return known.caller if known else None

    def digests(self, *, make: bool = False) -> TokenDigests:
        """Those of this process, read once. Raises SettingsError when there is no secret.

        With `make` one is made where there is none, as long as no key is: made later, it would be no secret of theirs.
        """
        if self._digests is None:
            self._digests = open_digests(self._settings, make=make and not self._store.any())
        return self._digests

    def remembered(self, header: str | None, cookie: str | None) -> Caller | None:
        """Who showed this before, as far as this process remembers; their key may have ended. Asks nobody."""
        known = self._believed.get(_mark(header.encode() if header is not None else _COOKIE + (cookie or "").encode()))
        if self._settings.auth == "off":
            return Caller()
        return known.caller if known is not None else None

    def _asks_for_keys(self) -> bool:
        """Whether a request needs a key. Where nobody said so, it does once there is one; then it always will."""
        if not self._asks and self._clock() >= self._open_until:
            self._asks = self._store.any()
            self._open_until = self._clock() + BELIEVED_S
        return self._asks

    def _shown(self, header: str) -> _Believed:
        known = self._believe(header.encode(), lambda: self._examined(header))
        assert known is not None
        return known

    def _believe(self, shown: bytes, examine: Callable[[], _Believed | None]) -> _Believed | None:
        """What was found out about what somebody shows, at most `BELIEVED_S` ago."""
        mark = _mark(shown)
        known = self._believed.get(mark)
        if known is None or self._clock() >= known.until:
            known = examine()
            if known is not None:
                if len(self._believed) >= MOST_BELIEVED:
                    self._believed.clear()
                self._believed[mark] = known
        return known

    def _in_session(self, cookie: str) -> _Believed | None:
        """`_of_session`: its key is believed for a while. The session never is: who logs out is out everywhere."""
        shown = _COOKIE + cookie.encode()
        if _mark(shown) in self._believed and not self._sessions.is_there(session_digest(cookie)):
            self._believed.pop(_mark(shown), None)
            return None
        return self._believe(shown, lambda: self._of_session(cookie))

    def _of_session(self, cookie: str) -> _Believed | None:
        """The caller whose session this is; None for one that has ended, or whose key has."""
        asked_at = self._clock()
        session = self._sessions.look_up(session_digest(cookie))
        if session is None:
            return None
        found = self._store.look_up(session.key_id)
        key, now_ms = found.key, found.now_ms
        if key is None or now_ms >= session.expires_at:
            return None
        token = next((each for each in key.tokens if each.digest == session.token_digest), None)
        if token is None or not token.good_at(now_ms) or not key.good_at(now_ms):
            return None
        self._note_use(key, now_ms)
        known = self._believed_until(key, token, asked_at, now_ms, session.expires_at)
        return replace(known, session_ends=session.expires_at)

    def _examined(self, header: str) -> _Believed:
        """The caller whose key this is, or whose link. Raises as `caller` does."""
        text = bearer(header)
        if (session := parse_session(text)) is not None:
            return self._of_link(*session)
        token = parse(text)
        if token is None:
            raise InvalidToken
        digests = self.digests()
        asked_at, found = self._clock(), self._store.look_up(token.key_id)
        key, now_ms = found.key, found.now_ms
        if key is None or not key.good_at(now_ms):
            raise InvalidToken
        match = digests.find(token, [each for each in key.tokens if each.good_at(now_ms)])
        if match is None:
            log.warning("%s was shown with a wrong secret, or made under another KRITIQ_KEY_SECRET", key.id)
            raise InvalidToken
        self._note_use(key, now_ms)
        return self._believed_until(key, match, asked_at, now_ms)

    def _of_link(self, link_id: str, secret: str) -> _Believed:
        """The caller that a link was opened for. Raises InvalidToken."""
        asked_at, found = self._clock(), self._links.find(link_id, secret)
        if found is None:
            raise InvalidToken
        return _Believed(
            caller=caller_of(found.link), until=_until(asked_at, found.now_ms, found.ends),
            token_digest=found.link.token_digest, session_ends=found.link.ends_at,
        )  # fmt: skip

    def _note_use(self, key: ApiKey, now_ms: int) -> None:
        if now_ms - (key.last_used_at or 0) >= USE_MS:
            # A full Redis takes no more writes; what can be read is read.
            with suppress(Unavailable):
                self._store.touch(key)

    @staticmethod
    def _believed_until(key: ApiKey, token: TokenDigest, asked_at: float, now_ms: int, *ends: int) -> _Believed:
        """The key's caller, believed for a while; `ends` are times at which it is none any more in any case."""
        caller = Caller(
            tenant=key.tenant, scopes=frozenset(key.scopes), restaurants=frozenset(key.restaurants), key_id=key.id,
            priorities=None if key.priorities is None else frozenset(key.priorities), rate=key.rate,
        )  # fmt: skip
        known = [end for end in (key.expires_at, token.until_ms, *ends) if end is not None]
        return _Believed(caller=caller, until=_until(asked_at, now_ms, known), token_digest=token.digest)


def _entry(known: _Believed, cookie: str | None = None) -> Entry:
    return Entry(caller=known.caller, cookie=cookie, ends_at=known.session_ends, token_digest=known.token_digest)


def _until(asked_at: float, now_ms: int, ends: Sequence[int]) -> float:
    """Until when something is believed that ends at these times, in milliseconds since the epoch, at the latest."""
    return asked_at + min([BELIEVED_S, *((end - now_ms) / 1000 for end in ends)])


def _mark(shown: bytes) -> bytes:
    return hashlib.sha256(shown).digest()
