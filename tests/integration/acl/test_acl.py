"""Each role's user of deploy/redis/roles.acl can do its role's whole work; Redis refuses none of it."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from celery import Celery
from pydantic import SecretStr

from access.api_key import ApiKey
from access.audit_entry import AuditEntry
from access.digests import open_digests
from access.scope import Scope
from api.app import create_app as create_api
from api.http.hub import RedisHub
from archive.noted import note
from jobs.batch import Batch
from jobs.budgets import Bounded, Kept
from jobs.celery_task import CeleryMessage
from jobs.erasure import ErasureStatus
from jobs.errors import ModelInUse
from jobs.feedback import Correction, FeedbackFilter, JudgedSentence
from jobs.file import File
from jobs.job import DEFAULT_TENANT, Claim, Job, Status
from jobs.lane import Lane
from jobs.line import Line
from jobs.model_card import ModelCard
from jobs.model_operation import Action, InWorkerState, OperationStatus
from jobs.offer import Offer
from jobs.progress import Progress
from jobs.request import JobRequest, Priority
from jobs.retraining import RetrainingRequest
from jobs.served import ModelState, ServedModel
from jobs.stored import JobFilter
from jobs.submission import submit
from model.scheme import ASPECTS, POLARITIES
from ops.ports import free_port
from store import checks, feedback_keys, keys, queues
from store.aliases import AliasStore
from store.answers import AnswerStore
from store.api_keys import ApiKeyStore, issue
from store.audit import open_audit
from store.batches import BatchStore
from store.connection import connect
from store.deliveries import DeliveryStore
from store.delivery_log import DeliveryLog
from store.endpoints import EndpointStore
from store.erasures import ErasureStore
from store.feedback import FeedbackStore, all_feedback
from store.files import FileStore
from store.history import History
from store.jobs import RedisStore
from store.model_cards import CardStore
from store.model_operations import OperationStore
from store.offers import OfferStore
from store.outbox import Outbox
from store.packed_results import PackedResults
from store.plain_results import PlainResults
from store.recalled_results import RecalledResults
from store.results import success_meta
from store.retrainings import RetrainingStore
from store.traffic import model_key
from store.whose import Whose
from store.without_result import EndsWithoutResult
from tests.support.factories import LEASE_MS, REVIEW, claim, failed, make_job, make_worker, succeeded
from tests.support.guarded_redis import KEY, Guarded, guarded, nothing_denied
from tests.support.processes import Process, start_worker, wait_for_worker
from tests.support.text_keys import make_folder
from tests.support.waiting import wait_for
from webhooks.delivery import Attempt, Verdict
from webhooks.endpoint import Endpoint
from webhooks.options import EndpointOptions
from webhooks.secret import SecretCipher
from worker.app import create_app
from worker.consumer.celery_events import TaskEvents
from worker.consumer.watcher import QueueWatcher
from worker.predict.sentence_cache import RedisCache
from worker.reconciler.erasures import Erasures
from worker.retrain.lease import RetrainingLease
from worker.retrain.results import result_of

__all__ = ["guarded", "nothing_denied"]
pytestmark = pytest.mark.integration


def endpoint(**more: Any) -> Endpoint:
    return Endpoint(id="", tenant=DEFAULT_TENANT, options=EndpointOptions(url="https://example.org/hook", **more))


def post(guarded: Guarded, **asked: Any) -> Job:
    """A job that the API's user submitted."""
    return submit(guarded.store("api"), guarded.settings("api"), REVIEW, JobRequest(**asked)).job


@pytest.mark.parametrize("role", ["api", "worker", "delivery", "reconciler", "archive"])
def test_every_process_is_content_with_its_redis_at_the_start(guarded: Guarded, role: str) -> None:
    checks.await_redis(guarded.settings(role))


def test_the_api_role_hears_all_that_changes(guarded: Guarded) -> None:
    with closing(RedisHub(connect(guarded.settings("api")), most=1)) as hub, hub.changes() as changes:
        wait_for(lambda: changes.wait(0.05) and not changes.take()[1], "it listens")
        job = post(guarded)
        wait_for(lambda: changes.wait(0.05) and job.id in {each.id for each in changes.take()[0]}, "the new job")


