"""Nothing that lies in a queue is left without an end: generated messages, valid, odd and broken, and raw bytes.

`CONFORMANCE_EXAMPLES=1000` looks longer; the examples are the same in every run.
"""

import base64
import json
import os
import pickle
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jobs.job import Status
from store.jobs import RedisStore
from tests.celery.messages import Envelope, envelope
from tests.celery.subjects import DEFAULT_QUEUE, KRITIQ, PLAIN, REJECTED, REVIEW, Running, eventually, fresh_key
from tests.support.factories import make_job

pytestmark = pytest.mark.integration

EXAMPLES = int(os.environ.get("CONFORMANCE_EXAMPLES", "50"))

TEXTS = st.one_of(
    st.just(REVIEW), st.text(max_size=40), st.sampled_from(["", "poison", "\ud83c", "a\u0000b", "x" * 5000])
)
#: What Python's JSON writes as a number, and a boolean, which Python takes for one.
NUMBERS = st.sampled_from(
    [float("inf"), float("-inf"), float("nan"), 1e300, 10**400, -(10**400), -1, -0.5, 0, 0.5, 9, 60, True, False, None]
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
KEYWORDS = st.dictionaries(
    st.sampled_from(["text", "language", "include_none", "restaurant", "priority", "ttl", "metadata", "x", "self"]),
    ANYTHING,
    max_size=3,
).flatmap(lambda drawn: st.one_of(st.just(drawn), NUMBERS.map(lambda number: {**drawn, "ttl": number})))
#: What `celery.map` and `celery.starmap` are called with.
IN_A_ROW = st.fixed_dictionaries(
    {
        "task": st.one_of(st.sampled_from([{"task": "kritiq.analyze"}, {"task": "x.y"}, "kritiq.review"]), ANYTHING),
        "it": st.one_of(st.lists(TEXTS, max_size=3), st.lists(st.lists(ANYTHING, max_size=3), max_size=3), ANYTHING),
    }
)
CALLS = st.one_of(
    st.tuples(st.lists(TEXTS, max_size=2), KEYWORDS),
    st.tuples(st.just([]), IN_A_ROW),
    st.tuples(st.lists(ANYTHING, max_size=4), KEYWORDS),
)
TASKS = st.one_of(
    st.just("kritiq.analyze"),
    st.sampled_from(["celery.map", "celery.starmap"]),
    st.sampled_from(["celery.accumulate", "celery.backend_cleanup", "celery.chunks", "celery.chord_unlock"]),
    st.sampled_from(["kritiq.predict", "x.y", ""]),
)
IDS = st.one_of(st.uuids().map(str), st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable()))
#: Headers that a client may send with any value, as well-made and as broken ones.
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "eta": st.sampled_from([None, "2020-01-01T00:00:00+00:00", "2020-01-01T00:00:00", "morgen", 7, 1e300]),
        "expires": st.sampled_from(
            [None, "2020-01-01T00:00:00Z", "2999-01-01T00:00:00+00:00", "nie", 7, -1e300, True, []]
        ),
        "retries": st.one_of(NUMBERS, ANYTHING),
        "timelimit": st.one_of(
            st.tuples(NUMBERS, NUMBERS), st.sampled_from([None, [None, None], [60, 50], "x", [1], {}])
        ),
        "group_index": NUMBERS,
        "replaced_task_nesting": NUMBERS,
        "group": st.sampled_from([None, "a group", 7]),
        "root_id": ANYTHING,
        "parent_id": ANYTHING,
        "shadow": ANYTHING,
        "origin": ANYTHING,
        "ignore_result": st.sampled_from([False, None]),
        "stamped_headers": st.sampled_from([None, [], ["order"], "order", 7]),
        "stamps": st.sampled_from([None, {}, {"order": "7"}, {"order": ["7", "8"]}, 7]),
        "compression": st.sampled_from([None, "application/x-gzip", "application/x-bz2", "unheard/of", 7]),
        "argsrepr": ANYTHING,
    },
)
EMBEDDED = st.fixed_dictionaries(
    {},
    optional={
        "callbacks": st.sampled_from([None, [], [{}], [7], "x", [{"task": "user.give", "args": [], "kwargs": {}}]]),
        "errbacks": st.sampled_from([None, [], [{}], "x"]),
        "chain": st.sampled_from([None, [], [{}], "x"]),
        "chord": st.sampled_from([None, {}, 7, {"task": "user.give"}]),
    },
)
BODIES = st.one_of(
    st.tuples(CALLS, EMBEDDED).map(lambda both: json.dumps([*both[0], both[1]]).encode()),
    CALLS.map(lambda call: json.dumps({"args": call[0], "kwargs": call[1]}).encode()),
    ANYTHING.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=60),
    CALLS.map(lambda call: pickle.dumps((*call, {}))),
    CALLS.map(lambda call: zlib.compress(json.dumps([*call, {}]).encode())),
)
CONTENT = st.sampled_from(
    [
        ("application/json", "utf-8"), ("application/json", "latin-1"), ("application/x-python-serialize", "binary"),
        ("application/x-yaml", "utf-8"), ("text/plain", "utf-8"), (None, None), (7, 7), ("application/json", "none"),
    ]
)  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> Envelope:
    """A message whose id a client could wait for; all else may be wrong."""
    message = envelope(REVIEW, task_id=f"{draw(IDS)} {fresh_key()}", name=draw(TASKS))
    message["headers"] |= draw(HEADERS)
    kind, encoding = draw(CONTENT)
    message["body"] = base64.b64encode(draw(BODIES)).decode()
    message |= {"content-type": kind, "content-encoding": encoding}
    if draw(st.booleans()):
        message["properties"]["priority"] = draw(st.one_of(NUMBERS, ANYTHING))
    return message


