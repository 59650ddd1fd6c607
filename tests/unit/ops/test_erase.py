"""Erasure of a guest, a restaurant or an organisation: nothing of theirs is left, all of others' is."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest
import redis

from jobs.batch import Batch
from jobs.erasure import Erased, Proof
from jobs.feedback import Correction, JudgedSentence
from jobs.file import File
from jobs.job import DEFAULT_TTL_MS
from jobs.line import Line, LineFilter
from jobs.model_card import ModelCard
from jobs.request import JobRequest
from ops import erase
from store import keys
from store.batches import BatchStore
from store.feedback import FeedbackStore
from store.files import FileStore
from store.jobs import RedisStore
from store.key import author_digest
from store.model_cards import CardStore
from store.outbox import BEGINNING, Outbox
from store.traffic import TrafficStore, model_key
from tests.support.commands import Kritiq
from tests.support.factories import claim, create, succeeded
from tests.support.post import Post
from tests.support.worlds import RedisWorld
from tests.unit.store.worker_rules import judged
from watch.restaurants import Counted

GUEST, OTHER = "gast-Zeisig", "gast-Amsel"


@pytest.fixture
def erased(kritiq: Kritiq) -> Any:
    """The report of `kritiq erase`."""

    def erased(*arguments: str, status: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(kritiq("erase", "--json", *arguments, status=status).stdout)
        return found

    return erased


def make_batch(client: redis.Redis, name: str, author: str | None = None, lines: Sequence[str | None] = (None,)) -> str:
    request = JobRequest(external_author=author, restaurant="adler")
    reviews = [
        Line(number=number, custom_id=None, text="Gut.", external_author=line) for number, line in enumerate(lines, 1)
    ]
    BatchStore(client).create(Batch(id=name, request=request), reviews, target=9)
    return name


def end_all(client: redis.Redis) -> None:
    store = RedisStore(client)
    while held := claim(store):
        store.complete([replace(succeeded(each), good=1) for each in held])


def test_all_of_a_guest_goes_and_all_of_others_stays(erased: Any, redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    mine = [create(store, external_author=GUEST, metadata={"x": 1}, restaurant="adler").id for _ in range(3)]
    theirs = create(store, external_author=OTHER).id
    make_batch(redis_client, "batch_mine", GUEST)
    make_batch(redis_client, "batch_theirs", OTHER)
    end_all(redis_client)
    create(store, external_author=GUEST, id="waits")
    report = erased("--external-author", GUEST)
    assert (report["jobs"], report["batches"], report["found"], report["shared_batches"]) == (4, 1, [], [])
    assert report["searched"] > 5
    assert not any(redis_client.hexists(keys.JOB("default", name), "text") for name in (*mine, "waits"))
    assert store.get("default", theirs).result is not None
    assert BatchStore(redis_client).get("default", "batch_theirs").succeeded == 1


def test_of_a_batch_with_lines_of_others_theirs_alone_go(erased: Any, redis_client: redis.Redis) -> None:
    batches = BatchStore(redis_client)
    make_batch(redis_client, "batch_judged", None, [GUEST, OTHER])
    RedisStore(redis_client).complete([judged(held, poor=0) for held in claim(RedisStore(redis_client))])
    make_batch(redis_client, "batch_waits", None, [GUEST, None, GUEST])
    make_batch(redis_client, "batch_partly", GUEST, [None, OTHER])
    report = erased("--external-author", GUEST)
    assert (report["batches"], report["lines"], report["shared_batches"], report["found"]) == (0, 4, [], [])
    assert batches.get("default", "batch_partly").request.external_author is None
    page = batches.line_page(batches.get("default", "batch_partly"), LineFilter(), size=9)
    assert [orjson.loads(row)["external_author"] for row in page.rows] == [None, OTHER]
    [kept] = [line for line in batches.lines("default", "batch_partly.0") or () if line.text]
    assert (kept.number, kept.text) == (2, "Gut.")
    done = batches.get("default", "batch_judged")
    assert (done.succeeded, done.failed) == (1, 1)
    again = erased("--external-author", GUEST)
    assert (again["lines"], again["found"]) == (0, [])


def test_a_batch_of_several_restaurants_is_left_and_named(erased: Any, redis_client: redis.Redis) -> None:
    lines = [Line(number=1, text="Gut.", restaurant="krone"), Line(number=2, text="Gut.")]
    BatchStore(redis_client).create(Batch(id="batch_both", request=JobRequest(restaurant="adler")), lines, target=9)
    report = erased("--restaurant", "adler", status=1)
    assert report["shared_batches"] == ["batch_both"]
    assert report["found"]


def test_what_a_search_finds_elsewhere_is_said(erased: Any, redis_client: redis.Redis) -> None:
    redis_client.lpush(keys.REJECTED, f'{{"number":1,"at":1,"queue":"celery","reason":"odd"}}\nnot ours, by {GUEST}')
    report = erased("--external-author", GUEST, status=1)
    assert report["found"] == ["kritiq:rejected"]


def test_what_webhooks_had_still_to_tell_of_a_guest_goes_too(erased: Any, redis_client: redis.Redis) -> None:
    post = Post(redis_client)
    post.endpoint()
    post.end_job(external_author=GUEST, ttl_ms=60_000)
    world = RedisWorld(redis_client)
    world.advance(61_000)
    world.store.reconcile()
    assert redis_client.keys("kritiq:default:unsent:*")
    assert erased("--external-author", GUEST)["found"] == []
    assert redis_client.keys("kritiq:default:unsent:*") == []


def test_all_of_a_restaurant_or_an_organisation_goes(erased: Any, redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    create(store, restaurant="adler")
    other = create(store, restaurant="krone").id
    create(store, tenant="acme", restaurant="adler")
    make_batch(redis_client, "batch_adler")
    report = erased("--restaurant", "adler")
    assert (report["jobs"], report["batches"], report["found"]) == (1, 1, [])
    assert store.text("default", other)
    report = erased("--all")
    assert (report["jobs"], report["found"]) == (1, [])
    assert erased("--all", "--tenant", "acme")["jobs"] == 1


def test_whoever_reads_the_numbers_hears_how_many_reviews_the_archive_alone_had() -> None:
    nothing = Proof(searched=3, found=[], shared_batches=[], archive="1-0", archived=1234)
    summary = erase._words(Erased(), nothing, "erased")
    assert summary.startswith("Erased from Redis: 0 jobs")
    assert "The archive has erased its own, too: 1234 reviews that Redis did not have" in summary


def test_the_archive_is_told_and_waited_for(
    erased: Any, redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = Outbox(redis_client)
    report = erased("--external-author", GUEST)
    assert (report["archive"], report["archived"]) == (None, None)
    outbox.switch_on(10)
    # It is away.
    monkeypatch.setattr(erase, "ARCHIVE_S", 0.0)
    assert erased("--external-author", GUEST, status=1)["archive"] == "told"
    monkeypatch.setattr(Outbox, "has", lambda self, place: False)
    monkeypatch.setattr(Outbox, "erased", lambda self, place: 3)
    report = erased("--external-author", GUEST)
    assert (report["archive"], report["archived"]) == ("erased", 3)
    whose = [(entry.what, entry.author) for entry in outbox.read(BEGINNING, most=9, wait_ms=0)]
    assert whose == [("erased", author_digest(GUEST))] * 2


def test_one_of_three_has_to_be_said(kritiq: Kritiq) -> None:
    for arguments in ([], ["--all", "--restaurant", "adler"]):
        kritiq("erase", *arguments, status=2)


def test_all_of_a_guest_is_handed_over_and_nothing_of_others(kritiq: Kritiq, redis_client: redis.Redis) -> None:
    store = RedisStore(redis_client)
    mine = create(store, "Mein Essen war gut.", external_author=GUEST, metadata={"x": 1}).id
    create(store, "Fremdes.", external_author=OTHER)
    make_batch(redis_client, "batch_shared", None, [OTHER, GUEST])

    def extracted(*arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in kritiq("extract", *arguments).stdout.splitlines()]

    job, line = extracted("--external-author", GUEST)
    assert (job["job_id"], job["text"], job["metadata"]) == (mine, "Mein Essen war gut.", {"x": 1})
    assert (line["batch_id"], line["line"], line["text"]) == ("batch_shared", 2, "Gut.")
    assert [each["line"] for each in extracted("--restaurant", "adler")] == [1, 2]
    assert len(extracted("--all")) == 4
    assert "Essen" not in repr(redis_client.xrange(keys.AUDIT("default")))


@pytest.mark.parametrize(
    ("asked", "gone"),
    [(("--external-author", GUEST), {"escaped", "split"}), (("--restaurant", "krone"), {"krone"}), (("--all",), None)],
    ids=["guest", "restaurant", "all"],
)
def test_an_uploaded_file_goes_when_a_line_of_it_is_theirs(
    erased: Any, redis_client: redis.Redis, asked: tuple[str, ...], gone: set[str] | None
) -> None:
    mine = json.dumps({"text": "Gut.", "external_author": GUEST}).encode()
    contents = {
        "escaped": [b'{"text": "Gut.", "external_author": "gast\\u002dZeisig"}'],
        "split": [mine[:20], mine[20:] + b"\n{}"],
        "krone": [b'{"restaurant" : "krone", "text": "Gut."}'],
        "other": [json.dumps({"text": GUEST, "external_author": OTHER}).encode(), b"\n[1]\n"],
    }
    if asked[0] != "--external-author":
        contents["broken"] = [b'{"text": "Gut.']
    else:
        contents["other"] = [json.dumps({"text": "Gut.", "external_author": OTHER}).encode(), b"\n[1]\n"]
    store = FileStore(redis_client)
    for name, parts in contents.items():
        store.create(File(id=name), iter(parts), told=lambda: ("reviews.jsonl", 3_600_000), budget=10_000)
    report = erased(*asked)
    left = {file.id for file in store.page("default", restaurants=frozenset(), size=9).found}
    assert left == set(contents) - (gone if gone is not None else set(contents))
    assert (report["files"], report["found"]) == (len(contents) - len(left), [])


def say(client: redis.Redis, job_id: str, text: str, by: str | None = None, polarity: str = "negative") -> None:
    """Somebody says how the first sentence of a job was meant."""
    sentence = JudgedSentence(index=0, text=text, aspects={"food": ("positive", 0.9), "drinks": ("neutral", 0.8)})
    correction = Correction(sentence=0, aspect="food", polarity=polarity, by=by)
    assert FeedbackStore(client).put(
        RedisStore(client).get("default", job_id).job, "de", sentence, correction, most=10, ttl_ms=10**9
    )


def test_what_was_said_of_a_guests_reviews_goes_with_them_and_what_the_guest_said_of_others(
    kritiq: Kritiq, erased: Any, redis_client: redis.Redis
) -> None:
    store, world = RedisStore(redis_client), RedisWorld(redis_client)
    made = [create(store, external_author=name, restaurant="adler").id for name in (GUEST, OTHER, OTHER)]
    end_all(redis_client)
    for job_id, by in zip(made, (None, GUEST, "anna"), strict=True):
        say(redis_client, job_id, "Zeisig gut.", by)
    world.advance(DEFAULT_TTL_MS + 1000)
    store.reconcile()
    extracted = kritiq("extract", "--external-author", GUEST)
    rows = [json.loads(line)["feedback"] for line in extracted.stdout.splitlines()]
    assert {row["job_id"] for row in rows} == set(made[:2])
    assert rows[0]["sentences"][0]["text"] == "Zeisig gut."
    report = erased("--external-author", GUEST)
    assert (report["jobs"], report["feedback"], report["found"]) == (0, 2, [])
    assert [name.decode().rpartition(":")[2] for name in redis_client.keys("kritiq:default:feedback:*")] == made[2:]
    assert erased("--restaurant", "krone")["feedback"] == 0
    assert erased("--restaurant", "adler")["feedback"] == 1
    assert redis_client.keys("kritiq:*feedback*") == []


def test_what_was_counted_of_a_restaurant_goes_too(erased: Any, redis_client: redis.Redis) -> None:
    traffic, model = TrafficStore(redis_client), model_key("mini", "1")
    CardStore(redis_client).set(model, ModelCard(method="single", languages=("de",)))
    reviews = Counted(weight=1, counts={"total|reviews": 1})
    traffic.add("default", model, {"total|reviews": 1}, {"adler": reviews, "krone": reviews})
    report = erased("--restaurant", "adler")
    assert report["found"] == []
    [window] = traffic.windows("default", model)
    assert set(window.restaurants) == {"krone"}
    erased("--all")
    assert traffic.windows("default", model) == []


def test_a_count_of_a_restaurant_that_is_left_is_found(erased: Any, redis_client: redis.Redis) -> None:
    traffic, model = TrafficStore(redis_client), model_key("mini", "1")
    traffic.add("default", model, {"total|reviews": 1}, {"adler": Counted(weight=1, counts={"total|reviews": 1})})
    # Of a model that nobody has told of.
    report = erased("--restaurant", "adler", status=1)
    assert report["found"] == [keys.TRAFFIC_RESTAURANTS("default", model)]
