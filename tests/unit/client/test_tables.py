"""Excel and Parquet; and what is told where the libraries for them are not installed."""

import io
import re
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import openpyxl
import pyarrow
import pytest
from openpyxl.chart import BarChart, Reference

from kritiq_client.bulk.chunks import chunks
from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.records import BadInput
from kritiq_client.bulk.source import FOREIGN, Source
from tests.unit.client.files import judged, parquet, problems, rows

TABLE: list[list[Any]] = [
    ["id", "sterne", "text"],
    [1, 5, "Das Essen war super,\naber der Service langsam."],
    ["Bewertung 2", 1, 10],
    [3.0, 4, None],
    [None, None, None],
    [datetime(2026, 11, 14), 3, "Nett."],
    [5, 3, datetime(2026, 10, 10)],
]
NAMES = {"openpyxl": "a.xlsx", "pyarrow": "a.parquet"}


def workbook(table: list[list[Any]], **others: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in table:
        book.active.append(row)
    for name, other in others.items():
        sheet = book.create_sheet(name)
        for row in other:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_is_read_as_people_see_it() -> None:
    found = rows(workbook(TABLE), "a.xlsx")
    assert [(row.identity, row.text) for row in found] == [
        ("1", "Das Essen war super,\naber der Service langsam."),
        ("Bewertung 2", "10"),
        ("3", None),
        (str(date(2026, 11, 14)), "Nett."),
        ("5", None),
    ]
    assert problems(found) == ["Row 7: its text is not a string but a datetime."]


def test_a_title_above_the_header_is_none_of_a_workbooks_rows() -> None:
    title = [["Bewertungen"], [None, "Januar", 2026], []]
    found = rows(workbook([*title, *TABLE]), "a.xlsx")
    assert judged(found)[0] == ("1", "Das Essen war super,\naber der Service langsam.")
    assert problems(found) == ["Row 10: its text is not a string but a datetime."]
    with pytest.raises(BadInput, match="no column 'text'"):
        rows(workbook([["Titel", "nr", "tag"], *TABLE]), "a.xlsx")


def test_what_may_be_a_review_is_no_title_in_a_workbook() -> None:
    ordered = [[1, 5, "Gut."], [2, 4, "Kalt."], *TABLE]
    with pytest.raises(BadInput, match=r"Row 3 looks like the header: if .* only a title, delete that"):
        rows(workbook(ordered), "a.xlsx")
    assert problems(rows(workbook(TABLE, Alt=ordered), "a.xlsx"))[-1].startswith("Sheet 'Alt': only sheet")
    narrow = [["Bewertungen", "Zur Post", "Januar"], ["id", "stars", "date", "text"], [7, 5, None, "Gut."]]
    assert judged(rows(workbook(narrow), "a.xlsx")) == [("7", "Gut.")]


@pytest.mark.parametrize("name", NAMES.values())
def test_tables_say_restaurant_date_and_metadata_too(name: str) -> None:
    columns = {
        "stars": [5, None], "restaurant": ["krone", 17], "text": ["Gut.", "Schlecht."],
        "date": [datetime(2025, 3, 1, 20, 15), datetime(2025, 3, 2)], "unused": [1, 2],
    }  # fmt: skip
    table = [list(columns), *map(list, zip(*columns.values(), strict=True))]
    if name.endswith("parquet"):
        columns["restaurant"] = ["krone", "17"]
    data = workbook(table) if name.endswith("xlsx") else parquet(columns)
    source = Source.of(io.BytesIO(data), name, columns=Columns(metadata=("stars",)))
    first, second = source.rows()
    assert first.details == {
        "restaurant": "krone", "reviewed_at": datetime(2025, 3, 1, 20, 15, tzinfo=UTC), "metadata": {"stars": 5},
    }  # fmt: skip
    assert second.details == {"restaurant": "17", "reviewed_at": datetime(2025, 3, 2, tzinfo=UTC)}
    assert (first.warning, second.warning) == (None, None)


def test_a_workbook_is_known_by_its_bytes_whatever_its_name() -> None:
    assert judged(rows(workbook([["text"], ["Gut."]]), "a.csv")) == [(None, "Gut.")]


def test_a_cell_beyond_the_header_fails_its_row() -> None:
    found = rows(workbook([["id", "text"], [1, "Gut,", " aber teuer."], [2, "Fein."]]), "a.xlsx")
    assert judged(found) == [("2", "Fein.")]
    assert problems(found) == ["Row 2: a cell beyond the 2 columns of the header."]


def test_reviews_on_another_sheet_are_told_and_other_sheets_are_not() -> None:
    november = [["Text"], ["Kalt."]]
    data = workbook([["text"], ["Gut."]], Notizen=[["Wer", "Wann"], ["Anna", 3]], November=november, Leer=[["text"]])
    found = rows(data, "a.xlsx")
    assert judged(found) == [(None, "Gut.")]
    assert problems(found) == ["Sheet 'November': only sheet 'Sheet' is read; make it a file of its own."]


def test_what_stands_before_the_sheet_with_reviews_is_passed_over() -> None:
    data = workbook([["Bewertungen 2026"]], Leer=[], November=[["id", "Text"], [1, "Kalt."]])
    found = rows(data, "a.xlsx")
    assert judged(found) == [("1", "Kalt.")]
    assert problems(found) == []


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_after_those_that_people_see(state: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([["text"], ["Alt."]], November=[["text"], ["Kalt."]])))
    book["Sheet"].sheet_state, book.active = state, 1
    stream = io.BytesIO()
    book.save(stream)
    found = rows(stream.getvalue(), "a.xlsx")
    assert judged(found) == [(None, "Kalt.")]
    assert problems(found) == ["Sheet 'Sheet': only sheet 'November' is read; make it a file of its own."]


