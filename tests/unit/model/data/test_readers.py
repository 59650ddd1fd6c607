"""Labelled data as others write them: tolerant by line, named by line, never silently empty."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from model.cli import data as cli_data
from model.cli import main as cli
from model.data.categories import shipped
from model.data.formats import FORMATS
from model.data.labelled import from_table, read
from model.data.labels import split_label
from model.data.reading import Reading, read_file
from model.data.tuple_lines import tuples
from model.errors import DataError
from model.scheme import DEFAULT_SCHEME, Scheme

SEMEVAL14 = """<?xml version="1.0" encoding="{encoding}"?>
<sentences>
<sentence id="1"><text>Das Essen war köstlich.</text>
<aspectCategories><aspectCategory category="food" polarity="{polarity}"/>
</aspectCategories></sentence>
<sentence id="2"><text></text></sentence>
<sentence id="3"><text>Gut</text></sentence></sentences>"""

#: format -> content, and the sentences with labels that it holds.
SAMPLES: dict[str, tuple[str, list[tuple[str, dict[str, str]]]]] = {
    "mams-atsa": (
        '<sentences><sentence><text>The decor is old but the waiters are kind.</text><aspectTerms>'
        '<aspectTerm from="4" polarity="negative" term="decor" to="9"/>'
        '<aspectTerm from="25" polarity="positive" term="waiters" to="32"/></aspectTerms></sentence></sentences>',
        [("The decor is old but the waiters are kind.", {"ambience": "negative", "service": "positive"})],
    ),
    "asqp": (
        "the chef's wine was sour .####[[\"chef's wine\", 'drinks quality', 'negative', 'sour']]\n"
        "so so####[['NULL', 'restaurant general', 'neutral', 'so so']]\n",
        [
            ("the chef's wine was sour .", {"drinks": "negative", "quality": "negative"}),
            ("so so", {"restaurant": "neutral"}),
        ],
    ),
    "acos": (
        "great roll , sad tea\t1,2 FOOD#QUALITY 2 0,1\t4,5 DRINKS#QUALITY 0 3,4\n",
        [("great roll , sad tea", {"food": "positive", "quality": "conflict", "drinks": "negative"})],
    ),
    "gerestaurant-tsv": (
        "Nett, aber teuer.\tGENERAL-IMPRESSION#1\tPRICE#-1\nEssen mittel.\tFOOD#0\n",
        [
            ("Nett, aber teuer.", {"restaurant": "positive", "price": "negative"}),
            ("Essen mittel.", {"food": "neutral"}),
        ],
    ),
    "germeval2017": (
        '<Documents><Document id="u"><Opinions><Opinion category="Gastronomisches Angebot#Haupt" polarity="negative"/>'
        '<Opinion category="Atmosphäre" polarity="positive"/></Opinions><text>Bahn nett</text></Document></Documents>',
        [("Bahn nett", {"ambience": "positive"})],
    ),
    "germeval2017-tsv": (
        "http://x\tBahn nett\ttrue\tpositive\tAtmosphäre:positive Zugfahrt#Haupt:negative\n"
        "http://y\tNur so\tfalse\tneutral\n",
        [("Bahn nett", {"ambience": "positive"}), ("Nur so", {})],
    ),
    "sentihood": (
        '[{"id": 1, "text": "LOCATION1 is cheap", "opinions":\n'
        ' [{"sentiment": "Positive", "aspect": "price", "target_entity": "LOCATION1"}]}]',
        [("LOCATION1 is cheap", {"price": "positive"})],
    ),
    "label-studio": (
        json.dumps(
            [
                {
                    "data": {"text": "Gutes Essen"},
                    "annotations": [
                        {"was_cancelled": True, "result": []},
                        {"result": [
                            {"from_name": "label", "type": "choices", "value": {"choices": ["food:positive"]}},
                            {"from_name": "price", "type": "choices", "value": {"choices": ["neutral"]}},
                        ]},
                    ],
                }
            ]
        ),
        [("Gutes Essen", {"food": "positive", "price": "neutral"})],
    ),
    "prodigy": (
        '{"text": "Gutes Essen", "accept": ["food:positive"], "answer": "accept"}\n'
        '{"text": "Zu teuer", "label": "price-negative", "answer": "accept"}\n'
        '{"text": "Weg", "accept": ["food:negative"], "answer": "reject"}\n',
        [("Gutes Essen", {"food": "positive"}), ("Zu teuer", {"price": "negative"})],
    ),
    "csv": (
        'text;food;price\n"Gut; aber teuer";positiv;negative\nNaja;;neutral\n',
        [("Gut; aber teuer", {"food": "positive", "price": "negative"}), ("Naja", {"price": "neutral"})],
    ),
    "jsonl": ('{"text": "Gut", "aspects": {"food": "positive"}}\n', [("Gut", {"food": "positive"})]),
}  # fmt: skip


def run(command: str, *arguments: object) -> Result:
    return CliRunner().invoke(getattr(cli, f"{command}_command"), [str(argument) for argument in arguments])


def found(reading: Reading) -> list[tuple[str, dict[str, str]]]:
    return [(example.text, dict(example.aspects)) for example in reading.examples]


def written(tmp_path: Path, content: str | bytes, name: str = "data") -> Path:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize("form", SAMPLES)
def test_every_format_is_told_and_read(tmp_path: Path, form: str) -> None:
    content, expected = SAMPLES[form]
    reading = read_file(written(tmp_path, content))
    assert reading.form == form
    assert found(reading) == expected


def test_the_command_knows_every_format() -> None:
    assert set(cli_data.FORMATS) == set(FORMATS)


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


@pytest.mark.parametrize(
    "line",
    [
        "['Chef's Tasting', 'food quality', 'positive']",
        "['rock 'n' roll', 'food quality', 'positive']",
        "['it's 'so' good', 'food quality', 'positive']",
        "[\"Chef's\", 'food quality', 'positive']",
        "['Chef\\'s', 'food quality', 'positive']",
        "['a', b', 'food quality', 'positive']",
        "['a [b]', 'food quality', 'positive']",
    ],
)
@pytest.mark.parametrize("more", ["", ", ['NULL', 'service general', 'negative']"])
def test_apostrophes_within_terms_are_read(line: str, more: str) -> None:
    read_tuples = tuples(f"[{line}{more}]", 3)
    assert read_tuples is not None
    assert [each[1:] for each in read_tuples] == [
        ("food quality", "positive"), *([("service general", "negative")] if more else []),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.text(), st.sampled_from(["food quality", "drinks prices"]), st.just("positive"))))
def test_what_python_prints_is_read_as_it_was(rows: list[tuple[str, str, str]]) -> None:
    assert tuples(repr([list(row) for row in rows]), 3) == rows


@given(st.text(max_size=60))
def test_no_label_list_breaks_the_reader(labels: str) -> None:
    found_tuples = tuples(labels, 3)
    assert found_tuples is None or all(len(each) == 3 for each in found_tuples)


def test_a_polarity_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, SEMEVAL14.format(encoding="utf-8", polarity="super"))
    with pytest.raises(DataError, match=r"yields no label.*data:3: food: the polarity 'super'"):
        read_file(file)


@pytest.mark.parametrize("form", ["semeval2014", "semeval2016", "mams-atsa", "germeval2017"])
def test_unlabelled_files_are_refused(tmp_path: Path, form: str) -> None:
    file = written(tmp_path, "<sentences><sentence><text>Gut</text></sentence></sentences>")
    with pytest.raises(DataError, match="yields no"):
        read_file(file, form=form)


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


def test_conflicts_by_merging_are_reported(tmp_path: Path) -> None:
    file = written(
        tmp_path, "A####[['a', 'food quality', 'positive'], ['b', 'food prices', 'negative']]\n"
        "B####[['a', 'food general', 'positive'], ['b', 'food general', 'neutral']]\n"
    )  # fmt: skip
    reading = read_file(file)
    assert reading.conflicts == [(1, "food")]
    assert any("1 labels are conflict" in line and "food in line 1" in line for line in reading.report())
    hotel = Scheme(aspects=("food",), polarities=("positive", "negative", "neutral", "none"))
    assert (
        read_file(file, hotel).problems[0].message == "opinions on food differ, and the scheme has no polarity conflict"
    )


def test_a_scheme_of_its_own_keeps_every_category(tmp_path: Path) -> None:
    """SemEval-2014 with all five categories, as Sun et al. count them."""
    content = SEMEVAL14.format(encoding="utf-8", polarity="neutral").replace('"food"', '"anecdotes/miscellaneous"')
    scheme = tmp_path / "scheme.json"
    scheme.write_text('{"aspects": ["food", "anecdotes/miscellaneous"], "polarities": ["neutral", "none"]}')
    target = tmp_path / "out.jsonl"
    assert run("convert", written(tmp_path, content), target, "--scheme", scheme).exit_code == 0
    assert json.loads(target.read_text().splitlines()[0])["aspects"] == {"anecdotes/miscellaneous": "neutral"}
    left = run("convert", tmp_path / "data", target)
    assert left.exit_code == 1
    assert "1 opinions have no aspect in the scheme, left out: anecdotes/miscellaneous (1)" in left.output
    for command in ("check", "shares", "near-duplicates"):
        assert run("corpus", command, written(tmp_path, content), "--scheme", scheme).exit_code in (0, 1)


def test_a_mapping_of_ones_own_goes_first(tmp_path: Path) -> None:
    mapping = written(tmp_path, '{"FOOD QUALITY": ["quality"], "wait": ["service"]}', "mapping.json")
    file = written(tmp_path, "A####[['a', 'food quality', 'positive'], ['b', 'wait', 'negative']]\n")
    assert found(read_file(file, categories=mapping)) == [("A", {"quality": "positive", "service": "negative"})]
    for wrong in ("[", "[1]", '{"a": "b"}', '{"a": [1]}'):
        with pytest.raises(DataError, match=r"wrong\.json"):
            read_file(file, categories=written(tmp_path, wrong, "wrong.json"))


def test_shipped_mappings_name_aspects_that_there_are() -> None:
    for form in FORMATS.values():
        if form.categories:
            assert {aspect for aspects in shipped(form.categories).values() for aspect in aspects} <= set(
                DEFAULT_SCHEME.aspects
            )


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
        ("text,food\nGut\n", "data:2: 1 fields under a header of 2"),
    ],
)
def test_tables_that_cannot_be_read_say_where(tmp_path: Path, content: str, named: str) -> None:
    with pytest.raises(DataError, match=named):
        read_file(written(tmp_path, content), form="csv")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("GENERAL-IMPRESSION-POSITIVE", ("GENERAL-IMPRESSION", "POSITIVE")),
        ("PRICE#-1", ("PRICE", "-1")),
        ("FOOD#1", ("FOOD", "1")),
        ("food: positive", ("food", "positive")),
        ("Zugfahrt#Haupt:negative", ("Zugfahrt#Haupt", "negative")),
        ("food", None),
    ],
)
def test_labels_are_category_and_polarity(label: str, expected: tuple[str, str] | None) -> None:
    assert split_label(label) == expected


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