def test_the_api_role_serves_every_call(guarded: Guarded) -> None:
    settings = guarded.settings("api", webhook_allow_insecure=True)
    client = connect(settings)
    app = create_api(settings, RedisStore(client), RedisHub(client, most=4), BatchStore(client))
    http = app.test_client()
    made = http.post("/v1/jobs", json={"text": REVIEW, "restaurant": "r1"}, headers={"Idempotency-Key": "k"})
    assert made.status_code == 202
    job = made.get_json()["id"]
    batch = http.post("/v1/batches", json={"reviews": [{"text": REVIEW}]}).get_json()["id"]
    lines = {"data": b'{"text": "Gut.", "external_author": "anna"}\n', "content_type": "application/x-ndjson"}
    file = http.post("/v1/files", **lines).get_json()["id"]
    of_file = http.post("/v1/batches", json={"input_file_id": file}).get_json()["id"]
    assert http.post("/v1/batches", json={"input_file_id": file, "restaurant": "a b"}).status_code == 422
    assert http.post(f"/v1/batches/{of_file}/cancel").status_code == 200
    assert http.post(f"/v1/batches/{of_file}/retry").status_code == 202
    one = {"url": "http://127.0.0.1:9/hook", "restaurants": ["r1"]}
    hook = http.post("/v1/endpoints", json=one).get_json()["id"]
    for priority in ("high", "bulk"):
        assert http.post("/v1/jobs", json={"text": REVIEW, "priority": priority}).status_code == 202
    for path in (
        f"/v1/jobs/{job}", "/v1/jobs", "/v1/jobs?restaurant=r1", f"/v1/batches/{batch}",
        "/v1/queue", "/v1/attention", "/v1/models", "/metrics", "/v1/endpoints", f"/v1/endpoints/{hook}",
        "/v1/deliveries",
        "/v1/jobs?external_author=anna", "/v1/batches?external_author=anna", f"/v1/batches/{of_file}/lines",
        "/v1/files", f"/v1/files/{file}", f"/v1/files/{file}/content",
        f"/v1/files/{of_file.replace('batch', 'file')}_errors",
        f"/v1/endpoints/{hook}/deliveries",
    ):  # fmt: skip
        assert http.get(path).status_code == 200, path
    for path in (f"/v1/endpoints/{hook}/ping", f"/v1/endpoints/{hook}/rotate", f"/v1/jobs/{job}/cancel"):
        assert http.post(path, json={}).status_code < 300, path
    link = http.post("/v1/webhook-links", json={"restaurants": ["r1"]}).get_json()
    here = f"/v1/webhook-links/{link['id']}"
    assert http.post(f"{here}/open", json={"code": link["url"].partition("#")[2]}).status_code == 200
    assert http.get("/v1/webhook-links").get_json()["links"][0]["opened_at"]
    assert http.delete(here).status_code == 204
    assert http.post("/v1/exports", json={"external_author": "anna"}).data.endswith(b'"reviews":2}\n')
    asked = http.post("/v1/retrainings", json={"model": "default", "tenants": ["default"]})
    assert asked.status_code == 202, asked.data
    assert http.get(asked.headers["Location"]).status_code == 200
    assert len(http.get("/v1/retrainings").get_json()["retrainings"]) == 1
    assert http.post(f"{asked.headers['Location']}/cancel").status_code == 200
    asked = http.post("/v1/erasures", json={"external_author": "nobody"})
    assert (asked.status_code, http.get(asked.headers["Location"]).status_code) == (202, 200)
    assert len(http.get("/v1/erasures").get_json()["erasures"]) == 1
    assert http.get(f"/v1/jobs/{job}?wait=1").get_json()["status"] == "canceled"
    correction = {"sentence": 0, "aspect": "food", "polarity": "none"}
    assert http.post(f"/v1/jobs/{job}/feedback", json=correction).status_code == 409
    for path in (f"/v1/jobs/{job}/feedback", "/v1/feedback", "/v1/feedback/examples", "/v1/feedback/queue"):
        assert http.get(path).status_code == 200, path
    assert http.delete(f"/v1/jobs/{job}/feedback").status_code == 204
    assert http.post(f"/v1/jobs/{job}/retry").status_code == 202
    assert http.delete(f"/v1/jobs/{job}").status_code == 204
    assert http.delete(f"/v1/batches/{batch}").status_code == 204
    assert http.delete(f"/v1/files/{file}").status_code == 204
    assert http.delete(f"/v1/endpoints/{hook}").status_code == 204
    assert http.post("/v1/erasures", json={"everything": True}).status_code == 202


