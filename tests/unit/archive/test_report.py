"""A restaurant's month on paper."""

import re
import shutil
from collections import Counter
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, event

from archive.changes import Erase
from archive.report import pdf
from archive.report.figures import OFTEN, figures
from archive.report.month import Month
from archive.report.page import page
from archive.report.pictures import trend
from archive.report.quotes import LONGEST
from archive.report.shares import change, overall, share
from archive.report.words import ENGLISH, GERMAN, LANGUAGES, Words
from archive.review import Opinion, Sentence
from archive.schema import open_archive, prepare
from archive.sink import Sink
from tests.support.commands import Kritiq
from tests.support.factories import make_settings
from tests.unit.archive.generated import make_reviews, opinions_of, put

OCTOBER = Month(year=2026, number=10)
REVIEWS = make_reviews(400)


def of(month: Month, restaurant: str | None = None) -> dict[str, int]:
    """What was said in a month, counted one by one."""
    found = dict.fromkeys(("positive", "neutral", "conflict", "negative"), 0)
    for each in opinions_of(REVIEWS):
        fits = each.review.restaurant and restaurant in (None, each.review.restaurant)
        if fits and month.first <= each.review.day <= month.last:
            found[each.opinion.polarity] += 1
    return found


def test_its_numbers_are_those_of_the_reviews(either: Engine) -> None:
    put(Sink(either), REVIEWS)
    put(Sink(either), make_reviews(50, seed=3, tenant="acme"))
    found = figures(either, "default", "adler", OCTOBER)
    assert overall(found.now) == of(OCTOBER, "adler")
    assert overall(found.before) == of(OCTOBER.before(), "adler")
    assert overall(found.portal) == of(OCTOBER)
    months = [OCTOBER.before(11 - number) for number in range(12)]
    assert [overall(period.aspects) for period in found.trend] == [of(month, "adler") for month in months]
    own = [review for review in REVIEWS if review.restaurant == "adler"]
    assert found.reviews == sum(OCTOBER.first <= review.day <= OCTOBER.last for review in own)
    assert found.models == ["kritiq-mini 1", "kritiq-mini 2"]
    here = {review.author for review in own if OCTOBER.first <= review.day <= OCTOBER.last} - {None}
    wrote = Counter(review.author for review in REVIEWS)
    assert (found.guests, found.often) == (len(here), sum(wrote[author] >= OFTEN for author in here))
    assert found.guests > 0


def test_its_numbers_are_of_one_moment_though_the_restaurant_is_erased_meanwhile(postgres_url: str) -> None:
    reads, writes = (open_archive(make_settings(archive_url=SecretStr(postgres_url))) for _ in range(2))
    prepare(writes)
    sink = Sink(writes)
    put(sink, REVIEWS)
    before, erased = figures(writes, "default", "adler", OCTOBER), list[str]()

    @event.listens_for(reads, "after_cursor_execute")
    def erase(connection: object, cursor: object, statement: str, *_: object) -> None:
        if "FROM reviews" in statement and not erased:
            erased.append(statement)
            sink.apply([Erase(tenant="default", restaurant="adler")], after=sink.place(), to=sink.place())

    assert figures(reads, "default", "adler", OCTOBER) == before
    assert figures(reads, "default", "adler", OCTOBER).reviews == 0
    for engine in (reads, writes):
        engine.dispose()


def test_guests_who_write_often_are_those_who_have_written_five_of_whatever_restaurants(either: Engine) -> None:
    one = REVIEWS[0]._replace(restaurant="rose", day=date(2026, 10, 2), sentences=())
    others = one._replace(restaurant="krone", day=date(2025, 1, 1))
    made = [one._replace(author=author) for author in ("seldom", "often", "often", None)]
    made += [others._replace(author=author) for author, times in (("often", 3), ("seldom", 3)) for _ in range(times)]
    put(Sink(either), [each._replace(job_id=f"job-{number}") for number, each in enumerate(made)])
    found = figures(either, "default", "rose", OCTOBER)
    assert (found.guests, found.often) == (2, 1)
    assert "(insgesamt mindestens fünf Bewertungen): 1 von 2 (50 %)" in page(found, GERMAN)
    assert "(five reviews or more altogether): 1 of 2 (50%)" in page(found, ENGLISH)
    assert ENGLISH.often[:20] not in page(figures(either, "default", "nobody", OCTOBER), ENGLISH)


