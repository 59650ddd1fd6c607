"""What of a succeeded job's record Python alone reads, its result and its text, deflated in one piece (`whole`)."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from access.sealed import MARK
from jobs.errors import TextErased, TextKeyMissing
from store.sealing import Sealing
from store.short_result import rebuilt, shortened
from store.usual_words import USUAL

#: What `store.schema.KNOWS` has to be at least for such records to be read.
KNOWN_WHOLE = 5
#: What one in plain begins with, as no JSON does and nothing encrypted.
WHOLE = b"\x02"
#: The fields of a record that go into it as they are, in their order. Behind them come how long the job took, in
#: milliseconds, the result and the text.
_AS_THEY_ARE = ("model", "timings", "request", "attempt", "ttl_ms", "weight")
#: Read of a record to be packed.
READ_TO_PACK = (*_AS_THEY_ARE, "started_at", "text", "finished_at", "restaurant", "day", "tally", "status")
#: Deflate without a header, in the largest window.
_RAW = -15


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """What was in one piece; of what is encrypted `fields` are none, for these stay in the record."""

    #: The result as JSON, or without its quotes (`store.short_result`).
    spelled: bytes
    text: bytes
    fields: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def result(self) -> bytes:
        """The result as JSON, to the byte as it was."""
        return self.spelled if self.spelled.startswith((b"{", b"[")) else rebuilt(self.spelled, self.text.decode())


@dataclass(frozen=True, kw_only=True, slots=True)
class Packing:
    """How a record changes."""

    whole: bytes
    #: The fields that go.
    taken: tuple[str, ...]


def pack(tenant: str, values: Mapping[str, bytes], result: bytes, sealing: Sealing, *, sealed: bool) -> Packing | None:
    """How the record with these fields (of `READ_TO_PACK`) becomes smaller; None where it does not.

    `result` is in plain; `sealed`: whether it was encrypted. Then nothing else but the text is, and this is, too.
    Raises TextErased, TextKeyMissing.
    """
    if "text" not in values:
        return None
    text = sealing.open(tenant, values["text"])
    # Encrypted later on than its result or earlier: that is rare, and what is in plain stays in plain.
    if sealed != values["text"].startswith(MARK):
        return None
    fields = {} if sealed else {name: values[name] for name in _AS_THEY_ARE if name in values}
    if b'"ttl_s"' in fields.get("request", b""):
        # A script looks for it (`lib/job_purge.lua`).
        del fields["request"]
    took = b""
    if not sealed and "started_at" in values and "finished_at" in values:
        took = b"%d" % (int(values["finished_at"]) - int(values["started_at"]))
    lines = [*(fields.get(name, b"") for name in _AS_THEY_ARE), took, _shortened(result, text) or result]
    if any(b"\n" in line for line in lines):
        return None
    squeezed = _squeezed(b"\n".join([*lines, text]))
    taken = ("text", *fields, *(["started_at"] if took else []))
    return Packing(whole=sealing.seal(tenant, squeezed) if sealed else WHOLE + squeezed, taken=taken)


def opened(tenant: str, whole: bytes, sealing: Sealing, finished_at: bytes | None = None) -> Whole:
    """What was packed; with `finished_at` of its record also when it was started. Raises TextErased, TextKeyMissing."""
    plain = sealing.open(tenant, whole)[0 if is_sealed(whole) else len(WHOLE) :]
    *lines, text = zlib.decompressobj(_RAW, USUAL).decompress(plain).split(b"\n", len(_AS_THEY_ARE) + 2)
    *values, took, spelled = lines
    fields = {name: value for name, value in zip(_AS_THEY_ARE, values, strict=True) if value}
    if took and finished_at is not None:
        fields["started_at"] = b"%d" % (int(finished_at) - int(took))
    return Whole(spelled=spelled, text=text, fields=fields)


def is_sealed(whole: bytes) -> bool:
    """Whether it is encrypted."""
    return whole.startswith(MARK)


def unfolded(tenant: str, raw: dict[str, bytes | None], sealing: Sealing) -> dict[str, bytes | None]:
    """The fields of a record, by name, as they were before it was packed; but for the text."""
    whole = raw.get("whole")
    if whole is None or is_sealed(whole):
        return raw
    return raw | dict(opened(tenant, whole, sealing, raw.get("finished_at")).fields)


def searched(tenant: str, whole: bytes, sealing: Sealing) -> bytes:
    """All that is in it, to be looked through; of what cannot be read, what it is."""
    try:
        found = opened(tenant, whole, sealing)
    except (TextErased, TextKeyMissing):
        return whole
    return b"\n".join((b"text", found.text, found.result, *(part for pair in found.fields.items() for part in
                       (pair[0].encode(), pair[1]))))  # fmt: skip


def _shortened(result: bytes, text: bytes) -> bytes | None:
    try:
        return shortened(result, text.decode())
    except UnicodeDecodeError:
        return None


def _squeezed(data: bytes) -> bytes:
    squeezer = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, _RAW, zdict=USUAL)
    return squeezer.compress(data) + squeezer.flush()
