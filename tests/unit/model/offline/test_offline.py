"""A file of reviews without a service: what it would have said, in constant memory, whole lines and none twice."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from kritiq_client.advice import advised
from kritiq_client.bulk.chunks import chunks
from kritiq_client.bulk.output import begin
from kritiq_client.bulk.rows import Row
from kritiq_client.bulk.state import State, StateMismatch
from model.cli.main import predict_command
from model.errors import OutOfMemory
from model.offline.judging import Asked, outcomes
from model.offline.processes import Lines
from model.offline.run import finish
from model.predictor import Predictor
from tests.support.factories import make_claim
from tests.support.processes import ROOT
from tests.support.waiting import wait_for
from tests.unit.model.conftest import BuildModel
from worker.predict.pipeline import Pipeline

TEXTS = [
    "Das Essen war super. Der Service war langsam!",
    "<b>Lecker</b> &amp; teuer – nie wieder…",
    "(Translated by Google) Good. (Original) Gut.",
    "gut " * 300,
    "La cuisine était très bonne.",
    "???",
]


HUB = "hub:acme/mini@0123456789abcdef0123456789abcdef01234567"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(predict_command, [str(argument) for argument in arguments])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_file_gets_the_results_of_the_service(build_model: BuildModel, tmp_path: Path) -> None:
    directory = build_model(method="NLI-M")
    source = tmp_path / "reviews.csv"
    with source.open("w", newline="") as file:
        rows = [("Nr", "Bewertung", "Filiale", "Datum"), *((n, t, "mitte", "14.11.2026") for n, t in enumerate(TEXTS))]
        csv.writer(file).writerows([*rows, (6, "", "", ""), (7, "Good. Great.", "a b", "gestern")])
    out = tmp_path / "out.jsonl"
    result = run(
        "--model", directory, "--input", source, "--output", out, "--device", "cpu", "--processes", 1,
        "--column", "text=Bewertung", "--column", "id=Nr", "--column", "restaurant=Filiale", "--column", "date=Datum",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    found = lines(out)
    assert [(line["line"], line["custom_id"], line["status"]) for line in found] == [
        (n + 1, str(n), "skipped" if n == 6 else "succeeded") for n in range(8)
    ]
    assert (found[0]["restaurant"], found[0]["reviewed_at"]) == ("mitte", "2026-11-14T00:00:00+00:00")
    assert "gestern" in found[7]["warnings"][0]
    pipeline = Pipeline(Predictor.load(directory, device="cpu"))
    served = pipeline.judge(pipeline.prepare([make_claim(text) for text in TEXTS]))
    assert [line["result"] for line in found[:6]] == [orjson.loads(each.result or b"") for each in served]
    assert run("--model", directory, "--input", source, "--output", out).exit_code == 1, "other columns: other rows"


@pytest.mark.parametrize("form", ["parquet", "jsonl", "uri"])
def test_other_files_are_read_too(build_model: BuildModel, tmp_path: Path, form: str) -> None:
    source = tmp_path / ("reviews.jsonl" if form == "jsonl" else "reviews.parquet")
    if form == "jsonl":
        source.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(TEXTS)))
    else:
        pq.write_table(pa.table({"id": range(len(TEXTS)), "text": TEXTS}), source)
    out, name = tmp_path / "out.jsonl", source.as_uri() if form == "uri" else source
    result = run("--model", build_model(), "--input", name, "--output", out, "--device", "cpu", "--processes", 1)
    assert result.exit_code == 0, result.output
    assert [line["custom_id"] for line in lines(out)] == [str(n) for n in range(len(TEXTS))]


def test_a_model_is_looked_for_once(build_model: BuildModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory, asked = build_model(), list[str]()

    def located(model: str) -> Path:
        asked.append(model)
        return directory

    source = tmp_path / "reviews.jsonl"
    source.write_text(json.dumps({"text": TEXTS[0]}) + "\n")
    monkeypatch.setattr("model.artifact.loading.locate", located)
    given = ("--input", source, "--output", tmp_path / "out.jsonl", "--device", "cpu", "--processes", 1)
    assert run("--model", HUB, *given).exit_code == 0
    assert [name for name in asked if name.startswith("hub:")] == [HUB]


class Fragile:
    """A predictor that some texts break."""

    def __init__(self, error: Exception) -> None:
        self.error, self.calls = error, 0

    def stream(self, texts: Sequence[str], languages: Sequence[str | None]) -> Iterator[Any]:
        self.calls += 1
        if any("Gift" in text for text in texts):
            raise self.error
        return iter(["judged"] * len(texts))


@pytest.mark.parametrize(
    ("error", "code"), [(RuntimeError("shape"), "prediction_failed"), (OutOfMemory(), "out_of_memory")]
)
def test_a_text_that_breaks_the_model_fails_alone(error: Exception, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.offline.judging._line", lambda row, found, asked: getattr(found, "code", found))
    rows = [Row(text="Gift" if n % 7 == 3 else "Gut") for n in range(20)]
    found = outcomes(Fragile(error), rows, Asked())  # type: ignore[arg-type]
    assert found == [code if n % 7 == 3 else "judged" for n in range(20)]


class Stopped(BaseException):
    """What no code of the run expects."""


class Bench:
    """Rows, and judges that say which rows they were given."""

    def __init__(self, out: Path) -> None:
        self.out, self.judged, self.held, self.most_held = out, list[str](), 0, 0

    def submit(self, rows: Sequence[Row]) -> Callable[[], Lines]:
        self.held += 1
        self.most_held = max(self.held, self.most_held)

        def found() -> Lines:
            self.held -= 1
            self.judged += [str(row.identity) for row in rows]
            return [row.outcome() or {"custom_id": row.identity, "status": "succeeded"} for row in rows]

        return found

    def run(self, count: int = 23, *, stop_at: int | None = None, made_by: str = "tiny") -> State:
        seen = 0

        def told(row: Row) -> None:
            nonlocal seen
            seen += 1
            if seen == stop_at:
                raise Stopped

        self.held = 0
        rows = (Row(text=f"Gut {n}.", identity=str(n)) for n in range(count))
        state = begin(self.out, fresh=False)
        return finish(chunks(rows, most=4), self.submit, self.out, state, made_by=made_by, ahead=3, told=told)


@pytest.mark.parametrize("stops", [[1], [4, 4], [5, 1, 9], [23]])
def test_a_run_that_was_stopped_goes_on_behind_its_last_line(tmp_path: Path, stops: list[int]) -> None:
    bench = Bench(tmp_path / "out.jsonl")
    for stop in stops:
        with pytest.raises(Stopped):
            bench.run(stop_at=stop)
        with bench.out.open("ab") as out:
            out.write(b'{"line": 7, "cust')
    bench.run()
    assert [(line["line"], line["custom_id"]) for line in lines(bench.out)] == [(n + 1, str(n)) for n in range(23)]
    assert bench.most_held == 3, "what is read ahead has a bound"
    judged = len(bench.judged)
    bench.run()
    assert len(bench.judged) == judged, "a run that has ended judges nothing again"


def test_an_output_is_never_without_a_state(tmp_path: Path) -> None:
    """Killed within the first second, too."""
    bench = Bench(tmp_path / "out.jsonl")
    rows = chunks([Row(text="Gut.")] * 9, most=4)
    found = []

    def told(row: Row) -> None:
        found.append((tmp_path / "out.jsonl.state").exists())

    finish(rows, bench.submit, bench.out, begin(bench.out, fresh=False), made_by="tiny", told=told)
    assert found == [True] * 9


@pytest.mark.parametrize(
    ("again", "reason"), [({"made_by": "other"}, "another model"), ({"count": 9}, "changed|shorter")]
)
def test_an_output_is_of_one_input_and_one_model(tmp_path: Path, again: dict[str, Any], reason: str) -> None:
    bench = Bench(tmp_path / "out.jsonl")
    with pytest.raises(Stopped):
        bench.run(stop_at=12)
    with pytest.raises(StateMismatch, match=reason):
        bench.run(**again)
    bench.run(20)
    with pytest.raises(StateMismatch, match="shorter"):
        bench.run(24)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "give texts"),
        (["gut", "--input", "x"], "give texts"),
        (["--input", "x"], "needs --output"),
        (["gut", "--processes", "2"], "--processes does nothing"),
        (["gut", "--fresh"], "--fresh does nothing"),
        (["--input", "x", "--output", "y", "--json"], "--json does nothing"),
        (["gut", "--device", "cpu", "--device", "cpu"], "several devices"),
        (["--input", "pyproject.toml", "--output", "y", "--column", "colour=red"], "knows no 'colour'"),
    ],
)
def test_options_that_would_do_nothing_are_refused(options: list[str], message: str) -> None:
    result = run(*options)
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize("name", ["none.csv", "s4://bucket/reviews.csv", "file:///none/reviews.parquet"])
def test_a_file_that_is_not_there_is_one_line(build_model: BuildModel, tmp_path: Path, name: str) -> None:
    result = run("--model", build_model(), "--input", name, "--output", tmp_path / "out.jsonl")
    assert (result.exit_code, result.output.count("\n")) == (1, 1), result.output
    assert "[Errno" not in result.output


def test_an_output_where_no_file_can_be_is_named(build_model: BuildModel, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Gut.\n")
    result = run("--model", build_model(), "--input", tmp_path / "a.txt", "--output", tmp_path / "none" / "out.jsonl")
    assert f"Error: {tmp_path / 'none' / 'out.jsonl'}: No such file or directory.\n" in result.output


@pytest.mark.parametrize("fresh", [False, True])
def test_a_pipe_or_device_is_no_output_and_is_not_removed(tmp_path: Path, fresh: bool) -> None:
    """With root's rights --fresh removed /dev/null, and put a file in its place."""
    os.mkfifo(tmp_path / "pipe")
    for out in (tmp_path / "pipe", Path("-")):
        with pytest.raises(StateMismatch, match="no file that a stopped run could go on with"):
            begin(out, fresh=fresh)
    assert (tmp_path / "pipe").is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_a_disk_that_is_full_is_named_by_the_file_and_the_run_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path / "out.jsonl")
    with monkeypatch.context() as full:
        syncs = iter(range(9))

        def fsync(file: int) -> None:
            if next(syncs):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        full.setattr("kritiq_client.bulk.output.os.fsync", fsync)
        with pytest.raises(OSError, match="No space") as raised:
            bench.run()
    assert advised(raised.value) == f"{bench.out}: No space left on device."
    bench.run()
    assert [line["line"] for line in lines(bench.out)] == [*range(1, 24)]


