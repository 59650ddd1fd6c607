"""What columns and members are called on portals and in tables that people keep, and which names are the same."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

#: What holds the review when nobody says so, the first of them that has one: before a translation the original, and a
#: comment last, which may be the owner's, too. A name with a full stop is a member of a member.
TEXT_COLUMNS = (
    "originalText", "originalText.text", "text", "text.text", "review_text_published", "review_text", "reviewBody",
    "review_content", "bewertungstext", "rezensionstext", "rezension", "comment", "Review Comment", "kommentar",
    "snippet",
)  # fmt: skip
#: What holds the review's id when nobody says so.
ID_COLUMNS = ("custom_id", "id", "review_id", "reviewId", "_id")
#: What holds the rest when nobody says so.
DETAIL_COLUMNS: Mapping[str, Sequence[str]] = {
    "restaurant": ("restaurant", "restaurant_id", "business_id", "location_id", "place_id"),
    "reviewed_at": (
        "reviewed_at", "review_date", "iso_date", "publishedAtDate", "date", "datum", "createTime", "publishTime",
        "Published", "published_date", "datePublished", "published_at", "time_created", "created_at",
        "review created (utc)", "review_datetime_utc", "bewertungsdatum", "rezensionsdatum", "veröffentlichungsdatum",
        "veröffentlicht_am", "erstellt_am", "time", "timestamp", "review_timestamp",
    ),
    "language": ("language", "lang", "sprache", "language_code", "inLanguage", "originalLanguage"),
    "model": ("model",),
    "external_author": (
        "external_author", "author_id", "user_id", "user.id", "consumer.id", "reviewer.displayName",
        "authorAttribution.displayName",
    ),
}  # fmt: skip
#: Members of JSON that hold the reviews: of Google's Takeout (business and places), and of the usual exports.
CONTAINERS = frozenset(
    {"reviews", "features", "data", "items", "results", "records", "result", "response", "payload", "entries", "rows"}
    | {"bewertungen", "rezensionen"}
)
#: All but the containers.
USUAL = frozenset({*TEXT_COLUMNS, *ID_COLUMNS, *(name for usual in DETAIL_COLUMNS.values() for name in usual)})
#: What nobody sees in a name.
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\xad"))
#: What people set between the words of a name, or nothing with a capital behind it.
_BETWEEN = re.compile(r"[\s_./:-]+")


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """A name as people read it: `review_text`, `Review Text` and `reviewText` are one."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", name.translate(_UNSEEN))).casefold()


#: Usual names by how they are read.
PLAIN_USUAL = {name: plain(name) for name in USUAL}
