"""What a page shows: the filter and the language, read from the query string and written back into links."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from examples.dashboard.scheme import ASPECTS, POLARITIES
from examples.dashboard.texts import LANGUAGES

#: `restaurant=` this shows the reviews that name none. No name can collide: names are stripped when they arrive.
UNNAMED = " "

TRENDS = ("day", "reviews")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """One choice of what to show. None means: all of them."""

    lang: str = "de"
    #: '' selects the reviews that name no restaurant.
    restaurant: str | None = None
    aspect: str | None = None
    polarity: str | None = None
    #: The trend per day, or over the last reviews.
    trend: str = "day"
    #: The first and the last day (UTC) of the reviews, YYYY-MM-DD.
    since: str | None = None
    until: str | None = None

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return any(each is not None for each in (self.restaurant, self.aspect, self.polarity, self.since, self.until))

    def link(self, **changes: str | None) -> str:
        """The page's address with these changes."""
        chosen = replace(self, **changes)  # type: ignore[arg-type]
        restaurant = UNNAMED if chosen.restaurant == "" else chosen.restaurant
        query = {
            "lang": chosen.lang,
            "restaurant": restaurant,
            "aspect": chosen.aspect,
            "polarity": chosen.polarity,
            "trend": chosen.trend if chosen.trend != TRENDS[0] else None,
            "from": chosen.since,
            "to": chosen.until,
        }
        return "?" + urlencode({key: value for key, value in query.items() if value is not None})


def read_language(query: Mapping[str, str], accepted: Iterable[str]) -> str:
    """The language that was asked for, else the first of those that the browser takes and we have."""
    # Not best_match(): for "en-GB, de;q=0.5" it takes the exact but less wanted "de".
    wanted = (tag.partition("-")[0].lower() for tag in accepted)
    preferred = next((tag for tag in wanted if tag in LANGUAGES), LANGUAGES[0])
    return _among(query.get("lang"), LANGUAGES) or preferred


def read_selection(query: Mapping[str, str], accepted: Iterable[str]) -> Selection:
    """The selection in a query string; values that mean nothing are ignored. `accepted`: the browser's languages."""
    restaurant = query.get("restaurant") or None
    return Selection(
        lang=read_language(query, accepted),
        restaurant=None if restaurant is None else restaurant.strip(),
        aspect=_among(query.get("aspect"), ASPECTS),
        polarity=_among(query.get("polarity"), POLARITIES),
        trend=_among(query.get("trend"), TRENDS) or TRENDS[0],
        since=_day(query.get("from")),
        until=_day(query.get("to")),
    )


def _day(value: str | None) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if value else None
    except ValueError:
        return None


def _among(value: str | None, known: tuple[str, ...]) -> str | None:
    return value if value in known else None
