"""Somebody uploads a file of reviews."""

import bz2
import gzip
import io
import lzma
import zipfile
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from kritiq_client.bulk.details import moment_of
from store.jobs import RedisStore
from tests.browser.conftest import Page
from tests.browser.console.reading import press, text
from tests.support.console_code import of_the_page
from tests.support.processes import Api

pytestmark = [pytest.mark.integration, pytest.mark.browser]

#: Without the window in which one chooses.
CLICK = "arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))"


def test_a_file_becomes_a_batch(open_view: Callable[[str], Page], store: RedisStore, tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_bytes(
        'Datum;Bewertung;Filiale\r\n01.11.2026;"Sehr gut; gerne wieder";adler\r\n;Kalt.;krone\r\n'.encode("cp1252")
    )
    page = open_view("/batches/new")
    page.type("input[type=file]", str(file))
    page.until(lambda: "Sehr gut; gerne wieder" in text(page, "table"))
    assert "2026-11-01" in text(page, "table")
    press(page, "2 Bewertungen einreichen")
    page.until(lambda: "batch_" in text(page, "h1"))
    page.until(lambda: "0 von 2 Zeilen" in text(page))
    assert store.backlog().waiting_jobs["bulk"] == 1


def test_of_a_column_without_a_heading_the_first_line_is_a_review_if_one_says_so(
    open_view: Callable[[str], Page], tmp_path: Path
) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("Das Essen war super.\nZu laut, zu teuer.\n", encoding="utf-8")
    page = open_view("/batches/new")
    page.type("input[type=file]", str(file))
    page.until(lambda: "„Das Essen war super.“" in text(page, ".notice"))
    assert not page.driver.find_element(By.CSS_SELECTOR, "button.first").is_enabled()
    press(page, "Jede Zeile ist eine Bewertung")
    page.until(lambda: "Das Essen war super." in text(page, "table"))
    assert "Zu laut, zu teuer." in text(page, "table")
    assert page.driver.find_element(By.CSS_SELECTOR, "button.first").is_enabled()


def choose_again(page: Page, file: Path) -> None:
    """As people do: they click on the field, and then choose."""
    page.on("input[type=file]", lambda field: page.driver.execute_script(CLICK, field))
    page.type("input[type=file]", str(file))


def test_the_chosen_file_is_named_and_can_be_chosen_again_when_it_was_mended(
    open_view: Callable[[str], Page], tmp_path: Path
) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("text\nKalt.\n", encoding="utf-8")
    page = open_view("/batches/new")
    field = page.driver.find_element(By.CSS_SELECTOR, "input[type=file]")

    def named() -> str:
        return str(field.get_property("value")).rpartition("\\")[2]

    page.type("input[type=file]", str(file))
    page.until(lambda: "Kalt." in text(page, "table"))
    assert named() == "reviews.csv"
    # The browser asks for a file, and somebody closes what it asks with.
    page.driver.execute_script(CLICK, field)
    page.driver.execute_script("arguments[0].dispatchEvent(new Event('cancel', {bubbles: true}))", field)
    assert named() == "reviews.csv"
    file.write_text("text\nKalt, aber gut.\n", encoding="utf-8")
    choose_again(page, file)
    page.until(lambda: "Kalt, aber gut." in text(page, "table"))
    assert named() == "reviews.csv"


def test_a_file_of_more_reviews_than_one_call_takes_becomes_one_batch_too(
    open_view: Callable[[str], Page], api: Api, tmp_path: Path
) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("text\n" + "Gut.\n" * 10_001, encoding="utf-8")
    page = open_view("/batches/new")
    page.type("input[type=file]", str(file))
    press(page, "10.001 Bewertungen einreichen")
    page.until(lambda: "batch_" in text(page, "h1"))
    (batch,) = api.http.get("/v1/batches").json()["batches"]
    assert batch["counts"]["total"] == 10_001
    assert batch["input_file_id"]


def test_a_column_of_a_file_says_which_model_judges_each_review(
    open_view: Callable[[str], Page], tmp_path: Path
) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("text;Von wem\nGut.;default\nKalt.;\n", encoding="utf-8")
    page = open_view("/batches/new")
    page.type("input[type=file]", str(file))
    page.until(lambda: "Kalt." in text(page, "table"))
    assert "default" not in text(page, "table")
    page.select("//label[span='Modell']/select", "Von wem", By.XPATH)
    page.until(lambda: "default" in text(page, "table"))
    press(page, "2 Bewertungen einreichen")
    page.until(lambda: "0 von 2 Zeilen" in text(page))


def test_a_compressed_file_is_read_as_what_is_in_it(open_view: Callable[[str], Page], tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv.gz"
    packed = gzip.compress("id;text\n1;Käse fehlt.\n".encode())
    file.write_bytes(packed)
    page = open_view("/batches/new")
    page.type("input[type=file]", str(file))
    page.until(lambda: "Käse fehlt." in text(page, "table"))
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(packed[:-9])
    page.type("input[type=file]", str(broken))
    page.until(lambda: "bricht ab" in text(page))
    archive = tmp_path / "reviews.zip"
    archive.write_bytes(zipped("reviews.csv"))
    page.type("input[type=file]", str(archive))
    page.until(lambda: "reviews.zip: 1 Zeile, UTF-8" in text(page))
    assert "Käse fehlt." in text(page, "table")
    # The same file, which is another one now, is read again.
    archive.write_bytes(zipped("a.csv", "b.csv"))
    choose_again(page, archive)
    page.until(lambda: "2 Dateien, nicht eine" in text(page))


def test_what_stands_above_the_header_is_shown(open_view: Callable[[str], Page], tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("Anna;Tolles Essen\n\nid;text\n1;Gut.\n", encoding="utf-8")
    page = open_view("/batches/new")
    page.type("input[type=file]", str(file))
    page.until(lambda: "ausgelassen wird: „Anna;Tolles Essen“" in text(page))
    file.write_text("id;text\n1;Gut.\n2;Kalt.\n", encoding="utf-8")
    choose_again(page, file)
    page.until(lambda: "2 Zeilen, UTF-8" in text(page))
    assert "ausgelassen" not in text(page)


UNPACK = of_the_page("""
const [data, done] = arguments;
import("/console/static/packed_file.js")
  .then(({ unpacked }) => unpacked(new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))])))
  .then((bytes) => new TextDecoder().decode(bytes))
  .catch(({ message, count }) => count === undefined ? message : [message, count])
  .then(done);
""")
TABLE = "id;text\n1;Käse fehlt.\n"


def zipped(*names: str, how: int = zipfile.ZIP_DEFLATED, comment: bytes = b"", large: bool = False) -> bytes:
    """A ZIP that has the table under each of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as archive:
        archive.comment = comment
        for name in names:
            with archive.open(name, "w", force_zip64=large) as file:
                file.write(b"" if name.endswith("/") else TABLE.encode())
    return made.getvalue()


def changed(data: bytes, *places: tuple[bytes, int, int]) -> bytes:
    """With other bytes: behind the first of a mark so many, XORed with this."""
    made = bytearray(data)
    for mark, behind, bits in places:
        made[made.index(mark) + behind] ^= bits
    return bytes(made)


ONE = zipped("reviews.csv")
LOCAL, ENTRY, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"


def test_what_is_packed_is_unpacked_exactly_or_told(open_view: Callable[[str], Page]) -> None:
    page = open_view("/try")

    def found(data: bytes) -> Any:
        return page.driver.execute_async_script(UNPACK, b64encode(data).decode())

    for data in (
        TABLE.encode(), gzip.compress(TABLE.encode()), ONE, zipped("a.csv", how=zipfile.ZIP_STORED),
        zipped("x/", "x/a.csv", "__MACOSX/x/._a.csv"), zipped("a.csv", comment=b"PK\5\6 and more"),
        zipped("a.csv", large=True),
    ):  # fmt: skip
        assert found(data) == TABLE
    assert found(zipped("a.csv", "b.csv")) == ["file_zip_files", 2]
    assert found(zipped("x/")) == ["file_zip_files", 0]
    assert found(zipped("[Content_Types].xml", "xl/workbook.xml")) == "file_workbook"
    assert found(changed(ONE, (LOCAL, 6, 1), (ENTRY, 8, 1))) == "file_zip_password"
    assert found(changed(ONE, (END, 10, 0xFE), (END, 11, 0xFF))) == "file_zip64"
    for other in (bz2.compress(TABLE.encode()), lzma.compress(TABLE.encode()), zipped("a.csv", how=zipfile.ZIP_BZIP2)):
        assert found(other) == "file_packed_otherwise"
    broken = [gzip.compress(TABLE.encode())[:-9], ONE[:-9], ONE[:40]]
    # Checksum, size, where the content begins, and where the directory does.
    broken += [changed(ONE, place) for place in ((ENTRY, 16, 1), (ENTRY, 24, 1), (ENTRY, 42, 1), (END, 16, 1))]
    broken += [changed(ONE, (ENTRY, 21, 0xFF)), changed(ONE, (LOCAL, 27, 0xFF)), changed(ONE, (LOCAL, 45, 0x10))]
    assert [found(data) for data in broken] == ["file_packed"] * len(broken)


READ = of_the_page("""
const [text, done] = arguments;
import("/console/static/table_file.js").then(({ guessed, mapped, parsed }) => {
  const file = parsed(new TextEncoder().encode(text));
  return { lines: mapped(file, guessed(file.header)), odd: file.odd };
}).catch(({ message, line }) => ({ message, line })).then(done);
""")


def test_nothing_of_a_file_is_cut_merged_or_lost_unsaid(open_view: Callable[[str], Page]) -> None:
    page = open_view("/try")

    def found(content: str) -> Any:
        return page.driver.execute_async_script(READ, content)

    unclosed = found('id,text\n1,"Good\n2,"Bad"\n')
    assert unclosed == {"message": "file_quote", "line": 2}, "not one review of both"
    assert found('text\n"Good') == {"message": "file_quote", "line": 2}
    cut = found('text,id\n"a\nb",1\n\nGood, but dear,2\nFine,3,,\rBad\n')
    assert cut == {"lines": [{"text": "a\nb", "custom_id": "1"}, {"text": "Fine", "custom_id": "3"}], "odd": [5, 7]}
    assert found('\ufeff\r\n"Text"\r\nGood, but dear\r\n') == {"lines": [{"text": "Good, but dear"}], "odd": []}
    long_id = "12345678901234567890"
    line = {"text": "Good", "custom_id": long_id}
    assert found("text,model\nGood,default\nBad,\n")["lines"] == [{"text": "Good", "model": "default"}, {"text": "Bad"}]
    assert found(f'{{"text":"Good","id":{long_id}}}\n"Bad"\n7\n[]\n{{"text"') == {"lines": [line], "odd": [2, 3, 4, 5]}
    assert found(f'[{{"text": "Good", "id": {long_id}}},\n null]') == {"lines": [line], "odd": [2]}
    titled = {"lines": [{"text": "Good", "custom_id": "1"}], "odd": [5]}
    assert found("Export;May\n\nid;text\n1;Good\n2\n") == titled
    assert found("Reviews\n\nid,text\n1,Good\n2\n") == titled
    assert found("Reviews;Post;May\nid;date;stars;text\n1;;5;Good\n2\n") == titled | {"odd": [4]}
    assert found("Reviews\nsep=;\nid;text\n1;Good\n2\n")["lines"] == titled["lines"]
    for no_title in ("1;Good\n2;Bad\n", "name;was\nAnna;It was quite good.\n\n"):
        # Then the person says which column is the text, and no row is gone.
        kept = found(f"{no_title}id;text\n3;Fine\n")
        assert len(kept["lines"]) == no_title.rstrip().count("\n") + 2
    assert found("text;\nGood; dear\nBad;\n") == {"lines": [{"text": "Bad"}], "odd": [2]}
    one = {"lines": [{"text": "Fine"}, {"text": "Good, Text, dear"}], "odd": []}
    assert found("Text\nFine\nGood, Text, dear\n") == one, "no row is taken for a heading"
    assert found("sep=;\n") == {"message": "file_empty", "line": None}


def test_days_and_times_of_a_file_are_those_that_its_reader_in_python_finds(open_view: Callable[[str], Page]) -> None:
    page = open_view("/try")
    days = {
        "1.11.2026": "2026-11-01", "2026/11/01": "2026-11-01", "1.11.2026 9:05 Uhr": "2026-11-01T09:05:00Z",
        "01.11.2026, 19:05:07": "2026-11-01T19:05:07Z", "2026-11-01 19:05": "2026-11-01T19:05:00Z",
        "2026-11-01T19:05:00+01:00": "2026-11-01T19:05:00+01:00", "gestern": "gestern", "1.11.26": "2026-11-01",
        "46327": "2026-11-01",
    }  # fmt: skip
    content = "text;datum\n" + "".join(f"Gut.;{day}\n" for day in days)
    lines = page.driver.execute_async_script(READ, content)["lines"]
    assert [line["reviewed_at"] for line in lines] == list(days.values())
    for written, read in days.items():
        moment = moment_of(written)
        assert moment == (datetime.fromisoformat(read).replace(tzinfo=UTC) if len(read) == 10 else moment_of(read))
