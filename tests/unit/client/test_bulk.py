"""`kritiq batch`: what it reads, and that a run which was stopped anywhere goes on without paying twice."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from kritiq_client import BatchLine, BatchOptions, Client, KritiqError, Unavailable
from kritiq_client.bulk.rows import BadInput, Chunk, Row, chunks, from_csv, from_jsonl
from kritiq_client.bulk.run import Run, begin
from kritiq_client.bulk.state import State, StateMismatch
from kritiq_client.cli import batch_command, submit_command
from tests.unit.client.batch_service import BatchService
from tests.unit.client.shells import URL, Time, core_of


def csv_rows(source: str, /, **options: str) -> list[tuple[str, str | None]]:
    given: dict[str, str | None] = {"text": "text", "identity": None, "delimiter": None}
    found = from_csv(io.StringIO(source, newline=""), **(given | options))  # type: ignore[arg-type]
    return [(row.review.text, row.review.custom_id) for row in found if row.review]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_the_delimiter(delimiter: str) -> None:
    text = f'id{delimiter}text\r\n7{delimiter}Gut.\r\n8{delimiter}"Zwei\r\nZeilen; ""so"""\r\n\r\n9\r\n'
    assert csv_rows(text) == [("Gut.", "7"), ('Zwei\r\nZeilen; "so"', "8"), ("", "9")]


def test_columns_can_be_named() -> None:
    assert csv_rows("nr,id,Bewertung\n1,x,Gut.\n", text="Bewertung", identity="nr") == [("Gut.", "1")]
    with pytest.raises(BadInput, match="There is no column 'text'; the columns are 'nr', 'id', 'Bewertung'"):
        csv_rows("nr,id,Bewertung\n1,x,Gut.\n")


def test_another_encoding_is_said_to_be_one() -> None:
    source = io.TextIOWrapper(io.BytesIO("text\nschön\n".encode("cp1252")), encoding="utf-8")
    with pytest.raises(BadInput, match="try --encoding cp1252"):
        list(from_csv(source, text="text", identity=None, delimiter=None))


def test_json_lines_that_are_none_go_to_the_service_as_they_are() -> None:
    source = [b'{"text": "Gut.", "id": 7, "stars": 5}\n', b"\n", b"{not json\n", b"[1]\n", b'{"text": 5}\n', b"\xff\n"]
    found = list(from_jsonl(source, text="text", identity=None))
    assert [row.line for row in found] == [
        b'{"text":"Gut.","custom_id":"7"}', b"{not json", b"[1]", b'{"text": 5}', b"\xff",
    ]  # fmt: skip
    assert [row.review is None for row in found] == [False, True, True, True, True]


def test_with_options_a_bad_line_cannot_spoil_its_neighbours() -> None:
    rows = from_jsonl([b'{"text": "Gut."}', b"{not json", b'{"text": "a\\u0000b"}'], text="text", identity=None)
    (chunk,) = chunks(rows, BatchOptions(language="de"))
    assert json.loads(chunk.body) == {"language": "de", "reviews": [{"text": "Gut."}, {"text": ""}, {"text": ""}]}


def reviews(count: int = 23, bad: int = 5) -> Iterator[Row]:
    lines = [json.dumps({"text": f"Gut {n}." if n != bad else "", "id": f"r{n}"}).encode() for n in range(count)]
    return from_jsonl(lines, text="text", identity=None)


def in_batches(count: int = 23, most: int = 10) -> Iterator[Chunk]:
    return chunks(reviews(count), most=most)


class Killed(BaseException):
    """What no code of the run expects."""


