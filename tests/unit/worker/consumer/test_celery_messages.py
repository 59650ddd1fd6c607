"""What a Celery client's options come to: whatever their values are, there is a job, or an exception for the client."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from jobs.bundle import Bundle
from jobs.celery_task import CeleryMessage
from jobs.job import DEFAULT_TENANT, Claim, task_id
from jobs.request import Priority, weight_of
from kritiq_client.producer import signed
from store.celery_tasks import jobs_of
from telemetry.traces import carried, headers_of
from tests.support.factories import LEASE_MS, REVIEW, make_settings, succeeded
from tests.support.model_store import ModelStore
from tests.support.spans import CALLER, CALLERS_TRACE, Spans, id_of, trace_of
from worker.consumer.celery_decode import TaskRequest
from worker.consumer.celery_messages import REFUSED, CeleryMessages, asked_by
from worker.consumer.celery_options import is_new, mark_of, time_limit

NO_LIMIT = [float("inf"), float("-inf"), float("nan"), 1e300, 10**400, -1, 0, True, False, None, "7"]
#: All that JSON, as Python reads it, has for a number.
NUMBERS = st.one_of(st.floats(), st.integers(), st.booleans(), st.none(), st.sampled_from(NO_LIMIT))


class Ends:
    """Celery's side, for tasks that nothing follows."""

    def freeze(self, request: TaskRequest) -> tuple[dict[str, Any], list[Any]]:
        raise AssertionError("nothing follows")

    def exception_meta(self, error: Exception) -> Mapping[str, Any]:
        return {"exc_type": type(error).__name__}

    def refuse(self, request: TaskRequest, error: Exception) -> None:
        raise AssertionError("the caller refuses")


def request(**context: Any) -> TaskRequest:
    return TaskRequest(id="t", task="kritiq.analyze", args=(REVIEW,), context={"delivery_info": {}, **context})


def message_of(headers: Mapping[str, Any]) -> bytes:
    """As kombu writes one."""
    return json.dumps(
        {
            "body": base64.b64encode(json.dumps([[REVIEW], {}, {}]).encode()).decode(),
            "content-type": "application/json", "content-encoding": "utf-8",
            "headers": {"task": "kritiq.analyze", **headers},
            "properties": {"body_encoding": "base64", "delivery_tag": "tag", "delivery_info": {}},
        }
    ).encode()  # fmt: skip


LINK, OTHER = {"task": "user.note", "args": ["a"]}, {"task": "user.note", "args": ["b"]}


@pytest.mark.parametrize(
    ("context", "new"),
    [({}, True), ({"parent_id": None}, True), ({"delivery_info": {"redelivered": False}}, True),
     ({"parent_id": "before"}, False), ({"delivery_info": {"redelivered": True}}, False)],
)  # fmt: skip
def test_what_celery_or_its_broker_may_send_twice_is_not_new(context: dict[str, Any], new: bool) -> None:
    assert is_new(request(callbacks=[LINK], **context)) is new


def test_the_same_follow_ups_have_the_same_mark_whoever_asks_for_them() -> None:
    assert mark_of(request(callbacks=[LINK], parent_id="p")) == mark_of(
        request(callbacks=[dict(reversed(LINK.items()))])
    )
    different = [{"callbacks": [LINK]}, {"callbacks": [OTHER]}, {"callbacks": [LINK, OTHER]}, {"errbacks": [LINK]}]
    assert len({mark_of(request(**asked)) for asked in different}) == len(different)


def claim(asked: TaskRequest) -> Claim | None:
    """What is to be judged at once."""
    messages = CeleryMessages(ModelStore(), make_settings(), Ends())
    return messages.claim(CeleryMessage(tag="t", message=b""), asked, DEFAULT_TENANT, lease_ms=LEASE_MS)


@given(hard=NUMBERS, soft=NUMBERS, retries=NUMBERS, priority=NUMBERS)
def test_any_number_is_taken_for_a_limit_a_priority_and_a_count_of_tries(
    hard: object, soft: object, retries: object, priority: object
) -> None:
    bulk = not isinstance(priority, bool | None | str) and priority >= 9  # type: ignore[operator]
    found = claim(request(timelimit=[hard, soft], retries=retries, delivery_info={"priority": priority}))
    assert (found is None) == bulk


@given(eta=NUMBERS, expires=NUMBERS)
def test_a_number_that_is_no_time_is_refused_in_words(eta: object, expires: object) -> None:
    try:
        claim(request(eta=eta, expires=expires))
    except REFUSED:
        assert (eta, expires) != (None, None)
    else:
        assert (eta, expires) == (None, None)


@given(NUMBERS)
def test_a_number_that_is_no_time_to_live_is_refused_in_words(ttl: object) -> None:
    asked = TaskRequest(id="t", task="kritiq.analyze", args=(REVIEW,), kwargs={"ttl": ttl}, context=request().context)
    try:
        claim(asked)
    except REFUSED:
        assert ttl is not None


