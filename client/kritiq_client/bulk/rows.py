"""What becomes of each entry of a file: it is judged, passed over because it has no text, or failed where it is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kritiq_client.bulk.details import as_text, details_of
from kritiq_client.bulk.json_lines import Number
from kritiq_client.bulk.records import Record, Unreadable

#: Longest review in characters; the service's own bound is far under it, and has better words.
MOST_CHARS = 2**20
#: Ids that the service takes; others are kept here and put back into the output.
_SENDABLE = re.compile(r"[\x21-\x7e]{1,128}")
#: What no text can hold: NUL, and halves of surrogate pairs, which JSON can spell.
_IMPOSSIBLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One entry of a file. It is judged when it has a `text`, failed when it has a `problem`, else passed over."""

    text: str | None = None
    #: Carried into the output as it is, as text.
    identity: str | None = None
    problem: str | None = None
    #: Judged, but not as it stands in the file.
    warning: str | None = None
    #: Members of `kritiq_client.reviews.BatchReview` beside text and id.
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def custom_id(self) -> str | None:
        """The id as far as the service takes it."""
        return self.identity if self.identity and _SENDABLE.fullmatch(self.identity) else None

    def outcome(self) -> dict[str, Any] | None:
        """What the output says of it without asking the service; None for a review that is judged."""
        if self.problem is not None:
            error = {"code": "unreadable", "message": self.problem}
            return {"custom_id": self.identity, "status": "failed", "result": None, "error": error}
        if self.text is None:
            return {"custom_id": self.identity, "status": "skipped", "result": None, "error": None}
        return None


def rows_of(records: Iterable[Record | Unreadable], unit: str = "line") -> Iterator[Row]:
    """A row for each record; `unit` is what their numbers count."""
    for record in records:
        if isinstance(record, Unreadable):
            yield Row(identity=_as_text(record.identity), problem=record.problem[:1].upper() + record.problem[1:])
        else:
            yield _row(record, f"{unit.capitalize()} {record.at}")


def _row(record: Record, where: str) -> Row:
    text, identity = record.text, _as_text(record.identity)
    if text is None or (type(text) is str and not text.strip()):
        # A rating without a word: nothing is wrong with it, and nothing is in it to judge.
        return Row(identity=identity)
    if type(text) is not str:
        kind = "number" if isinstance(text, Number) else type(text).__name__
        what = "bytes that are not UTF-8" if isinstance(record.text, bytes) else f"not a string but a {kind}"
        return Row(identity=identity, problem=f"{where}: its text is {what}.")
    if len(text) > MOST_CHARS:
        return Row(identity=identity, problem=f"{where}: its text has {len(text)} characters; {MOST_CHARS} are most.")
    clean, count = _IMPOSSIBLE.subn("\ufffd", text)
    details, odd = details_of(record.details)
    if count:
        odd.insert(0, f"{count} character{'s' if count > 1 else ''} that no text can hold became U+FFFD")
    warning = f"{where}: {'; '.join(odd)}." if odd else None
    return Row(text=clean, identity=identity, warning=warning, details=details)


def _as_text(identity: Any) -> str | None:
    text = as_text(identity)
    return text if text is None else _IMPOSSIBLE.sub("\ufffd", text)
