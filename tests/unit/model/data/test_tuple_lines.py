"""Lists of labels as Python prints them, apostrophes unescaped or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.data.tuple_lines import tuples


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
