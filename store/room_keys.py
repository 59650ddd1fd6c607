"""The keys in Redis of how much there is of what gives way to nothing, which `store.keys` has in its catalogue."""

from store.key import Key, Kind

BYTES = Key(
    "kritiq:bytes", Kind.HASH, "api, worker, delivery, reconciler",
    "`kind` and `kind|tenant` -> bytes of files, feedback and webhooks that wait (store/lua/lib/room.lua); while there"
    " are any",
)  # fmt: skip
FILE_ENDS = Key("kritiq:file-ends", Kind.ZSET, "api, reconciler", "`tenant:file` -> when its time is over; until then")
FILE_BYTES = Key("kritiq:file-bytes", Kind.HASH, "api, reconciler", "the same -> bytes that its parts take; until then")
