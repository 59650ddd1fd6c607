"""What the outbox holds of what people say, and when it leaves that out."""

from typing import Any

import redis

from store import keys
from store.feedback import FeedbackStore
from store.outbox import BEGINNING, Outbox, What
from tests.unit.archive.conftest import Archive
from tests.unit.archive.saying import judged, say


def test_an_older_release_takes_it_for_an_end_that_it_has_read(redis_client: redis.Redis, archive: Archive) -> None:
    job = judged(redis_client)
    say(redis_client, job, "negative", by="Zeisig")
    FeedbackStore(redis_client).delete("default", job.id, (0, "food"))
    raw: Any = redis_client.xrange(keys.OUTBOX)
    assert [entry[b"what"] for _, entry in raw] == [b"ended"] * 3
    assert b"Zeisig" not in repr(raw).encode()
    entries = archive.outbox.read(BEGINNING, most=9, wait_ms=0)
    assert [entry.what for entry in entries] == [What.ENDED, What.CORRECTED, What.TAKEN_BACK]
    assert entries[-1].part == (0, "food")


def test_a_full_outbox_leaves_out_what_is_said_and_nothing_that_is_taken_back(redis_client: redis.Redis) -> None:
    outbox, store = Outbox(redis_client), FeedbackStore(redis_client)
    job = judged(redis_client)
    outbox.switch_on(1)
    for aspect in ("food", "price"):
        say(redis_client, job, "negative", aspect=aspect)
    assert (outbox.lag().waiting, outbox.lag().dropped) == (1, 1)
    store.delete("default", job.id, (0, "price"))
    store.delete("default", job.id)
    assert (outbox.lag().waiting, outbox.lag().dropped) == (3, 1)
    # There is nothing any more that could be asked for without end.
    for _ in range(3):
        store.delete("default", job.id)
    assert outbox.lag().waiting == 3


def test_without_an_archive_nothing_of_it_is_noted(redis_client: redis.Redis) -> None:
    job = judged(redis_client)
    say(redis_client, job, "negative")
    FeedbackStore(redis_client).delete("default", job.id)
    assert not redis_client.exists(keys.OUTBOX, keys.ARCHIVE)
