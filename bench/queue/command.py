"""What memory `kritiq batch` takes for a file, however long."""

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from bench.harness import Process
from bench.queue.run import Run
from bench.texts import reviews

#: Seconds between two looks, and different texts of the file.
LOOK_S, TEXTS = 0.05, 5_000


def command(run: Run) -> None:
    """`batch_command_rss_growth`: how much the most memory of `kritiq batch` over a whole file is above that over the
    first half of its lines, as a share. The model costs nothing, so that the command has all the time to grow.
    """
    lines = run.scale.file_lines
    with TemporaryDirectory(prefix="kritiq-bench-") as folder:
        source, out = Path(folder, "reviews.jsonl"), Path(folder, "results.jsonl")
        texts = reviews(min(lines, TEXTS), seed=5)
        with source.open("wb") as file:
            for number in range(lines):
                file.write(orjson.dumps({"id": f"r{number}", "text": texts[number % len(texts)]}) + b"\n")
        with run.stack.api() as (_, port), run.stack.worker("bench.queue.worker"):
            asked = ("batch", str(source), "--out", str(out), "--url", f"http://127.0.0.1:{port}", "--quiet")
            began = time.perf_counter()
            with run.stack.process("ops", *asked) as client:
                half, whole = _peaks(client, out, lines)
            seconds = time.perf_counter() - began
        written = sum(1 for _ in out.open("rb"))
    if written != lines:
        raise RuntimeError(f"of {lines} lines {written} were written:\n{client.log[-3000:]}")
    run.keep(
        "batch_command_rss_growth", whole / half - 1, lines=lines, seconds=round(seconds, 1),
        rss_mb_at_most={"first half": half, "all": whole},
    )  # fmt: skip


def _peaks(client: Process, out: Path, lines: int) -> tuple[float, float]:
    """The most memory of the command in MB until half of the lines were written, and until it ended."""
    half = whole = 0.0
    while not client.over:
        try:
            now = round(client.rss_mb(), 1)
        except OSError:
            break
        whole = max(whole, now)
        if _written(out) * 2 <= lines:
            half = whole
        time.sleep(LOOK_S)
    return half, whole


def _written(out: Path) -> int:
    """Lines that the command has noted as written."""
    try:
        return int(json.loads(out.with_name(out.name + ".state").read_text())["lines"])
    except (OSError, ValueError, KeyError):
        return 0
