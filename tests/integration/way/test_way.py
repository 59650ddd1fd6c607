"""A review in, its aspects out: the whole way through real processes."""

import asyncio
import json
import socket
import threading
from datetime import datetime, timedelta
from functools import partial

import httpx
import pytest
import redis

from store import keys, queues
from tests.support.processes import ORACLE, Api
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

REVIEW = "Das Essen war super. Der Service war langsam!"
SENTENCES = ["Das Essen war super.", "Der Service war langsam!"]


def test_a_review_goes_in_and_its_aspects_come_out(service: Api) -> None:
    job = service.ended(service.submit(REVIEW, include_none=True))
    assert job["status"] == "succeeded"
    assert [sentence["text"] for sentence in job["result"]["sentences"]] == SENTENCES
    assert all(REVIEW[s["start"] : s["end"]] == s["text"] for s in job["result"]["sentences"])
    assert all(len(sentence["aspects"]) == 9 for sentence in job["result"]["sentences"])
    assert job["model"] == {"name": "oracle", "version": "0"}
    assert (job["attempt"], job["error"]) == (1, None)
    created, started, finished = (
        datetime.fromisoformat(job[f"{name}_at"]) for name in ("created", "started", "finished")
    )
    queue_ms, *others = job["timings"].values()
    assert timedelta(milliseconds=queue_ms) == started - created
    assert timedelta(milliseconds=sum(others)) == finished - started
    assert min(others) >= 0


def test_the_client_that_prefers_to_wait_gets_the_result_at_once(service: Api) -> None:
    answer = service.http.post("/v1/jobs", json={"text": REVIEW}, headers={"Prefer": "wait=30"})
    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "wait=30"
    assert answer.json()["status"] == "succeeded"
    assert answer.headers["Location"] == f"/v1/jobs/{answer.json()['id']}"


def test_the_client_that_waits_later_gets_it_too(service: Api) -> None:
    answer = service.http.get(f"/v1/jobs/{service.submit(REVIEW)}", params={"wait": 30})
    assert answer.json()["status"] == "succeeded"


def test_a_copy_that_is_still_right_is_not_sent_again(service: Api) -> None:
    job_id = service.submit(REVIEW)
    service.ended(job_id)
    etag = service.http.get(f"/v1/jobs/{job_id}").headers["ETag"]
    answer = service.http.get(f"/v1/jobs/{job_id}", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_the_old_call_gives_the_old_answer(service: Api) -> None:
    expected = json.loads((ORACLE / "expected.json").read_text(encoding="utf-8"))[0]
    answer = service.http.post("/api/", json={"text": expected["text"]})
    assert answer.status_code == 200
    assert answer.json()["sent0"]["text"] == expected["text"]
    for aspect, judged in expected["pred"].items():
        [(polarity, score)] = judged.items()
        assert answer.json()["sent0"]["pred"][aspect] == {polarity: pytest.approx(score, abs=1e-4)}


def test_a_hundred_reviews_of_ten_clients_each_keep_their_own_sentences(service: Api) -> None:
    wrong: list[str] = []

    def client(number: int) -> None:
        mine = {n: f"Besuch {number} Nummer {n} war schön. Das Bier Nummer {n} war kalt." for n in range(10)}
        ids = {n: service.submit(text) for n, text in mine.items()}
        for n, job_id in ids.items():
            job = service.ended(job_id)
            sentences = [sentence["text"] for sentence in (job["result"] or {"sentences": []})["sentences"]]
            if " ".join(sentences) != mine[n]:
                wrong.append(f"{mine[n]!r} became {job['status']} {sentences}")

    threads = [threading.Thread(target=client, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_thousand_clients_with_one_idempotency_key_make_one_job(service: Api) -> None:
    async def all_at_once() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        base = f"http://127.0.0.1:{service.port}"
        async with httpx.AsyncClient(base_url=base, limits=limits, timeout=120, trust_env=False) as client:
            headers = {"Idempotency-Key": "one-for-all"}
            post = partial(client.post, "/v1/jobs", json={"text": REVIEW}, headers=headers)
            return await asyncio.gather(*(post() for _ in range(1000)))

    answers = asyncio.run(all_at_once())
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1


def test_nothing_is_left_behind_in_queues_and_claims(service: Api, broker_client: redis.Redis) -> None:
    service.ended(service.submit(REVIEW))

    def left() -> int:
        queued = sum(broker_client.llen(queue) for queue in queues.ALL_QUEUES)
        return queued + broker_client.hlen(keys.CLAIMS) + broker_client.zcard(keys.LEASES)

    wait_for(lambda: left() == 0, "queues and claims are empty")


def test_the_result_is_written_once(service: Api, broker_client: redis.Redis) -> None:
    text = "Die einmalige Rindsroulade war zart."
    job_id = service.submit(text)
    service.ended(job_id)
    record = broker_client.hgetall(keys.JOB("default", job_id))
    holding = [
        key
        for key in broker_client.scan_iter(match=f"*{job_id}*")
        if broker_client.type(key) == b"string" and b'"sentences"' in (broker_client.get(key) or b"")
    ]
    assert holding == [keys.RESULT(job_id).encode()]
    assert not any(b'"sentences"' in value for value in record.values())


def test_a_deleted_job_leaves_no_word_of_its_review(service: Api, broker_client: redis.Redis) -> None:
    job_id = service.submit("Löschbare Kohlrouladen gab es auch.")
    service.ended(job_id)
    assert service.http.delete(f"/v1/jobs/{job_id}").status_code == 204
    assert service.http.get(f"/v1/jobs/{job_id}").status_code == 410
    for key in broker_client.scan_iter(match=f"*{job_id}*"):
        assert broker_client.type(key) == b"hash", key
        assert not any("Löschbare".encode() in value for value in broker_client.hgetall(key).values())


def test_a_body_that_never_says_how_long_it_is_is_cut_off_at_the_limit(service: Api) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        head = (
            "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        connection.sendall(head.encode())
        try:
            for _ in range(64):
                connection.sendall(b"4000\r\n" + b" " * 0x4000 + b"\r\n")
            connection.sendall(b"0\r\n\r\n")
        except OSError:
            pass  # The server may hang up on the rest.
        assert b" 413 " in connection.recv(65_536).split(b"\r\n")[0]
    assert service.http.get("/livez").status_code == 200


def test_a_body_over_the_limit_is_refused_by_its_length(service: Api) -> None:
    # On a connection of its own: the server hangs up on the rest of the body.
    url = f"http://127.0.0.1:{service.port}/v1/jobs"
    answer = httpx.post(url, json={"text": "a" * 300_000}, timeout=60, trust_env=False)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_ready_says_how_many_workers_are_up(service: Api) -> None:
    answer = service.http.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "workers": 1})
