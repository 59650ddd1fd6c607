"""Labelled data as others write them: tolerant by line, named by line, never silently empty."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.cli import data as cli_data
from model.data import dataset
from model.data.formats import FORMATS
from model.data.labelled import read
from model.data.reading import read_file
from model.errors import DataError
from model.scheme import DEFAULT_SCHEME
from tests.unit.model.data.samples import SAMPLES, SEMEVAL14, found, run, written


@pytest.mark.parametrize("form", SAMPLES)
def test_every_format_is_told_and_read(tmp_path: Path, form: str) -> None:
    content, expected = SAMPLES[form]
    reading = read_file(written(tmp_path, content))
    assert reading.form == form
    assert found(reading) == expected


def test_the_command_knows_every_format() -> None:
    assert set(cli_data.FORMATS) == set(FORMATS)


@pytest.mark.parametrize(
    "content",
    [
        b'{"text": "K\xe4se.", "aspects": {}}', b"Gut.", b"<other/>", b'[{"what": 1}]', b"what,food\nGut.,positive\n",
        b"text,what\nGut.,positive\n",
    ],
)  # fmt: skip
def test_an_option_that_helps_is_one_of_a_command_that_has_it(tmp_path: Path, content: bytes) -> None:
    # Other commands read such files, too, and not all of them have these options.
    with pytest.raises(DataError, match="`kritiq convert --") as refused:
        read_file(written(tmp_path, content))
    (named,) = re.findall("--[a-z]+", str(refused.value))
    assert named in [name for option in cli_data.convert_command.params for name in option.opts]


@pytest.mark.parametrize("encoding", ["utf-8", "ISO-8859-1", "UTF-16", "windows-1252"])
@pytest.mark.parametrize("polarity", ["positive", "negative"])
def test_xml_is_read_in_the_encoding_that_it_declares(tmp_path: Path, encoding: str, polarity: str) -> None:
    content = SEMEVAL14.format(encoding=encoding, polarity=polarity).encode(encoding)
    assert found(read_file(written(tmp_path, content)))[0] == ("Das Essen war köstlich.", {"food": polarity})


def test_xml_in_another_encoding_than_declared_is_named_with_its_line(tmp_path: Path) -> None:
    content = SEMEVAL14.format(encoding="utf-8", polarity="positive").encode("latin-1")
    with pytest.raises(DataError, match="data:3: no XML"):
        read_file(written(tmp_path, content))


@pytest.mark.parametrize("bom", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00"])
@pytest.mark.parametrize("form", ["jsonl", "csv", "asqp", "sentihood"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, bom: bytes, form: str) -> None:
    encoding = {3: "utf-8", 4: "utf-32-le"}.get(len(bom), "utf-16-le" if bom == b"\xff\xfe" else "utf-16-be")
    content, expected = SAMPLES[form]
    assert found(read_file(written(tmp_path, bom + content.encode(encoding)))) == expected


def test_another_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, '{"text": "köstlich", "aspects": {"food": "positive"}}\n'.encode("cp1252"))
    with pytest.raises(DataError, match="data:1: the byte 0xf6 is not utf-8"):
        read_file(file)
    assert read_file(file, encoding="cp1252").examples[0].text == "köstlich"
    with pytest.raises(DataError, match="no encoding 'klingon'"):
        read_file(file, encoding="klingon")


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_a_line_feed_ends_a_line(tmp_path: Path, separator: str) -> None:
    line = f"Essen gut{separator}ja, sehr.####[['Essen', 'food quality', 'positive']]\r\n"
    (example,) = read_file(written(tmp_path, line)).examples
    assert example.text == f"Essen gut{separator}ja, sehr."
    # Control characters are escaped in JSON, and only those.
    row = {"text": f"a{separator}b", "aspects": {"food": "positive"}}
    data = written(tmp_path, json.dumps(row, ensure_ascii=False), "d.jsonl")
    assert [example.text for example in read([data], DEFAULT_SCHEME)] == [f"a{separator}b"]


def test_good_lines_are_read_and_bad_ones_named(tmp_path: Path) -> None:
    good = "Gut.####[['Essen', 'food quality', 'positive']]\n"
    file = written(tmp_path, good * 2 + "kaputt####[['x', \nohne\n" + good)
    target = tmp_path / "out.jsonl"
    result = run("convert", file, target)
    assert result.exit_code == 0
    assert f"{file}:3: no list of 3 texts" in result.output
    assert f"{file}:4: no ####" in result.output
    assert len(target.read_text().splitlines()) == 3
    strict = run("convert", file, tmp_path / "strict.jsonl", "--strict")
    assert strict.exit_code == 1
    assert not (tmp_path / "strict.jsonl").exists()


def test_one_label_where_a_list_should_be_is_told_as_that(tmp_path: Path) -> None:
    """A text has letters as a list has labels."""
    lines = '{"text": "Gut", "accept": ["food:positive"]}\n{"text": "Gut", "accept": "food:positive"}\n'
    [problem] = read_file(written(tmp_path, lines)).problems
    assert (problem.line, problem.message[:47]) == (2, "accept should be a list, not 'food:positive': '")


def test_json_lines_are_read_strictly_in_any_encoding(tmp_path: Path) -> None:
    lines = '{"text": "köstlich", "aspects": {"food": "positive"}}\n'
    assert read([written(tmp_path, lines.encode("cp1252"), "a.jsonl")], DEFAULT_SCHEME, encoding="cp1252")
    with pytest.raises(DataError, match=r"a\.jsonl:2: expected"):
        read([written(tmp_path, (lines + "{}\n").encode("cp1252"), "a.jsonl")], DEFAULT_SCHEME, encoding="cp1252")


def test_a_polarity_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, SEMEVAL14.format(encoding="utf-8", polarity="super"))
    with pytest.raises(DataError, match=r"yields no label.*data:3: food: the polarity 'super'"):
        read_file(file)


@pytest.mark.parametrize("form", ["semeval2014", "semeval2016", "mams-atsa", "germeval2017"])
def test_unlabelled_files_are_refused(tmp_path: Path, form: str) -> None:
    file = written(tmp_path, "<sentences><sentence><text>Gut</text></sentence></sentences>")
    with pytest.raises(DataError, match="yields no"):
        read_file(file, form=form)


def test_a_wrong_format_is_refused_with_the_right_one(tmp_path: Path) -> None:
    file = written(tmp_path, SEMEVAL14.format(encoding="utf-8", polarity="positive"))
    with pytest.raises(DataError, match=r"yields no .* in the format germeval2017: it looks like semeval2014"):
        read_file(file, form="germeval2017")


@pytest.mark.parametrize("encoding", ["utf-8", "ISO-8859-1", "utf-16"])
def test_one_semeval_format_named_for_the_other_is_read_as_what_it_is_and_said(tmp_path: Path, encoding: str) -> None:
    opinion = '<Opinion category="FOOD#QUALITY" polarity="positive"/>'
    sentence = f"<sentence><text>Der Käse.</text><Opinions>{opinion}</Opinions></sentence>"
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    whole = f"{declared}<Reviews><Review><sentences>{sentence}</sentences></Review></Reviews>"
    found = read_file(written(tmp_path, whole.encode(encoding)), form="semeval2014")
    assert ([example.text for example in found.examples], found.form) == (["Der Käse."], "semeval2016")
    assert found.report()[0].endswith("not semeval2014, but semeval2016: read as that")
    other = written(tmp_path, SEMEVAL14.format(encoding="utf-8", polarity="positive"))
    assert read_file(other, form="semeval2016").form == "semeval2014"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_wrong_format_never_yields_sentences_without_labels(tmp_path: Path, form: str, sample: str) -> None:
    target = tmp_path / "out.jsonl"
    result = run("convert", written(tmp_path, SAMPLES[sample][0]), target, "--format", form)
    assert result.exit_code in (0, 1)
    if result.exit_code:
        assert isinstance(result.exception, SystemExit)
        assert not target.exists()
    else:
        assert any(json.loads(line)["aspects"] for line in target.read_text().splitlines())


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\x00\x01", b"[", b"[1]", b"{", b"[[[[" * 30_000, b"<a>", b"nur Text"]
)
def test_what_is_no_data_is_one_line(tmp_path: Path, content: bytes) -> None:
    for command in (("convert", written(tmp_path, content), tmp_path / "o"), ("corpus", "check", tmp_path / "data")):
        result = run(*command)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit), result.exception
        assert result.output.count("\n") == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("bytes") / "data"
    file.write_bytes(content)
    try:
        examples = read_file(file).examples
    except DataError:
        return
    assert any(example.aspects for example in examples)


ONE = '{"text": "Das Essen war köstlich.", "aspects": {"food": "positive"}}'
TRIPLET = "Das Essen war köstlich.####[['Essen', 'food quality', 'positive']]"


@pytest.mark.parametrize("line", [ONE, TRIPLET])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_the_first_one_does_and_what_fills_up_a_file_is_none(tmp_path: Path, line: str, end: str) -> None:
    content = end.join([line, "\ufeff" + line, "\0\0\x1a"]).encode()
    reading = read_file(written(tmp_path, content))
    assert [example.text for example in reading.examples] == ["Das Essen war köstlich."] * 2
    assert reading.problems == []


def test_a_member_that_stands_twice_is_told_by_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, f'{ONE}\n{{"text": "a", "text": "b", "aspects": {{}}}}\n'.encode())
    assert [problem.line for problem in read_file(file).problems] == [2]
    ours = file.rename(tmp_path / "a.jsonl")
    with pytest.raises(DataError, match=r"a\.jsonl:2: .*'text' stands there twice"):
        read([ours], DEFAULT_SCHEME)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_knows_better_than_what_xml_declares(tmp_path: Path, encoding: str) -> None:
    text = SEMEVAL14.format(encoding="ISO-8859-1", polarity="positive")
    reading = read_file(written(tmp_path, text.encode(encoding)))
    assert reading.examples[0].text == "Das Essen war köstlich."


def test_the_data_that_are_read_are_not_written_over(tmp_path: Path) -> None:
    data = written(tmp_path, SAMPLES["csv"][0])
    (tmp_path / "link").symlink_to(data)
    for target in (data, tmp_path / "link"):
        result = run("convert", data, target)
        assert (result.exit_code, "is the file that is read" in result.output) == (1, True)
    assert data.read_text() == SAMPLES["csv"][0]


@pytest.mark.parametrize(
    ("aspects", "why"),
    [
        ({"speise": "positive"}, "the aspect 'speise' is none of service, style, food,"),
        ({"food": "super"}, "food: the polarity 'super' is none of positive, neutral,"),
    ],
)
def test_a_line_of_another_scheme_says_which_name_is_not_known(
    tmp_path: Path, aspects: dict[str, str], why: str
) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "Gut.", "aspects": aspects}))
    with pytest.raises(DataError, match=f"a.jsonl:1: {why}"):
        dataset.read([tmp_path / "a.jsonl"], DEFAULT_SCHEME)


def test_files_without_a_sentence_are_named_however_they_are_handed_over(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("")
    for reads in (lambda paths: dataset.read(paths, DEFAULT_SCHEME), dataset.read_texts):
        with pytest.raises(DataError, match=r"a\.jsonl"):
            reads(iter([tmp_path / "a.jsonl"]))


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        pytest.param(SEMEVAL14.format(encoding="utf-8", polarity=""), 3, "food: an opinion without", id="xml"),
        pytest.param("Ja.####[['x', 'food quality', '']]\n", 1, "food quality: an opinion without", id="tuples"),
        pytest.param("text,category,polarity\nJa,food,\n", 2, "food: an opinion without a polarity", id="table"),
        pytest.param("text,category,polarity\nJa,,positive\n", 2, "the polarity 'positive' of no", id="no aspect"),
        pytest.param('{"text": "Ja", "aspects": {"food": ""}}\n', 1, "food: an opinion without", id="json lines"),
    ],
)  # fmt: skip
def test_half_an_opinion_is_not_taken_for_silence(tmp_path: Path, content: str, line: int, why: str) -> None:
    form = "csv" if content.startswith("text,") else None
    with pytest.raises(DataError, match=f"data:{line}: {why}"):
        read_file(written(tmp_path, content), form=form)


@pytest.mark.parametrize(
    "labels", ["['Suppe', 'Brot', 'food quality', 'positive']", "['food quality', 'positive']", "'food'"]
)
def test_a_list_of_another_length_is_not_read_as_one_with_quotes_in_its_term(tmp_path: Path, labels: str) -> None:
    good = "Gut.####[['Essen', 'food quality', 'positive']]\n"
    reading = read_file(written(tmp_path, f"Ja.####[{labels}]\n{good}"), form="m-absa")
    assert ([each.line for each in reading.problems], len(reading.examples)) == ([1], 1)


def entry(text: str) -> str:
    return f'{{"text": "{text}", "tags": [{{"tag_with_polarity": "FOOD-POSITIVE"}}]}}'


@pytest.mark.parametrize(
    ("content", "texts", "problems"),
    [
        ([entry("Zwei\nZeilen"), entry("b")], ["Zwei\nZeilen", "b"], []),
        ([entry("a"), '{"text": "b", "text": "c", "tags": []}', entry("d")], ["a", "d"], [3]),
        ([entry("a"), '{"text": "b", "tags": null}', "7", entry("d")], ["a", "d"], [3, 4]),
        ([entry("a"), entry("b"), '{"text": "c", "ta'], ["a", "b"], [4]),
        ([entry("a"), entry("b") + entry("c")], ["a", "b"], [3]),
    ],
)
def test_an_entry_of_a_list_that_cannot_be_read_costs_none_before_it(
    tmp_path: Path, content: list[str], texts: list[str], problems: list[int]
) -> None:
    reading = read_file(written(tmp_path, "[\n" + ",\n".join(content) + "\n]\0"))
    assert [example.text for example in reading.examples] == texts
    assert [each.line for each in reading.problems] == problems


def test_our_own_sentences_are_read_from_a_list_as_well(tmp_path: Path) -> None:
    reading = read_file(written(tmp_path, f'[{ONE},\n{{"text": 5, "aspects": {{}}}}]'))
    assert (reading.form, len(reading.examples), [each.line for each in reading.problems]) == ("jsonl", 1, [2])


def test_a_first_line_that_cannot_be_read_hides_no_json_lines(tmp_path: Path) -> None:
    reading = read_file(written(tmp_path, f"# exported today\n{ONE}\n{ONE}\n"))
    assert (reading.form, len(reading.examples), [each.line for each in reading.problems]) == ("jsonl", 2, [1])


def test_the_quotes_that_excel_puts_around_a_field_with_quotes_are_not_of_the_text(tmp_path: Path) -> None:
    content = '"Er sagte ""gut"", ja"\tFOOD#1\n"Gut" sagte er\tFOOD#1\n'
    assert [text for text, _ in found(read_file(written(tmp_path, content)))] == [
        'Er sagte "gut", ja',
        '"Gut" sagte er',
    ]
