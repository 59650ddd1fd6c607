"""A run of `kritiq batch` that was stopped anywhere goes on without paying twice."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kritiq_client import BatchOptions, Client, KritiqError, Unavailable
from kritiq_client.bulk.chunks import chunks
from kritiq_client.bulk.output import begin
from kritiq_client.bulk.rows import Row
from kritiq_client.bulk.run import Run
from kritiq_client.bulk.state import State, StateMismatch
from tests.unit.client.batch_service import BatchService
from tests.unit.client.shells import URL, Time, core_of, problem


def reviews(count: int = 23) -> Iterator[Row]:
    """Reviews of which one cannot be read, one has no text, and two share an id that the service does not take."""
    for n in range(count):
        if n == 5:
            yield Row(identity="r5", problem="Line 6: no JSON.")
        elif n == 14:
            yield Row(identity="r14")
        else:
            yield Row(text=f"Gut {n}.", identity=f"r{n}" if n not in (7, 8) else "r 7")


class Killed(BaseException):
    """What no code of the run expects."""


class Folder:
    """A folder with an output, and a client of a `BatchService`."""

    def __init__(self, path: Path) -> None:
        self.out = path / "out.jsonl"
        self.state = path / "out.jsonl.state"
        self.service, self.time = BatchService(), Time()
        http = httpx.Client(transport=httpx.MockTransport(self.service))
        self.client = Client(URL, http=http, core=core_of(self.time), sleep=self.time.sleep)

    def run(self, count: int = 23, *, stop_at: int | None = None, fresh: bool = False) -> State:
        return self.run_rows(reviews(count), stop_at=stop_at, fresh=fresh)

    def run_rows(self, rows: Iterable[Row], *, stop_at: int | None = None, fresh: bool = False) -> State:
        seen = 0

        def told(row: Row) -> None:
            nonlocal seen
            seen += 1
            # Every line takes a second, so that the run notes how far it is now and then.
            self.time.now += 0.4
            if seen == stop_at:
                raise Killed

        run = Run(self.client, self.out, begin(self.out, fresh=fresh), told=told, clock=self.time)
        return run.finish(chunks(rows, most=10))

    def lines(self) -> list[tuple[int, str | None, str]]:
        found = [json.loads(line) for line in self.out.read_text().splitlines()]
        return [(line["line"], line["custom_id"], line["status"]) for line in found]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


STATUS = {5: "failed", 14: "skipped"}
WHOLE = [(n + 1, f"r{n}" if n not in (7, 8) else "r 7", STATUS.get(n, "succeeded")) for n in range(23)]


def test_all_lines_come_in_order_numbered_as_in_the_input(folder: Folder) -> None:
    state = folder.run()
    assert folder.lines() == WHOLE
    assert (state.lines, state.counts, folder.service.submitted) == (
        23,
        {"succeeded": 21, "failed": 1, "skipped": 1},
        3,
    )


@settings(max_examples=40)
@given(stops=st.lists(st.integers(1, 23), max_size=4), torn=st.binary(max_size=30), back=st.booleans())
def test_a_run_that_was_killed_anywhere_goes_on_and_pays_once(stops: list[int], torn: bytes, back: bool) -> None:
    with TemporaryDirectory() as name:
        folder = Folder(Path(name))
        for stop in stops:
            saved = folder.state.read_bytes() if folder.state.exists() else None
            try:
                folder.run(stop_at=stop)
            except Killed:
                # A power cut: the state is an older one, and the output ends anyhow.
                if back and saved is not None:
                    folder.state.write_bytes(saved)
                with folder.out.open("ab") as out:
                    out.write(torn)
        folder.run()
        assert folder.lines() == WHOLE
        assert folder.service.submitted == 3


def test_what_could_not_be_used_of_a_row_stands_among_the_warnings_of_its_line(folder: Folder) -> None:
    folder.run_rows([Row(text="Gut.", warning="Line 2: '2026-13-01' is no date."), Row(text="Gut.")])
    found = [json.loads(line).get("warnings") for line in folder.out.read_text().splitlines()]
    assert [each or [] for each in found] == [["Line 2: '2026-13-01' is no date."], []]


def test_a_run_whose_state_is_lost_finds_its_batches_by_their_content(folder: Folder) -> None:
    with pytest.raises(Killed):
        folder.run(stop_at=12)
    folder.state.unlink()
    folder.out.unlink()
    folder.run()
    assert (folder.lines(), folder.service.submitted) == (WHOLE, 3)


def test_the_state_never_promises_a_line_that_a_kill_would_take(folder: Folder) -> None:
    """Lines that the system has not got yet are gone with the process; a state is not."""
    promised = []

    def told(row: Row) -> None:
        if folder.state.exists():
            promised.append(json.loads(folder.state.read_text())["bytes"] - folder.out.stat().st_size)

    # No time passes: the state is saved for the sake of new batches alone.
    run = Run(folder.client, folder.out, begin(folder.out, fresh=False), told=told, clock=folder.time)
    run.finish(chunks(reviews(200), most=10))
    assert max(promised) <= 0


def test_an_output_that_lost_lines_is_not_filled_up(folder: Folder) -> None:
    with pytest.raises(Killed):
        folder.run(stop_at=12)
    folder.out.write_bytes(folder.out.read_bytes()[:-5])
    with pytest.raises(StateMismatch, match="shorter"):
        folder.run()


def test_a_finished_run_is_not_done_again_unless_asked(folder: Folder) -> None:
    folder.run()
    assert folder.run().lines == 23
    assert folder.service.submitted == 3
    folder.run(fresh=True)
    assert (folder.lines(), folder.service.submitted) == (WHOLE, 6)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda out: out.unlink(), "gone"),
        (lambda out: out.write_bytes(out.read_bytes()[:-1]), "shorter"),
        (lambda out: out.write_bytes(out.read_bytes() + b"{}\n"), "not what"),
        (lambda out: out.write_bytes(out.read_bytes().replace(b"\n", b" ", 1)), "not what"),
    ],
)
def test_a_finished_run_whose_output_is_no_longer_there_is_not_called_a_success(
    folder: Folder, change: Callable[[Path], object], reason: str
) -> None:
    folder.run()
    change(folder.out)
    left = folder.out.read_bytes() if folder.out.exists() else None
    with pytest.raises(StateMismatch, match=reason):
        folder.run()
    assert (folder.out.read_bytes() if folder.out.exists() else None) == left


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(
    member=st.sampled_from([None, "format", "salt", "batches", "lines", "bytes", "counts", "finished", "more"]),
    value=JSON_VALUES | st.just([["a" * 64, "batch_b"]]) | st.just({"succeeded": 23}),
    cut=st.none() | st.integers(0, 400),
    finished=st.booleans(),
)
def test_a_state_that_was_damaged_is_refused_or_changes_nothing(
    member: str | None, value: Any, cut: int | None, finished: bool
) -> None:
    with TemporaryDirectory() as name:
        folder = Folder(Path(name))
        with suppress(Killed):
            folder.run(stop_at=None if finished else 12)
        state = json.loads(folder.state.read_text())
        written = folder.out.read_bytes()
        damaged = json.dumps(value if member is None else {**state, member: value})
        folder.state.write_text(damaged if cut is None else damaged[:cut])
        try:
            folder.run()
        except StateMismatch:
            assert folder.out.read_bytes() == written
        else:
            assert folder.lines() == WHOLE


def test_a_state_that_nests_endlessly_is_refused(folder: Folder) -> None:
    folder.state.write_text("[" * 100_000)
    with pytest.raises(StateMismatch):
        folder.run()


def test_another_input_is_not_mixed_into_an_output(folder: Folder) -> None:
    with pytest.raises(Killed):
        folder.run(stop_at=12)
    for other in (24, 9):
        with pytest.raises(StateMismatch):
            folder.run(other)
    folder.run()
    with pytest.raises(StateMismatch):
        folder.run(24)
    assert folder.lines() == WHOLE


def test_an_output_of_unknown_origin_is_left_alone(folder: Folder) -> None:
    folder.out.write_text("precious\n")
    with pytest.raises(StateMismatch, match=r"is there already"):
        folder.run()
    assert folder.out.read_text() == "precious\n"


def test_a_full_queue_is_waited_for(folder: Folder) -> None:
    folder.service.full = 3
    folder.run()
    assert (folder.lines(), folder.service.submitted) == (WHOLE, 3)


def test_a_queue_that_stays_full_ends_the_run_where_it_can_go_on(folder: Folder) -> None:
    folder.service.full = 10_000
    with pytest.raises(Unavailable):
        folder.run()
    folder.service.full = 0
    folder.run()
    assert folder.lines() == WHOLE


def test_batches_that_are_gone_are_judged_again_behind_what_is_written(folder: Folder) -> None:
    with pytest.raises(Killed):
        folder.run(stop_at=12)
    folder.service.forget()
    folder.run()
    assert folder.lines() == WHOLE


class LosingService(BatchService):
    """Nothing of what it judged is ever there."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return problem(410, "gone") if request.url.path.endswith("/results") else super().__call__(request)


