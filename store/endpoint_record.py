"""How endpoints are spelled in Redis: a hash of strings."""

from collections.abc import Mapping

from webhooks.endpoint import DisabledReason, Endpoint
from webhooks.event import EventType
from webhooks.options import EndpointOptions
from webhooks.secret import SecretKind, decode_sealed, encode_sealed


def fields(endpoint: Endpoint) -> list[str | bytes | int]:
    """The fields that a change writes, as name, value, name, value."""
    pairs: dict[str, str | bytes | int] = {
        "options": endpoint.options.encode(),
        # Once more for the scripts, which look for who asked for an event, and may have it.
        "events": ",".join(_wanted(event, endpoint.options) for event in endpoint.options.events),
        "restaurants": ",".join(endpoint.options.restaurants),
        "status": "enabled" if endpoint.enabled else "disabled",
        "disabled_reason": "" if endpoint.enabled else (endpoint.disabled_reason or DisabledReason.OWNER).value,
        "kind": endpoint.kind.value,
        "secrets": encode_sealed(endpoint.secrets),
    }
    return [item for pair in pairs.items() for item in pair]


def _wanted(event: str, options: EndpointOptions) -> str:
    """An event as scripts look for it: what goes by lines with their number (`asked_by_lines`)."""
    lines = {EventType.BATCH_PROGRESS: options.progress_lines, EventType.BATCH_LINES: options.lines_per_event}
    return f"{event}={lines[EventType(event)]}" if event in lines else event


def endpoint_from(tenant: str, endpoint_id: str, raw: Mapping[bytes, bytes]) -> Endpoint:
    """The endpoint whose hash is `raw`; one without a URL when it is none."""
    text = {name.decode(): value.decode() for name, value in raw.items()}

    def number(name: str) -> int | None:
        return int(text[name]) if text.get(name) else None

    enabled = text.get("status", "enabled") == "enabled"
    reason = text.get("disabled_reason")
    return Endpoint(
        id=endpoint_id,
        tenant=tenant,
        options=EndpointOptions.decode(raw[b"options"]) if b"options" in raw else _options_of_old(text),
        enabled=enabled,
        disabled_reason=DisabledReason(reason) if reason and not enabled else None,
        disabled_at=None if enabled else number("disabled_at"),
        kind=SecretKind(text.get("kind", SecretKind.HMAC)),
        secrets=decode_sealed(text.get("secrets", "")),
        created_at=number("created_at") or 0,
        updated_at=number("updated_at") or 0,
        version=number("version") or 0,
    )


def _options_of_old(text: Mapping[str, str]) -> EndpointOptions:
    """Those of an endpoint that version 0.1.0 stored: each was a field of the record."""
    return EndpointOptions(
        url=text.get("url", ""),
        events=tuple(filter(None, text.get("events", "").split(","))),
        description=text.get("description", ""),
        include_text=text.get("include_text") == "1",
    )
