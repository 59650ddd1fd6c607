"""`kritiq tenants key`: the keys that organisations' texts are encrypted with, for the operator."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from access.text_keys import KEY_ID, KeyFolder, TenantKeys, TextKey, why
from jobs.errors import Conflict, SettingsError, Unavailable
from jobs.settings import Settings
from jobs.timestamp import rfc3339
from ops.audit import note

#: How long a new key is known before it encrypts, in seconds: mounted secrets come to all machines within that.
KNOWN_S = 120


@click.group("key")
def key_command() -> None:
    """Make, list, rotate and delete the keys of KRITIQ_TEXT_KEYS. Whoever deletes one erases what it encrypted."""


@key_command.command("list")
@click.pass_obj
def list_command(settings: Settings) -> None:
    """List organisations with the ids of their keys; never a key."""
    folder = _folder(settings)
    with _readable(folder):
        for tenant in folder.tenants():
            click.echo(_line(tenant, folder.read(tenant) or TenantKeys()))


@key_command.command("make")
@click.argument("tenant")
@click.pass_obj
def make_command(settings: Settings, tenant: str) -> None:
    """Give an organisation its first key, and the folder all that it needs. `kritiq keys create` does so by itself."""
    with _readable(folder := _folder(settings)):
        made = folder.make(tenant, _now_ms())
    _tell(settings, tenant, made, "make")


@key_command.command("rotate")
@click.argument("tenant")
@click.option(
    "--after", "after_s", type=click.IntRange(0, 604_800), default=KNOWN_S, show_default=True,
    help="Seconds until it encrypts: by then every process has to have the file.",
)  # fmt: skip
@click.pass_obj
def rotate_command(settings: Settings, tenant: str, after_s: int) -> None:
    """Add a key. Those before it are kept, for what they encrypted; delete one when all of that is past its time."""
    with _readable(folder := _folder(settings)):
        made = folder.rotate(tenant, _now_ms(), after_s=after_s)
    _tell(settings, tenant, made, "rotate")


@key_command.command("delete")
@click.argument("tenant")
@click.option("--key", "key_id", help="Only this one (default: all).")
@click.option("--lost", is_flag=True, help="The key with this id is in no copy of the folder: nothing waits for it.")
@click.confirmation_option(prompt="Nobody will be able to read what it encrypted again. Delete it?")
@click.pass_obj
def delete_command(settings: Settings, tenant: str, key_id: str | None, lost: bool) -> None:
    """Delete an organisation's keys: its texts are erased, in Redis, the archive, their files and all copies of these.

    Not what the archive has from before KRITIQ_ENCRYPT_TEXTS (`kritiq archive encrypt`), what receivers of webhooks
    were told, and copies of the folder of keys itself.
    """
    if lost and not (key_id and KEY_ID.fullmatch(key_id)):
        raise click.UsageError("--lost needs --key with the eight digits that the log names.")
    with _readable(folder := _folder(settings)):
        left = folder.give_up(tenant, key_id) if lost and key_id else folder.delete(tenant, key_id)
    _tell(settings, tenant, left, "delete")


def ensure_key(settings: Settings, tenant: str) -> None:
    """See that an organisation that never had a key has one, where texts are encrypted. Raises SettingsError."""
    if settings.encrypt_texts and settings.text_keys is not None:
        with _readable(folder := KeyFolder(settings.text_keys)):
            if folder.read(tenant) is None:
                # Another process may make it at the same time.
                with suppress(Conflict):
                    folder.make(tenant, _now_ms())


@contextmanager
def _readable(folder: KeyFolder) -> Iterator[None]:
    """Says which folder cannot be used, and why."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise SettingsError(f"KRITIQ_TEXT_KEYS: {folder.path} cannot be used: {why(error)}.") from None


def _folder(settings: Settings) -> KeyFolder:
    if settings.text_keys is None:
        raise SettingsError("KRITIQ_TEXT_KEYS is not set: say where the keys of texts are.")
    return KeyFolder(settings.text_keys)


def _tell(settings: Settings, tenant: str, keys: TenantKeys, what: str) -> None:
    click.echo(_line(tenant, keys))
    try:
        note(settings, tenant, f"kritiq tenants key {what}", keys=",".join(key.id for key in keys.keys) or "none")
    except Unavailable as error:
        # The folder is all that it needs: the first key may be made where no Redis is yet.
        click.echo(f"The audit log does not have it. {error}", err=True)


def _line(tenant: str, keys: TenantKeys) -> str:
    now = _now_ms()
    at = keys.at(now)

    def does(key: TextKey) -> str:
        if key is at:
            return " encrypts"
        return f" from {rfc3339(key.since_ms)}" if key.since_ms > now else ""

    listed = [key.id + does(key) for key in keys.keys]
    deleted = [f"deleted {','.join(keys.deleted)}"] if keys.deleted else []
    return "  ".join([tenant, *(listed or ["no key"]), *deleted])


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
