"""The keys of retrainings in Redis, which `store.keys` has in its catalogue."""

from store.key import Key, Kind

RETRAINING = Key(
    "kritiq:retraining:{id}", Kind.STRING, "worker", "while a trainer is at work on the task; until its lease ends"
)
RETRAINING_ASKED = Key(
    "kritiq:retraining:{id}:asked", Kind.HASH, "api, worker", "what was asked for, of which version; 30 days"
)
RETRAINING_BEGAN = Key(
    "kritiq:retraining:{digest}:began", Kind.STRING, "worker",
    "of the same request of the same time: the version that learns, and its alias' revision at first; 30 days",
)  # fmt: skip
RETRAINING_OF = Key(
    "kritiq:retraining-of:{version}", Kind.STRING, "api, worker", "the last retraining of a version; 30 days"
)
RETRAININGS = Key("kritiq:retrainings", Kind.ZSET, "api, worker", "their ids by when they were asked for; as these")


def announced_as(task: str) -> str:
    """What stands for its task in `keys.CHANGES`, where progress is announced: no job's id begins so."""
    return f"~{task}"