def bounded(function: Any) -> Any:
    """So many examples, and no shrinking: each look at a message that has no end costs the whole patience."""
    phases = [Phase.explicit, Phase.generate]
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(max_examples=EXAMPLES, phases=phases, suppress_health_check=checks, report_multiple_bugs=False)(
        function
    )


@pytest.mark.only(KRITIQ, PLAIN)
@bounded
@given(message=messages())
def test_every_message_with_an_id_comes_to_an_end(there: Running, message: Envelope) -> None:
    there.redis.lpush(DEFAULT_QUEUE, json.dumps(message))
    there.end(there.app.AsyncResult(message["headers"]["id"]))


def kept(there: Running, message: bytes) -> bool:
    """Whether the message is among the rejects: it stands at the end of its entry, behind time, queue and reason."""
    return any(entry.endswith(message) for entry in there.redis.lrange(REJECTED, 0, -1))


@pytest.mark.only(KRITIQ)
@bounded
@given(garbage=st.one_of(st.binary(min_size=1, max_size=80), ANYTHING.map(lambda value: json.dumps(value).encode())))
def test_all_else_is_kept_as_a_reject(there: Running, garbage: bytes) -> None:
    marked = garbage + fresh_key().encode()
    there.redis.lpush(DEFAULT_QUEUE, marked)
    eventually(there, lambda: kept(there, marked), "it is kept")


@pytest.mark.only(KRITIQ)
@bounded
@given(message=messages(), cut=st.integers(0, 400))
def test_a_message_that_was_cut_is_kept_as_a_reject(there: Running, message: Envelope, cut: int) -> None:
    whole = json.dumps(message).encode()
    part = whole[: min(cut, len(whole) - 1)] + b" "
    there.redis.lpush(DEFAULT_QUEUE, part)
    eventually(there, lambda: kept(there, part), "it is kept")


@pytest.mark.only(KRITIQ, PLAIN)
def test_an_organisations_task_id_is_put_aside_and_its_result_stays(there: Running) -> None:
    name = f"acme:{fresh_key()}"
    there.redis.zadd("kritiq:tenants", {"acme": 1})
    there.redis.set(f"celery-task-meta-{name}", b"theirs")
    there.send(REVIEW, task_id=name)
    there.alive()
    assert there.redis.get(f"celery-task-meta-{name}") == b"theirs"


@pytest.mark.only(KRITIQ, PLAIN)
def test_an_organisations_own_job_is_judged(there: Running) -> None:
    store = RedisStore(there.redis)
    there.redis.zadd("kritiq:tenants", {"acme": 1})
    job = store.create(make_job(id=f"job-{fresh_key()}".replace(":", "-"), tenant="acme"), REVIEW).job
    eventually(there, lambda: store.get("acme", job.id).job.status is Status.SUCCEEDED, "it is judged")
