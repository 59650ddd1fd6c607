"""What is no Celery message at all: kept for the operator, and in nobody's way.

Only the batch consumer is asked. A stock worker, and so `kritiq worker --plain`, reads its queues with kombu's own
channel, which ends the process at the first bytes that are no JSON (`kombu.transport.redis.Channel._brpop_read`).
"""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.celery.messages import envelope
from tests.celery.subjects import DEFAULT_QUEUE, KRITIQ, REJECTED, Running, eventually, fresh_key
from tests.support.processes import ROOT

pytestmark = [pytest.mark.integration, pytest.mark.only(KRITIQ)]

GARBAGE = {
    "words": b"garbage %s",
    "bytes": b"\x80\x04\x95\x00pickle %s",
    "array": b'["%s"]',
    "string": b'"%s"',
    "number": b"7%s",
    "cut": b'{"body": "%s',
    "object": b'{"%s": 1}',
    "no-headers": b'{"properties": {"delivery_tag": "%s"}, "headers": null}',
    "no-properties": b'{"headers": {"id": "%s", "task": "kritiq.analyze"}}',
    "surrogate": b'{"\\ud83c": "%s"}',
    "deep": b"[" * 2000 + b"%s",
}


def rejects(there: Running) -> list[bytes]:
    """The rejected bytes, the latest first."""
    found: list[bytes] = there.redis.lrange(REJECTED, 0, -1)
    # A line of ours stands in front of each.
    return [entry.partition(b"\n")[2] for entry in found]


def rejected(there: Running, mark: str) -> bool:
    return any(mark.encode() in each for each in rejects(there))


def reject(there: Running, mark: str) -> None:
    """Have one kept that is marked so."""
    there.redis.lpush(DEFAULT_QUEUE, f"garbage {mark}".encode())
    eventually(there, lambda: rejected(there, mark), "it is kept")


def kritiq(there: Running, *arguments: str) -> str:
    """What the command says."""
    env = {"KRITIQ_REDIS_URL": there.url, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "ops", *arguments], env=env, cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("kind", GARBAGE)
def test_what_is_no_message_is_kept(there: Running, kind: str) -> None:
    mark = "".join(digit for digit in fresh_key() if digit.isdigit()).encode()
    garbage = GARBAGE[kind].replace(b"%s", mark)
    there.redis.lpush(DEFAULT_QUEUE, garbage)
    eventually(there, lambda: garbage in rejects(there), "it is kept")
    there.alive()


def test_a_message_whose_id_is_no_string_is_kept(there: Running) -> None:
    message = envelope("Das Essen war gut.")
    message["headers"]["id"] = 7
    message["properties"]["delivery_tag"] = tag = fresh_key()
    there.redis.lpush(DEFAULT_QUEUE, json.dumps(message))
    eventually(there, lambda: rejected(there, tag), "it is kept")
    there.alive()


def test_rejects_are_listed_by_a_command(there: Running) -> None:
    mark = fresh_key()
    reject(there, mark)
    lines: list[Any] = [json.loads(line) for line in kritiq(there, "jobs", "rejected", "--json").splitlines()]
    assert any(mark in json.dumps(line) for line in lines), lines


def test_rejects_are_put_back_by_a_command(there: Running) -> None:
    mark = fresh_key()
    reject(there, mark)
    kritiq(there, "jobs", "rejected", "requeue", "--all")
    eventually(there, lambda: rejected(there, mark), "it is garbage still, and rejected again")
    there.alive()
