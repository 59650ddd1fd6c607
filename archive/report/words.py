"""A report's words, in German and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from archive.report.month import Month


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One language. Braces are filled in."""

    code: str
    months: tuple[str, ...]
    aspects: Mapping[str, str]
    polarities: Mapping[str, str]
    #: Day, month and year as numbers.
    day: str
    percent: str
    title: str
    #: What stands under it: how many reviews, and how many the month before.
    reviews: str
    one_review: str
    before: str
    #: How many of the guests who are known write often, how many they are, and their share.
    often: str
    nothing: str
    overall: str
    month_before: str
    portal: str
    points: str
    point: str
    same: str
    too_few: str
    praised: str
    blamed: str
    none_praised: str
    none_blamed: str
    so_often: str
    once: str
    aspects_title: str
    aspects_note: str
    judgements: str
    one_judgement: str
    trend_title: str
    trend_note: str
    quotes_title: str
    no_quotes: str
    nothing_clear: str
    method: str
    judged_by: str

    def aspect(self, name: str) -> str:
        """An aspect's name; one of a model of somebody's own is as it is."""
        return self.aspects.get(name, name)

    def month(self, month: Month) -> str:
        return f"{self.months[month.number - 1]} {month.year}"

    def date(self, day: date) -> str:
        return self.day.format(day=day.day, month=day.month, year=day.year)

    def share(self, value: float | None) -> str:
        """A share as a whole percentage."""
        return "–" if value is None else self.percent.format(round(100 * value))

    def change(self, value: float | None) -> str:
        """A difference of shares, in percentage points; a dash where there is too little to tell."""
        if value is None:
            return "–"
        points = round(100 * value)
        if not points:
            return self.same
        told = self.point if abs(points) == 1 else self.points
        return told.format(f"{'+' if points > 0 else '−'}{abs(points)}")

    def times(self, count: int) -> str:
        """How often something is said."""
        return self.once if count == 1 else self.so_often.format(count)

    def sentences(self, count: int) -> str:
        """So many judgements."""
        return self.one_judgement if count == 1 else self.judgements.format(count)


GERMAN = Words(
    code="de",
    months=(
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    ),
    aspects={
        "food": "Essen", "drinks": "Getränke", "service": "Service", "quality": "Qualität", "price": "Preis",
        "ambience": "Ambiente", "style": "Stil", "restaurant": "Gesamteindruck", "location": "Lage",
    },
    polarities={"positive": "positiv", "neutral": "neutral", "conflict": "gemischt", "negative": "negativ"},
    day="{day}.{month}.{year}", percent="{} %",
    title="Was Gäste sagen", reviews="{} Bewertungen", one_review="1 Bewertung", before="im Monat davor {}",
    often="Gäste, die oft schreiben (insgesamt mindestens fünf Bewertungen): {} von {} ({})",
    nothing="In diesem Monat hat kein Gast etwas gesagt, das sich auswerten ließe.",
    overall="positive Urteile", month_before="gegenüber dem Vormonat", portal="gegenüber allen Häusern",
    points="{} Punkte", point="{} Punkt", same="unverändert", too_few="zu wenige Urteile",
    praised="Gelobt wird vor allem", blamed="Kritisiert wird vor allem", none_praised="Niemand lobt etwas.",
    none_blamed="Niemand kritisiert etwas.", so_often="{}-mal", once="einmal",
    aspects_title="Urteile im Einzelnen",
    aspects_note="Anteile der Sätze, die etwas dazu sagen. Der Strich zeigt, wie viele Urteile bei allen Häusern"
    " positiv sind; daneben die Veränderung gegenüber dem Vormonat.",
    judgements="{} Urteile", one_judgement="1 Urteil",
    trend_title="Zwölf Monate", trend_note="Anteil positiver Urteile je Monat",
    quotes_title="Sätze, die es sagen", no_quotes="Texte werden in diesem Archiv nicht aufbewahrt.",
    nothing_clear="Kein Satz lobt oder kritisiert etwas.",
    method="Ein Urteil ist, was ein Satz über einen Aspekt sagt. Veränderungen stehen nur da, wo es in beiden Zeiten"
    " mindestens fünf gibt. Bewertungen zählen an dem Tag, an dem sie geschrieben wurden.",
    judged_by="Ausgewertet von {}.",
)  # fmt: skip

ENGLISH = Words(
    code="en",
    months=(
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    aspects={
        "food": "Food", "drinks": "Drinks", "service": "Service", "quality": "Quality", "price": "Price",
        "ambience": "Ambience", "style": "Style", "restaurant": "Overall", "location": "Location",
    },
    polarities={"positive": "positive", "neutral": "neutral", "conflict": "mixed", "negative": "negative"},
    day="{year}-{month:02}-{day:02}", percent="{}%",
    title="What guests say", reviews="{} reviews", one_review="1 review", before="{} in the month before",
    often="Guests who write often (five reviews or more altogether): {} of {} ({})",
    nothing="No guest said anything this month that could be judged.",
    overall="positive judgements", month_before="against the month before", portal="against all restaurants",
    points="{} points", point="{} point", same="unchanged", too_few="too few judgements",
    praised="Praised most", blamed="Blamed most", none_praised="Nobody praises anything.",
    none_blamed="Nobody blames anything.", so_often="{} times", once="once",
    aspects_title="Judgements one by one",
    aspects_note="Shares of the sentences that say something of it. The mark shows how many judgements are positive at"
    " all restaurants; beside it, the change against the month before.",
    judgements="{} judgements", one_judgement="1 judgement",
    trend_title="Twelve months", trend_note="Share of positive judgements by month",
    quotes_title="Sentences that say it", no_quotes="This archive keeps no texts.",
    nothing_clear="No sentence praises or blames anything.",
    method="A judgement is what a sentence says of an aspect. Changes are told only where both times have at least"
    " five. Reviews count on the day that they were written.",
    judged_by="Judged by {}.",
)  # fmt: skip

LANGUAGES = {words.code: words for words in (GERMAN, ENGLISH)}