class Desk:
    """A folder with an output, and a client of a `BatchService`."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "out.jsonl"
        self.state = folder / "out.jsonl.state"
        self.service, self.time = BatchService(), Time()
        http = httpx.Client(transport=httpx.MockTransport(self.service))
        self.client = Client(URL, http=http, core=core_of(self.time), sleep=self.time.sleep)

    def run(self, count: int = 23, *, stop_at: int | None = None, fresh: bool = False) -> State:
        seen = 0

        def told(line: BatchLine) -> None:
            nonlocal seen
            seen += 1
            # Every line takes a second, so that the run notes how far it is now and then.
            self.time.now += 0.4
            if seen == stop_at:
                raise Killed

        run = Run(self.client, self.out, begin(self.out, fresh=fresh), told=told, clock=self.time)
        return run.finish(in_batches(count))

    def lines(self) -> list[tuple[int, str | None, str]]:
        found = [json.loads(line) for line in self.out.read_text().splitlines()]
        return [(line["line"], line["custom_id"], line["status"]) for line in found]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


WHOLE = [(n + 1, f"r{n}" if n != 5 else None, "succeeded" if n != 5 else "failed") for n in range(23)]


def test_all_lines_come_in_order_numbered_as_in_the_input(desk: Desk) -> None:
    state = desk.run()
    assert desk.lines() == WHOLE
    assert (state.lines, state.counts["failed"], desk.service.submitted) == (23, 1, 3)


@settings(max_examples=40)
@given(stops=st.lists(st.integers(1, 23), max_size=4), torn=st.binary(max_size=30), back=st.booleans())
def test_a_run_that_was_killed_anywhere_goes_on_and_pays_once(stops: list[int], torn: bytes, back: bool) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for stop in stops:
            saved = desk.state.read_bytes() if desk.state.exists() else None
            try:
                desk.run(stop_at=stop)
            except Killed:
                # A power cut: the state is an older one, and the output ends anyhow.
                if back and saved is not None:
                    desk.state.write_bytes(saved)
                with desk.out.open("ab") as out:
                    out.write(torn)
        desk.run()
        assert desk.lines() == WHOLE
        assert desk.service.submitted == 3


def test_a_run_whose_state_is_lost_finds_its_batches_by_their_content(desk: Desk) -> None:
    with pytest.raises(Killed):
        desk.run(stop_at=12)
    desk.state.unlink()
    desk.out.unlink()
    desk.run()
    assert (desk.lines(), desk.service.submitted) == (WHOLE, 3)


def test_a_finished_run_is_not_done_again_unless_asked(desk: Desk) -> None:
    desk.run()
    assert desk.run().lines == 23
    assert desk.service.submitted == 3
    desk.run(fresh=True)
    assert (desk.lines(), desk.service.submitted) == (WHOLE, 6)


def test_another_input_is_not_mixed_into_an_output(desk: Desk) -> None:
    with pytest.raises(Killed):
        desk.run(stop_at=12)
    for other in (24, 9):
        with pytest.raises(StateMismatch):
            desk.run(other)
    desk.run()
    with pytest.raises(StateMismatch):
        desk.run(24)
    assert desk.lines() == WHOLE


def test_an_output_of_unknown_origin_is_left_alone(desk: Desk) -> None:
    desk.out.write_text("precious\n")
    with pytest.raises(StateMismatch, match=r"is there already"):
        desk.run()
    assert desk.out.read_text() == "precious\n"


def test_a_full_queue_is_waited_for(desk: Desk) -> None:
    desk.service.full = 3
    desk.run()
    assert (desk.lines(), desk.service.submitted) == (WHOLE, 3)


def test_a_queue_that_stays_full_ends_the_run_where_it_can_go_on(desk: Desk) -> None:
    desk.service.full = 10_000
    with pytest.raises(Unavailable):
        desk.run()
    desk.service.full = 0
    desk.run()
    assert desk.lines() == WHOLE


def test_batches_that_are_gone_are_judged_again_behind_what_is_written(desk: Desk) -> None:
    with pytest.raises(Killed):
        desk.run(stop_at=12)
    desk.service.forget()
    desk.run()
    assert desk.lines() == WHOLE


def test_two_runs_do_not_write_to_one_output(desk: Desk) -> None:
    with pytest.raises(Killed):
        desk.run(stop_at=1)
    import fcntl

    with desk.out.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(KritiqError, match="Another run"):
            desk.run()


def test_wrong_usage_and_unreadable_input_have_their_own_exit_status(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("x,y\n1,2\n")
    runner = CliRunner()
    assert runner.invoke(batch_command, [str(source)]).exit_code == 2
    assert runner.invoke(batch_command, [str(tmp_path / "none.csv"), "--out", "o"]).exit_code == 2
    assert runner.invoke(submit_command, ["a", "--file", str(source)]).exit_code == 2
    unreadable = runner.invoke(batch_command, [str(source), "--out", str(tmp_path / "o")])
    assert (unreadable.exit_code, "There is no column 'text'" in unreadable.output) == (1, True)