def test_the_api_role_knows_keys(guarded: Guarded) -> None:
    settings = guarded.settings("api", auth="on", audit_entries=100, key_secret=SecretStr("k" * 32))
    client = connect(settings)
    store = ApiKeyStore(client)
    assert not store.any()
    _, token = issue(store, open_digests(settings), ApiKey(id="", tenant="acme", scopes=(Scope.ADMIN,)))
    http = create_api(settings, RedisStore(client), RedisHub(client, most=4), BatchStore(client)).test_client()
    assert http.get("/v1/keys").status_code == 401
    http.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token.text}"
    made = http.post("/v1/keys", json={"scopes": ["jobs:read"], "expires_in_s": 60}).get_json()["id"]
    assert [key["id"] for key in http.get("/v1/keys").get_json()["keys"]] == [token.key_id, made]
    assert http.post(f"/v1/keys/{made}/rotate").status_code == 200
    assert http.delete(f"/v1/keys/{made}").status_code == 204
    wait_for(lambda: http.get("/v1/audit").get_json()["entries"], "the audit log has what was done")
    session = http.post("/v1/session").get_json()
    del http.environ_base["HTTP_AUTHORIZATION"]
    assert http.get("/v1/keys").status_code == 200
    assert http.delete("/v1/session", headers={"X-CSRF-Token": session["csrf_token"]}).status_code == 204


def test_the_api_role_may_use_every_call_of_the_stores(guarded: Guarded) -> None:
    client = guarded.client("api")
    store, batches = RedisStore(client), BatchStore(client)
    endpoints, deliveries = EndpointStore(client, SecretCipher(KEY)), DeliveryLog(client)
    hook, _ = endpoints.create(endpoint())
    job = post(guarded, restaurant="r1")
    store.place(job)
    store.cancel(DEFAULT_TENANT, job.id)  # ends it, and makes its delivery
    store.page(DEFAULT_TENANT, JobFilter(restaurant="r1"), size=5)
    EndsWithoutResult(guarded.client("reconciler"), lambda: True).find()
    assert store.how_many(DEFAULT_TENANT, JobFilter(status=Status.CANCELED)).number == 1
    store.judgements(DEFAULT_TENANT, "r1", first="2000-01-01", last="2100-01-01")
    store.restaurants(DEFAULT_TENANT, size=5)
    store.dead(DEFAULT_TENANT)
    batch = batches.create(
        Batch(id="batch_1"), [Line(number=1, custom_id=None, text=REVIEW)], target=10, idempotency="b"
    )
    batches.chunk(batch, 0)
    batches.cancel(DEFAULT_TENANT, batch.id)
    delivery = deliveries.ping(DEFAULT_TENANT, hook.id)
    deliveries.get(DEFAULT_TENANT, delivery.id)
    deliveries.recover(DEFAULT_TENANT, hook.id, since_ms=0)
    endpoints.health(DEFAULT_TENANT, hook.id)
    endpoints.rotate_once(DEFAULT_TENANT, grace_s=1)
    assert deliveries.stats()["pending"] == 3  # the job's, the batch's and the ping
    assert deliveries.deliverers() == []
    store.delete(DEFAULT_TENANT, job.id)


