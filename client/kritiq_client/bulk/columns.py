"""Which columns of a table, or members of an object, hold what."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kritiq_client.bulk.hints import hint_of, is_filled
from kritiq_client.bulk.records import BadInput, Record

#: What holds the review when nobody says so, the first of them that is there: a comment may be the owner's, too.
TEXT_COLUMNS = (
    "text", "review_text_published", "review_text", "review text", "reviewtext", "reviewBody",
    "bewertungstext", "rezensionstext", "rezension", "comment", "Review Comment", "kommentar",
)  # fmt: skip
#: What holds the review's id when nobody says so.
ID_COLUMNS = ("custom_id", "id", "review_id", "reviewId", "_id")
#: What holds the rest when nobody says so.
DETAIL_COLUMNS: Mapping[str, Sequence[str]] = {
    "restaurant": ("restaurant", "restaurant_id"),
    "reviewed_at": ("reviewed_at", "review_date", "date", "datum", "createTime", "Published"),
    "language": ("language",),
    "model": ("model",),
    "external_author": ("external_author", "author_id"),
}
#: Members of JSON that hold the reviews: of Google's Takeout (business and places), and of the usual exports.
CONTAINERS = frozenset(
    {"reviews", "features", "data", "items", "results", "records", "result", "response", "payload", "entries", "rows"}
    | {"bewertungen", "rezensionen"}
)
#: What nobody sees in a name.
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\xad"))
#: All of them that are written in small letters.
USUAL = {name for usual in (TEXT_COLUMNS, ID_COLUMNS, *DETAIL_COLUMNS.values()) for name in usual if name.islower()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where in a row everything stands, from 0."""

    text: int
    identity: int | None
    details: Mapping[str, int]
    metadata: Mapping[str, int]

    def all(self) -> list[int]:
        """All of them, in order."""
        own = [self.text, *([] if self.identity is None else [self.identity])]
        return sorted({*own, *self.details.values(), *self.metadata.values()})

    def record(self, at: int, cells: Sequence[Any] | Mapping[int, Any]) -> Record:
        """The record that a row with these cells, by place, is."""
        details: dict[str, Any] = {name: cells[place] for name, place in self.details.items()}
        if self.metadata:
            given = {name: cells[place] for name, place in self.metadata.items()}
            details["metadata"] = {name: cell for name, cell in given.items() if cell is not None and cell != ""}
        identity = cells[self.identity] if self.identity is not None else None
        return Record(at=at, text=cells[self.text], identity=identity, details=details)


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Which columns are wanted; None is whatever is usual."""

    text: str | None = None
    identity: str | None = None
    restaurant: str | None = None
    reviewed_at: str | None = None
    language: str | None = None
    model: str | None = None
    external_author: str | None = None
    #: Columns that become members of the review's metadata.
    metadata: tuple[str, ...] = ()
    #: Of restaurant, date, language, model and author, those that no column is looked for when none is named.
    unwanted: frozenset[str] = frozenset()
    #: How the command is told which one holds the review, for what says that none does.
    text_option: str = "--text-column NAME"

    def places(self, names: Sequence[str]) -> Places:
        """Where everything stands in a header. Raises BadInput when the text is nowhere, or a name stands twice."""
        text = self._place(names, self.text, TEXT_COLUMNS)
        if text is None:
            wanted = self.text or TEXT_COLUMNS[0]
            raise BadInput(
                f"There is no column {wanted!r}; {_listed(names)}. "
                f"Say which one has the reviews with {self.text_option}."
            )
        identity = self._place(names, self.identity, ID_COLUMNS)
        if identity is None and self.identity is not None:
            raise _no_column(self.identity, names)
        details = dict[str, int]()
        for name, usual in DETAIL_COLUMNS.items():
            asked = getattr(self, name)
            # Of a column that nobody named, one that is there twice is none.
            unsure = asked is None and any(len(_found(names, each)) > 1 for each in usual)
            if asked is None and (unsure or name in self.unwanted):
                continue
            place = self._place(names, asked, usual)
            if place is None and asked is not None:
                raise _no_column(asked, names)
            if place is not None:
                details[name] = place
        metadata = {name: self._place(names, name, ()) for name in self.metadata}
        for name, place in metadata.items():
            if place is None:
                raise _no_column(name, names)
        held = {name: place for name, place in metadata.items() if place is not None}
        return Places(text=text, identity=identity, details=details, metadata=held)

    def fit(self, names: Sequence[str]) -> bool:
        """Whether a header with these names has a text."""
        return self._place(names, self.text, TEXT_COLUMNS) is not None

    def pick(self, members: Mapping[str, Any], at: int) -> Record:
        """The record that a JSON object is."""
        members = _as_usual(members)
        text = next((name for name in self._texts if name in members), None)
        ids = ID_COLUMNS if self.identity is None else (self.identity,)
        identity = next((name for name in ids if members.get(name) is not None), None)
        if identity is None and self.identity is None and "starRating" in members:
            # A review of Google's has its path as its name.
            identity = "name"
        details = dict[str, Any]()
        for name, usual in DETAIL_COLUMNS.items():
            asked = getattr(self, name)
            if asked is not None or name not in self.unwanted:
                where = next((each for each in ((asked,) if asked else usual) if members.get(each) is not None), None)
                details |= {name: members[where]} if where is not None else {}
        if self.metadata:
            details["metadata"] = {name: members[name] for name in self.metadata if members.get(name) is not None}
        elif isinstance(members.get("metadata"), dict):
            details["metadata"] = members["metadata"]
        instead = None
        if text is None:
            instead = hint_of(members, self._texts)
        return Record(
            at=at,
            text=members[text] if text is not None else None,
            identity=members.get(identity) if identity is not None else None,
            details=details,
            instead=instead,
        )

    def around(self, members: Mapping[str, Any]) -> str | None:
        """Of an object without a text, the member that holds reviews: a list of them, or one under its id."""
        lists = {name: value for name, value in members.items() if isinstance(value, list)}
        named = members if all(isinstance(value, dict) for value in members.values()) else {}
        held = {name: [value] for name, value in named.items()} | lists
        # One level further down only what is named for it: a rating may have an answer, with a text of its own.
        inner = {
            name: [each for part in CONTAINERS & value.keys() if isinstance(value[part], list) for each in value[part]]
            for name, value in members.items()
            if isinstance(value, dict)
        }
        texts = set(self._texts)
        return next(
            (
                name
                for name, found in (*held.items(), *inner.items())
                if any(isinstance(each, dict) and texts & set(each) for each in found)
            ),
            None,
        )

    def has_text(self, members: Mapping[str, Any]) -> bool:
        """Whether an object has a text of its own."""
        members = _as_usual(members)
        return any(is_filled(members.get(name)) for name in self._texts)

    def doubled(self, members: Mapping[str, Any]) -> bool:
        """Whether one name of a text stands there in several ways: `Text` and `TEXT`."""
        plain = [_plain(name) for name in members]
        return any(plain.count(_plain(name)) > 1 for name in self._texts)

    @property
    def _texts(self) -> Sequence[str]:
        return TEXT_COLUMNS if self.text is None else (self.text,)

    @staticmethod
    def _place(names: Sequence[str], asked: str | None, usual: Sequence[str]) -> int | None:
        for wanted in usual if asked is None else (asked,):
            found = _found(names, wanted)
            if len(found) > 1:
                raise BadInput(f"There are {len(found)} columns {wanted!r}; which one is meant?")
            if found:
                return found[0]
        return None


def _found(names: Sequence[str], wanted: str) -> list[int]:
    """Where a name stands: as it is written, or else in other letters or with spaces."""
    exactly = [place for place, name in enumerate(names) if name == wanted]
    return exactly or [place for place, name in enumerate(names) if _plain(name) == _plain(wanted)]


def _as_usual(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the usual names as they are usually written, where an object has them in other letters: `Text`, `ID`.

    One that is there in two ways is none.
    """
    if USUAL.issuperset(members):
        return members
    written: dict[str, list[str]] = {}
    for name in members:
        written.setdefault(_plain(name), []).append(name)
    found = {usual: written[usual] for usual in USUAL & written.keys() - members.keys()}
    return {**members, **{usual: members[names[0]] for usual, names in found.items() if len(names) == 1}}


def _no_column(name: str, names: Sequence[str]) -> BadInput:
    return BadInput(f"There is no column {name!r}; {_listed(names)}.")


def _listed(names: Sequence[str]) -> str:
    return f"the columns are {', '.join(map(repr, names))}" if names else "the first row is empty"


def _plain(name: str) -> str:
    """A name as people read it: in small letters, with single spaces for any, and composed."""
    return " ".join(unicodedata.normalize("NFKC", name.translate(_UNSEEN)).split()).casefold()
