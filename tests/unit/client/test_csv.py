"""CSV: every row is read exactly, or fails by its line; none is cut, merged with another, or lost."""

import csv
import io
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kritiq_client.bulk.records import BadInput
from tests.unit.client.files import Outcome, judged, problems, rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_tells_the_delimiter(delimiter: str) -> None:
    text = f'id{delimiter}text\r\n7{delimiter}Gut.\r\n8{delimiter}"Zwei\r\nZeilen; ""so"""\r\n\r\n9{delimiter}\r\n'
    assert [(row.identity, row.text) for row in rows(text.encode())] == [
        ("7", "Gut."), ("8", 'Zwei\r\nZeilen; "so"'), ("9", None),
    ]  # fmt: skip


def test_a_file_of_one_column_has_no_delimiter() -> None:
    data = b"text\nGut, aber teuer.\nNett; ruhig|hell\tfein.\n\n"
    assert [row.text for row in rows(data)] == ["Gut, aber teuer.", "Nett; ruhig|hell\tfein."]


def test_the_delimiter_that_finds_the_text_wins_over_the_more_frequent_one() -> None:
    assert judged(rows(b"id;text;Ort, Strasse, Land\n1;Gut, so.;Ulm, Gasse, DE\n")) == [("1", "Gut, so.")]
    assert judged(rows(b"nr,Kommentar, lang\n1,Gut.,x\n", text="Kommentar")) == [(None, "Gut.")]


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;", '"sep=;";;'])
def test_excels_first_line_names_the_delimiter(line: str) -> None:
    data = f'\ufeff{line}\r\nid;text\r\n1;"Gut, aber teuer."\r\n2;"Laut; zu laut."\r\n'.encode()
    assert judged(rows(data)) == [("1", "Gut, aber teuer."), ("2", "Laut; zu laut.")]


def test_a_header_may_have_line_breaks_in_its_names() -> None:
    data = b'id,"Bewertung\n(Text)",text\n1,x,"Gut."\n2,y,"Schlecht."\n'
    assert judged(rows(data)) == [("1", "Gut."), ("2", "Schlecht.")]
    assert judged(rows(data, text="Bewertung\n(Text)")) == [("1", "x"), ("2", "y")]


def test_a_name_is_found_however_its_spaces_and_letters_are_made() -> None:
    data = 'id,"Küche\r\n(Text)",\u200btext\u00a0\r\n1,x,"Gut."\r\n'.encode()
    assert judged(rows(data)) == [("1", "Gut.")]
    decomposed = unicodedata.normalize("NFD", "Küche (Text)")
    assert judged(rows(data, text="Küche\n(Text)")) == judged(rows(data, text=decomposed)) == [("1", "x")]


@pytest.mark.parametrize("end", [b"\0" * 40, b"\x1a", b"\x1a\r\n", b"   \r\n", b"\x0c\r\n\t\r\n"])
def test_lines_in_which_nothing_stands_are_no_rows(end: bytes) -> None:
    assert [(row.identity, row.text, row.problem) for row in rows(b"id,text\r\n1,Gut.\r\n" + end)] == [
        ("1", "Gut.", None)
    ]


def test_lines_that_were_ended_twice_are_lines() -> None:
    data = b'id,text\r\r\n1,"Gut,\r\r\nja."\r\r\n2,Kalt.\r\r\n'
    assert judged(rows(data)) == [("1", "Gut,\r\nja."), ("2", "Kalt.")]


@pytest.mark.parametrize("name", ["-", "reviews", "reviews.dat"])
@pytest.mark.parametrize("text", ["id;text\n1;Gut, ja.\n", "sep=;\nid;text\n1;Gut, ja.\n"])
def test_a_table_without_a_name_that_says_so_is_told_by_its_header(name: str, text: str) -> None:
    assert judged(rows(text.encode(), name)) == [("1", "Gut, ja.")]


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE html><html></html>", "<html></html>", '<?xml version="1.0"?><a/>', '<HTML xmlns:o="x">',
        "\ufeff\n <table border=1><tr><td>id;text</td></tr>", "<meta charset=utf-8>\n<table>", "MIME-Version: 1.0\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.json", "-"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_page_is_no_table_and_that_is_said(head: str, name: str, encoding: str) -> None:
    with pytest.raises(BadInput, match=r"XML|HTML"):
        rows(head.encode(encoding), name)