def test_the_worker_role_claims_judges_and_completes(guarded: Guarded) -> None:
    endpoints = EndpointStore(guarded.client("api"), SecretCipher(KEY))
    for each in (endpoint(), endpoint(restaurants=("r1",))):
        endpoints.create(each)
    for priority in Priority:
        post(guarded, priority=priority, restaurant="r1")
    lines = [Line(number=1, custom_id=None, text=REVIEW)]
    BatchStore(guarded.client("api")).create(Batch(id="batch_1"), lines, target=10)
    client = guarded.client("worker")
    store = RedisStore(client)
    watcher = QueueWatcher(client, queues.WATCHED[Lane.URGENT], block_s=0.05)
    watcher.start()
    assert watcher.wait(30)
    watcher.stop()
    store.report_worker(make_worker(), alive_ms=1000)
    store.count({"batches": 1})
    claims = claim(store)
    assert len(claims) == len(Priority) + 1
    store.mark_line(claims[0], 1)
    store.note_progress([(claims[0], Progress(done=1, total=2))])
    store.reclaim("nobody", [])
    assert not store.is_foreign("acme:job_1")
    store.release([claims[0].tag])
    claims = [*claims[1:], *claim(store)]
    store.renew(claims, lease_ms=LEASE_MS)
    tally = {"adler": {"2026-11-14": {"food|positive": 1}}}
    assert set(store.complete([replace(succeeded(item), tally=tally) for item in claims])) == {Status.SUCCEEDED}
    cache = RedisCache(client, model_digest="d", method="m", ttl_s=60, most=1)
    assert cache.look_up(["Gut."]) == {}
    store.report_worker(make_worker(), alive_ms=0)


def test_the_worker_role_takes_back_what_others_lost_and_fails_what_kills(guarded: Guarded) -> None:
    post(guarded)
    store = guarded.store("worker")
    for left in (1, 1, 0):
        (taken,) = claim(store, lease_ms=1)
        wait_for(lambda: sum(store.sweep()) == 1, "the lease is over")
        assert len(guarded.admin.lrange("kritiq.normal", 0, -1)) == left, taken  # type: ignore[arg-type]
    assert len(guarded.store("api").dead(DEFAULT_TENANT)) == 1


def test_the_api_role_has_models_loaded_and_unloaded_and_the_worker_role_says_how_far_it_is(guarded: Guarded) -> None:
    models = tuple(ServedModel(version=version, state=ModelState.LOADED) for version in ("fake/1", "fake/2"))
    guarded.store("worker").report_worker(make_worker(models=models), alive_ms=60_000)
    api, worker = (OperationStore(connect(guarded.settings(role))) for role in ("api", "worker"))
    with pytest.raises(ModelInUse):
        api.ask(Action.UNLOAD, "fake/1")
    asked = api.ask(Action.UNLOAD, "fake/2")
    assert worker.last() == {"fake/2": asked.id}
    worker.tell(worker.get(asked.id).id, asked.workers[0].worker, InWorkerState.DONE)
    assert api.get(asked.id).status is OperationStatus.SUCCEEDED


def test_the_worker_role_retrains(guarded: Guarded) -> None:
    settings = guarded.settings("worker", audit_entries=10)
    client = connect(settings)
    list(all_feedback(FeedbackStore(client), DEFAULT_TENANT, FeedbackFilter()))
    OfferStore(client).make(Offer(version="mine/2", address=f"/models#mine@{'1' * 64}"))
    aliases = AliasStore(client)
    aliases.move("candidate", {"mine/1": 100}, revision=0)
    aliases.roll_out("candidate", "mine/2")
    open_audit(settings, client).append([AuditEntry(tenant=DEFAULT_TENANT, action="kritiq retrain")])
    lease = RetrainingLease(client)
    assert lease.take("retrain_1", "me")
    lease.renew("retrain_1", "me")
    lease.let_go("retrain_1", "me")
    store = guarded.store("worker")
    store.revoke(["retrain_1"], for_ms=60_000)
    assert store.revoked() == ["retrain_1"]
    task = RetrainingStore(client).ask(RetrainingRequest(model="default", tenants=("acme",))).id
    RetrainingStore(client).taken("by-hand", RetrainingRequest(model="mine/1", tenants=("acme",)), at_ms=1)
    assert result_of(settings, task).state == "PENDING"


