"""The nine aspects and four polarities that Kritiq reports, in the order in which the page shows them."""

ASPECTS = ("food", "drinks", "service", "quality", "price", "ambience", "style", "restaurant", "location")

#: From good to bad, so that a stacked bar reads like a scale. `none` is never counted.
POLARITIES = ("positive", "neutral", "conflict", "negative")

#: Below this confidence a judgement is shown visibly weaker.
UNSURE = 0.6
