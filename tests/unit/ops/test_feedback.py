"""`kritiq feedback export`: what people said of judgements can be learned from."""

from pathlib import Path

import orjson
import pytest
import redis

from jobs.feedback import Correction, JudgedSentence
from model.data import dataset
from model.scheme import DEFAULT_SCHEME
from store import keys
from store.feedback import FeedbackStore
from store.jobs import RedisStore
from tests.support.commands import Kritiq
from tests.support.factories import MODEL, create, work_off


@pytest.fixture(autouse=True)
def corrections(redis_client: redis.Redis) -> None:
    """Two sentences of a job of each of two restaurants were corrected."""
    store, feedback = RedisStore(redis_client), FeedbackStore(redis_client)
    for restaurant in ("adler", "krone"):
        job = create(store, restaurant=restaurant, id=f"job_{restaurant}")
        work_off(store)
        judged = store.get(job.tenant, job.id).job
        for index, polarity in enumerate(("none", "negative")):
            sentence = JudgedSentence(
                index=index, text=f"Satz {index}.", aspects={"food": ("positive", 0.9), "drinks": ("neutral", 0.8)}
            )
            correction = Correction(sentence=index, aspect="food", polarity=polarity, by="anna", key_id="key_1")
            assert feedback.put(judged, "de", sentence, correction, most=10, ttl_ms=60_000)


def test_what_is_exported_is_read_as_training_data_with_where_it_is_from(
    kritiq: Kritiq, tmp_path: Path, redis_client: redis.Redis
) -> None:
    out = tmp_path / "feedback.jsonl"
    done = kritiq("feedback", "export", "--restaurant", "adler", "--out", out)
    assert done.stderr == "2 sentences of default\n"
    found = dataset.read([out], DEFAULT_SCHEME)
    assert [(each.text, each.aspects) for each in found] == [
        ("Satz 0.", {"drinks": "neutral"}),
        ("Satz 1.", {"drinks": "neutral", "food": "negative"}),
    ]
    source = orjson.loads(out.read_bytes().splitlines()[0])["source"]
    (correction,) = source.pop("corrections")
    assert source == {"job_id": "job_adler", "sentence": 0, "language": "de", "model": MODEL}
    assert (correction["aspect"], correction["judged"], correction["by"]) == ("food", "positive", "anna")
    assert "Satz" not in repr(redis_client.xrange(keys.AUDIT("default")))


def test_without_a_file_it_is_written_to_standard_output(kritiq: Kritiq) -> None:
    assert len(kritiq("feedback", "export").stdout.splitlines()) == 4


def test_a_file_that_cannot_be_written_is_named(kritiq: Kritiq, tmp_path: Path) -> None:
    assert "cannot be written" in kritiq("feedback", "export", "--out", tmp_path / "no" / "file", status=1).output
