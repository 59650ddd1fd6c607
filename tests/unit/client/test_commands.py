"""`kritiq batch` and `kritiq submit` from the command line to the lines that they leave, against a stub service."""

import gzip
import io
import json
from datetime import datetime
from functools import partial
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner, Result

from kritiq_client import Client
from kritiq_client.batch_cli import batch_command
from kritiq_client.submit_cli import submit_command
from tests.support.served import served
from tests.unit.client.files import Outcome
from tests.unit.client.shells import answer, job

LINK = "https://www.tripadvisor.de/ShowUserReviews-" + "x" * 128


def test_a_good_file_ends_well(tmp_path: Path) -> None:
    found = Outcome(tmp_path, 'id;text\r\n1;"Gut, aber teuer."\r\n2;Schön.\r\n'.encode("cp1252"), "a.csv")
    assert (found.status, found.statuses) == (0, [("1", "succeeded"), ("2", "succeeded")])
    assert found.sent == ["Gut, aber teuer.", "Schön."]
    assert "a.csv: read as cp1252; --encoding names another." in found.output
    assert "2 reviews: 2 succeeded → " in found.output


def test_what_cannot_be_read_fails_in_its_place_and_the_rest_is_judged(tmp_path: Path) -> None:
    found = Outcome(tmp_path, b'id,text\n1,"Gut."\n2,Gut, aber teuer.\n3,\n4,"Nett.\n5,"Laut."\n', "a.csv")
    assert found.status == 3
    assert found.statuses == [
        ("1", "succeeded"), ("2", "failed"), ("3", "skipped"), (None, "failed"), ("5", "succeeded"),
    ]  # fmt: skip
    assert [line["line"] for line in found.lines] == [1, 2, 3, 4, 5]
    assert found.lines[1]["error"] == {"code": "unreadable", "message": "Line 3: 3 fields, but the header has 2."}
    assert "a.csv: Line 3: 3 fields, but the header has 2." in found.output
    assert "5 reviews: 2 succeeded, 2 failed, 1 skipped" in found.output


def test_ratings_without_a_word_are_no_failure(tmp_path: Path) -> None:
    data = b'{"id": "a1", "text": "Gut."}\n{"id": "a2", "starRating": "FOUR"}\n{"id": "a3", "text": ""}\n'
    found = Outcome(tmp_path, data, "a.jsonl")
    assert (found.status, found.statuses) == (0, [("a1", "succeeded"), ("a2", "skipped"), ("a3", "skipped")])
    assert found.lines[1] == {"line": 2, "custom_id": "a2", "status": "skipped", "result": None, "error": None}


def test_an_unusable_id_never_costs_its_review(tmp_path: Path) -> None:
    data = f"id,text\nBewertung 1,Gut.\nMüller-2,Laut.\n{LINK},Fair.\ngleich,Nett.\ngleich,Fein.\n".encode()
    found = Outcome(tmp_path, data, "a.csv")
    names = ["Bewertung 1", "Müller-2", LINK, "gleich", "gleich"]
    assert (found.status, found.statuses) == (0, [(name, "succeeded") for name in names])


def test_half_a_surrogate_pair_spoils_no_batch(tmp_path: Path) -> None:
    data = b'{"id": "a", "text": "Gut \\ud83d"}\n{"id": "b\\udc00", "text": "Fein."}\n'
    found = Outcome(tmp_path, data, "a.jsonl", "--language", "de")
    assert (found.status, found.sent) == (0, ["Gut \ufffd", "Fein."])
    assert found.statuses == [("a", "succeeded"), ("b\ufffd", "succeeded")]
    assert "a.jsonl: Line 1: 1 character that no text can hold became U+FFFD." in found.output


def test_only_the_first_problems_are_printed(tmp_path: Path) -> None:
    found = Outcome(tmp_path, b"id,text\n" + b"1\n" * 12, "a.csv")
    assert (found.status, found.output.count("but the header has 2")) == (3, 10)
    assert "a.csv: 2 more like these." in found.output


def test_stdin_is_read_like_a_file(tmp_path: Path) -> None:
    with served(lambda request: answer(500)) as url:
        out = ["--out", str(tmp_path / "o"), "--url", url]
        empty = CliRunner().invoke(batch_command, ["-", *out], input=b"\xff\xfe")
        bad = CliRunner().invoke(
            batch_command, ["-", "--format", "csv", *out, "--fresh"], input="nr\n1\n".encode("utf-16")
        )
    assert (empty.exit_code, "nothing to do" in empty.output) == (0, True)
    assert (bad.exit_code, "the columns are 'nr'" in bad.output) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.csv"],
        ["none.csv", "--out", "o"],
        ["a.csv", "--out", "o", "--encoding", "klingon"],
        ["a.csv", "--out", "o", "--encoding", "hex"],
        ["a.csv", "--out", "o", "--delimiter", ",,"],
        ["a.csv", "--out", "o", "--patience", "nan"],
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("text\nGut.\n")
    found = CliRunner().invoke(batch_command, arguments)
    assert (found.exit_code, type(found.exception)) == (2, SystemExit)


