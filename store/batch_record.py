"""How a batch's record is spelled in Redis."""

from collections.abc import Sequence

from jobs.batch import Batch
from jobs.batch_status import BatchStatus
from jobs.errors import Gone, NotFound
from jobs.timestamp import milliseconds
from store.sealing import Sealing

#: What `batch_from` reads, in its order.
READ = (
    "status", "version", "total", "succeeded", "failed", "canceled", "expired", "skipped", "chunks", "cancel_requested",
    "created_at", "finished_at", "expires_at", "ttl_ms", "request", "others", "all_named",
    "input_file", "trace", "groups", "gone",
)  # fmt: skip
#: Between ids of restaurants, which have no comma, and between numbers.
SEPARATOR = ","
GONE = "The batch was deleted or is past its time."


def own_fields(batch: Batch) -> dict[str, str | int | None]:
    """The fields that only the record of a batch has, not those of its chunks."""
    return {
        "total": batch.total,
        "others": SEPARATOR.join(batch.others) if batch.others else None,
        "all_named": int(batch.all_named) or None,
        "input_file": batch.input_file_id,
        "groups": SEPARATOR.join(map(str, batch.groups)) or None,
    }


def batch_from(tenant: str, batch_id: str, values: Sequence[bytes | None], now_ms: int, sealing: Sealing) -> Batch:
    """The batch whose fields `READ` are `values`, when a client may see it at `now_ms`.

    Raises NotFound, Gone, TextKeyMissing.
    """
    raw = dict(zip(READ, values, strict=True))
    if raw["gone"]:
        raise Gone(GONE)
    if raw["status"] is None:
        raise NotFound("There is no such batch.")

    def number(name: str) -> int:
        return int(raw[name] or 0)

    expires = number("expires_at") or None
    if expires is not None and expires <= now_ms:
        raise Gone(GONE)
    return Batch(
        id=batch_id,
        tenant=tenant,
        status=BatchStatus(raw["status"].decode()),
        version=number("version"),
        total=number("total"),
        succeeded=number("succeeded"),
        failed=number("failed"),
        canceled=number("canceled"),
        expired=number("expired"),
        skipped=number("skipped"),
        chunks=number("chunks"),
        others=() if raw["others"] is None else tuple(raw["others"].decode().split(SEPARATOR)),
        all_named=raw["all_named"] is not None,
        groups=tuple(map(int, raw["groups"].split(SEPARATOR.encode()))) if raw["groups"] else (),
        input_file_id=None if raw["input_file"] is None else raw["input_file"].decode(),
        cancel_requested=raw["cancel_requested"] is not None,
        created_at=number("created_at"),
        finished_at=number("finished_at") or None,
        expires_at=expires,
        ttl_ms=number("ttl_ms"),
        trace=(raw["trace"] or b"").decode(),
        request=(request := sealing.open_request(tenant, raw["request"])),
        due_at=None if request.not_before is None else milliseconds(request.not_before),
    )
