"""Categories and polarities of others onto a scheme's aspects and ours."""

import json
from pathlib import Path

import pytest

from model.data.categories import shipped
from model.data.formats import FORMATS
from model.data.labels import split_label
from model.data.reading import read_file
from model.errors import DataError
from model.scheme import DEFAULT_SCHEME, Scheme
from tests.unit.model.data.samples import SEMEVAL14, found, run, written


def test_conflicts_by_merging_are_reported(tmp_path: Path) -> None:
    file = written(
        tmp_path, "A####[['a', 'food quality', 'positive'], ['b', 'food prices', 'negative']]\n"
        "B####[['a', 'food general', 'positive'], ['b', 'food general', 'neutral']]\n"
    )  # fmt: skip
    reading = read_file(file)
    assert reading.conflicts == [(1, "food")]
    assert any("1 label is conflict" in line and "food in line 1" in line for line in reading.report())
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
    done = run("convert", written(tmp_path, content), target, "--scheme", scheme)
    assert (done.exit_code, done.stdout) == (0, f"2 sentences with 1 label in {target} (semeval2014)\n")
    assert json.loads(target.read_text().splitlines()[0])["aspects"] == {"anecdotes/miscellaneous": "neutral"}
    left = run("convert", tmp_path / "data", target)
    assert left.exit_code == 1
    assert "1 opinion without an aspect in the scheme, left out: anecdotes/miscellaneous (1)" in left.output
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