@pytest.mark.parametrize("name", ["Kommentar", "BEWERTUNGSTEXT", "Review Text", "review_text", "Rezension"])
def test_the_text_is_found_under_the_names_that_exports_give_it(name: str) -> None:
    assert judged(rows(f"Name;Sterne;{name}\nAnna;5;Gut.\n".encode())) == [(None, "Gut.")]
    assert judged(rows(json.dumps([{name: "Gut."}]).encode(), "a.json")) == [(None, "Gut.")]
    if name != "Kommentar":
        # Then a comment is what the owner says.
        assert judged(rows(f"Kommentar;comment;{name}\nDanke;Danke;Gut.\n".encode())) == [(None, "Gut.")]


@pytest.mark.parametrize("above", ["Bewertungen", "Export vom 1.2.2026\n\n", "Restaurant;Zur Post\nZeitraum;Januar\n;"])
def test_a_title_above_the_header_is_none_of_its_rows(above: str) -> None:
    found = rows(f'{above}\nid;date;text\n7;2026-01-02;Das Essen war gut.\n8;;"Gut; teuer"\n9;\n'.encode())
    assert judged(found) == [("7", "Das Essen war gut."), ("8", "Gut; teuer")]
    assert problems(found) == [f"Line {above.count(chr(10)) + 5}: 2 fields, but the header has 3."]


def test_no_row_is_taken_for_a_title() -> None:
    # Three cells in the first line: a header without a text, and not what stands above one.
    with pytest.raises(BadInput, match="the columns are 'nr', 'tag', 'was'"):
        rows(b"nr;tag;was\n1;2026;gut\nid;date;text\n")
    # A word by itself is no header.
    with pytest.raises(BadInput, match="There is no column 'text'"):
        rows(b"Das Essen war gut.\ntext\nSchlecht.\n")


