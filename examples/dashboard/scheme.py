"""The nine aspects and four polarities that Kritiq reports, in the order in which the page shows them.

A polarity's colours are in static/page.css.
"""

from typing import NamedTuple


class Polarity(NamedTuple):
    """How the page shows a polarity."""

    #: What stands for it beside its colour, for those who cannot tell the colours apart.
    sign: str
    german: str
    english: str


#: Aspect -> its name in German and English.
ASPECT_NAMES = {
    "food": ("Essen", "Food"),
    "drinks": ("Getränke", "Drinks"),
    "service": ("Service", "Service"),
    "quality": ("Qualität", "Quality"),
    "price": ("Preis", "Price"),
    "ambience": ("Ambiente", "Ambience"),
    "style": ("Stil", "Style"),
    "restaurant": ("Gesamteindruck", "Overall"),
    "location": ("Lage", "Location"),
}
ASPECTS = tuple(ASPECT_NAMES)

#: From good to bad, so that a stacked bar reads like a scale. `none` is never counted.
SHOWN = {
    "positive": Polarity("+", "positiv", "positive"),
    "neutral": Polarity("○", "neutral", "neutral"),
    "conflict": Polarity("±", "gemischt", "mixed"),
    "negative": Polarity("\N{MINUS SIGN}", "negativ", "negative"),
}
POLARITIES = tuple(SHOWN)
#: What the polarity of an aspect is that a sentence does not speak of.
NONE = "none"
SIGNS = {name: polarity.sign for name, polarity in SHOWN.items()}

#: From so many per cent on a judgement is shown as sure, and as fairly sure, as in Kritiq's console.
SURE, FAIRLY = 90, 70


def sureness(confidence: float) -> str:
    """How sure a model is of a judgement, `sure`, `fairly` or `unsure`, by the per cent that are shown."""
    shown = round(100 * confidence)
    return "sure" if shown >= SURE else "fairly" if shown >= FAIRLY else "unsure"
