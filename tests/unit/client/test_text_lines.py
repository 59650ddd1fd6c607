"""Plain text, one review a line; the cases that the console reads alike are in tests/unit/client/cases."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kritiq_client.bulk.records import BadInput
from tests.unit.client.files import Outcome, judged, problems, rows

#: No line end, nothing of what fills up files, and something that is seen.
LINES = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0\x1a\ufeff"), min_size=1).filter(str.strip)


@given(st.lists(LINES, min_size=1))
def test_lines_that_are_said_to_be_reviews_are_read_whatever_is_in_them(lines: list[str]) -> None:
    found = rows("\n".join(lines).encode(), "a.csv", form="txt")
    assert [row.text for row in found] == [line.strip() for line in lines]


@pytest.mark.parametrize(
    "table",
    [
        "Nr\tMeinung\n1\tGut, ja.\n2\tSchlecht.\n", "Nr.;Meinung;Sterne\n1;Gut, gern.;5\n2;Kalt.;1\n",
        '"Nr","Meinung"\n1,"Gut, ja."\n2,Kalt.\n', "Nr|Meinung\n1|Gut\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.txt", "-"])
def test_a_table_whose_text_has_an_unusual_name_is_asked_about_and_not_judged_with_its_ids(
    table: str, name: str
) -> None:
    with pytest.raises(BadInput, match=r"columns are 'Nr.*with --text-column NAME\. If each line is a review, say"):
        rows(table.encode(), name)
    assert len(judged(rows(table.encode(), name, text="Meinung"))) == table.count("\n") - 1


def test_a_column_or_a_delimiter_that_is_named_makes_it_a_table() -> None:
    data = b"Meinung\nGut.\n"
    assert judged(rows(data, "a.txt", text="Meinung")) == [(None, "Gut.")]
    with pytest.raises(BadInput, match="There is no column 'text'"):
        rows(data, "a.txt", delimiter=";")
    with pytest.raises(BadInput, match="no columns: name none"):
        rows(data, "a.txt", text="Meinung", form="txt")


def test_what_is_no_text_is_not_judged() -> None:
    picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06\nline\n"
    with pytest.raises(BadInput, match="There is no column 'text'"):
        rows(picture, "a.txt")
    assert judged(rows(picture, "-")) == []
    broken = b'{"text": "Gut."\n{"text": "Kalt."}\n'
    assert (judged(rows(broken, "a.txt")), len(problems(rows(broken, "a.txt")))) == ([(None, "Kalt.")], 1)


def test_that_lines_are_read_as_reviews_is_said(tmp_path: Path) -> None:
    found = Outcome(tmp_path, b"ESSEN TOP!\nGut, aber teuer.\n", "a.txt")
    assert (found.status, found.sent) == (0, ["ESSEN TOP!", "Gut, aber teuer."])
    assert "a.txt: each line is read as a review; --format csv reads a table." in found.output
