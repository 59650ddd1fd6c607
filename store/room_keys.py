"""The keys in Redis of how much there is of what gives way to nothing, which `store.keys` has in its catalogue."""

from store.key import Key, Kind

BYTES = Key(
    "kritiq:bytes", Kind.HASH, "api, worker, delivery, reconciler",
    "`kind` and `kind|tenant` -> bytes of files, feedback, webhooks that wait, marks and idempotency keys"
    " (store/lua/lib/room.lua); while there are any",
)  # fmt: skip
SLOT_ENDS = Key(
    "kritiq:slot-ends", Kind.ZSET, "api, worker, reconciler",
    "`kind|tenant|end` of marks and idempotency keys that are over by then -> when that is; until then",
)  # fmt: skip
SLOT_BYTES = Key(
    "kritiq:slot-bytes", Kind.HASH, "api, worker, reconciler", "the same -> bytes that these take; until then"
)
FILE_ENDS = Key("kritiq:file-ends", Kind.ZSET, "api, reconciler", "`tenant:file` -> when its time is over; until then")
FILE_BYTES = Key("kritiq:file-bytes", Kind.HASH, "api, reconciler", "the same -> bytes that its parts take; until then")