@pytest.mark.timeout(600)
def test_processes_share_the_work_and_a_killed_run_goes_on(tmp_path: Path) -> None:
    """Two processes, killed with their parent; none of them stays behind."""
    # A network of ours: each of the four processes would import transformers for another.
    directory, out = ROOT / "models" / "kritiq-mini", tmp_path / "out.jsonl"
    source = tmp_path / "reviews.jsonl"
    source.write_text("".join(json.dumps({"id": n, "text": f"Gut {n}. " * 3}) + "\n" for n in range(1000)))
    command = [
        sys.executable, "-m", "ops", "predict", "--model", directory, "--input", source, "--output", out,
        "--device", "cpu", "--processes", "2",
    ]  # fmt: skip
    first = subprocess.Popen(list(map(str, command)), start_new_session=True)
    try:
        wait_for(lambda: out.exists() and out.stat().st_size > 0, "no line was written", deadline_s=300)
    finally:
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    assert out.read_bytes().count(b"\n") < 1000, "nothing is left to go on with"
    wait_for(lambda: not _in_session(first.pid), "a process outlived the one that it works for")
    again = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert [(line["line"], line["custom_id"]) for line in lines(out)] == [(n + 1, str(n)) for n in range(1000)]


def _in_session(session: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getsid(int(entry.name)) == session:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found
