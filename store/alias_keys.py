"""The keys of aliases of models in Redis, which `store.keys` has in its catalogue."""

from store.key import Key, Kind

ALIASES = Key(
    "kritiq:aliases", Kind.HASH, "api, reconciler",
    "alias -> the versions that it stands for, and its last rollout, as JSON; for ever",
)  # fmt: skip
ALIAS_REVISION = Key(
    "kritiq:alias-revision", Kind.STRING, "api", "the highest revision of an alias that was deleted; for ever"
)
LOST_MODELS = Key(
    "kritiq:lost-models", Kind.HASH, "reconciler",
    "version that jobs wait for and no worker serves -> since when; ten minutes from when a reconciler last looked",
)  # fmt: skip