def test_the_worker_role_serves_celery_clients_and_sends_events(guarded: Guarded) -> None:
    app = create_app(guarded.settings("worker"))
    guarded_client = Celery("client", broker=guarded.urls["worker"], set_as_current=False)
    guarded_client.send_task(queues.ANALYZE, [REVIEW])
    store = guarded.store("worker")
    (native,) = store.claim(jobs=10, weight=100, lease_ms=LEASE_MS)
    assert isinstance(native, CeleryMessage)
    adopted = store.adopt(native, Job(id="native-1", ttl_ms=1000), REVIEW, lease_ms=LEASE_MS)
    assert isinstance(adopted, Claim)
    events = TaskEvents(app, "worker@test")
    events.received([adopted])
    events.started([adopted])
    store.revoke(["t"], for_ms=1000)
    store.revoke_stamps(["s"], for_ms=1000)
    assert (store.revoked(), store.stamps_revoked(["s"]), store.scheduled()) == (["t"], True, [])
    assert store.live_headers() == [], "none was kept of this one"
    events.ended([succeeded(adopted)], store.complete([succeeded(adopted)]))
    events.close()


def test_the_worker_role_tries_a_task_again_whose_end_was_never_told(guarded: Guarded) -> None:
    EndpointStore(guarded.client("api"), SecretCipher(KEY)).create(endpoint())
    store, job = guarded.store("worker"), Job(id="native-1", ttl_ms=60_000)
    first = store.adopt(CeleryMessage(tag="one", message=b"{}"), job, REVIEW, lease_ms=LEASE_MS)
    assert isinstance(first, Claim)
    store.complete([failed(first)])  # makes a delivery, which waits
    again = store.adopt(CeleryMessage(tag="two", message=b"{}"), job, REVIEW, lease_ms=LEASE_MS)
    assert isinstance(again, Claim)
    assert store.complete([succeeded(again)]) == [Status.SUCCEEDED]


def test_the_delivery_role_leases_reads_and_records(guarded: Guarded) -> None:
    EndpointStore(guarded.client("api"), SecretCipher(KEY)).create(endpoint())
    post(guarded)
    store = guarded.store("worker")
    store.complete([succeeded(item) for item in claim(store)])
    client = guarded.client("delivery")
    deliveries = DeliveryStore(client, SecretCipher(KEY))
    deliveries.report_deliverer("d", alive_ms=1000)
    deliveries.wait(0.01)
    leases, _ = deliveries.lease(5, lease_ms=LEASE_MS)
    (lease,) = leases
    snapshot = deliveries.snapshot(lease)
    assert snapshot.secrets
    attempt = Attempt(number=1, trigger=lease.trigger, started_at=snapshot.read_at, status=410)
    assert deliveries.record(lease, Verdict.GONE, attempt=attempt, reason="410") is not None
    assert not EndpointStore(client, SecretCipher(KEY)).get(DEFAULT_TENANT, lease.endpoint).enabled
    deliveries.report_deliverer("d", alive_ms=0)


def test_the_reconciler_role_encrypts_what_celery_clients_have_read(guarded: Guarded, tmp_path: Path) -> None:
    make_folder(tmp_path / "keys")
    encrypted = {"encrypt_texts": True, "text_keys": tmp_path / "keys"}
    with connect(guarded.settings("reconciler", **encrypted)) as client:
        guarded.admin.set(keys.RESULT("1"), success_meta("1", b"{}"))
        guarded.admin.zadd(keys.PLAIN_RESULTS, {"1": 0, "gone": 0})
        assert PlainResults(client, after_s=1).seal() == 2
        assert b"sealed1:" in (client.get(keys.RESULT("1")) or b"")


def test_the_reconciler_role_packs_what_celery_clients_have_read_and_recalls_it(guarded: Guarded) -> None:
    guarded.admin.set(keys.RESULT("1"), success_meta("1", b'{"language":"de"}'))
    guarded.admin.zadd(keys.UNPACKED, {"1": 0, "gone": 0})
    guarded.admin.hset(keys.JOB(DEFAULT_TENANT, "1"), mapping={"status": "succeeded", "text": "Gut."})
    client = guarded.client("reconciler")
    assert PackedResults(client, lambda: True, after_s=1).pack() == 2
    assert client.hexists(keys.JOB(DEFAULT_TENANT, "1"), "whole")
    guarded.admin.hset(keys.JOB(DEFAULT_TENANT, "1"), mapping={"finished_at": 1, "expires_at": 1 << 52})
    with guarded.admin.pubsub() as listening:
        listening.subscribe(keys.RESULT("1"))
        listening.get_message(timeout=5)
        assert RecalledResults(client, for_s=60).recall() == 1


