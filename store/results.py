"""How a result is spelled in Redis: in the frame of Celery's own result backend, or in the job's record, packed."""

import zlib

import orjson

from store.packed_record import opened
from store.sealing import Sealing

_PREFIX = b',"status":"SUCCESS","traceback":null,"result":'
#: What a result begins with that was packed alone, in the field `packed`, as until 30 November 2026.
_PACKED = b"\x01"
#: The words with which that was done.
_USUAL = (
    b'"quality":{"polarity":"conflict","confidence":0.,"style":{"polarity":"neutral","location":{"price":{"drinks":{'
    b'"ambience":{"restaurant":{"evidence":[{"start":,"end":,"text":"},{"none"overall":null,"language":"en"'
    b'wir war und nicht sehr gut das der die Das Die Der Essen Service Wir "low_confidence":false}}},'
    b'{"language":"de","overall":{"polarity":"negative","confidence":0.9},"sentences":[{"index":0,"start":0,"end":'
    b'","truncated":true,"aspects":{}},{"index":1,"start":'
    b'.","truncated":false,"aspects":{"service":{"polarity":"negative","confidence":0.9,"low_confidence":true},'
    b'"food":{"polarity":"positive","confidence":0.9,"low_confidence":true}}}]}'
)
#: Deflate without a header, in the largest window.
_RAW = -15


def success_meta(task: str, result: bytes, more: bytes = b"") -> bytes:
    """The result in the format of Celery's own result backend, so that it is written once for both kinds of client.

    `more`: see `jobs.celery_task.CeleryTask.meta`.
    """
    return b'{"task_id":' + orjson.dumps(task) + b"," + (more or b'"children":[]') + _PREFIX + result + b"}"


def opened_meta(tenant: str, task: str, meta: bytes, sealing: Sealing) -> bytes:
    """What Celery's backend has of an ended task, or had: `meta` is that, or what its record has. In plain.

    Raises TextErased, TextKeyMissing.
    """
    if not meta.startswith(b"{"):
        return success_meta(task, packed_result(tenant, meta, sealing))
    return with_result(meta, result_of(tenant, meta, sealing)) if _PREFIX in meta else meta


def with_result(meta: bytes, result: bytes) -> bytes:
    """What `success_meta` wrote, with another result."""
    return meta[: meta.index(_PREFIX) + len(_PREFIX)] + result + b"}"


def result_of(tenant: str, meta: bytes, sealing: Sealing) -> bytes:
    """The result's own bytes inside what `success_meta` wrote. Raises TextErased, TextKeyMissing."""
    return sealing.open_json(tenant, meta[meta.index(_PREFIX) + len(_PREFIX) : -1])


def stored_result(tenant: str, meta: bytes | None, short: bytes | None, sealing: Sealing) -> bytes | None:
    """The result's own bytes, by what Celery's backend has (`meta`) or its job's record (`short`: `whole` or `packed`);
    None: it is gone.

    Whoever reads both reads the first one first: it may go into the record meanwhile.
    Raises TextErased, TextKeyMissing.
    """
    if short is not None:
        return packed_result(tenant, short, sealing)
    return result_of(tenant, meta, sealing) if meta is not None else None


def result_to_pack(tenant: str, meta: bytes, sealing: Sealing) -> tuple[bytes, bool] | None:
    """The result inside what `success_meta` wrote, in plain, and whether it was encrypted; None where it is not there.

    Raises TextErased, TextKeyMissing.
    """
    _, found, kept = meta.partition(_PREFIX)
    result = sealing.open_json(tenant, kept[:-1])
    return (result, kept.startswith(b'"')) if found and result.startswith((b"{", b"[")) else None


def packed_result(tenant: str, short: bytes, sealing: Sealing) -> bytes:
    """The result in what a job's record has of it. Raises TextErased, TextKeyMissing."""
    if short.startswith(_PACKED):
        return zlib.decompressobj(_RAW, _USUAL).decompress(short[len(_PACKED) :])
    return opened(tenant, short, sealing).result
