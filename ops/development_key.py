"""The API key of `kritiq run`: made once, kept in the data folder, and put into whichever Redis there is."""

import threading
from dataclasses import replace

from access.api_key import ApiKey
from access.digests import open_digests
from access.private_file import read_or_make, write_private
from access.scope import Scope
from access.token import KeyKind, new_token, parse
from jobs.errors import Conflict, SettingsError
from jobs.job import DEFAULT_TENANT
from jobs.settings import Settings
from store.api_keys import ApiKeyStore
from store.checks import wait_until_there
from store.connection import connect

#: In KRITIQ_DATA_DIR; the commands of the Python client look for it there.
FILE = "development.key"


class _Stopped(Exception):
    """`kritiq run` was ended meanwhile."""


def development_key(settings: Settings, stopping: threading.Event) -> str | None:
    """The key, good in this Redis from now on; None where no keys are asked for, or when `stopping` is set first.

    Waits for Redis. Raises SettingsError.
    """
    if settings.auth == "off":
        return None

    def pause(seconds: float) -> None:
        if stopping.wait(seconds):
            raise _Stopped

    with connect(settings) as client:
        try:
            wait_until_there(client, sleep=pause)
        except _Stopped:
            return None
        return _made(settings, ApiKeyStore(client))


def _made(settings: Settings, store: ApiKeyStore) -> str:
    path, digests = settings.data_dir / FILE, open_digests(settings, make=True)
    try:
        token = parse(read_or_make(path, lambda: new_token(KeyKind.TEST).text))
        if token is None:
            raise SettingsError(f"{path} has no key of Kritiq's: remove it, and another is made.")
        wanted = ApiKey(
            id=token.key_id, tenant=DEFAULT_TENANT, kind=KeyKind.TEST, name="kritiq run", scopes=(Scope.ADMIN,)
        )
        try:
            store.create(wanted, digests.of(token))
        except Conflict:
            # It was revoked or rotated, or is from another KRITIQ_KEY_SECRET.
            token = new_token(KeyKind.TEST)
            store.create(replace(wanted, id=token.key_id), digests.of(token))
            write_private(path, token.text)
    except OSError as error:
        raise SettingsError(f"KRITIQ_DATA_DIR: {path} cannot be used: {error.strerror}") from None
    return token.text