def test_results_that_are_gone_again_and_again_are_paid_for_twice_at_most(folder: Folder) -> None:
    service = LosingService()
    http = httpx.Client(transport=httpx.MockTransport(service))
    client = Client(URL, http=http, core=core_of(folder.time), sleep=folder.time.sleep)
    with pytest.raises(KritiqError, match="gone before"):
        Run(client, folder.out, begin(folder.out, fresh=False), clock=folder.time).finish(chunks(reviews(), most=30))
    assert service.submitted == 2


def test_two_runs_do_not_write_to_one_output(folder: Folder) -> None:
    with pytest.raises(Killed):
        folder.run(stop_at=1)
    import fcntl

    with folder.out.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(KritiqError, match="Another run"):
            folder.run()


def test_rows_that_need_no_judging_are_no_request(folder: Folder) -> None:
    rows = [Row(identity="a"), Row(problem="Line 3: no JSON.")]
    with pytest.raises(Killed):
        folder.run_rows(rows, stop_at=1)
    state = folder.run_rows(rows)
    assert folder.lines() == [(1, "a", "skipped"), (2, None, "failed")]
    assert (state.finished, folder.service.submitted) == (True, 0)
    with pytest.raises(StateMismatch):
        folder.run_rows([Row(identity="b"), rows[1]])


