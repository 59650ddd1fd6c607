"""However long a line or a row is, the others are read, and it takes no more memory than one may."""

import io
from itertools import chain, islice, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kritiq_client.bulk import json_documents, tables
from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.csv_rows import csv_records
from kritiq_client.bulk.records import BadInput, Record, Unreadable
from kritiq_client.bulk.text_reading import MOST_LINE, lines_of
from tests.unit.client.files import judged, problems, rows
from tests.unit.client.test_tables import workbook

#: Of a column that holds no text.
LONG = b"a" * (MOST_LINE + 10)


@given(st.lists(st.text("ab ", max_size=9)), st.sampled_from(["\n", "\r"]), st.booleans(), st.integers(1, 6))
def test_lines_are_as_they_stand_there_and_long_ones_cut(texts: list[str], end: str, ended: bool, most: int) -> None:
    whole = end.join(texts) + (end if ended else "")
    source = io.TextIOWrapper(io.BytesIO(whole.encode()), newline=end)
    assert list(lines_of(source, end, most)) == [line[: most + 1] for line in whole.splitlines(keepends=True)]


def test_a_line_that_is_too_long_fails_alone() -> None:
    found = rows(b"id,text,x\n1,Gut.,a\n2,Fein.," + LONG + b"\n3,Kalt.,b\n")
    assert judged(found) == [("1", "Gut."), ("3", "Kalt.")]
    assert problems(found) == [f"Line 3: it has more than {MOST_LINE} characters."]
    found = rows(b'{"text": "Gut."}\n{"text": "Fein.", "x": "' + LONG + b'"}\n{"text": "Kalt."}\n')
    assert ([text for _, text in judged(found)], len(problems(found))) == (["Gut.", "Kalt."], 1)


def test_a_quote_that_is_never_closed_takes_no_more_than_a_row_may_have() -> None:
    # Without an end.
    lines = chain(["id,text,x\n", '1,"Offen,a\n'], repeat("2,Gut.," + "a" * 2**20 + "\n"))
    first, *others = islice(csv_records(lines, Columns()), 4)
    assert isinstance(first, Unreadable)
    assert first.problem.startswith("line 2: a quote is not closed")
    assert [other.text for other in others if isinstance(other, Record)] == ["Gut."] * 3


def test_a_value_of_a_document_that_is_too_long_ends_what_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_documents, "MOST_VALUE", 2**21)
    found = rows(b'[{"text": "Gut."},\n{"text": "' + b"a" * 2**23 + b'"}]')
    assert [text for _, text in judged(found)] == ["Gut."]
    assert problems(found) == ["Line 2: a value of more than 2097152 characters; what follows cannot be read."]


def test_a_workbook_that_unpacks_to_more_than_any_has_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook([["text"], ["Gut."]])
    assert [text for _, text in judged(rows(data, "a.xlsx"))] == ["Gut."]
    monkeypatch.setattr(tables, "MOST_UNPACKED", 1000)
    with pytest.raises(BadInput, match=r"unpacks to \d+ bytes; 1000 are most: divide it"):
        rows(data, "a.xlsx")


def test_of_a_workbook_without_reviews_the_sheet_with_a_table_is_told_of() -> None:
    data = workbook([["Bericht"]], Liste=[["Datum", "Meinung"], ["2025-03-01", "Gut."]])
    with pytest.raises(BadInput, match="the columns are 'Datum', 'Meinung'"):
        rows(data, "a.xlsx")
    assert judged(rows(data, "a.xlsx", text="Meinung")) == [(None, "Gut.")]
