"""The client and its commands against the real service: API, worker and Redis in processes of their own."""

import asyncio
import itertools
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from kritiq_client import AsyncClient, BatchReview, Client, Gone, Invalid, NotFound, Review
from tests.support.processes import ROOT, Api, Process
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

TEXT = "Das Essen war super. Der Service war langsam."


@pytest.fixture
def url(service: Api) -> str:
    return f"http://127.0.0.1:{service.port}"


def test_a_review_is_judged_while_the_client_waits(url: str) -> None:
    with Client(url) as kritiq:
        job = kritiq.analyze(Review(text=TEXT, metadata={"mine": 1}), timeout_s=60)
        assert [sentence.text for sentence in job.require_result().sentences] == TEXT.replace(". ", ".|").split("|")
        assert [seen.status for seen in kritiq.events(job)] == ["succeeded"]
        assert kritiq.wait(job) == job
        kritiq.delete(job.id)
        with pytest.raises(Gone):
            kritiq.get(job.id)


def test_events_are_heard_as_they_happen(url: str) -> None:
    with Client(url) as kritiq:
        states = [seen.status for seen in kritiq.events(kritiq.submit("Die Suppe war kalt."))]
    order = ["queued", "running", "succeeded"]
    # Changes may be faster than the stream; none comes twice, none out of order.
    assert states[-1] == "succeeded"
    assert states == sorted(set(states), key=order.index)


def test_many_reviews_are_judged_at_once_on_one_loop(url: str) -> None:
    async def all_of_them() -> list[str]:
        async with AsyncClient(url) as kritiq:
            jobs = await asyncio.gather(*(kritiq.analyze(f"Gericht {n} war gut.") for n in range(8)))
            return [job.require_result().sentences[0].text for job in jobs]

    assert asyncio.run(all_of_them()) == [f"Gericht {n} war gut." for n in range(8)]


def test_a_batch_streams_its_results_in_order_and_goes_on_where_one_stopped(url: str) -> None:
    with Client(url) as kritiq:
        batch = kritiq.submit_batch(
            [BatchReview(text=f"Wein {n}." if n != 3 else "", custom_id=f"w{n}") for n in range(9)]
        )
        lines = list(kritiq.batch_results(batch))
        assert [line.custom_id for line in lines] == [f"w{n}" for n in range(9)]
        assert [line.line for line in lines if line.result is None] == [4]
        assert list(kritiq.batch_results(batch.id, after=6)) == lines[6:]
        *_, last = kritiq.batch_progress(batch, every_s=0.05)
        assert (last.status, last.counts.succeeded, last.counts.skipped) == ("completed", 8, 1)


def test_a_model_is_loaded_and_the_workers_are_waited_for(url: str) -> None:
    with Client(url) as kritiq:
        model = kritiq.models().models[0]
        found = kritiq.wait_operation(kritiq.load_model(model.id), timeout_s=60)
        assert (found.model, found.status, {each.state for each in found.workers}) == (model.id, "succeeded", {"done"})
        assert kritiq.get_operation(found.id) == found
        cards = {card.version: card for card in kritiq.model_card(model.name).versions}
        assert "service" in cards[model.version].aspects
        with pytest.raises(NotFound):
            kritiq.load_model("nobody")
        with pytest.raises(Invalid):
            kritiq.unload_model(f"{model.name}/nothing")


def command(url: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "ops", *arguments, "--url", url]


def kritiq(folder: Path, url: str, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(url, *arguments), cwd=folder, env={"PYTHONPATH": str(ROOT)}, input=stdin, capture_output=True,
        text=True, timeout=100,
    )  # fmt: skip


def test_submit_prints_a_table_or_json(url: str, tmp_path: Path) -> None:
    table = kritiq(tmp_path, url, "submit", TEXT, "--wait")
    assert table.returncode == 0, table.stderr
    assert "succeeded" in table.stdout
    assert "  Das Essen war super." in table.stdout
    printed = kritiq(tmp_path, url, "submit", "--wait", "--json", stdin="Gut.")
    assert json.loads(printed.stdout)["result"]["sentences"][0]["text"] == "Gut."
    refused = kritiq(tmp_path, url, "submit", " ")
    assert (refused.returncode, "#/text" in refused.stderr) == (1, True)


