"""Which columns of a table, or members of an object, hold what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kritiq_client.bulk.hints import hint_of
from kritiq_client.bulk.members import filled, has, member, names_as_usual
from kritiq_client.bulk.places import Places
from kritiq_client.bulk.records import BadInput, Record
from kritiq_client.bulk.text_objects import is_empty, unwrapped
from kritiq_client.bulk.usual_names import CONTAINERS, DETAIL_COLUMNS, ID_COLUMNS, TEXT_COLUMNS, plain

#: Columns that nothing is read of which are named.
MOST_NAMED = 5
#: Names that are listed where no column has the text, and characters that are shown of one.
MOST_LISTED, MOST_SHOWN = 20, 60


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

    @property
    def named(self) -> bool:
        """Whether somebody named one."""
        return (
            bool(self.metadata)
            or self.text is not None
            or any(getattr(self, name) is not None for name in ("identity", *DETAIL_COLUMNS))
        )

    def places(self, names: Sequence[str], otherwise: str = "") -> Places:
        """Where everything stands in a header. Raises BadInput when the text is nowhere, with what may help
        `otherwise`, or a name stands twice.
        """
        texts = self._all(names, self.text, TEXT_COLUMNS)
        if not texts:
            wanted = self.text or "text"
            raise BadInput(
                f"There is no column {wanted!r}; {_listed(names)}. "
                f"Say which one has the reviews with {self.text_option}.{otherwise}"
            )
        identity = self._place(names, self.identity, ID_COLUMNS)
        if identity is None and self.identity is not None:
            raise _no_column(self.identity, names)
        details = dict[str, tuple[int, ...]]()
        for name, usual in DETAIL_COLUMNS.items():
            asked = getattr(self, name)
            if asked is None:
                # Of a column that nobody named, one that is there twice is none.
                held = () if name in self.unwanted else _once(names, usual)
            elif (place := self._place(names, asked, ())) is None:
                raise _no_column(asked, names)
            else:
                held = (place,)
            details |= {name: held} if held else {}
        metadata = {name: self._place(names, name, ()) for name in self.metadata}
        for name, place in metadata.items():
            if place is None:
                raise _no_column(name, names)
        places = Places(
            texts=texts,
            identity=identity,
            details=details,
            metadata={name: place for name, place in metadata.items() if place is not None},
            languages=self._languages_of_texts,
        )
        return replace(places, notes=tuple(self._notes(names, places)))

    def fit(self, names: Sequence[str]) -> bool:
        """Whether a header with these names has a text."""
        return self._place(names, self.text, TEXT_COLUMNS) is not None

    def pick(self, members: Mapping[str, Any], at: int) -> Record:
        """The record that a JSON object is."""
        members = names_as_usual(members)
        texts = [name for name in self._texts if has(members, name)]
        text = filled(members, texts) or next(iter(texts), None)
        ids = ID_COLUMNS if self.identity is None else (self.identity,)
        identity = next((name for name in ids if members.get(name) is not None), None)
        if identity is None and self.identity is None and _is_path(members.get("name")):
            # A review of Google's has its path as its name.
            identity = "name"
        details = dict[str, Any]()
        for name, usual in DETAIL_COLUMNS.items():
            asked = getattr(self, name)
            if asked is not None or name not in self.unwanted:
                where = filled(members, (asked,) if asked else usual)
                details |= {name: member(members, where)} if where is not None else {}
        written, language = unwrapped(member(members, text)) if text is not None else (None, None)
        if language is not None and self._languages_of_texts:
            details["language"] = language
        if self.metadata:
            details["metadata"] = {name: members[name] for name in self.metadata if members.get(name) is not None}
        elif isinstance(members.get("metadata"), dict):
            details["metadata"] = members["metadata"]
        instead = None
        if text is None:
            instead = hint_of(members, self._texts)
        return Record(
            at=at,
            text=written,
            identity=members.get(identity) if identity is not None else None,
            details=details,
            instead=instead,
        )

    def shared(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """What an object with a list of reviews says of all of them: their restaurant, where its id is there."""
        if self.restaurant is None and "restaurant" in self.unwanted:
            return {}
        members = names_as_usual(members)
        names = (self.restaurant,) if self.restaurant else DETAIL_COLUMNS["restaurant"]
        ids = [name for name in names if not isinstance(member(members, name), dict | list)]
        where = filled(members, ids)
        return {"restaurant": member(members, where)} if where is not None else {}

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
        members = names_as_usual(members)
        texts = (unwrapped(member(members, name))[0] for name in self._texts)
        return any(type(text) is str and not is_empty(text) for text in texts)

    def doubled(self, members: Mapping[str, Any]) -> bool:
        """Whether one name of a text stands there in several ways: `Text` and `TEXT`."""
        names = [plain(name) for name in members]
        return any(names.count(plain(name)) > 1 for name in self._texts)

    def _notes(self, names: Sequence[str], places: Places) -> Iterator[str]:
        """What is said of columns that nothing is read of: one may be what a person calls the restaurant, or there are
        two of them, and nothing else has what they may have."""
        left = {place: name for place, name in enumerate(names) if name.strip()}
        for place in places.all():
            left.pop(place, None)
        for name, usual in DETAIL_COLUMNS.items():
            if name in places.details or name in self.unwanted:
                continue
            for wanted in usual:
                if len(twice := _found(names, wanted)) > 1:
                    yield f"there are {len(twice)} columns {wanted!r}, and none of them is read"
                    for place in twice:
                        left.pop(place, None)
        if left:
            named = ", ".join(map(repr, [*left.values()][:MOST_NAMED]))
            more = f" and {len(left) - MOST_NAMED} more" if len(left) > MOST_NAMED else ""
            yield f"nothing is read of the column{'' if len(left) == 1 else 's'} {named}{more}"

    @property
    def _texts(self) -> Sequence[str]:
        return TEXT_COLUMNS if self.text is None else (self.text,)

    @property
    def _languages_of_texts(self) -> bool:
        return self.language is None and "language" not in self.unwanted

    @staticmethod
    def _place(names: Sequence[str], asked: str | None, usual: Sequence[str]) -> int | None:
        for wanted in usual if asked is None else (asked,):
            found = _found(names, wanted)
            if len(found) > 1:
                raise BadInput(f"There are {len(found)} columns {wanted!r}; which one is meant?")
            if found:
                return found[0]
        return None

    def _all(self, names: Sequence[str], asked: str | None, usual: Sequence[str]) -> tuple[int, ...]:
        """Where the first is, and behind it all others that it may be when nobody named it."""
        first = self._place(names, asked, usual)
        if first is None:
            return ()
        return (first,) if asked is not None else tuple(dict.fromkeys((first, *_once(names, usual))))


def _found(names: Sequence[str], wanted: str) -> list[int]:
    """Where a name stands: as it is written, or else in other letters, or with something else between its words."""
    exactly = [place for place, name in enumerate(names) if name == wanted]
    return exactly or [place for place, name in enumerate(names) if plain(name) == plain(wanted)]


def _once(names: Sequence[str], usual: Sequence[str]) -> tuple[int, ...]:
    """Where those of some names stand that are there once."""
    found = (_found(names, name) for name in usual)
    return tuple(dict.fromkeys(places[0] for places in found if len(places) == 1))


def _is_path(name: Any) -> bool:
    return type(name) is str and "/reviews/" in name


def _no_column(name: str, names: Sequence[str]) -> BadInput:
    return BadInput(f"There is no column {name!r}; {_listed(names)}.")


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "the first row is empty"
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    listed = (repr(name if len(name) <= MOST_SHOWN else f"{name[:MOST_SHOWN]}…") for name in names[:MOST_LISTED])
    return f"the columns are {', '.join(listed)}{more}"