def charted(book: openpyxl.Workbook) -> bytes:
    chart = BarChart()
    chart.add_data(Reference(book.worksheets[0], min_col=1, min_row=1, max_row=2))
    book.create_chartsheet("Diagramm", 0).add_chart(chart)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_sheet_with_a_chart_is_none_of_reviews() -> None:
    data = charted(openpyxl.load_workbook(io.BytesIO(workbook([["text"], ["Gut."]]))))
    assert judged(rows(data, "a.xlsx")) == [(None, "Gut.")]


def test_a_workbook_of_charts_alone_says_so() -> None:
    book = openpyxl.load_workbook(io.BytesIO(charted(openpyxl.Workbook())))
    book.remove(book.worksheets[0])
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(BadInput, match="charts only"):
        rows(stream.getvalue(), "a.xlsx")


def test_a_column_that_is_named_chooses_the_sheet_that_has_it() -> None:
    data = workbook([["Kommentar"], ["Gut."]], November=[["Bewertung"], ["Kalt."]])
    source = Source.of(io.BytesIO(data), "a.xlsx", columns=Columns(text="Bewertung"))
    assert judged(list(source.rows())) == [(None, "Kalt.")]


def test_a_sheet_without_a_header_says_that_its_first_row_is_empty() -> None:
    with pytest.raises(BadInput, match=r"There is no column 'text'; the first row is empty\."):
        rows(workbook([]), "a.xlsx")


def test_a_formula_without_its_value_is_no_review_without_a_text() -> None:
    found = rows(workbook([["id", "text"], [1, '="Gut."'], ["=A2", "Kalt."], [3, None], [4, None]]), "a.xlsx")
    assert [(row.identity, row.text) for row in found] == [("1", None), ("=A2", "Kalt."), ("3", None), ("4", None)]
    assert problems(found) == [
        'Row 2: its text is the formula ="Gut." without a value; open the file in Excel and save it.'
    ]


@pytest.mark.parametrize("error", ["#NAME?", "#REF!", "#N/A"])
def test_an_error_of_excels_instead_of_a_text_fails_its_row(error: str) -> None:
    found = rows(workbook([["id", "text"], [1, error], [2, f"{error} stand auf der Karte."]]), "a.xlsx")
    assert judged(found) == [("2", f"{error} stand auf der Karte.")]
    assert problems(found) == [f"Row 2: its text is Excel's error {error}."]