def test_the_reconciler_role_revives_expires_and_purges(guarded: Guarded) -> None:
    EndpointStore(guarded.client("api"), SecretCipher(KEY)).create(endpoint())
    store = guarded.store("reconciler")
    post(guarded)
    claim(guarded.store("worker"), lease_ms=1)
    wait_for(lambda: sum(store.sweep()) == 1, "the lease is over")
    late = post(guarded, deadline_s=0.01)
    wait_for(lambda: store.reconcile().expired == 1, "the deadline has passed")
    ended = post(guarded, restaurant="r1")
    other = guarded.store("worker")
    other.complete([succeeded(item) for item in claim(other)])
    past = round(time.time() * 1000) - 1000
    guarded.admin.zadd(keys.EXPIRING, {late.task_id: past, ended.task_id: past})
    assert store.reconcile().purged == 2
    judged = post(guarded)
    other.complete([succeeded(item) for item in claim(other)])
    feedback, sentence = FeedbackStore(guarded.client("api")), JudgedSentence(index=0, text="Gut.")
    for aspect in ("food", "price"):
        correction = Correction(sentence=0, aspect=aspect, polarity="none")
        assert feedback.put(judged, "de", sentence, correction, most=9, ttl_ms=60_000)
    assert feedback.delete(DEFAULT_TENANT, judged.id, (0, "food"))
    guarded.admin.zadd(feedback_keys.FEEDBACK_EXPIRING, {judged.task_id: past})
    store.reconcile()
    assert feedback.of(DEFAULT_TENANT, judged.id) is None
    lost = post(guarded)
    guarded.admin.delete("kritiq.normal")  # its message is nowhere
    assert claim(other) == []
    guarded.admin.hset(keys.JOB("default", lost.id), "queued_at", past - 60_000)
    assert store.reconcile().requeued == 1
    assert store.relieve({Kept.RESULTS: 1, Kept.DELIVERY_LOG: 1, Kept.CACHE: 1})
    store.report_reconciler("r", alive_ms=1000)
    store.report_reconciler("r", alive_ms=0)


def test_the_reconciler_role_shortens_what_is_only_history(guarded: Guarded) -> None:
    post(guarded, restaurant="r1")
    entries = [AuditEntry(tenant=DEFAULT_TENANT, action="x")] * 2
    open_audit(guarded.settings("api", audit_entries=9), guarded.client("api")).append(entries)
    History(guarded.client("reconciler"), bounds={Bounded.AUDIT: 1, Bounded.USAGE: 1}).shorten()
    sizes = {kind: int(guarded.admin.hget(keys.KEPT, kind) or 0) for kind in Bounded}
    assert sizes == dict.fromkeys(Bounded, 0)