@pytest.mark.parametrize(
    ("name", "data", "arguments", "what"),
    [
        ("a.csv", b"x,y\n1,2\n", [], "There is no column 'text'"),
        ("a.jsonl", b'{"text": "Gut."}\n', ["--delimiter", ";"], "no delimiter"),
        ("a.jsonl", b'{"review": "Gut und fein."}\n', [], "'review' may be the one"),
        ("a.csv", b"text\nGut.\n", ["--encoding", "utf-16"], "not utf-16"),
    ],
)
def test_input_that_cannot_be_used_is_status_1_and_one_line(
    name: str, data: bytes, arguments: list[str], what: str, tmp_path: Path
) -> None:
    found = Outcome(tmp_path, data, name, *arguments)
    assert (found.status, found.sent, what in found.output) == (1, [], True)
    assert found.output.count("\n") == 1


def submitted(data: bytes | None, *arguments: str) -> tuple[Result, list[str]]:
    """What `kritiq submit` did with `data` on stdin, and the texts that the service got."""
    texts = list[str]()

    def service(request: httpx.Request) -> httpx.Response:
        texts.append(json.loads(request.content)["text"])
        return answer(202, job("queued", 1))

    with served(service) as url:
        return CliRunner().invoke(submit_command, [*arguments, "--url", url], input=data), texts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_review_on_stdin_or_in_a_file_may_have_any_usual_encoding(encoding: str, tmp_path: Path) -> None:
    text = "Schöne Terrasse, „süß“.\r\nGut."
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    for data, arguments in ((text.encode(encoding), []), (None, ["--file", str(tmp_path / "a.txt")])):
        found, texts = submitted(data, *arguments)
        assert (found.exit_code, texts) == (0, [text]), found.output


def test_a_review_may_come_compressed(tmp_path: Path) -> None:
    packed = gzip.compress("Käse fehlt.".encode())
    (tmp_path / "a.txt.gz").write_bytes(packed)
    for data, arguments in ((packed, []), (None, ["--file", str(tmp_path / "a.txt.gz")])):
        found, texts = submitted(data, *arguments)
        assert (found.exit_code, texts) == (0, ["Käse fehlt."]), found.output
    broken, texts = submitted(packed[:-9])
    assert (broken.exit_code, texts) == (1, [])
    assert broken.output.startswith("Error: stdin is a gzip file that cannot be unpacked")


@pytest.mark.parametrize("arguments", [["-"], ["--file", "-"], ["-", "--encoding", "utf-8"]])
def test_a_dash_is_stdin_and_no_review(arguments: list[str]) -> None:
    assert submitted("Schöne Terrasse.".encode(), *arguments)[1] == ["Schöne Terrasse."]


def test_line_separators_and_html_are_sent_as_they_are() -> None:
    text = "Gut.\u2028<br>K&auml;se&nbsp;\x85fein."
    assert submitted(text.encode())[1] == [text]
    assert submitted(None, text)[1] == [text]


def test_an_argument_in_another_encoding_than_the_terminals_is_read() -> None:
    assert submitted(None, b"sch\xf6n".decode("utf-8", "surrogateescape"))[1] == ["schön"]


@pytest.mark.parametrize("data", [b"sch\xf6n", b"\xff\xfe\x00\xd8", b"\x81\x8d\x8f", b"\x00", b"\xfe\xff\xd8"])
def test_no_bytes_make_a_traceback(data: bytes) -> None:
    for arguments in ([], ["--encoding", "utf-8"], ["--encoding", "utf-16"]):
        found, _ = submitted(data, *arguments)
        assert found.exception is None or isinstance(found.exception, SystemExit)
        assert found.exit_code in (0, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ["a", "--file", __file__],
        ["a", "--wait", "--timeout", "nan"],
        ["a", "--timeout", "5"],
        ["a", "--encoding", "utf-8"],
        ["--file", "none"],
        *(
            ["a", "--not-before", value]
            for value in ("tomorrow", "17", "2026-11-14", "20261114T030000", "2026-W46-6T03:00", "2026-11-14T03", "")
        ),
    ],
)
def test_wrong_usage_of_submit_is_status_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(submit_command, arguments).exit_code == 2


def test_a_review_may_be_submitted_for_later() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content)["not_before"])
        return answer(202, job(status="scheduled", not_before=asked[-1]))

    with served(handler) as url:
        for given in ("2026-11-14T03:00+01:00", "2026-11-14T03:00"):
            done = CliRunner().invoke(submit_command, ["Gut.", "--not-before", given, "--url", url])
            assert done.exit_code == 0, done.output
    moments = [datetime.fromisoformat(each) for each in asked]
    assert moments == [datetime.fromisoformat("2026-11-14T02:00Z"), datetime(2026, 11, 14, 3).astimezone()]
    assert "scheduled for 2026-11-14 03:00:00" in done.output


