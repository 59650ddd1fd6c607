"""What encrypting texts costs: `python -m bench.queue.encrypted`, with and without it in turns, on a Redis of its own.

Each job is made, claimed, ended with a result that repeats its text, and read once. Times are processor time of
this process, which is API and worker at once, and of Redis; bytes are what Redis takes for a job that has ended.
"""

import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import orjson

from access.text_keys import KeyFolder
from bench.texts import reviews
from jobs.job import DEFAULT_TENANT, Claim, Job, Outcome, Status, new_id
from jobs.request import JobRequest
from jobs.settings import Settings
from ops.ports import free_port
from ops.redis_server import RedisServer
from store.connection import Client, connect
from store.jobs import RedisStore

#: Jobs of one turn, and turns of each.
JOBS, TURNS = 1_000, 9
REQUEST = JobRequest(restaurant="adler", external_author="gast-4711", metadata={"tisch": 7})


def main() -> None:
    """Measure, and print a line for each way."""
    texts = reviews(JOBS)
    with TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        KeyFolder(keys).make(DEFAULT_TENANT, 0)
        server = RedisServer(Path(folder), port=free_port())
        server.start()
        try:
            given = {"redis_url": f"redis://127.0.0.1:{server.port}/0", "text_keys": keys}
            ways = {on: connect(Settings(_env_file=None, encrypt_texts=on, **given)) for on in (False, True)}  # type: ignore[arg-type]
            found: dict[bool, list[tuple[float, float, float]]] = {on: [] for on in ways}
            for _ in range(TURNS + 1):
                for on, client in ways.items():
                    found[on].append(_turn(client, texts))
        finally:
            server.stop()
    for on, turns in found.items():
        # The first has scripts to load.
        ours, theirs, size = (median(turn[part] for turn in turns[1:]) for part in range(3))
        name = "encrypted" if on else "in plain "
        print(f"{name}  {ours:.0f} µs of API and worker, {theirs:.0f} µs of Redis, {size:.0f} bytes a job")


def _turn(client: Client, texts: list[str]) -> tuple[float, float, float]:
    """Microseconds of this process and of Redis, and bytes, for a job."""
    client.flushall()
    store, names = RedisStore(client), [new_id() for _ in texts]
    empty, redis_at, at = _used(client), _cpu_s(client), time.process_time()
    for name, text in zip(names, texts, strict=True):
        store.create(Job(id=name, request=REQUEST), text)
    while taken := store.claim(jobs=64, weight=512, lease_ms=600_000):
        store.complete([_judged(claim) for claim in taken if isinstance(claim, Claim)])
    for name in names:
        assert store.get(DEFAULT_TENANT, name).result
    ours, theirs = time.process_time() - at, _cpu_s(client) - redis_at
    count = len(texts)
    return ours / count * 1e6, theirs / count * 1e6, (_used(client) - empty) / count


def _judged(claim: Claim) -> Outcome:
    sentence = {"index": 0, "start": 0, "end": len(claim.text), "text": claim.text, "truncated": False, "aspects": {}}
    result = orjson.dumps({"language": "de", "overall": None, "sentences": [sentence]})
    return Outcome(claim=claim, status=Status.SUCCEEDED, result=result, model={"name": "m", "version": "1"})


def _used(client: Client) -> int:
    return int(client.info("memory")["used_memory"])


def _cpu_s(client: Client) -> float:
    found = client.info("cpu")
    return float(found["used_cpu_user"] + found["used_cpu_sys"])


if __name__ == "__main__":
    main()