@pytest.mark.parametrize("whose", [{"external_author": "anna"}, {"restaurant": "r1"}, {}], ids=str)
def test_the_reconciler_role_carries_out_erasures(guarded: Guarded, whose: dict[str, str]) -> None:
    api, other = guarded.client("api"), guarded.store("worker")
    hook = endpoint(events=("job.deleted", "batch.deleted"))
    EndpointStore(api, SecretCipher(KEY)).create(hook)
    judged = post(guarded, external_author="anna", restaurant="r1")
    other.complete([succeeded(item) for item in claim(other)])
    correction, sentence = Correction(sentence=0, aspect="food", polarity="none"), JudgedSentence(index=0, text="Gut.")
    assert FeedbackStore(api).put(judged, "de", sentence, correction, most=9, ttl_ms=60_000)
    post(guarded, external_author="anna", restaurant="r1")
    lines = [Line(number=1, text="Gut.", external_author="anna"), Line(number=2, text="Gut.")]
    for name, author in (("batch_1", None), ("batch_2", "anna")):
        request = JobRequest(restaurant="r1", external_author=author)
        BatchStore(api).create(Batch(id=name, request=request), lines[: 1 if author else 2], target=9)
    row = b'{"text": "Gut.", "external_author": "anna", "restaurant": "r1"}\n'
    FileStore(api).create(File(id="file_1"), [row], told=lambda: ("x", 60_000), budget=9_000)
    Outbox(guarded.client("archive")).switch_on(9)
    erasures = ErasureStore(api)
    asked = erasures.ask("erasure_1", Whose(tenant=DEFAULT_TENANT, **whose))
    client = guarded.client("reconciler")
    reconciler = Erasures(client, open_audit(guarded.settings("reconciler", audit_entries=9), client))
    assert reconciler.step()
    Outbox(guarded.client("archive")).note_erased("1-0", 3)
    assert Outbox(client).erased("1-0") == 3
    Outbox(guarded.client("archive")).switch_off()
    wait_for(lambda: reconciler.step() or erasures.get(DEFAULT_TENANT, asked.id).status.terminal, "it has ended")
    found = erasures.get(DEFAULT_TENANT, asked.id)
    assert found.status is ErasureStatus.SUCCEEDED
    assert (found.erased.jobs, found.erased.files) == (2, 1)


def test_all_roles_may_do_what_deliveries_ask_of_them_that_are_lines(guarded: Guarded) -> None:
    EndpointStore(guarded.client("api"), SecretCipher(KEY)).create(endpoint())
    api, worker = guarded.store("api"), guarded.store("worker")
    log, deliveries = DeliveryLog(guarded.client("api")), DeliveryStore(guarded.client("delivery"), SecretCipher(KEY))

    def deliver() -> int:
        leases, _ = deliveries.lease(5, lease_ms=LEASE_MS)
        for lease in leases:
            assert deliveries.record(lease, Verdict.SUCCEEDED, attempt=None) is not None
        return len(leases)

    jobs = [post(guarded) for _ in range(3)]
    worker.complete([succeeded(item) for item in claim(worker)])
    assert deliver() == 3
    assert list(guarded.admin.scan_iter("kritiq:*:delivery:*")) == []
    told = {delivery.subject: delivery for delivery in log.page(DEFAULT_TENANT, size=9).deliveries}
    assert told.keys() == {job.id for job in jobs}
    log.replay(DEFAULT_TENANT, told[jobs[0].id].id)
    assert log.get(DEFAULT_TENANT, told[jobs[1].id].id) == told[jobs[1].id]
    api.delete(DEFAULT_TENANT, jobs[1].id)
    assert deliver() == 2
    past = round(time.time() * 1000) - 1000
    guarded.admin.zadd(keys.EXPIRING, {jobs[2].task_id: past})
    reconciler = guarded.store("reconciler")
    assert reconciler.reconcile().purged == 1
    while reconciler.relieve({Kept.DELIVERY_LOG: 1}):
        pass
    assert log.page(DEFAULT_TENANT, size=9).deliveries == []


def test_whoever_ends_a_job_may_tell_who_waits_for_it(guarded: Guarded) -> None:
    api, worker, reconciler = (guarded.store(role) for role in ("api", "worker", "reconciler"))
    with closing(RedisHub(guarded.client("api"), most=9)) as hub:

        def told_by(end: Callable[[Job], object], **asked: Any) -> Status:
            job = make_job(request=JobRequest(**asked))
            with hub.expect(job.task_id) as ending:
                api.create(job, REVIEW, waiter=ending.waiter)
                end(job)
                wait_for(lambda: ending.news, "it is told")
                return api.told(DEFAULT_TENANT, job.id, ending.news).job.status

        assert told_by(lambda _: worker.complete([succeeded(item) for item in claim(worker)])) is Status.SUCCEEDED
        assert told_by(lambda job: api.cancel(DEFAULT_TENANT, job.id)) is Status.CANCELED
        late = told_by(
            lambda _: wait_for(lambda: reconciler.reconcile().expired, "its deadline passes"), deadline_s=0.01
        )
        assert late is Status.EXPIRED


