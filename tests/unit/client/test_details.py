"""Restaurant, date, language and metadata of each entry of a file, as the service gets them."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kritiq_client.bulk.chunks import chunks
from kritiq_client.bulk.columns import Columns
from kritiq_client.bulk.details import moment_of
from kritiq_client.bulk.rows import Row
from kritiq_client.bulk.source import Source
from tests.unit.client.files import Outcome, problems


def rows(data: str, name: str = "a.csv", **columns: Any) -> list[Row]:
    """The rows of a file, with these columns."""
    return list(Source.of(io.BytesIO(data.encode()), name, columns=Columns(**columns)).rows())


def test_the_usual_columns_go_with_their_reviews() -> None:
    [first, second] = rows("id,text,restaurant,date,language,stars\n1,Gut.,krone,2025-03-01,de,5\n2,Schlecht.,,,,1\n")
    assert first.details == {"restaurant": "krone", "reviewed_at": datetime(2025, 3, 1, tzinfo=UTC), "language": "de"}
    assert (second.details, second.warning) == ({}, None)


def test_columns_with_other_names_are_named() -> None:
    [row] = rows(
        "Text;Haus;Tag;Spr;Sterne;Portal\nGut.;krone;1.3.2025;de;5;\n", text="Text", restaurant="Haus",
        reviewed_at="Tag", language="Spr", metadata=("Sterne", "Portal"),
    )  # fmt: skip
    assert row.details == {
        "restaurant": "krone", "reviewed_at": datetime(2025, 3, 1, tzinfo=UTC), "language": "de",
        "metadata": {"Sterne": "5"},
    }  # fmt: skip


def test_members_of_objects_are_the_same() -> None:
    line = (
        '{"text": "Gut.", "restaurant": 17, "createTime": "2025-03-01T10:00:00Z", "metadata": {"stars": 5, "x": [1.5]}}'
    )
    [row] = rows(line, "a.jsonl")
    assert row.details["restaurant"] == "17"
    assert row.details["reviewed_at"].isoformat() == "2025-03-01T10:00:00+00:00"
    assert row.details["metadata"] == {"stars": 5, "x": [1.5]}


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "9" * 5000])
def test_a_number_that_json_has_no_other_form_for_goes_along_as_it_is_written(number: str) -> None:
    [row] = found = rows(f'{{"text": "Gut.", "id": {number}, "metadata": {{"x": [{number}]}}}}', "a.jsonl")
    assert (row.identity, row.details["metadata"]) == (number, {"x": [number]})
    assert [chunk.sent(1) for chunk in chunks(found)] == [1]


def test_metadata_of_any_depth_costs_no_review() -> None:
    for depth in (100, 300, 600, 900, 10_000):
        line = f'{{"text": "Gut.", "metadata": {{"x": {"[" * depth}{"]" * depth}}}}}'
        found = rows(line, "a.jsonl")
        if found[0].problem is None:
            assert [chunk.sent(1) for chunk in chunks(found)] == [1]
            continue
        assert problems(found) == ["Line 1: nested too deeply."]


def test_what_cannot_be_used_costs_a_warning_and_no_review() -> None:
    [row] = rows("text,restaurant,date,language\nGut.,zur Krone,gestern,Deutsch\n")
    assert (row.text, row.details) == ("Gut.", {"restaurant": "zur Krone"})
    assert row.warning == (
        "Line 2: 'zur Krone' is no restaurant that the service takes; 'gestern' is no date; "
        "'Deutsch' is no language that the service takes."
    )


def test_a_column_that_is_named_has_to_be_there() -> None:
    for asked in ({"restaurant": "Haus"}, {"reviewed_at": "Tag"}, {"language": "Spr"}, {"metadata": ("Sterne",)}):
        with pytest.raises(Exception, match="There is no column"):
            rows("text\nGut.\n", **asked)


def test_a_usual_column_that_is_there_twice_is_not_looked_at() -> None:
    [row] = rows("text,date,date\nGut.,2025-03-01,2025-03-02\n")
    assert (row.details, problems([row])) == ({}, [])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-03-01", datetime(2025, 3, 1)),
        ("2025/03/01 10:00", datetime(2025, 3, 1, 10)),
        ("20250301", datetime(2025, 3, 1)),
        ("01.03.2025", datetime(2025, 3, 1)),
        ("1.3.2025, 10:30 Uhr", datetime(2025, 3, 1, 10, 30)),
        ("01.03.25", datetime(2025, 3, 1)),
        ("45717", datetime(2025, 3, 1)),
        (45717.4375, datetime(2025, 3, 1, 10, 30)),
        ("45717,4375", datetime(2025, 3, 1, 10, 30)),
        ("20250", None),
        (True, None),
        (" 1.3.2025 10:30:05 ", datetime(2025, 3, 1, 10, 30, 5)),
        ("2025-03-01T10:00:00.123456789", datetime(2025, 3, 1, 10, 0, 0, 123456)),
        ("31.2.2025", None),
        ("03/01/2025", None),
        ("1700000000", datetime(2023, 11, 14, 22, 13, 20)),
        ("1700000000500", datetime(2023, 11, 14, 22, 13, 20, 500_000)),
        ("170000000", None),
        (5, None),
    ],
)
def test_dates_are_read_as_people_write_them(written: object, meant: datetime | None) -> None:
    assert moment_of(written) == (meant and meant.replace(tzinfo=UTC))


def test_the_service_gets_what_goes_for_each_and_what_goes_for_all(tmp_path: Path) -> None:
    data = b"text,restaurant,date\nGut.,adler,2025-03-01\nSchlecht.,krone,\n"
    own = Outcome(tmp_path, data, "a.csv")
    assert own.service.reviews == [
        {"text": "Gut.", "restaurant": "adler", "reviewed_at": "2025-03-01T00:00:00+00:00"},
        {"text": "Schlecht.", "restaurant": "krone"},
    ]
    authors = b"text,author_id\nGut.,anna\nSchlecht.,\n"
    (tmp_path / "theirs").mkdir()
    theirs = Outcome(tmp_path / "theirs", authors, "a.csv").service.reviews
    assert [review.get("external_author") for review in theirs] == ["anna", None]
    # What the user says of all reviews goes before a column that nobody named.
    (tmp_path / "b").mkdir()
    for_all = Outcome(tmp_path / "b", data, "a.csv", "--restaurant", "krone")
    assert [review.get("restaurant") for review in for_all.service.reviews] == [None, None]
    assert for_all.service.options[0]["restaurant"] == "krone"
    (tmp_path / "c").mkdir()
    named = Outcome(tmp_path / "c", data, "a.csv", "--restaurant", "krone", "--restaurant-column", "restaurant")
    assert [review.get("restaurant") for review in named.service.reviews] == ["adler", "krone"]
