"""The keys of feedback in Redis, which `store.keys` has in its catalogue."""

from store.key import Key, Kind

FEEDBACK = Key(
    "kritiq:{tenant}:feedback:{id}", Kind.HASH, "api, reconciler",
    "what people said of sentences of a job or a batch's line, with these; KRITIQ_FEEDBACK_TTL_S, or as long as it",
)  # fmt: skip
FEEDBACKS = Key("kritiq:{tenant}:feedbacks", Kind.ZSET, "api, reconciler", "their ids by time; as these")
FEEDBACK_LINES = Key(
    "kritiq:{tenant}:feedback:{batch}:lines", Kind.ZSET, "api, reconciler", "the lines of a batch with some; as these"
)
FEEDBACK_EXPIRING = Key("kritiq:feedback-expiring", Kind.ZSET, "api, reconciler", "task id -> when to purge them")
