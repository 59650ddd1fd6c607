"""The keys of models' operations in Redis, which `store.keys` has in its catalogue."""

from store.key import Key, Kind

MODEL_OPERATION = Key(
    "kritiq:model-operation:{id}", Kind.HASH, "api, worker",
    "what was asked, as JSON (`asked`); worker -> how far it is, as JSON; a day",
)  # fmt: skip
MODEL_OPERATIONS = Key(
    "kritiq:model-operations", Kind.HASH, "api", "version -> id of what was asked for it last; for ever"
)