@pytest.mark.parametrize("value", NO_LIMIT)
def test_what_limits_nothing_is_no_limit(value: object) -> None:
    assert time_limit(request(timelimit=[value, value])) is None
    assert repr(time_limit(request(timelimit=[value, 5]))) == "SoftTimeLimitExceeded()"
    assert repr(time_limit(request(timelimit=[7, value]))) == "TimeLimitExceeded(7)"


@pytest.mark.parametrize(
    ("task", "refused"), [("acme:job_1", True), ("acme:", True), ("acmes:1", False), ("acme", False)]
)
def test_a_task_id_that_is_an_organisations_is_put_aside_without_an_answer(task: str, refused: bool) -> None:
    store = ModelStore()
    store.tenants.add("acme")
    raw = message_of({"id": task})
    store.send(CeleryMessage(tag="tag", message=raw))
    messages = CeleryMessages(store, make_settings(), Ends())
    assert (messages.adopt(CeleryMessage(tag="tag", message=raw), lease_ms=LEASE_MS) is None) == refused
    assert store.rejected == ([raw] if refused else [])


SECRET, OTHER = "a" * 32, "b" * 40
PRODUCERS = SecretStr(f"acme:{SECRET}, portal:{OTHER}, acme:{'c' * 32}")


@pytest.mark.parametrize("own", ["1", "Grüße/äöü~ %41:2", "job_1"])
@pytest.mark.parametrize("secret", [SECRET, "c" * 32])
def test_a_task_that_an_organisations_producer_signed_is_the_organisations(own: str, secret: str) -> None:
    store = ModelStore()
    store.tenants.add("acme")
    options = signed("acme", secret, own)
    messages = CeleryMessages(store, make_settings(producers=PRODUCERS), Ends())
    message = CeleryMessage(tag="tag", message=message_of({"id": options["task_id"], **options["headers"]}))
    store.send(message)
    found = messages.adopt(message, lease_ms=LEASE_MS)
    assert found is not None
    assert (found.tenant, task_id(found.tenant, found.id), store.rejected) == ("acme", f"acme:{own}", [])
    assert store.get("acme", found.id).job.tenant == "acme"
    assert ("acme", found.id) in jobs_of(f"acme:{own}")


@pytest.mark.parametrize(
    "headers",
    [
        signed("acme", OTHER, "1")["headers"],
        signed("acme", SECRET, "2")["headers"],
        {"kritiq_signature": signed("acme", SECRET, "1")["headers"]["kritiq_signature"].removeprefix("v1,")},
        {"kritiq_signature": ["v1"]},
        {"kritiq_signature": "\ud83c"},
        {},
    ],
)
def test_a_task_that_another_signed_or_for_another_id_is_put_aside(headers: Mapping[str, Any]) -> None:
    # That it has a secret is enough: it may never have had a key, or sent anything.
    store = ModelStore()
    message = CeleryMessage(tag="tag", message=message_of({"id": "acme:1", **headers}))
    store.send(message)
    messages = CeleryMessages(store, make_settings(producers=PRODUCERS), Ends())
    assert messages.adopt(message, lease_ms=LEASE_MS) is None
    assert store.rejected == [message.message]


def test_the_same_id_of_two_organisations_producers_is_two_jobs() -> None:
    store, taken = ModelStore(), list[Claim]()
    messages = CeleryMessages(store, make_settings(producers=PRODUCERS), Ends())
    for tenant, secret in (("acme", SECRET), ("portal", OTHER), ("portal", OTHER)):
        options = signed(tenant, secret, "1")
        message = CeleryMessage(
            tag=f"tag-{len(taken)}", message=message_of({"id": options["task_id"], **options["headers"]})
        )
        store.send(message)
        found = messages.adopt(message, lease_ms=LEASE_MS)
        taken += [found] if found is not None else []
    assert [(each.tenant, each.id) for each in taken] == [("acme", "1"), ("portal", "1")], "sent again it is the same"
    store.cancel("portal", "1")
    assert [store.get(tenant, "1").job.cancel_requested for tenant in ("acme", "portal")] == [False, True]


@pytest.mark.parametrize("headers", [CALLER, {}, {"traceparent": 7}, {"traceparent": "Kellner"}])
def test_a_clients_trace_goes_on_and_without_one_a_trace_begins(headers: dict[str, Any]) -> None:
    spans = Spans()
    messages = CeleryMessages(ModelStore(), make_settings(), Ends(), tracer=spans.tracer)
    found = messages.claim(CeleryMessage(tag="t", message=b""), request(**headers), DEFAULT_TENANT, lease_ms=LEASE_MS)
    receive = spans.one("kritiq.analyze receive")
    assert found is not None
    assert found.trace.startswith(f"00-{trace_of(receive):032x}-{id_of(receive):016x}-")
    assert (trace_of(receive) == CALLERS_TRACE) == (headers is CALLER)
    assert (receive.attributes or {})["kritiq.job_id"] == found.id


