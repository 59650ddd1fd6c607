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

#: Below this confidence a judgement is shown visibly weaker.
UNSURE = 0.6
