"""`kritiq bench compare`: the same client with a review of five sentences, against the old serving code and against us.

The old service answers with the algorithm of `bench.model.reference_code` on a network of BERT-base's shape, which is
what it ran, behind its own route; ours with the default model, through API, queue and worker. The client sends the old
call.
"""

import json
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import click
import orjson

from bench.figures import significant
from bench.fleet import Client, request
from bench.harness import Stack
from bench.queue.cli import machine

REVIEW = (
    "Das Essen war hervorragend.",
    "Der Service war leider sehr langsam.",
    "Für die Lage sind die Preise in Ordnung.",
    "Die Weinkarte ist klein, aber gut ausgesucht.",
    "Wir kommen gerne wieder!",
)


@click.command("compare")
@click.option("--corpus", default="corpus/de", show_default=True, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--aspects",
    type=click.IntRange(1, 9),
    default=9,
    show_default=True,
    help="Aspects of nine that the old code runs; scaled to nine.",
)
@click.option("--sentences", default=5, show_default=True, type=click.IntRange(1, 5))
@click.option(
    "--calls",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Calls to our own service; the old one gets one.",
)
def compare_command(corpus: Path, aspects: int, sentences: int, calls: int) -> None:
    """Seconds for one review from the old serving code's algorithm and from Kritiq, to the same client, as JSON."""
    review = " ".join(REVIEW[:sentences])
    ours = _ours(review, calls)
    with tempfile.TemporaryDirectory() as folder:
        old = _old(Path(folder) / "bert", corpus, REVIEW[:sentences], review, aspects)
    report = machine() | {
        "sentences": sentences,
        "seconds": {"old": significant(old), "ours": significant(ours[0]), "ours_slowest": significant(ours[1])},
        "old_aspects_run": aspects,
        "ratios": {"times_faster": significant(old / ours[0])},
    }
    click.echo(json.dumps(report, indent=2, ensure_ascii=False))


def _call(port: int, review: str) -> float:
    """Seconds of the old call. Raises RuntimeError unless it was answered with every sentence."""
    client = Client(port, timeout_s=900)
    started = time.perf_counter()
    answer = client(request("POST", "/api/", orjson.dumps({"text": review})))
    took = time.perf_counter() - started
    client.close()
    if answer.status != 200 or "sent0" not in orjson.loads(answer.body):
        raise RuntimeError(f"{answer.status}: {answer.body[:300]!r}")
    return took


def _ours(review: str, calls: int) -> tuple[float, float]:
    """Median and slowest seconds of our service, caching off."""
    with Stack() as stack, stack.api() as (_, port), stack.worker():
        _call(port, review)
        took = sorted(_call(port, review) for _ in range(calls))
    return took[len(took) // 2], took[-1]


def _old(directory: Path, corpus: Path, sentences: tuple[str, ...], review: str, aspects: int) -> float:
    """Seconds of a service that does what the old one did; with fewer `aspects`, scaled to all nine."""
    from transformers import AutoModelForSequenceClassification, BertTokenizer

    from bench.model import bert, reference_code

    bert.build(directory, corpus, bert.sentences(corpus, 8))
    network = AutoModelForSequenceClassification.from_pretrained(
        str(directory), dtype="float32", trust_remote_code=False
    ).eval()
    words = (directory / "vocab.txt").read_text(encoding="utf-8").splitlines()
    tokenizer = BertTokenizer(vocab={word: index for index, word in enumerate(words)}, do_lower_case=False)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer: dict[str, Any] = {}
            for number, sentence in enumerate(sentences):
                run = reference_code.analyse(network, tokenizer, sentence, aspects)
                judged = {aspect: {polarity: score} for aspect, (polarity, score) in run.answers.items()}
                answer[f"sent{number}"] = {"text": sentence, "pred": judged}
            body = orjson.dumps(answer)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        return _call(server.server_address[1], review) * len(reference_code.ASPECTS) / aspects
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
