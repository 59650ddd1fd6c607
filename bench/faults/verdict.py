"""What became of all that was accepted: read back, compared with what the witnesses heard, and summed up."""

import http.client
import json
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import redis

from bench.faults.ledger import Entry, Ledger
from bench.faults.witness import Receiver, Witness
from store import keys

ENDS = ("succeeded", "failed", "canceled", "expired")


@dataclass(kw_only=True)
class Verdict:
    """A scenario's result."""

    scenario: str
    accepted: int = 0
    succeeded: int = 0
    #: Error code -> reviews that failed with it.
    failed: dict[str, int] = field(default_factory=dict)
    #: Accepted and not ended in time, or gone.
    lost: int = 0
    #: Announced as ended and then forgotten, where Redis was nearly full: the oldest results give way (`jobs.budgets`).
    forgotten: int = 0
    #: Announced as ended more than once, or changed after their end.
    ended_twice: int = 0
    #: Announced more than once where a failover allows it.
    announced_again: int = 0
    #: Jobs whose webhook came again although neither the sender nor its connection to Redis was hit, or under two ids.
    delivered_twice: int = 0
    #: Jobs whose webhook never came.
    undelivered: int = 0
    #: Webhooks that came again where at-least-once allows it.
    repeated: int = 0
    #: From the fault's end until a review sent after it had its result; until all sent before it had ended. Seconds.
    back_s: float | None = None
    settled_s: float | None = None
    #: 503 answers; and other failures of requests, by kind.
    refused: int = 0
    broken: dict[str, int] = field(default_factory=dict)
    #: Exit statuses of processes that ended meanwhile, whoever ended them.
    exits: dict[str, list[int]] = field(default_factory=dict)
    #: Why it was not run.
    skipped: str | None = None
    #: Whether the guarantee covers the scenario, and what was expected beyond the common rules but did not hold.
    covered: bool = True
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def kept(self) -> bool:
        """Whether everything that must hold did."""
        if self.skipped:
            return True
        quick = self.back_s is not None and self.back_s <= 10.0
        sound = not (self.lost or self.undelivered or self.ended_twice or self.delivered_twice)
        return quick and not self.wrong and (sound or not self.covered)

    def to_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return asdict(self) | {"kept": self.kept}


def settle(ledger: Ledger, client: redis.Redis, witness: Witness, *, within_s: float) -> None:
    """Wait until everything that was accepted has ended, or `within_s` has passed."""
    until = time.monotonic() + within_s
    while True:
        open_ = [id_ for id_, entry in ledger.entries.items() if entry.first is None and not entry.forgotten]
        if not open_ and not _open_batches(ledger, client):
            return
        try:
            pipe = client.pipeline(transaction=False)
            for job_id in open_:
                pipe.hmget(keys.JOB("default", job_id), "status", "version", "finished_at", "gone")
            for job_id, row in zip(open_, pipe.execute(), strict=True):
                _note(ledger.entries[job_id], row, witness.at.get(job_id))
        except redis.RedisError:
            time.sleep(0.1)
        if time.monotonic() > until:
            return
        time.sleep(0.1)


def _note(entry: Entry, row: list[bytes | None], heard_at: float | None) -> None:
    status, version, finished, gone = row
    if gone is not None and heard_at is not None:
        entry.forgotten, entry.ended_at = True, heard_at
    if status is not None and status.decode() in ENDS:
        entry.first = (status.decode(), int(version or 0), (finished or b"").decode())
        entry.ended_at = heard_at or time.monotonic()


def _open_batches(ledger: Ledger, client: redis.Redis) -> bool:
    try:
        states = [client.hget(keys.BATCH("default", batch_id), "status") for batch_id in ledger.batches]
        return any(state in (b"running", None) for state in states)
    except redis.RedisError:
        return True


def read_back(ledger: Ledger, port: int) -> None:
    """Ask the API for every accepted review, as its client would."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for job_id, entry in ledger.entries.items():
        connection.request("GET", f"/v1/jobs/{job_id}")
        answer = connection.getresponse()
        job = json.loads(answer.read())
        if answer.status == 200 and job["status"] in ENDS:
            entry.last = (job["status"], job["version"], job["finished_at"])
            entry.reason = job["error"]["code"] if job["error"] else None
        entry.forgotten = answer.status == 410 and entry.ended_at is not None
    for batch_id in ledger.batches:
        connection.request("GET", f"/v1/batches/{batch_id}/results?follow=false")
        answer = connection.getresponse()
        rows = [json.loads(line) for line in answer.read().splitlines()] if answer.status == 200 else []
        found = ledger.lines.setdefault(batch_id, {})
        for row in rows:
            if row["line"] in found:
                ledger.fail("line twice")
            found[row["line"]] = (row["status"], row["error"]["code"] if row["error"] else None)
    connection.close()


def judge(
    verdict: Verdict, ledger: Ledger, witness: Witness, receiver: Receiver | None, *, ended_at: float, again: bool,
    announced_again: bool = False, forgets: bool = False,
) -> None:  # fmt: skip
    """Fill in what the ledger and the witnesses know. `again`: webhooks may have come twice, announcements as well with
    `announced_again`; `forgets`: what has ended may have given way since."""
    entries = ledger.entries
    lines = [job for found in ledger.lines.values() for job in found.values()]
    verdict.accepted = len(entries) + sum(ledger.batches.values())
    verdict.succeeded = sum(e.last is not None and e.last[0] == "succeeded" for e in entries.values())
    verdict.succeeded += sum(status == "succeeded" for status, _ in lines)
    reasons = Counter(e.reason or e.last[0] for e in entries.values() if e.last and e.last[0] != "succeeded")
    reasons.update(code or status for status, code in lines if status != "succeeded")
    verdict.failed = dict(reasons)
    verdict.forgotten = sum(e.forgotten for e in entries.values()) if forgets else 0
    verdict.lost = verdict.accepted - verdict.succeeded - sum(reasons.values()) - verdict.forgotten
    changed = [
        id_ for id_, e in entries.items() if e.first and e.last and (e.first[0], e.first[1]) != (e.last[0], e.last[1])
    ]
    twice = [task for task, times in witness.ends.items() if times > 1 and _ours(task, ledger)]
    verdict.announced_again = len(twice) if announced_again else 0
    verdict.ended_twice = len({*changed, *(() if announced_again else twice)})
    verdict.refused, verdict.broken = ledger.refused, dict(ledger.broken)
    ends = [(e.asked_at, e.ended_at) for e in entries.values() if e.ended_at is not None]
    after = [end for asked, end in ends if asked >= ended_at]
    before = [end for asked, end in ends if asked < ended_at]
    verdict.back_s = round(max(0.0, min(after) - ended_at), 2) if after else None
    verdict.settled_s = round(max(0.0, max(before) - ended_at), 2) if before else None
    if receiver is not None:
        verdict.undelivered = sum(job_id not in receiver.of_job for job_id in entries)
        webhooks = [receiver.of_job.get(job_id, set()) for job_id in entries]
        repeated = sum(any(receiver.seen[one] > 1 for one in ids) for ids in webhooks)
        verdict.repeated = repeated if again else 0
        verdict.delivered_twice = sum(len(ids) > 1 for ids in webhooks) + (0 if again else repeated)


def _ours(task: str, ledger: Ledger) -> bool:
    return task in ledger.entries or task.partition(".")[0] in ledger.batches
