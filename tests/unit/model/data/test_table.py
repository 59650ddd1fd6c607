"""Tables, in files and in memory: which column is what, and the row that cannot be read."""

import csv
import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from model.data.labelled import from_table, read
from model.data.reading import read_file
from model.errors import DataError
from model.scheme import DEFAULT_SCHEME
from tests.unit.model.data.samples import found, run, written


@pytest.mark.parametrize(
    ("content", "columns", "expected"),
    [
        ("Satz,Essen\nGut,positive\n", ["text=Satz", "food=Essen"], [("Gut", {"food": "positive"})]),
        ("sep=;\ntext;food\nGut, ja;pos\n", [], [("Gut, ja", {"food": "positive"})]),
        ("text\tfood\tautor\nGut\tneg\tich\n", [], [("Gut", {"food": "negative"})]),
        ('text,aspects\n"Gut","{""food"": ""positive""}"\n', [], [("Gut", {"food": "positive"})]),
        (
            "text,category,polarity\nGut,food,positive\nGut,price,negative\nNaja,food,neutral\n", [],
            [("Gut", {"food": "positive", "price": "negative"}), ("Naja", {"food": "neutral"})],
        ),
        ('text,food\n"Zwei\nZeilen",positive\n', [], [("Zwei\nZeilen", {"food": "positive"})]),
        ("text,food\nGut,positive,,\nMies,negative\n", [],
         [("Gut", {"food": "positive"}), ("Mies", {"food": "negative"})]),
        ("text,food,price\nGut,1.0,\nMies,-1.0,0.0\n", [],
         [("Gut", {"food": "positive"}), ("Mies", {"food": "negative", "price": "neutral"})]),
    ],
)  # fmt: skip
def test_tables_are_read_by_mapped_columns(tmp_path: Path, content: str, columns: list[str], expected: object) -> None:
    arguments = [part for pair in columns for part in ("--column", pair)]
    result = run("convert", written(tmp_path, content), tmp_path / "out.jsonl", *arguments)
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(row["text"], row["aspects"]) for row in rows] == expected


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('text,food\n"Gut,positive\nNaja,neutral\n', "data:2: no table"),
        ("text,food\nGut,super\n", "data:2: food: the polarity 'super'"),
        ("text,foo\nGut,positive\n", "data:1: no column is named after an aspect"),
        ("a,b\nGut,positive\n", "data:1: which column is the text"),
        (
            'text;aspects\nGut;"{""food"": ""positive"", ""food"": ""none""}"\n',
            "data:2: the member 'food' stands there twice",
        ),
        ("text,food\nGut,positive,ja\n", "data:2: 3 fields under a header of 2"),
        ("text,food\nGut\n", "data:2: 1 fields under a header of 2"),
        ("text,food,Food\nGut,positive,negative\n", "data:1: there are 2 columns 'food': which one is meant"),
        ("Text,food,text\nGut,positive,Kalt\n", "data:1: there are 2 columns 'Text': which one is meant"),
        ("\ntext,food\nGut,positive\n", "data:1: which column is the text"),
        pytest.param(f"text,{'x' * 200_000}\nGut,a\n", "data:1: no table: field larger than", id="endless header"),
    ],
)
def test_tables_that_cannot_be_read_say_where(tmp_path: Path, content: str, named: str) -> None:
    with pytest.raises(DataError, match=named):
        read_file(written(tmp_path, content), form="csv")


def test_a_quote_that_stands_in_a_field_costs_its_own_row(tmp_path: Path) -> None:
    content = 'text,food\nGut,positive\n"Super" sagte er,positive\n"Zwei\nZeilen",negative\nMies,schlimm\n'
    reading = read_file(written(tmp_path, content))
    assert found(reading) == [("Gut", {"food": "positive"}), ("Zwei\nZeilen", {"food": "negative"})]
    assert [(each.line, each.message[:18]) for each in reading.problems] == [
        (3, "no row of a table:"),
        (6, "food: the polarity"),
    ]


OPINIONS = [("Gut", "food", "positive"), ("Gut", "price", "negative"), ("Naja", "food", "neutral")]


@pytest.mark.parametrize("rows", list(permutations(OPINIONS)))
def test_opinions_on_one_text_are_one_sentence_wherever_they_stand(
    tmp_path: Path, rows: tuple[tuple[str, str, str], ...]
) -> None:
    content = "text,category,polarity\n" + "".join(",".join(row) + "\n" for row in rows)
    assert sorted(found(read_file(written(tmp_path, content)))) == [
        ("Gut", {"food": "positive", "price": "negative"}),
        ("Naja", {"food": "neutral"}),
    ]


def test_an_opinion_that_is_none_is_named_with_its_own_line(tmp_path: Path) -> None:
    content = "text,category,polarity\nNaja,food,neutral\nGut,food,positive\nGut,price,super\n"
    reading = read_file(written(tmp_path, content))
    assert found(reading) == [("Naja", {"food": "neutral"})]
    assert [each.line for each in reading.problems] == [4]


