"""Encodings: what the file says itself, what somebody says, and what can be told from German."""

import io

import pytest

from kritiq_client.bulk.encoding import decode, encoding_of, opened
from kritiq_client.bulk.records import BadInput
from tests.unit.client.files import judged, problems, rows

GERMAN = "Die Käsespätzle waren köstlich – 5 € für so große Portionen, „süß“ war’s auch."


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_every_format_is_read_in_every_usual_encoding(name: str, encoding: str) -> None:
    written = {
        "a.csv": f"text\n{GERMAN}\n",
        "a.jsonl": f'{{"text": "{GERMAN}"}}\n',
        "a.json": f'[{{"text": "{GERMAN}"}}]',
    }
    if name == "a.csv":
        written[name] = f'text;id\n"{GERMAN}";1\n'
    assert [row.text for row in rows(written[name].encode(encoding), name)] == [GERMAN]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
def test_an_encoding_that_is_named_is_used_for_every_format(name: str) -> None:
    text = "Zupa była świetna."
    written = {"a.csv": f"text\n{text}\n", "a.jsonl": f'{{"text": "{text}"}}\n', "a.json": f'[{{"text": "{text}"}}]'}
    assert [row.text for row in rows(written[name].encode("cp1250"), name, encoding="cp1250")] == [text]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_wide_encoding_without_a_mark_is_recognized_by_its_zeros(encoding: str) -> None:
    assert judged(rows(f"id;text\n1;{GERMAN}\n".encode(encoding))) == [("1", GERMAN)]
    assert decode(f"„{GERMAN}“ 😍".encode(encoding)) == f"„{GERMAN}“ 😍"
    assert decode("A".encode(encoding)) == "A"


@pytest.mark.parametrize("text", ["Gut\0es Essen", "\0", "\0\0\0\0", f"{GERMAN}\0"])
@pytest.mark.parametrize("header", ["text\n1", "a;text\n1;", '{"text":"'])
def test_a_zero_in_a_text_makes_no_utf_16_of_it(header: str, text: str) -> None:
    assert encoding_of(io.BytesIO(f"{header}{text}".encode())).name == "utf-8"


@pytest.mark.parametrize("asked", ["utf-8", "utf-16-le"])
def test_a_mark_is_no_part_of_a_column_even_when_the_encoding_was_named(asked: str) -> None:
    assert judged(rows("\ufefftext\nGut.\n".encode(asked), encoding=asked)) == [(None, "Gut.")]


@pytest.mark.parametrize("word", ["schön", "Für", "Größe", "süß", "Très bon", "5 €", "„gut“", "Ä"])
def test_a_single_western_word_is_enough(word: str) -> None:
    found = encoding_of(io.BytesIO(f"text\n{word}\n".encode("cp1252")))
    assert (found.name, found.guessed) == ("cp1252", True)


def test_german_of_other_systems_and_other_alphabets_are_told_apart() -> None:
    assert encoding_of(io.BytesIO("text\nDas Mädchen grüßte schön.\n".encode("mac_roman"))).name == "mac_roman"
    assert encoding_of(io.BytesIO("text\nDas Mädchen grüßte schön.\n".encode("cp850"))).name == "cp850"
    russian = "text\nЕда была отличная, но обслуживание медленное и официант грубый.\n"
    assert encoding_of(io.BytesIO(russian.encode("cp1251"))).name == "cp1251"


def test_a_file_with_a_line_of_utf_8_is_utf_8_and_its_other_lines_are_broken() -> None:
    found = rows("text\nschön\n".encode() + "größer\n".encode("cp1252"))
    assert (judged(found), len(problems(found))) == ([(None, "schön")], 1)


def test_a_byte_that_the_encoding_does_not_have_fails_its_row() -> None:
    found = rows("id;text\n1;schön\n2;gro\x81\n".encode("latin-1"), encoding="cp1252")
    assert judged(found) == [("1", "schön")]
    assert [(row.identity, row.problem is not None) for row in found] == [("1", False), ("2", True)]


def test_a_utf_16_that_breaks_off_is_said_to_be_broken() -> None:
    with pytest.raises(BadInput, match=r"not utf-16: .*truncated"):
        rows("text\nGut.\n".encode("utf-16")[:-1])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_single_text_is_decoded_without_its_mark(encoding: str) -> None:
    assert decode(f"{GERMAN}\n".encode(encoding)) == f"{GERMAN}\n"


def test_a_single_text_that_is_not_in_its_encoding_is_refused() -> None:
    with pytest.raises(BadInput, match="not utf-8"):
        decode("schön".encode("cp1252"), "utf-8")


def test_a_file_that_is_closed_while_it_is_read_is_no_fault_of_its_own() -> None:
    """As when a run is stopped: nothing is said beside that."""
    file = io.BytesIO(b"text\nGut.\nSchlecht.\n")
    text = opened(file, encoding_of(file))
    text.__enter__()
    file.close()
    assert not text.__exit__(None, None, None)


def test_the_euro_of_latin_9_is_told_from_other_encodings() -> None:
    assert [row.text for row in rows("text\nFür 5 € sehr schön.\n".encode("iso8859-15"))] == ["Für 5 € sehr schön."]


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
@pytest.mark.parametrize("text", ["Schöne Größe.", "Die Bedienung war schön müde", "Käse"])
def test_german_of_dos_is_told_from_that_of_old_macs(text: str, encoding: str) -> None:
    found = rows(f"id;text\n1;{text}\n".encode(encoding), "a.csv")
    assert judged(found) == [("1", text)]