def test_the_archive_role_keeps_what_the_others_tell(guarded: Guarded, tmp_path: Path) -> None:
    env = {"KRITIQ_REDIS_URL": guarded.urls["archive"], "KRITIQ_DATA_DIR": str(tmp_path), "KRITIQ_METRICS": "true"}
    outbox = Outbox(guarded.client("api"))
    CardStore(guarded.client("worker")).set("mini@1", ModelCard(method="single", languages=("de",)))
    with closing(Process("archive", env=env)) as archive:
        archive.wait_until(lambda: outbox.lag().on, "it is switched on")
        judged, deleted = post(guarded), post(guarded)
        post(guarded, deadline_s=0.001)
        worker = guarded.store("worker")
        worker.complete([succeeded(each) for each in claim(worker)])
        guarded.store("api").delete(DEFAULT_TENANT, deleted.id)
        guarded.store("reconciler").reconcile()
        stored = guarded.store("api").get(DEFAULT_TENANT, judged.id)
        correction = Correction(sentence=0, aspect="food", polarity="negative")
        sentence = JudgedSentence(index=0, text="Gut.", aspects={})
        feedback = FeedbackStore(guarded.client("api"))
        assert feedback.put(stored.job, "de", sentence, correction, most=9, ttl_ms=60_000)
        outbox.erase(Whose(tenant=DEFAULT_TENANT, restaurant="nobody"))
        archive.wait_until(lambda: outbox.lag().waiting == 0, "it has read all")
        archive.terminate()
        assert archive.wait() == 0, archive.log
    with sqlite3.connect(tmp_path / "archive.db") as database:
        found = {name for (name,) in database.execute("SELECT job_id FROM reviews")}
        assert database.execute("SELECT model, model_version FROM model_cards").fetchall() == [("mini", "1")]
        assert database.execute("SELECT job_id, judged, polarity FROM feedback").fetchall() == [
            (judged.id, "none", "negative")
        ]
    assert judged.id in found
    assert deleted.id not in found
    note(guarded.settings("archive", audit_entries=9), DEFAULT_TENANT, "kritiq archive export")
    log = open_audit(guarded.settings("api", audit_entries=9), guarded.client("api"))
    assert [entry.action for entry in log.page(DEFAULT_TENANT, size=1).entries] == ["kritiq archive export"]


def test_a_real_worker_and_flower_get_along_with_their_roles(guarded: Guarded) -> None:
    port = free_port()
    env = {"KRITIQ_REDIS_URL": guarded.urls["flower"], "KRITIQ_FLOWER_PORT": str(port), "KRITIQ_FLOWER_USERS": "me:pw"}
    with (
        closing(start_worker(guarded.urls["worker"], cache="true")) as worker,
        closing(Process("flower", env=env)) as flower,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as http,
    ):
        wait_for_worker(worker, guarded.admin)
        job = post(guarded, restaurant="r1")
        store = guarded.store("api")
        worker.wait_until(lambda: store.get(DEFAULT_TENANT, job.id).job.status is Status.SUCCEEDED, "it is judged")
        model = store.get(DEFAULT_TENANT, job.id).job.model or {}
        told = AnswerStore(guarded.client("api")).get(model_key(model["name"], model["version"]))
        assert told is not None
        assert (told.aspects, told.polarities) == (ASPECTS, POLARITIES), "what feedback is held against"
        assert model["version"] in CardStore(guarded.client("api")).of(model["name"])

        def known() -> bool:
            try:
                return "worker@test" in http.get("/api/workers?refresh=1", auth=("me", "pw")).json()
            except (httpx.TransportError, ValueError):
                return False

        flower.wait_until(known, "Flower knows the worker")
        assert http.get("/api/workers").status_code == 401
        assert http.get("/broker", auth=("me", "pw")).status_code == 200
        assert guarded.urls["flower"] not in flower.log
        # Redis ends the event stream's own queue with the processes: that must be allowed too.
        worker.terminate()
        flower.terminate()
        assert (worker.wait(), flower.wait()) == (0, 0)