def test_what_excel_spells_out_of_a_text_is_read_as_it_was() -> None:
    assert judged(rows(workbook([["text"], ["Gut._x000D_\nNa ja_x0009_x000D"]]), "a.xlsx")) == [
        (None, "Gut.\r\nNa ja\tx000D")
    ]


#: A value of each type that a column of Parquet may have, or two: what Python holds, and what it does not.
TYPES: list[tuple[Any, Any]] = [
    *((pyarrow.timestamp(unit, zone), 2**62) for unit in ("ms", "us", "ns") for zone in (None, "Europe/Berlin")),
    *((pyarrow.timestamp(unit), -(2**62)) for unit in ("ms", "us", "ns")),
    *((pyarrow.duration(unit), 2**62) for unit in ("s", "ms", "us", "ns")),
    (pyarrow.timestamp("ns"), 1), (pyarrow.duration("ns"), 1), (pyarrow.time64("ns"), 1), (pyarrow.time32("s"), 1),
    (pyarrow.date32(), 10**7), (pyarrow.date32(), 0), (pyarrow.date64(), 10**15),
    (pyarrow.float64(), float("nan")), (pyarrow.float64(), float("inf")), (pyarrow.float32(), 1.5),
    (pyarrow.uint64(), 2**64 - 1), (pyarrow.bool_(), True), (pyarrow.decimal128(20, 2), Decimal("1.50")),
    (pyarrow.binary(), b"\xff\x00"), (pyarrow.binary(16), bytes(range(16))), (pyarrow.large_string(), "x"),
    (pyarrow.list_(pyarrow.float64()), [float("nan"), 1.0]), (pyarrow.struct({"x": pyarrow.date32()}), {"x": 0}),
    (pyarrow.map_(pyarrow.string(), pyarrow.int64()), [("x", 1)]), (pyarrow.null(), None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), TYPES, ids=lambda value: str(value)[:30])
def test_a_column_of_any_type_beside_the_texts_costs_no_review(kind: Any, value: Any) -> None:
    column = pyarrow.array([value, None], kind)
    names = ("id", "restaurant", "date", "language", "author_id", "more")
    data = parquet({"text": ["Gut.", "Kalt."], **dict.fromkeys(names, column)})
    columns = Columns(metadata=("more",))
    found = list(Source.of(io.BytesIO(data), "a.parquet", columns=columns).rows())
    assert [row.text for row in found] == ["Gut.", "Kalt."]
    assert [chunk.sent(2) for chunk in chunks(found)] == [2]


def test_ids_of_parquet_are_as_people_write_them() -> None:
    ids = {
        "1.50": Decimal("1.50"), "1": 1.0, "00ff": b"\x00\xff", "03:04:00": time(3, 4),
        "1 day, 0:00:00": timedelta(days=1),
    }  # fmt: skip
    for written, value in ids.items():
        assert [row.identity for row in rows(parquet({"text": ["Gut."], "id": [value]}), "a.parquet")] == [written]


@pytest.mark.parametrize("name", ["a.xlsx", "a.xlsm", "a.parquet"])
@pytest.mark.parametrize("data", [b"", b"text\nGut.\n"])
def test_what_is_no_table_in_spite_of_its_name_is_told(name: str, data: bytes) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        rows(data, name)


def test_a_table_in_text_that_is_named_for_excel_is_read() -> None:
    assert judged(rows("id\ttext\n1\tSchön.\n".encode("utf-16"), "a.xls")) == [("1", "Schön.")]


def test_an_archive_is_no_workbook() -> None:
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("reviews.csv", "text\nGut.\n")
    with pytest.raises(BadInput, match="no Excel workbook: unpack it"):
        rows(stream.getvalue(), "reviews.zip")


