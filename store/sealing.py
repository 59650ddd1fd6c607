"""What guests wrote is encrypted on its way into Redis, and decrypted on its way out; nothing else knows of it.

Where encryption is off, what is written is as it always was. What was encrypted before is read as long as the keys are
there, and what was written in plain is read in either case.
"""

import re
import time
from collections.abc import Callable

import orjson

from access.sealed import MARK, Seals, is_sealed, key_of, keyed
from access.text_keys import KeyFolder, why
from jobs.errors import SettingsError, TextErased, TextKeyMissing
from jobs.request import JobRequest
from jobs.settings import Settings
from store.key import author_digest

#: How often an organisation's file is looked at, in seconds: for so long a key that was deleted may still be used.
LOOK_S = 1.0
#: Members of a request that are about a guest, or may be. The others are looked at by scripts.
_PERSONAL = ("external_author", "metadata", "webhook")
#: The last member of an encoded request, which has these encrypted. In plain no request ends like this.
_SEALED = re.compile(rb',?"sealed":"(sealed1:[^"]+)"}$')
_HOW = 'See docs/privacy.md, "Encrypt it".'


class Sealing:
    """Encrypts and decrypts with the keys of a folder, if there is one. Without them calls raise TextKeyMissing."""

    def __init__(
        self,
        folder: KeyFolder | None = None,
        *,
        on: bool = False,
        clock: Callable[[], float] = time.monotonic,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """`on`: whether what is written is encrypted."""
        self.on = on
        self._shared = ""
        self._folder, self._clock, self._now_ms = folder, clock, now_ms
        #: By organisation: when its file was looked at, what that was like, and its keys.
        self._known: dict[str, tuple[float, tuple[int, int, int] | None, Seals | None]] = {}

    def seal(self, tenant: str, text: bytes) -> bytes:
        """A field's value as Redis is to have it."""
        return MARK + self._seal(tenant, text) if self.on else text

    def open(self, tenant: str, value: bytes) -> bytes:
        """What `seal` was given. Raises TextErased."""
        # A part of a file may be any bytes, such as a byte order mark of UTF-16.
        return self._open(tenant, value[1:]) if value.startswith(MARK) and is_sealed(value[1:]) else value

    def seal_json(self, tenant: str, value: bytes) -> bytes:
        """A JSON object or list as JSON: encrypted, a string."""
        return b'"%s"' % self._seal(tenant, value) if self.on else value

    def open_json(self, tenant: str, value: bytes) -> bytes:
        """What `seal_json` was given. Raises TextErased."""
        token = value[1:-1]
        return self._open(tenant, token) if value.startswith(b'"') and is_sealed(token) else value

    def seal_url(self, tenant: str, url: str) -> str:
        """A URL as a string, which no URL is then."""
        return self._seal(tenant, url.encode()).decode() if self.on else url

    def open_url(self, tenant: str, url: str) -> str:
        """What `seal_url` was given. Raises TextErased."""
        token = url.encode()
        return self._open(tenant, token).decode() if is_sealed(token) else url

    def seal_request(self, tenant: str, request: JobRequest) -> bytes:
        """A request as JSON; encrypted is what of it is about a guest, and nothing where there is none of that."""
        whole = request.encode()
        if not self.on or all(getattr(request, name) is None for name in _PERSONAL):
            return whole
        shown = orjson.loads(whole)
        hidden = orjson.dumps({name: shown.pop(name) for name in _PERSONAL if name in shown})
        return b'%s%s"sealed":"%s"}' % (orjson.dumps(shown)[:-1], b"," * bool(shown), self._seal(tenant, hidden))

    def open_request(self, tenant: str, data: bytes | None) -> JobRequest:
        """What `seal_request` was given; of one whose key was deleted, without what was about a guest."""
        found = _SEALED.search(data) if data is not None and data.endswith(b'"}') else None
        if data is None or found is None:
            return JobRequest.decode(data)
        try:
            hidden = self._open(tenant, found[1])
        except TextErased:
            return JobRequest.decode(data)
        shown = data[: found.start()]
        return JobRequest.decode(hidden if shown == b"{" else shown + b"," + hidden[1:])

    def author(self, tenant: str, external_author: str) -> str:
        """What stands for an author in indexes from now on."""
        return self._writing(tenant).digest(external_author) if self.on else author_digest(external_author)

    def authors(self, tenant: str, external_author: str) -> list[str]:
        """All that may stand for an author: encryption may have been turned on or off since.

        Raises TextKeyMissing: without the keys nothing would be found, which is no answer to whose it is.
        """
        found = [author_digest(external_author)]
        seals = self._seals(tenant)
        if self.on and seals is None:
            raise TextKeyMissing(_missing(f"Authors of {tenant} cannot be looked for"))
        return [seals.digest(external_author), *found] if seals is not None and seals.keys.index else found

    def digest(self, tenant: str, of: str) -> str:
        """What is kept of a request's digest, so that no text is found by trying likely ones; nothing stays nothing."""
        return self._writing(tenant).digest(of) if self.on and of else of

    def matches(self, tenant: str, kept: str, of: str) -> bool:
        """Whether what is kept is this digest, in plain or not: encryption may have been turned on or off since."""
        seals = self._seals(tenant)
        return kept == of or (seals is not None and bool(seals.keys.index) and kept == seals.digest(of))

    def shared_digest(self, of: str) -> str | None:
        """The same of what belongs to no organisation; None where encryption is off. Raises SettingsError."""
        if not self.on or self._folder is None:
            return None
        self._shared = self._shared or self._folder.shared()
        return keyed(self._shared, of)

    def keeps(self, tenant: str) -> bool:
        """Whether texts of an organisation may be stored: not, where all keys that it had were deleted.

        Raises TextKeyMissing.
        """
        if not self.on:
            return True
        if self.erased(tenant):
            return False
        self._writing(tenant)
        return True

    def erased(self, tenant: str) -> bool:
        """Whether all keys that an organisation had were deleted."""
        seals = self._seals(tenant)
        return seals is not None and bool(seals.keys.deleted) and not seals.keys.keys

    def reveal(self, tenant: str, data: bytes) -> bytes:
        """All that is encrypted in `data`, wherever in it, as it was before; what was erased stays as it is."""
        seals = self._seals(tenant)
        return data if seals is None else seals.reveal(data)

    def _seal(self, tenant: str, text: bytes) -> bytes:
        return self._writing(tenant).seal(text, self._now_ms())

    def _writing(self, tenant: str) -> Seals:
        seals = self._seals(tenant)
        if seals is None or not seals.keys.keys:
            gone = seals is not None and bool(seals.keys.deleted)
            reason = "was deleted" if gone else "is not in the server's KRITIQ_TEXT_KEYS"
            raise TextKeyMissing(f"Texts of {tenant} cannot be stored: the organisation's key {reason}.")
        return seals

    def _open(self, tenant: str, token: bytes) -> bytes:
        for fresh in (False, True):
            seals = self._seals(tenant, fresh=fresh)
            try:
                if seals is not None:
                    return seals.open(token)
            except TextKeyMissing:
                # Another process may have made a new key just now.
                continue
        raise TextKeyMissing(_missing(f"A text of {tenant} cannot be read", key_of(token)))

    def _seals(self, tenant: str, *, fresh: bool = False) -> Seals | None:
        """An organisation's keys, as its file had them at most LOOK_S ago; None without a file."""
        if self._folder is None:
            return None
        known, now = self._known.get(tenant), self._clock()
        if known is not None and not fresh and now - known[0] < LOOK_S:
            return known[2]
        try:
            stamp = self._folder.stamp(tenant)
            if known is None or known[1] != stamp:
                keys = self._folder.read(tenant)
                seals = None if keys is None else Seals.of(keys)
            else:
                seals = known[2]
        except (OSError, ValueError) as error:
            raise TextKeyMissing(f"The keys of {tenant} cannot be read: {why(error)}.") from None
        self._known[tenant] = (now, stamp, seals)
        return seals


def _missing(what: str, key_id: str = "") -> str:
    return f"{what}: its key {f'{key_id} ' if key_id else ''}is not in the server's KRITIQ_TEXT_KEYS."


#: Where there are no keys.
PLAIN = Sealing()


def open_sealing(settings: Settings) -> Sealing:
    """As the settings say. Raises SettingsError for a folder that is none, or in which no key was ever made."""
    path = settings.text_keys
    if path is None:
        if settings.encrypt_texts:
            raise SettingsError(f"KRITIQ_ENCRYPT_TEXTS needs KRITIQ_TEXT_KEYS, a folder of keys. {_HOW}")
        return PLAIN
    folder = KeyFolder(path)
    try:
        tenants = folder.tenants()
    except OSError as error:
        raise SettingsError(f"KRITIQ_TEXT_KEYS: {path} cannot be read: {why(error)}. {_HOW}") from None
    if not tenants:
        raise SettingsError(f"KRITIQ_TEXT_KEYS: there is no key in {path}. {_HOW}")
    sealing = Sealing(folder, on=settings.encrypt_texts)
    sealing.shared_digest("")
    return sealing