NOBODY = "http://127.0.0.1:1"


@pytest.mark.parametrize("command", [batch_command, submit_command])
def test_that_nobody_is_there_is_said_once(
    command: click.Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kritiq_client.client.Client", partial(Client, sleep=lambda seconds: None))
    (tmp_path / "a.csv").write_text("text\nGut.\n")
    batch = command is batch_command
    what = [str(tmp_path / "a.csv"), "--out", str(tmp_path / "o")] if batch else ["Gut."]
    found = CliRunner().invoke(command, [*what, "--url", NOBODY])
    assert (found.exit_code, found.stderr.count("trying again")) == (1, 1)
    how_long = " for up to 600 s (--patience)" if batch else ""
    assert f"{NOBODY} cannot be reached; trying again{how_long}.\n" in found.stderr
    assert found.stderr.endswith(". --url or KRITIQ_URL says where Kritiq is.\n")


@pytest.mark.parametrize("command", [batch_command, submit_command])
def test_who_has_no_key_is_told_how_to_give_one(command: click.Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\nGut.\n")
    what = [str(tmp_path / "a.csv"), "--out", str(tmp_path / "o")] if command is batch_command else ["Gut."]
    with served(lambda request: answer(401, {"code": "unauthorized", "detail": "An API key is needed."})) as url:
        found = CliRunner().invoke(command, [*what, "--url", url])
    assert found.exit_code == 1
    assert found.stderr.endswith("An API key is needed. --api-key-file or KRITIQ_API_KEY gives the commands a key.\n")


def test_a_command_asks_the_port_of_the_kritiq_that_runs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KRITIQ_URL", raising=False)
    with served(lambda request: answer(202, job("queued", 1))) as url:
        monkeypatch.setenv("KRITIQ_PORT", url.rpartition(":")[2])
        assert CliRunner().invoke(submit_command, ["Gut."]).exit_code == 0


def test_submit_says_once_what_it_waits_for() -> None:
    told = iter(
        (answer(503, {"code": "queue-full"}), answer(503, {"code": "queue-full"}), answer(202, job("queued", 1)))
    )
    with served(lambda request: next(told)) as url:
        done = CliRunner().invoke(submit_command, ["Gut.", "--url", url])
    assert (done.exit_code, done.stderr) == (0, f"{url} says 503 queue-full; trying again.\n")


@pytest.mark.parametrize("url", ["http://[", "http://[::1", "nowhere"])
def test_an_address_that_is_none_makes_no_traceback(url: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\nGut.\n")
    runs = (batch_command, [str(tmp_path / "a.csv"), "--out", str(tmp_path / "o")]), (submit_command, ["Gut."])
    for command, arguments in runs:
        found = CliRunner().invoke(command, [*arguments, "--url", url])
        assert (found.exit_code, type(found.exception)) == (1, SystemExit)
        assert "address cannot be used" in found.output


def test_the_reviews_of_a_file_may_be_submitted_for_later(tmp_path: Path) -> None:
    found = Outcome(tmp_path, b"text\nGut.\n", "a.csv", "--not-before", "2026-11-14T03:00:00Z")
    assert (found.status, found.sent) == (0, ["Gut."])
    (options,) = found.service.options
    assert datetime.fromisoformat(options["not_before"]) == datetime.fromisoformat("2026-11-14T03:00:00Z")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_nothing_of_the_services_steers_the_terminal(form: list[str]) -> None:
    hostile = "zu \x1b[2J\x9b lang\u202e"
    sentence = {"index": 0, "start": 0, "end": 1, "text": hostile, "truncated": False, "aspects": {}}
    failed = job(
        status="failed", error={"code": hostile, "message": hostile}, result={"language": "de", "sentences": [sentence]}
    )
    refused = {"code": "invalid-request", "detail": hostile, "errors": [{"pointer": "#/text", "detail": hostile}]}
    for told in (answer(200, failed), answer(422, refused)):
        with served(lambda request, told=told: told) as url:
            done = CliRunner().invoke(submit_command, ["Gut.", *form, "--url", url])
        assert "lang" in done.output
        assert not set(done.output) & set("\x1b\x9b\u202e")


def test_a_terminal_without_emoji_gets_an_escape_instead_of_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = {"index": 0, "start": 0, "end": 1, "text": "Schön 😀", "truncated": False, "aspects": {}}
    done = job(result={"language": "de", "sentences": [sentence]})
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr("sys.stdout", terminal)
    with served(lambda request: answer(200, done)) as url:
        submit_command.main(["Schön", "--wait", "--url", url], standalone_mode=False)
    terminal.flush()
    assert b"Sch\xf6n \\U0001f600" in terminal.buffer.getvalue()