@pytest.mark.parametrize(
    "text",
    [
        # Narrower than the table; filled up to its width, with nothing where the texts stand; and apart from it.
        "Bewertungen;Zur Post;Januar 2026\nid;date;stars;text\n7;;5;Gut.\n",
        "Bewertungen;Zur Post;Januar 2026;;\nid;date;x;text;y\n7;;5;Gut.;\n",
        "Bewertungen;Zur Post;Januar 2026\n\nid;date;text\n7;;Gut.\n",
        # A quote that is closed wrongly, or not at all.
        '"Zur Post" Bewertungen\nid;text\n7;Gut.\n',
        '"Zur Post\nid;text\n7;Gut.\n',
        # What names the delimiter stands below it.
        "Bewertungen\nsep=;\nid;text\n7;Gut.\n",
        "Bewertungen\n\nsep=^\nid^text\n7^Gut.\n",
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.json", "-"])
def test_a_title_that_can_be_told_from_reviews_is_passed_over(text: str, name: str) -> None:
    found = rows(text.encode(), name)
    assert (judged(found), problems(found)) == ([("7", "Gut.")], [])


@pytest.mark.parametrize(
    ("above", "header"),
    [
        # A table that somebody sorted, header and all; and two tables one behind the other.
        ("1;Gut.\n2;Kalt.", "id;text"),
        ("1;2026-01-01;Gut.", "id;date;text"),
        ("nr;was\n1;Gut.\n2;Kalt.\n", "id;text;x"),
        ("name;was\nAnna;Das Essen war gut.\n", "id;text;x"),
        ("Bewertungen;Zur Post;Januar 2026", "id;date;text"),
        ("nr;tag;was\n1;2026;gut\n", "id;date;text;x"),
        # A row of another table, in which a name of the text is what is said of each review.
        ("art;inhalt\n", "Rezension;gut"),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.json", "-"])
def test_what_may_be_a_review_is_no_title_and_it_is_said_what_to_do(above: str, header: str, name: str) -> None:
    line = above.count("\n") + 2
    with pytest.raises(BadInput, match=f"Line {line} looks like the header: if .* only a title, delete that"):
        rows(f"{above}\n{header}\n7;Gut;Gut;Gut\n".encode(), name)


@given(
    cells=st.lists(st.lists(st.sampled_from(["", "1", "r7", "Gut.", "Das Essen war gut."]), min_size=3, max_size=3),
                   min_size=1, max_size=4),
)  # fmt: skip
def test_no_review_above_its_header_is_lost(cells: list[list[str]]) -> None:
    # Sorted, a table may begin with its rows. One cell by itself is no review beside an id and a date.
    assume(all(map(any, cells)) and any(row[2] and (row[0] or row[1]) for row in cells))
    above = "".join(";".join(row) + "\n" for row in cells)
    with pytest.raises(BadInput):
        rows(f"{above}id;date;text\n7;;Gut.\n".encode())


@pytest.mark.parametrize(("text", "more"), [("id;text\n", {"delimiter": "|"}), ("sep=|\nid;text\n", {})])
def test_a_delimiter_that_the_header_does_not_have_is_told(text: str, more: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="the columns are 'id;text'"):
        rows(f"{text}7;Gut.\n".encode(), **more)


@pytest.mark.parametrize(
    ("header", "row"), [("text;", "Gut; ja"), ("id;text;;", "7;Gut; ja"), ("id;text; ", "7;Gut; ja;")]
)
def test_no_text_is_cut_where_a_delimiter_ends_the_header(header: str, row: str) -> None:
    found = rows(f"{header}\n{row}\n".encode())
    assert (judged(found), len(problems(found))) == ([], 1)
    assert judged(rows(f"{header}\n{row.split('; ')[0]};\n".encode()))[0][1] == "Gut"


def test_a_table_that_is_called_json_is_a_table() -> None:
    assert judged(rows(b"id,text\n7,Gut.\n", "a.json")) == [("7", "Gut.")]
    assert not judged(rows(b"id,text\n7,Gut.\n", "a.csv", form="jsonl"))


def test_columns_can_be_named_and_a_wrong_name_is_told_the_right_ones() -> None:
    assert judged(rows(b"nr,id,Bewertung\n1,x,Gut.\n", text="Bewertung", identity="nr")) == [("1", "Gut.")]
    assert judged(rows(b"ID, Text\n1, Gut.\n")) == [("1", "Gut.")]
    with pytest.raises(BadInput, match="There is no column 'text'; the columns are 'nr', 'id', 'Bewertung'"):
        rows(b"nr,id,Bewertung\n1,x,Gut.\n")
    with pytest.raises(BadInput, match="There is no column 'nr'"):
        rows(b"id,text\n1,Gut.\n", identity="nr")
    with pytest.raises(BadInput, match="2 columns 'text'"):
        rows(b"text,text\nGut.,Schlecht.\n")
    with pytest.raises(BadInput, match="no header"):
        rows(b"")


def test_a_space_behind_each_delimiter_is_no_part_of_a_field() -> None:
    assert judged(rows(b'id, "text"\n1, "Gut, aber teuer."\n')) == [("1", "Gut, aber teuer.")]


def test_a_row_with_other_fields_than_the_header_fails_by_its_line() -> None:
    found = rows(b'id,text\n1,Gut, aber teuer.\n2,"Fein."\n3\n4,Nett.,,\n5,"Zwei\nZeilen.",x\n6,Laut.\n')
    assert judged(found) == [("2", "Fein."), ("4", "Nett."), ("6", "Laut.")]
    assert problems(found) == [
        "Line 2: 3 fields, but the header has 2.",
        "Line 4: 1 field, but the header has 2.",
        "Lines 6 to 7: 3 fields, but the header has 2.",
    ]


def test_a_row_with_a_delimiter_too_many_keeps_the_id_that_stands_before_its_text() -> None:
    assert [row.identity for row in rows(b"id,text\n1,Gut, aber teuer.\n2\n")] == ["1", None]
    assert [row.identity for row in rows(b"text,id\nGut, aber teuer.,1\n")] == [None]


@pytest.mark.parametrize(
    ("body", "good", "bad"),
    [
        # A typographic quote closes nothing: the next row is not swallowed.
        ('1,"Das Essen war gut.”\n2,"Schlecht."\n3,"Fair."\n', ["2", "3"], ["Line 2"]),
        ('1,Fein.\n2,"Schlecht.\n', ["1"], ["Line 3"]),
        ('1,"Das "Essen" war gut."\n2,Fein.\n', ["2"], ["Line 2"]),
        # What follows a malformed text of several lines is not taken for rows of its own.
        ('1,"Das "Essen" war gut.\nAlso, wirklich.\nSehr gut"\n2,Fein.\n', ["2"], ["Lines 2 to 4"]),
        ('1,"Gut.\n2,Nett.\n3,"Laut.\n4,Fein.\n', ["2", "4"], ["Line 2", "Line 4"]),
        ('1,"Gut." \n2,Nett.\n', ["2"], ["Line 2"]),
    ],
)
def test_a_quote_that_is_not_closed_costs_its_own_row_only(body: str, good: list[str], bad: list[str]) -> None:
    found = rows(f"id,text\n{body}".encode())
    assert [identity for identity, _ in judged(found)] == good
    assert [problem.partition(":")[0] for problem in problems(found)] == bad


def test_a_text_beyond_what_csv_takes_by_itself_spoils_nothing_around_it() -> None:
    long = "Gut, sehr gut.\n" * 20_000
    assert len(long) > 131_072
    assert judged(rows(f'id,text\n1,Fein.\n2,"{long}"\n3,Nett.\n'.encode())) == [
        ("1", "Fein."), ("2", long), ("3", "Nett."),
    ]  # fmt: skip
    found = rows(f'id,text\n1,Fein.\n2,"{long * 5}"\n3,Nett.\n'.encode())
    assert [identity for identity, _ in judged(found)] == ["1", "3"]
    assert problems(found) == [f"Line 3: its text has {len(long) * 5} characters; 1048576 are most."]


def test_html_is_left_for_the_service() -> None:
    text = "<p>Gut.</p>K&auml;se &amp; Wein.<br/>&nbsp;&lt;3"
    assert judged(rows(f'id,text\n1,"{text}"\n'.encode())) == [("1", text)]


def test_bytes_that_are_no_text_cost_only_the_text_they_stand_in() -> None:
    data = "id,stars,text\n1,5,schön\n2,5,".encode() + b"sch\xf6n\nM\xfcller,5,Gut.\n4,f\xfcnf,Gut.\n"
    found = rows(data)
    assert judged(found) == [("1", "schön"), ("M\ufffdller", "Gut."), ("4", "Gut.")]
    assert [(row.identity, row.problem) for row in found if row.problem] == [
        ("2", "Line 3: bytes that are not text in the file's encoding; name another with --encoding.")
    ]


#: Texts of every character that a review can have; lone surrogates and NUL are none.
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
awkward = st.text(st.sampled_from('ab ,;|\t"\n\r\u2028\x85ß€'), max_size=12)
tables = st.lists(st.tuples(texts | awkward, texts | awkward), max_size=6)


@pytest.mark.parametrize(("end", "other"), [("\n", "\r"), ("\r", "\n"), ("\r\n", "\r")])
def test_a_line_break_of_another_kind_outside_of_quotes_cuts_no_text(end: str, other: str) -> None:
    found = rows(f"text{end}Gut.{other}Schlecht.{end}Fein.{end}".encode())
    assert judged(found) == [(None, "Fein.")]
    assert problems(found) == ["Line 2: a line break stands outside of quotes."]


def written(table: list[tuple[str, str]], **dialect: object) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, **dialect)  # type: ignore[arg-type]
    writer.writerows([("id", "text"), *table])
    return stream.getvalue()


@given(
    table=tables,
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    excel=st.booleans(),
)
def test_whatever_a_csv_writer_wrote_is_read_back_exactly(
    table: list[tuple[str, str]], delimiter: str, end: str, quoting: int, encoding: str, excel: bool
) -> None:
    # Python's writer quotes no line break but its own; a text that ends in another one cannot be read back.
    unquoted = {"\n": "\r", "\r": "\n"}.get(end, "") if quoting == csv.QUOTE_MINIMAL else ""
    assume(not (unquoted and any(unquoted in cell for row in table for cell in row)))
    text = written(table, delimiter=delimiter, lineterminator=end, quoting=quoting)
    data = (f"sep={delimiter}{end}{text}" if excel else text).encode(encoding)
    assert [(row.identity, row.text) for row in rows(data)] == [
        (name or None, text if text.strip() else None) for name, text in table
    ]


@given(column=st.lists(texts | awkward, max_size=6), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_a_single_column_is_read_back_exactly(column: list[str], quoting: int) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=quoting).writerows([["text"], *([text] for text in column)])  # type: ignore[arg-type]
    found = rows(stream.getvalue().encode())
    assert [row.text for row in found] == [text if text.strip() else None for text in column]


@given(table=tables, position=st.floats(0, 1), insert=st.sampled_from(['"', ",", "\n", '""', '"\n', ";", "x"]))
def test_a_damaged_file_gives_its_rows_or_an_error_with_a_line(
    table: list[tuple[str, str]], position: float, insert: str
) -> None:
    whole = written(table)
    body = whole.index("\n") + 1
    place = body + int(position * (len(whole) - body))
    damaged = whole[:place] + insert + whole[place:]
    found = rows(damaged.encode())
    exact = list(csv.reader(io.StringIO(damaged, newline=""), strict=False))
    assert all(problem.startswith(("Line ", "Lines ")) for problem in problems(found))
    if not problems(found):
        # No complaint: then it is a table, and everybody reads it alike.
        strict = list(csv.reader(io.StringIO(damaged, newline=""), strict=True))
        assert strict == exact
        assert [(row.identity or "", row.text) for row in found] == [
            (row[0], row[1] if row[1].strip() else None) for row in strict[1:] if row
        ]


@given(data=st.binary(max_size=80))
def test_any_bytes_are_rows_or_bad_input_and_never_a_traceback(data: bytes) -> None:
    for name in ("a.csv", "a.jsonl", "a.json"):
        try:
            found = rows(b"text\n" + data if name == "a.csv" else data, name)
        except BadInput:
            continue
        assert all((row.text is not None) + (row.problem is not None) <= 1 for row in found)


@pytest.mark.parametrize("above", ["Anna;Tolles Essen\n\n", "Zur Post\n", "Restaurant;Krone\nMonat;Mai\n\n"])
def test_what_is_passed_over_as_a_title_is_told(above: str, tmp_path: Path) -> None:
    run = Outcome(tmp_path, f"{above}id;text\n1;Gut.\n".encode(), "a.csv")
    assert run.sent == ["Gut."]
    assert "above the header, and nothing there is read as a review: '" + above.split("\n")[0] in run.output
    plain = tmp_path / "plain"
    plain.mkdir()
    assert "above" not in Outcome(plain, b"\n\nid;text\n1;Gut.\n", "a.csv").output


@pytest.mark.parametrize("empty", ["", " ", "\u00a0"])
def test_of_several_columns_that_may_have_the_text_each_row_has_the_first_that_is_filled(empty: str) -> None:
    found = rows(f"id;text;kommentar;comment\n1;{empty};{empty};Kalt.\n2;Gut.;Danke;Danke\n3;;{empty};\n".encode())
    assert [(row.identity, row.text) for row in found] == [("1", "Kalt."), ("2", "Gut."), ("3", None)]
    # Whoever names one means that one.
    assert judged(rows(b"id;text;comment\n1;;Danke\n2;Gut.;\n", text="text")) == [("2", "Gut.")]


@pytest.mark.parametrize(
    "name", ["Review Text", "review-text", "ReviewText", "REVIEW_TEXT", "review.text", "Review text:"]
)
def test_a_name_is_the_same_whatever_stands_between_its_words(name: str) -> None:
    found = rows(f"Review ID;{name};Created At;Restaurant-ID\n7;Gut.;2026-01-02;krone\n".encode())
    assert judged(found) == [("7", "Gut.")]
    assert (found[0].details["restaurant"], found[0].details["reviewed_at"].day) == ("krone", 2)


def test_columns_that_are_there_twice_and_so_are_not_read_are_told(tmp_path: Path) -> None:
    run = Outcome(tmp_path, b"id;date;date;text\n1;2025-01-01;2025-01-02;Gut.\n", "a.csv")
    assert run.sent == ["Gut."]
    assert "a.csv: there are 2 columns 'date', and none of them is read.\n" in run.output
    assert "nothing is read" not in run.output


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("Filiale", "the column 'Filiale'"),
        ("a;b;c;d;e;f;g", "the columns 'a', 'b', 'c', 'd', 'e' and 2 more"),
        ("restaurant; ", None),
    ],
)
def test_columns_that_nothing_is_read_of_are_told(more: str, told: str | None, tmp_path: Path) -> None:
    row = "krone" + ";" * more.count(";")
    run = Outcome(tmp_path, f"id;text;{more}\n1;Gut.;{row}\n".encode(), "a.csv")
    assert run.sent == ["Gut."]
    named = [line for line in run.output.splitlines() if "nothing is read" in line]
    assert named == ([f"{tmp_path / 'a.csv'}: nothing is read of {told}."] if told else [])


def test_of_very_many_columns_only_some_are_named() -> None:
    with pytest.raises(BadInput) as raised:
        rows(",".join(f"{n}{'x' * 100}" for n in range(1000)).encode() + b"\n")
    assert " and 980 more." in str(raised.value)
    assert len(str(raised.value)) < 2000