@pytest.mark.parametrize(
    ("polarity", "text", "reason"),
    [
        ("neutral", "Es gab Suppe.", ENGLISH.nothing_clear),
        ("neutral", None, ENGLISH.nothing_clear),
        ("negative", None, ENGLISH.no_quotes),
    ],
)
def test_where_nothing_is_quoted_the_reason_is_told(
    engine: Engine, polarity: str, text: str | None, reason: str
) -> None:
    sentence = Sentence(0, 0, 9, text, (Opinion("food", polarity, 0.9),))
    put(Sink(engine), [REVIEWS[0]._replace(restaurant="rose", day=date(2026, 10, 2), sentences=(sentence,))])
    told = page(figures(engine, "default", "rose", OCTOBER), ENGLISH)
    assert [each in told for each in (reason, ENGLISH.nothing_clear, ENGLISH.no_quotes)].count(True) == 2
    assert reason in told


def test_the_clearest_sentences_are_quoted_each_of_another_review_and_aspect(engine: Engine) -> None:
    said_of = [("food", "positive", 0.99), ("food", "positive", 0.98), ("price", "negative", 0.6)]
    opinions = [Opinion(aspect=aspect, polarity=polarity, confidence=sure) for aspect, polarity, sure in said_of]
    sentences = tuple(
        Sentence(number=number, begin=0, end=9, text=f"Nr. {number}.", opinions=(opinion,))
        for number, opinion in enumerate(opinions)
    )
    clear = REVIEWS[0]._replace(job_id="clear", restaurant="rose", day=date(2026, 10, 2), sentences=sentences)
    same = ("Nr. 1.", "NR.  1.", "Nr. 0.", "", "Nr. 3.", "Nr. 4.", "Nr. 5.")
    others = [
        clear._replace(job_id=f"other-{n}", sentences=(clear.sentences[1]._replace(text=text),))
        for n, text in enumerate(same)
    ]
    put(Sink(engine), [clear, *others])
    found = figures(engine, "default", "rose", OCTOBER)
    assert [quote.text for quote in found.praise] == ["Nr. 0.", "Nr. 1.", "Nr. 3.", "Nr. 4."]
    assert [(quote.text, quote.aspect) for quote in found.blame] == [("Nr. 2.", "price")]


def test_of_a_sentence_that_would_fill_pages_the_first_words_are_quoted(engine: Engine) -> None:
    endless = ("ohne Punkt und Komma " * 500).strip()
    made = [
        REVIEWS[0]._replace(
            job_id=f"job-{n}", restaurant="rose", day=OCTOBER.first,
            sentences=(Sentence(0, 0, len(text), text, (Opinion("food", "positive", 0.9),)),),
        )
        for n, text in enumerate([endless, "x" * 5000, "y" * LONGEST])
    ]  # fmt: skip
    put(Sink(engine), made)
    quotes = [quote.text for quote in figures(engine, "default", "rose", OCTOBER).praise]
    assert all(len(quote) <= LONGEST + 2 for quote in quotes)
    assert endless.startswith(quotes[0].removesuffix(" …"))
    assert quotes[0].endswith((" ohne …", " Punkt …", " und …", " Komma …"))
    assert quotes[1:] == ["x" * LONGEST + " …", "y" * LONGEST]


@pytest.mark.parametrize(
    ("words", "once", "often"),
    [
        (GERMAN, ["einmal", "1 Urteil"], ["5-mal", "5 Urteile"]),
        (ENGLISH, ["once", "1 judgement"], ["5 times", "5 judgements"]),
    ],
    ids=["de", "en"],
)
def test_one_and_several_are_told_as_the_language_does(
    engine: Engine, words: Words, once: list[str], often: list[str]
) -> None:
    one = REVIEWS[0]._replace(
        day=OCTOBER.first, sentences=(Sentence(0, 0, 9, "Gut.", (Opinion("food", "positive", 0.9),)),)
    )
    made = [one._replace(job_id="one", restaurant="one")]
    made += [one._replace(job_id=f"job-{n}", restaurant="five") for n in range(5)]
    put(Sink(engine), made)
    for restaurant, spelled in (("one", once), ("five", often)):
        html = page(figures(engine, "default", restaurant, OCTOBER), words)
        assert f", {spelled[0]}</li>" in html
        assert f">{spelled[1]}</td>" in html
        assert f"{words.month_before}: {words.too_few}" in html


def test_no_number_of_the_trend_is_cut_off_at_its_edges() -> None:
    months = [("Jan", {"positive": 1}), ("Feb", {"negative": 1}), ("Mar", {"positive": 1, "negative": 1})]
    picture = ElementTree.fromstring(trend(months, ["100 %", "0 %", "50 %"], ""))
    _, _, wide, high = map(float, picture.get("viewBox", "").split())
    for text in picture.findall("{*}text"):
        # As high and half as wide as the style sheet's letters make it.
        assert 11 <= float(text.get("y", "")) <= high - 3
        assert 20 <= float(text.get("x", "")) <= wide - 20


