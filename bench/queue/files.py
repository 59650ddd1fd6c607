"""A portal's whole history: files of 50,000 reviews against direct prediction, and what memory that takes."""

import http.client
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson

from bench.figures import rounded
from bench.harness import rss_mb
from bench.queue.direct import rate
from bench.queue.rates import same_budget, sized
from bench.queue.run import Run
from bench.texts import reviews

#: Lines of a file (`api.files`).
MOST = 50_000


def files(run: Run) -> None:
    """`files_vs_direct`: seconds from the first byte of an upload until the last result has been read, to those that
    direct prediction needs for as many reviews, as measured before and after; and the most memory of API, worker and
    this process, which is the client: beside the model and the texts it holds what reading the results takes."""
    lines = run.scale.file_lines
    sample, texts = sized(run, run.scale.bulk_seconds), reviews(min(lines, MOST), seed=5)
    speeds = [rate(run.predictor, sample)]
    with run.stack.api() as (api, port), run.stack.worker(**same_budget(run)) as worker:
        peak = _Peak(api=api.rss_mb, worker=worker.rss_mb, client=lambda: rss_mb(os.getpid()))
        seconds = 0.0
        for first in range(0, lines, MOST):
            part = texts[: min(MOST, lines - first)]
            began = time.perf_counter()
            good = _judged(port, part, peak.look)
            seconds += time.perf_counter() - began
            if good != len(part):
                raise RuntimeError(f"of {len(part)} reviews {good} succeeded")
    speeds.append(rate(run.predictor, sample))
    direct = statistics.mean(speeds)
    run.keep(
        "files_vs_direct", seconds / (lines / direct), lines=lines, seconds=round(seconds, 1),
        direct_reviews_per_s=rounded(speeds), rss_mb_at_first=peak.first, rss_mb_at_most=peak.most,
    )  # fmt: skip


def _judged(port: int, texts: Sequence[str], look: Callable[[], None]) -> int:
    """Uploads a file, makes a batch of it and reads its results: how many are good."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    headers = {"Content-Type": "application/x-ndjson"}
    file = _answer(connection, "POST", "/v1/files", b"\n".join(_rows(texts)), headers)
    headers = {"Content-Type": "application/json"}
    batch = _answer(connection, "POST", "/v1/batches", orjson.dumps({"input_file_id": file["id"]}), headers)
    good = after = 0
    while after < len(texts):
        # A stream ends after a while: it is gone on with where it ended.
        connection.request("GET", f"{batch['links']['results']}?after={after}")
        for line in connection.getresponse():
            if line.strip():
                after, good = after + 1, good + (orjson.loads(line)["status"] == "succeeded")
                if after % 1_000 == 0:
                    look()
    connection.request("DELETE", batch["links"]["self"])
    connection.getresponse().read()
    connection.close()
    return good


def _rows(texts: Sequence[str]) -> Iterator[bytes]:
    return (orjson.dumps({"custom_id": f"r{number}", "text": text}) for number, text in enumerate(texts))


def _answer(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]
) -> dict[str, Any]:
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
    found: dict[str, Any] = orjson.loads(text)
    return found


class _Peak:
    """The memory of processes in MB, at the first look and at most."""

    def __init__(self, **processes: Callable[[], float]) -> None:
        self._processes = processes
        self.first: dict[str, float] = {}
        self.most: dict[str, float] = {}

    def look(self) -> None:
        for name, process in self._processes.items():
            now = round(process(), 1)
            self.first.setdefault(name, now)
            self.most[name] = max(now, self.most.get(name, 0.0))
