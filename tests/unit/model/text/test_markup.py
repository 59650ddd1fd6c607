"""HTML and escapes become line ends and characters, and every character knows where it came from."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.markup import clean
from model.text.sentences import split
from tests.support.effort import processor_s


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("Gut.<br>Teuer.", "Gut.\nTeuer."),
        ("Gut.<BR />Teuer.", "Gut.\nTeuer."),
        ("<p class='a'>Gut.</p>", "\nGut.\n"),
        ("Gut.&lt;br/&gt;Teuer.", "Gut.\nTeuer."),
        ("Gut.&amp;lt;br&amp;gt;Teuer.", "Gut.\nTeuer."),
        ('Ein <a href="https://a.test/?x=1&y=2">Link</a> hier', "Ein Link hier"),
        ("<!-- intern -->Gut", "Gut"),
        ("<script>if (a < b) alert('x')</script>Gut", "\nGut"),
        ("<script type='x'>alert('x')</script>Gut", "\nGut"),
        ("<STYLE>p { color: red }</STYLE >Gut", "\nGut"),
        ("<![CDATA[Gut]]>", "Gut"),
        ("Gut<iframe src='x'></iframe><video src=x></video><svg><path d='M0'/></svg>", "Gut"),
        ("Gut.\\u003cbr\\u003eTeuer.\\\\u003cp class='a'\\\\u003eSchade", "Gut.\nTeuer.\nSchade"),
        ("K&auml;se &amp; Wein", "Käse & Wein"),
        ("K&amp;auml;se", "Käse"),
        ("Gut.&nbsp;Teuer.", "Gut. Teuer."),
        ("toll &#128525; &#x1F60D;", "toll 😍 😍"),
        ("Schnit&shy;zel", "Schnitzel"),
        ("super &lt;3", "super <3"),
        ("Gut.\\nTeuer.\\r\\nSchade", "Gut.\nTeuer.\nSchade"),
        ("K\\u00e4se \\ud83d\\ude0d", "Käse 😍"),
        ("er sagte \\\"gern\\\"", 'er sagte "gern"'),
    ],
)  # fmt: skip
def test_markup_is_read_as_a_browser_shows_it(sent: str, read: str) -> None:
    assert clean(sent).text == read


@pytest.mark.parametrize(
    "text", ["Ich <3 es", "R&B und AT&T", "<Name> war da", "3 < 4 und 5 > 2", "a <b und c> d", "¯\\_(ツ)_/¯", "&foo; &"]
)
def test_what_only_looks_like_markup_stays(text: str) -> None:
    assert clean(text).text == text


PARTS = st.lists(
    st.sampled_from(
        ["Käse", " ", "<br>", "&amp;", "&auml;", "<b>", "\\n", "&nbsp;", "<", "&", "\\", "ä", "😍", ".", "x"]
    ),
    max_size=30,
)


@given(PARTS)
def test_every_character_comes_from_a_span_of_the_text_that_was_sent(parts: list[str]) -> None:
    text = "".join(parts)
    cleaned = clean(text)
    position = 0
    for index, character in enumerate(cleaned.text):
        start, end = cleaned.span(index, index + 1)
        assert position <= end
        assert start < end <= len(text)
        assert text[start:end] == character or text[start] in "<&\\"
        position = start


@given(st.text(alphabet=st.characters(exclude_characters="\xa0\xad\u200b\ufeff\\"), max_size=60))
def test_escaped_text_is_read_as_it_was_before(text: str) -> None:
    plain = text.replace("<", " ").replace("&", " ")
    assert clean(html.escape(plain)).text == plain


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<script>",
        "<style>a<",
        "<![CDATA[",
        "\\u003ca ",
        "&lt;a \\",
        "<br",
        "<a ",
        "&",
        "&amp;",
        "&lt;a x",
        "\\",
        "\\u00e4",
        "<!--",
        "<br>",
        "&auml;",
    ],
)
def test_time_is_linear_in_the_text(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        return processor_s(lambda: split(text, "de"))

    seconds(1_000)
    small = min(seconds(20_000) for _ in range(3))
    assert seconds(160_000) < 24 * small + 0.5