def test_a_sentence_and_a_name_stand_in_the_direction_of_their_language(engine: Engine) -> None:
    hebrew = Sentence(0, 0, 20, "האוכל היה מצוין!", (Opinion("food", "positive", 0.9),))
    put(Sink(engine), [REVIEWS[0]._replace(restaurant="r", day=OCTOBER.first, sentences=(hebrew,))])
    html = page(figures(engine, "default", "r", OCTOBER), ENGLISH, "מסעדת אדלר")
    assert '<p dir="auto">האוכל היה מצוין!</p>' in html
    assert '<h1 dir="auto">מסעדת אדלר</h1>' in html


class Parts(HTMLParser):
    """What a page loads, and whether its elements are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "rect", "line", "circle", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line", "circle", "polyline"):
            assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_by_itself_and_says_its_numbers(engine: Engine, language: str) -> None:
    words = LANGUAGES[language]
    put(Sink(engine), REVIEWS)
    html = page(figures(engine, "default", "adler", OCTOBER), words, "Adler <script>")
    parts = Parts(html)
    assert (parts.loads, parts.open) == ([], [])
    assert "<script" not in html
    assert words.month(OCTOBER) in html
    assert words.share(share(of(OCTOBER, "adler"))) in html
    assert words.change(change(of(OCTOBER, "adler"), of(OCTOBER.before(), "adler"))) in html
    for picture in re.findall(r"<svg.*?</svg>", html, re.S):
        ElementTree.fromstring(picture)
    for aspect in ("service", "food", "price", "ambience"):
        assert words.aspect(aspect) in html


def test_a_guests_sentence_is_never_markup(engine: Engine) -> None:
    sentence = Sentence(
        number=0, begin=0, end=9, text="<img src=x>",
        opinions=(Opinion(aspect="<b>", polarity="positive", confidence=1.0),),
    )  # fmt: skip
    put(Sink(engine), [REVIEWS[0]._replace(restaurant="r", day=OCTOBER.first, sentences=(sentence,))])
    html = page(figures(engine, "default", "r", OCTOBER), GERMAN)
    assert "&lt;img src=x&gt;" in html
    assert "<img" not in html
    assert "<b>" not in html


def test_a_month_in_which_nobody_said_anything_says_so(engine: Engine) -> None:
    html = page(figures(engine, "default", "nobody", OCTOBER), ENGLISH)
    assert ENGLISH.nothing in html
    assert "0 reviews, 0 in the month before" in html


def test_too_little_tells_no_change() -> None:
    assert change({"positive": 4}, {"positive": 50}) is None
    assert GERMAN.change(None) == "–"
    assert [GERMAN.change(x) for x in (0.12, -0.01, 0.001)] == ["+12 Punkte", "−1 Punkt", "unverändert"]
    assert (GERMAN.share(0.456), ENGLISH.share(None)) == ("46 %", "–")


def test_months_are_counted_over_the_turn_of_a_year() -> None:
    january = Month.parse("2026-01")
    assert (january.before(), january.before(13)) == (Month(year=2025, number=12), Month(year=2024, number=12))
    assert (Month.parse("2028-02").last, january.first) == (date(2028, 2, 29), date(2026, 1, 1))


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "0001-01", "October"])
def test_what_is_no_month_is_refused(kritiq: Kritiq, month: str) -> None:
    assert "should be a month" in kritiq("report", "--restaurant", "adler", "--month", month, status=2).output


def test_the_command_writes_a_page_that_only_its_owner_reads(
    kritiq: Kritiq, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(Sink(engine), REVIEWS)
    out = tmp_path / "adler.html"
    asked = ["report", "--restaurant", "adler", "--month", "2026-10", "--language", "en", "--out", str(out)]
    kritiq(*asked)
    assert "What guests say" in out.read_text()
    assert out.stat().st_mode & 0o077 == 0
    monkeypatch.setattr(pdf, "BROWSERS", ())
    done = kritiq(*asked[:-1], tmp_path / "adler.pdf", status=1)
    assert "Chromium has to be installed" in str(done.exception)


@pytest.mark.parametrize(("restaurant", "month", "empty"), [("adlr", "2026-10", True), ("adler", "2031-01", False)])
def test_a_restaurant_of_which_there_is_nothing_at_all_is_told_apart_from_a_quiet_month(
    kritiq: Kritiq, engine: Engine, restaurant: str, month: str, empty: bool
) -> None:
    put(Sink(engine), REVIEWS)
    done = kritiq("report", "--restaurant", restaurant, "--month", month, "--language", "en")
    assert ENGLISH.nothing in done.stdout
    assert (f"no review of a restaurant '{restaurant}'" in done.stderr) is empty


@pytest.mark.skipif(not any(map(shutil.which, pdf.BROWSERS)), reason="needs Chromium (Debian: chromium)")
def test_chromium_prints_it() -> None:
    assert pdf.printed("<p>Gut.</p>").startswith(b"%PDF-")
