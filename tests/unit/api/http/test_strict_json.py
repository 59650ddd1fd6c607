"""Only JSON that every reader understands alike gets in."""

import json
import math
import tracemalloc
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.http.strict_json import MAX_DEPTH, MOST_VALUES, BadJson, parse, read

#: Beside what breaks the syntax: what Python's reader takes and others do not, or not alike.
BAD = {
    "empty": b"",
    "blank": b" \r\n\t ",
    "no JSON": b"Das Essen war super.",
    "half of it": b'{"text": "a"',
    "more than one": b'{"text": "a"} {}',
    "a comma too many": b'{"text": "a",}',
    "single quotes": b"{'text': 'a'}",
    "a comment": b'{"text": "a"} // really',
    "NaN": b'{"text": "a", "deadline_s": NaN}',
    "Infinity": b"[Infinity]",
    "-Infinity": b"[-Infinity]",
    "a float that is infinite": b"[1e999]",
    "an integer of more than 64 bits": b"[18446744073709551616]",
    "a negative one": b"[-9223372036854775809]",
    "an integer of thousands of digits": b"[" + b"9" * 10_000 + b"]",
    "the same key twice": b'{"text": "a", "text": "b"}',
    "the same key twice, deep down": b'{"a": [{"b": {"c": 1, "c": 1}}]}',
    "the same key, escaped": b'{"text": "a", "te\\u0078t": "b"}',
    "a lone high surrogate": b'{"text": "\\ud83d"}',
    "a lone low surrogate": b'{"text": "\\ude00 a"}',
    "a lone surrogate in a key": b'{"\\ud83d": 1}',
    "NUL": b'{"text": "a\\u0000b"}',
    "NUL in a key": b'{"\\u0000": 1}',
    "a control character": b'{"text": "a\nb"}',
    "no UTF-8": b'{"text": "\xe4"}',
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "two byte order marks": '\ufeff\ufeff{"text": "a"}'.encode(),
    "a byte order mark alone": "\ufeff".encode(),
    "a byte order mark behind the beginning": '{"text": \ufeff"a"}'.encode(),
    "a surrogate in UTF-8": b'{"text": "\xed\xa0\x80"}',
    "a hundred thousand brackets": b"[" * 100_000,
    "a hundred thousand brackets that close": b"[" * 100_000 + b"]" * 100_000,
    "nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deeper than we look": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_what_readers_could_understand_differently_is_refused(body: bytes) -> None:
    with pytest.raises(BadJson) as caught:
        parse(body)
    assert str(caught.value)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b" {} ", {}),
        ('\ufeff{"text": "a"}'.encode(), {"text": "a"}),
        (b'{"text": "\\ud83d\\ude00"}', {"text": "😀"}),
        ('{"ä": "ß"}'.encode(), {"ä": "ß"}),
        (b"[18446744073709551615, -9223372036854775808]", [2**64 - 1, -(2**63)]),
        (b"[1.5e308, true, null]", [1.5e308, True, None]),
        (b"[" * 60 + b"]" * 60, json.loads("[" * 60 + "]" * 60)),
    ],
)
def test_what_is_fine_is_taken(body: bytes, value: Any) -> None:
    assert parse(body) == value


def same(one: Any, two: Any) -> bool:
    """Equal in value and in type, all the way down; 1 and 1.0 are not the same."""
    if isinstance(one, dict):
        return isinstance(two, dict) and one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    if isinstance(one, list):
        return isinstance(two, list) and len(one) == len(two) and all(map(same, one, two))
    return type(one) is type(two) and one == two


numbers = st.integers() | st.floats() | st.integers(min_value=-(2**70), max_value=2**70)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
texts = values.map(lambda value: json.dumps(value).encode()) | values.map(
    lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
)


@given(texts | st.binary(max_size=40) | st.text('[]{}",:\\ue0123.-+ntf', max_size=30).map(str.encode))
@example(b"-0")
@example(b"1E2")
@example(b'"\\u00e4"')
def test_whatever_is_taken_every_reader_reads_alike(body: bytes) -> None:
    try:
        value = parse(body)
    except BadJson:
        return
    assert same(value, orjson.loads(body))
    assert same(value, json.loads(body))
    assert same(orjson.loads(orjson.dumps(value)), value), "and it can be given back as it came"


@given(values)
def test_harmless_values_are_never_refused(value: Any) -> None:
    def harmless(item: Any) -> bool:
        if isinstance(item, str):
            return "\0" not in item
        if isinstance(item, float):
            return math.isfinite(item)
        if isinstance(item, int):
            return -(2**63) <= item < 2**64
        if isinstance(item, dict):
            return all(harmless(key) and harmless(value) for key, value in item.items())
        return all(map(harmless, item)) if isinstance(item, list) else True

    try:
        body = json.dumps(value).encode()
    except ValueError:
        return
    if harmless(value) and "\\ud" not in body.decode():
        assert same(parse(body), value)


@pytest.mark.parametrize("piece", [b"[],", b"{},", b"1,", b'"",', b'"\\"",'])
def test_a_body_of_millions_of_values_is_refused_before_it_is_read(piece: bytes) -> None:
    body = b"[" + piece * MOST_VALUES + b"1]"
    tracemalloc.start()
    with pytest.raises(BadJson, match="more than 500000 values"):
        read(body)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < len(body) / 10


def test_commas_and_brackets_in_texts_are_no_values() -> None:
    text = "[,{" * MOST_VALUES
    assert read(b'{"text": "%s"}' % text.encode()) == {"text": text}