def test_a_parquet_table_is_read() -> None:
    data = parquet({"stars": [5, 1, 3], "id": [1, 2, None], "text": ["Gut,\naber „teuer“.", None, "Nett."]})
    assert [(row.identity, row.text) for row in rows(data, "a.parquet")] == [
        ("1", "Gut,\naber „teuer“."), ("2", None), (None, "Nett."),
    ]  # fmt: skip


def test_texts_that_parquet_has_as_bytes_are_read_when_they_are_utf_8() -> None:
    found = rows(parquet({"text": [b"sch\xc3\xb6n", b"sch\xf6n"]}), "a.parquet")
    assert judged(found) == [(None, "schön")]
    assert problems(found) == ["Row 2: its text is bytes that are not UTF-8."]


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet"])
def test_a_damaged_table_is_bad_input(name: str) -> None:
    data = workbook(TABLE) if name == "a.xlsx" else parquet({"text": ["Gut."] * 50})
    with pytest.raises(BadInput, match="cannot be read"):
        rows(data[: len(data) // 2], name)


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet"])
def test_a_table_without_a_column_of_texts_is_told_what_it_has(name: str) -> None:
    data = workbook([["id", "x"], [1, "Gut."]]) if name == "a.xlsx" else parquet({"id": [1], "x": ["Gut."]})
    with pytest.raises(BadInput, match=r"the columns are 'id', 'x'\. Say which one has the reviews with --text-column"):
        rows(data, name)


@pytest.mark.parametrize(("library", "name"), NAMES.items())
def test_a_library_that_is_not_installed_is_named(library: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # What `import` looks up first: None is a module that cannot be had.
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(BadInput, match=f"pip install {library}"):
        rows({"a.xlsx": b"PK\x03\x04", "a.parquet": b"PAR1"}[name], name)


@pytest.mark.parametrize("name", NAMES.values())
def test_an_encoding_for_what_is_no_text_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="no encoding"):
        rows({"a.xlsx": b"PK\x03\x04", "a.parquet": b"PAR1"}[name], name, encoding="utf-8")


@pytest.mark.parametrize(("data", "what"), FOREIGN.items())
def test_what_is_no_table_of_these_is_told_what_helps(data: bytes, what: str) -> None:
    with pytest.raises(BadInput, match=re.escape(f"a.csv is {what}.")):
        rows(data + b"rest", "a.csv")


def test_merged_cells_hold_for_all_of_their_rows_but_no_text_does() -> None:
    book = openpyxl.Workbook()
    for row in (
        ["Bewertungen"], ["id", "date", "restaurant", "text", "note"], [1, "1.3.2025", "krone", "Gut.", "a"],
        [2, None, None, "Kalt.", None], [3, "2.3.2025", None, None, None], [4, None, "adler", "Toll.", None],
    ):  # fmt: skip
        book.active.append(row)
    for merged in ("A1:E1", "C3:C5", "B3:B4", "D4:D5", "B5:B6", "E3:E4"):
        book.active.merge_cells(merged)
    stream = io.BytesIO()
    book.save(stream)
    found = list(Source.of(stream, "a.xlsx", columns=Columns(metadata=("note",))).rows())
    assert judged(found) == [("1", "Gut."), ("2", "Kalt."), ("4", "Toll.")]
    first, second = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 2, tzinfo=UTC)
    assert [dict(row.details) for row in found if row.text] == [
        {"reviewed_at": first, "restaurant": "krone", "metadata": {"note": "a"}},
        {"reviewed_at": first, "restaurant": "krone", "metadata": {"note": "a"}},
        {"reviewed_at": second, "restaurant": "adler"},
    ]


def test_merged_cells_of_a_sheet_of_any_length_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    for row in (["restaurant", "text"], ["krone", "Gut."], *([None, f"Kalt {n}."] for n in range(50))):
        book.active.append(row)
    book.active.merge_cells("A2:A52")
    stream = io.BytesIO()
    book.save(stream)
    for piece in (1, 70, 2**20):
        monkeypatch.setattr("kritiq_client.bulk.merged_cells._PIECE", piece)
        assert {row.details["restaurant"] for row in rows(stream.getvalue(), "a.xlsx")} == {"krone"}
