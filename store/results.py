"""How a result is spelled in Redis: in the frame of Celery's own result backend, or packed, in the job's record."""

import zlib

import orjson

from store.sealing import Sealing

#: What `store.schema.KNOWS` has to be at least for packed results to be read.
KNOWN_PACKED = 4
_PREFIX = b',"status":"SUCCESS","traceback":null,"result":'
#: What a packed result begins with, as no JSON does. It says with which words it was packed.
_PACKED = b"\x01"
#: What results of the v1 form are made of, the most usual last. With other words it is another form.
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
    """What Celery's backend has, or had, of an ended task, in plain. Raises TextErased, TextKeyMissing."""
    if meta.startswith(_PACKED):
        return success_meta(task, unpacked(meta))
    return with_result(meta, result_of(tenant, meta, sealing)) if _PREFIX in meta else meta


def with_result(meta: bytes, result: bytes) -> bytes:
    """What `success_meta` wrote, with another result."""
    return meta[: meta.index(_PREFIX) + len(_PREFIX)] + result + b"}"


def result_of(tenant: str, meta: bytes, sealing: Sealing) -> bytes:
    """The result's own bytes inside what `success_meta` wrote. Raises TextErased, TextKeyMissing."""
    return sealing.open_json(tenant, meta[meta.index(_PREFIX) + len(_PREFIX) : -1])


def stored_result(tenant: str, meta: bytes | None, short: bytes | None, sealing: Sealing) -> bytes | None:
    """The result's own bytes, by what Celery's backend has (`meta`) or its job's record (`short`); None: it is gone.

    Whoever reads both reads the first one first: it may go into the record meanwhile.
    Raises TextErased, TextKeyMissing.
    """
    if short is not None:
        return unpacked(short)
    return result_of(tenant, meta, sealing) if meta is not None else None


def packed(meta: bytes) -> bytes | None:
    """The result inside what `success_meta` wrote in fewer bytes; None where it is not there, or not in plain."""
    _, found, result = meta.partition(_PREFIX)
    # What is encrypted has no fewer.
    if not found or not result.startswith((b"{", b"[")):
        return None
    squeezer = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, _RAW, zdict=_USUAL)
    return _PACKED + squeezer.compress(result[:-1]) + squeezer.flush()


def unpacked(short: bytes) -> bytes:
    """The result that was `packed`."""
    return zlib.decompressobj(_RAW, _USUAL).decompress(short[len(_PACKED) :])
