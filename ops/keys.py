"""`kritiq keys`: API keys of organisations, for the operator. The same over HTTP: `/v1/keys`."""

from datetime import UTC, datetime

import click
import orjson

from access.api_key import ApiKey
from access.digests import open_digests
from access.scope import Scope
from access.token import KeyKind, Token
from jobs.allowance import MAX_RATE
from jobs.finite import Finite
from jobs.job import DEFAULT_TENANT
from jobs.request import Priority
from jobs.settings import Settings, load_settings
from ops.audit import note
from ops.text_keys import ensure_key
from store.api_keys import ApiKeyStore, issue, renew
from store.checks import open_redis
from telemetry.printable import printable

DAY_MS = 86_400_000
tenant_option = click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="The organisation.")


@click.group("keys")
@click.pass_context
def keys_command(ctx: click.Context) -> None:
    """Make, list, rotate and revoke API keys. An organisation exists once it has a key."""
    ctx.obj = load_settings()


@keys_command.command("create")
@tenant_option
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice([scope.value for scope in Scope]),
    help="What it allows; may be given several times.",
)  # fmt: skip
@click.option("--restaurant", "restaurants", multiple=True, help="The only restaurants that it is for (default: all).")
@click.option("--name", default="", help="A name for you to know it by.")
@click.option("--days", type=Finite(min=0.001, max=36_500), help="After how many days it ends (default: never).")
@click.option(
    "--priority", "priorities", multiple=True, type=click.Choice([each.value for each in Priority]),
    help="The only priorities that its jobs may have; may be given several times (default: all; batches are bulk).",
)  # fmt: skip
@click.option(
    "--rate", type=click.IntRange(0, MAX_RATE),
    help="Requests that it may make within a second; 0: any number (default: KRITIQ_MAX_KEY_RATE).",
)  # fmt: skip
@click.option("--test", is_flag=True, help="Begin it with krt_test_ instead of krt_live_.")
@click.pass_obj
def create_command(
    settings: Settings, tenant: str, scopes: tuple[str, ...], restaurants: tuple[str, ...], name: str,
    days: float | None, priorities: tuple[str, ...], rate: int | None, test: bool,
) -> None:  # fmt: skip
    """Make a key and show it, this once: alone on stdout, so that it can go into a file."""
    ensure_key(settings, tenant)
    store = ApiKeyStore(open_redis(settings))
    wanted = ApiKey(
        id="",
        tenant=tenant,
        name=name,
        scopes=tuple(Scope(scope) for scope in dict.fromkeys(scopes)),
        restaurants=tuple(dict.fromkeys(restaurants)),
        priorities=tuple(each for each in Priority if each in priorities) or None,
        rate=rate,
        expires_at=None if days is None else store.now_ms() + round(days * DAY_MS),
    )
    # Made later, it would be no secret of the keys that there are.
    digests = open_digests(settings, make=not store.any())
    key, token = issue(store, digests, wanted, KeyKind.TEST if test else KeyKind.LIVE)
    _show(key, token)
    note(settings, tenant, "kritiq keys create", key_id=key.id)


@keys_command.command("list")
@tenant_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@click.pass_obj
def list_command(settings: Settings, tenant: str, as_json: bool) -> None:
    """List an organisation's keys, oldest first; never their text."""
    store = ApiKeyStore(open_redis(settings, tenants=[tenant]))
    found, now_ms = store.page(tenant), store.now_ms()
    for key in found:
        click.echo(printable(orjson.dumps(_facts(key)).decode() if as_json else _line(key, now_ms)))
    if not found and not as_json:
        click.echo(f"{tenant} has no keys.")


@keys_command.command("rotate")
@click.argument("key_id")
@tenant_option
@click.option(
    "--grace", "grace_s", type=click.IntRange(0, 604_800), default=86_400, show_default=True,
    help="Seconds that the old text is good beside the new one.",
)  # fmt: skip
@click.pass_obj
def rotate_command(settings: Settings, key_id: str, tenant: str, grace_s: int) -> None:
    """Give a key a fresh text and show it, this once."""
    store = ApiKeyStore(open_redis(settings, tenants=[tenant]))
    old = store.get(tenant, key_id)
    _show(*renew(store, open_digests(settings), old, grace_s=grace_s))
    note(settings, tenant, "kritiq keys rotate", key_id=key_id)


@keys_command.command("revoke")
@click.argument("key_id")
@tenant_option
@click.pass_obj
def revoke_command(settings: Settings, key_id: str, tenant: str) -> None:
    """End a key for good: within five seconds it opens nothing any more."""
    ApiKeyStore(open_redis(settings, tenants=[tenant])).revoke(tenant, key_id)
    click.echo(f"{key_id} is revoked.")
    note(settings, tenant, "kritiq keys revoke", key_id=key_id)


def _show(key: ApiKey, token: Token) -> None:
    click.echo(f"{key.id} of {key.tenant}: {', '.join(key.scopes)}. The key is shown this once:", err=True)
    click.echo(token.text)


def _facts(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "tenant": key.tenant,
        "name": key.name,
        "kind": key.kind,
        "scopes": key.scopes,
        "restaurants": key.restaurants,
        "priorities": key.priorities,
        "rate": key.rate,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }


def _line(key: ApiKey, now_ms: int) -> str:
    state = "revoked" if key.revoked_at else "expired" if not key.good_at(now_ms) else "good"
    used = f"used {_at(key.last_used_at)}" if key.last_used_at else "never used"
    ends = f"  until {_at(key.expires_at)}" if key.expires_at and not key.revoked_at else ""
    only = f"  only {','.join(key.restaurants)}" if key.restaurants else ""
    name = f"  {key.name}" if key.name else ""
    rate = f"  {key.rate} a second" if key.rate is not None else ""
    work = f"  priorities {','.join(key.priorities)}" if key.priorities is not None else ""
    return f"{key.id}  {state}  {','.join(key.scopes)}{only}{work}{rate}{ends}  {used}{name}"


def _at(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%MZ")