def test_an_id_that_comes_twice_costs_no_review() -> None:
    (chunk,) = chunks([Row(text="Gut.", identity="a"), Row(text="Schlecht.", identity="a")])
    assert [json.loads(line) for line in chunk.body.splitlines()] == [
        {"text": "Gut.", "custom_id": "a"}, {"text": "Schlecht."},
    ]  # fmt: skip


def test_with_options_a_row_that_cannot_be_read_does_not_spoil_its_neighbours() -> None:
    (chunk,) = chunks([Row(text="Gut."), Row(problem="Line 3: no JSON.")], BatchOptions(language="de"))
    assert json.loads(chunk.body) == {"language": "de", "reviews": [{"text": "Gut."}]}


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("name", ["reviews.csv", "link.csv", "hard.csv", "./reviews.csv"])
def test_what_is_read_is_never_written_over(tmp_path: Path, fresh: bool, name: str) -> None:
    """`--fresh` empties the output before anything is written."""
    reviews = tmp_path / "reviews.csv"
    reviews.write_text("text\nGut\n")
    (tmp_path / "link.csv").symlink_to(reviews)
    (tmp_path / "hard.csv").hardlink_to(reviews)
    with pytest.raises(StateMismatch, match="is the file that is read: it would be lost"):
        begin(tmp_path / name, fresh=fresh, source=reviews)
    assert reviews.read_text() == "text\nGut\n"
    assert begin(tmp_path / "results.jsonl", fresh=True, source=reviews).lines == 0