def test_columns_that_nothing_is_read_from_are_named(tmp_path: Path) -> None:
    """A table that is half understood would teach that its other aspects are never spoken of."""
    reading = read_file(written(tmp_path, "Nr,Bewertung,Essen,Service\n1,Gut,positive,negative\n"))
    assert found(reading) == [("Gut", {"service": "negative"})]
    assert [line.partition(": ")[2] for line in reading.report()] == ["columns that nothing is read from: Nr, Essen"]


def test_a_header_that_never_ends_is_refused_whatever_else_the_process_has_read(tmp_path: Path) -> None:
    csv.field_size_limit(2**31 - 1)
    with pytest.raises(DataError, match="no table: field larger than"):
        read_file(written(tmp_path, f"text,{'x' * 200_000}\nGut,a\n"), form="csv")


class Frame:
    """What pandas' and polars' DataFrames have in common with what is read of them."""

    def __init__(self, rows: list[dict[str, Any]], kind: str) -> None:
        self.columns = list(rows[0])
        if kind == "polars":
            self.iter_rows = lambda named: iter(rows)
        else:
            self.to_dict = lambda orient: rows


ROWS = [{"text": "Gut", "food": "positive", "price": None}, {"text": "Naja", "food": float("nan"), "price": "none"}]


@pytest.mark.parametrize("make", [lambda r: Frame(r, "polars"), lambda r: Frame(r, "pandas"), list, iter])
def test_tables_in_memory_are_read(make: Any) -> None:
    read_rows = from_table(make(ROWS))
    assert [(example.text, example.aspects) for example in read_rows] == [("Gut", {"food": "positive"}), ("Naja", {})]


@pytest.mark.parametrize("library", ["pandas", "polars", "datasets"])
def test_the_real_libraries_are_read_where_they_are(library: str) -> None:
    module = pytest.importorskip(library)
    rows = {"text": ["Gut", "Naja"], "aspects": ['{"food": "positive"}', "{}"]}
    table = module.Dataset.from_dict(rows) if library == "datasets" else module.DataFrame(rows)
    assert from_table(table)[0].aspects == {"food": "positive"}


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([{"text": "Gut", "food": "super"}], "row 0: food: the polarity 'super'"),
        ([{"text": "Gut", "food": 3}], "row 0: food: the polarity 3"),
        ([{"text": "Gut", "food": True}], "row 0: food: the polarity True"),
        ([{"text": float("nan"), "food": "positive"}], "row 0: the text is float, not a text"),
        ([{"text": "Gut", "aspects": '{"food": "none", "food": "positive"}'}], "row 0: the member 'food' stands there"),
        ([{"text": 5, "food": "positive"}], "row 0"),
        ([{"body": "x", "food": "positive"}], "row 0: there is no column 'text'"),
        ([{"text": "Gut"}], "row 0: neither a column `aspects`"),
        (["Gut"], "row 0: a str, not a mapping"),
        ([], "no label in 0 rows"),
        ("data.csv", "name of a file"),
        (None, "not a NoneType"),
    ],
)
def test_other_tables_are_refused_with_their_row(rows: Any, named: str) -> None:
    with pytest.raises(DataError, match=named):
        from_table(rows)


class NotAvailable:
    """As `pandas.NA`: compared with anything it is itself again, and no truth."""

    def __ne__(self, other: object) -> "NotAvailable":  # type: ignore[override]
        return self

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


@pytest.mark.parametrize("missing", [None, float("nan"), NotAvailable()])
def test_what_is_missing_in_a_table_in_memory_is_no_opinion(missing: Any) -> None:
    labelled = {"text": "Gut", "aspects": '{"food": "positive"}'}
    assert [example.aspects for example in from_table([labelled, {"text": "Naja", "aspects": missing}])][1] == {}
    [example] = from_table([{"text": "Gut", "food": "positive", "price": missing}])
    assert example.aspects == {"food": "positive"}


def test_columns_are_refused_for_what_is_no_table(tmp_path: Path) -> None:
    data = tmp_path / "a.jsonl"
    data.write_text('{"text": "Gut", "aspects": {"food": "positive"}}\n', encoding="utf-8")
    assert len(read_file(data).examples) == 1
    with pytest.raises(DataError, match="is jsonl: only a table"):
        read_file(data, columns={"text": "text"})
    with pytest.raises(DataError, match="JSON lines have no columns to name"):
        read([data], DEFAULT_SCHEME, columns={"food": "Essen"})
    table = written(tmp_path, "text,Essen\nGut,positive\n", "b.csv")
    assert len(read([data, table], DEFAULT_SCHEME, columns={"food": "Essen"})) == 2


@pytest.mark.parametrize("one", [1, 1.0, "1"])
def test_numbers_mean_in_a_table_in_memory_what_they_mean_in_a_file(one: Any) -> None:
    assert from_table([{"text": "Gut", "food": one}])[0].aspects == {"food": "positive"}