def write_reviews(path: Path, count: int, empty: Sequence[int] = ()) -> None:
    rows = [f'k{n};5;"Teller {n} war ""gut""."\n' if n not in empty else f"k{n};1;\n" for n in range(count)]
    path.write_text("id;stars;review\n" + "".join(rows), encoding="utf-8-sig")


def test_batch_reads_csv_and_tells_by_its_exit_status_what_became_of_it(url: str, tmp_path: Path) -> None:
    write_reviews(tmp_path / "good.csv", 20)
    write_reviews(tmp_path / "bad.csv", 20, empty=[7])
    with (tmp_path / "bad.csv").open("a", encoding="utf-8") as file:
        file.write("k20;1;Gut; aber teuer.\n")
    good = kritiq(tmp_path, url, "batch", "good.csv", "--out", "good.jsonl", "--text-column", "review")
    assert (good.returncode, "20 reviews: 20 succeeded" in good.stderr) == (0, True), good.stderr
    bad = kritiq(tmp_path, url, "batch", "bad.csv", "--out", "bad.jsonl", "--text-column", "review")
    assert (bad.returncode, "21 reviews: 19 succeeded, 1 skipped, 1 failed" in bad.stderr) == (3, True), bad.stderr
    lines = [json.loads(line) for line in (tmp_path / "bad.jsonl").read_text().splitlines()]
    assert [line["custom_id"] for line in lines] == [f"k{n}" for n in range(21)]
    assert lines[20]["error"]["message"] == "Line 22: 4 fields, but the header has 3."
    piped = kritiq(tmp_path, url, "batch", "-", "--out", "piped.jsonl", stdin='{"text": "Gut."}\n')
    assert piped.returncode == 0, piped.stderr


def test_a_backfill_counts_in_the_summaries_exactly(url: str, tmp_path: Path) -> None:
    rows = [
        f'"Das Essen war {taste}. Service {n} war langsam.",{restaurant},{1 + n % 9}.3.2025\n'
        for n in range(60)
        for taste, restaurant in [[("schlecht", "adler"), ("super", "krone"), ("gut", "")][n % 3]]
    ]
    (tmp_path / "a.csv").write_text("text,restaurant,date\n" + "".join(rows), encoding="utf-8")
    done = kritiq(tmp_path, url, "batch", "a.csv", "--out", "out.jsonl")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    with Client(url) as client:
        for restaurant, first, last in itertools.product(("adler", "krone"), (1, 4, 9), (4, 9)):
            if last < first:
                continue
            days = (date(2025, 3, first), date(2025, 3, last))
            recount: dict[str, Counter[str]] = {}
            for line in lines:
                if line["restaurant"] == restaurant and first <= int(line["reviewed_at"][8:10]) <= last:
                    for sentence in line["result"]["sentences"]:
                        for aspect, judged in sentence["aspects"].items():
                            recount.setdefault(aspect, Counter())[judged["polarity"]] += 1
            assert client.summary(restaurant, first=days[0], last=days[1]).aspects == recount
        newest = next(iter(client.batches(status="completed")))
        assert newest.counts.succeeded == 60
        assert [line.line for line in client.batch_lines(newest, page_size=25)] == list(range(1, 61))
        client.delete_batch(newest.id)
        assert client.summary("adler", first=date(2025, 3, 1), last=date(2025, 3, 9)).aspects == {}


def test_batch_goes_on_after_ctrl_c_and_after_a_kill_without_another_batch(url: str, tmp_path: Path) -> None:
    write_reviews(tmp_path / "a.csv", 800)
    arguments = ("batch", "a.csv", "--out", "a.jsonl", "--text-column", "review")
    for how, status in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        with closing(Process(*arguments, "--url", url, env={}, folder=tmp_path)) as process:
            begun = wait_for(lambda: batches(tmp_path), "the batch was submitted", explain=lambda: process.log)
            process.send(how)
            # It may have been faster than the signal.
            assert process.wait(60) in (status, 0), process.log
    done = kritiq(tmp_path, url, *arguments)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line)["custom_id"] for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert lines == [f"k{n}" for n in range(800)]
    assert batches(tmp_path) == begun


def batches(folder: Path) -> list[list[str]]:
    """What the state remembers as submitted."""
    path = folder / "a.jsonl.state"
    found: list[list[str]] = json.loads(path.read_text())["batches"] if path.exists() else []
    return found