class Following(Ends):
    """For tasks that something follows."""

    def freeze(self, request: TaskRequest) -> tuple[dict[str, Any], list[Any]]:
        return dict(request.context), []


@pytest.mark.parametrize("traced", [True, False])
def test_what_follows_a_task_is_noted_with_the_place_of_its_receipt_in_the_trace(traced: bool) -> None:
    spans, store = Spans(), ModelStore()
    messages = CeleryMessages(store, make_settings(), Following(), tracer=spans.tracer if traced else None)
    asked = request(callbacks=[{"task": "after"}], **CALLER)
    found = messages.claim(CeleryMessage(tag="t", message=b""), asked, DEFAULT_TENANT, lease_ms=LEASE_MS)
    assert found is not None
    store.complete([succeeded(found)])
    (entry,) = store.follow_ups(most=1, lease_ms=LEASE_MS)
    place = carried(json.loads(entry.request))
    if traced:
        assert place == found.trace
        assert int(place[36:52], 16) == id_of(spans.one("kritiq.analyze receive"))
    else:
        assert headers_of(place) == CALLER


def test_a_task_names_a_model_that_there_is_or_is_refused_with_those_there_are() -> None:
    missing = {"nope": "is not served; choose one of default", "default": None}
    messages = CeleryMessages(ModelStore(), make_settings(), Ends(), missing=missing.__getitem__)

    def asked(model: str) -> TaskRequest:
        return TaskRequest(
            id=model, task="kritiq.analyze", args=(REVIEW,), kwargs={"model": model}, context=request().context
        )

    message = CeleryMessage(tag="t", message=b"")
    with pytest.raises(ValueError, match="model: nope is not served; choose one of default"):
        messages.claim(message, asked("nope"), DEFAULT_TENANT, lease_ms=LEASE_MS)
    # It waits for its turn as any job does: not every worker has every model.
    assert messages.claim(message, asked("default"), DEFAULT_TENANT, lease_ms=LEASE_MS) is None


def in_a_row(*items: Any, task: str = "celery.starmap", **context: Any) -> TaskRequest:
    kwargs = {"task": {"task": "kritiq.analyze"}, "it": [*items]}
    return TaskRequest(id="t", task=task, kwargs=kwargs, context={"delivery_info": {}, **context})


def test_reviews_of_one_task_have_its_priority_unless_they_say_one() -> None:
    sent = [REVIEW, "auto", False, None, None, None, "high", 3_600]
    found, models = asked_by(in_a_row([REVIEW], sent, delivery_info={"priority": 9}), make_settings())
    reviews = [asked for _, asked in Bundle.decode(found.text).reviews]
    assert [asked.priority for asked in reviews] == [Priority.BULK, Priority.HIGH]
    assert (found.request.priority, found.request.ttl_s) == (Priority.BULK, 3_600)
    assert models == {None}
    assert weight_of(found.text, found.request) == 1, "its reviews have weights of their own"


@pytest.mark.parametrize("known", [True, False])
def test_a_bundle_is_taken_only_when_all_processes_know_what_that_is(known: bool) -> None:
    messages = CeleryMessages(ModelStore(), make_settings(), Ends(), bundles=lambda: known)
    asked = TaskRequest(
        id="map", task="celery.map", args=({"task": "kritiq.analyze"}, [REVIEW]), kwargs={}, context=request().context
    )
    message = CeleryMessage(tag="t", message=b"")
    if known:
        assert messages.claim(message, asked, DEFAULT_TENANT, lease_ms=LEASE_MS) is not None
        return
    with pytest.raises(NotImplementedError, match="an older release ran"):
        messages.claim(message, asked, DEFAULT_TENANT, lease_ms=LEASE_MS)


def test_each_model_that_reviews_of_one_task_name_is_there_or_the_task_is_refused() -> None:
    messages = CeleryMessages(
        ModelStore(), make_settings(), Ends(), missing={"nope": "is not served", "default": None}.__getitem__
    )
    rest = ["auto", False, None, None, None, None, None, None, False]
    with pytest.raises(ValueError, match="model: nope is not served"):
        messages.claim(
            CeleryMessage(tag="t", message=b""),
            in_a_row([REVIEW, *rest, "default"], [REVIEW, *rest, "nope"]),
            DEFAULT_TENANT,
            lease_ms=LEASE_MS,
        )


@pytest.mark.parametrize(
    ("items", "why"),
    [([REVIEW, 17], "review 2: text must be a string"), ([REVIEW, REVIEW, "\ud83c"], "review 3: "),
     (["x" * 11], "review 1: text has 11 characters"), (["x" * 10] * 21, "at most 200 are taken in one task"),
     (["x"] * 1_001, "at most 1000")],
)  # fmt: skip
def test_what_is_wrong_with_one_of_many_reviews_names_it(items: list[Any], why: str) -> None:
    with pytest.raises((TypeError, ValueError), match=why):
        asked_by(in_a_row(*items, task="celery.map"), make_settings(max_text_chars=10))
