"""A file of labelled sentences, whatever its format, into examples of a scheme, and a report of what did not go in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from model.data.categories import aspects_of, read_mapping, shipped
from model.data.dataset import Example
from model.data.formats import FORMATS, TABLE, sniffed
from model.data.labels import polarity_in
from model.data.records import Problem, Record
from model.data.source import Source
from model.data.table import unread
from model.errors import DataError
from model.scheme import DEFAULT_SCHEME, NONE, Scheme, one_polarity
from telemetry.counted import counted

#: Files of the same makers, in one shape but for the labels: who names the one for the other means the file.
SEMEVAL = frozenset({"semeval2014", "semeval2016"})
#: Problems that a report names one by one; the rest are counted.
NAMED = 20
#: Columns that it names.
SHOWN = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a file gave."""

    path: Path
    form: str
    #: What whoever gave the file calls its format, where it has another of `SEMEVAL`.
    misnamed: str = ""
    examples: list[Example] = field(default_factory=list)
    #: Lines that could not be read.
    problems: list[Problem] = field(default_factory=list)
    #: (line, aspect) of labels that are `conflict` since two opinions of the file differ.
    conflicts: list[tuple[int, str]] = field(default_factory=list)
    #: Categories without an aspect in the scheme, and how many opinions that was.
    left_out: Counter[str] = field(default_factory=Counter)
    #: Columns of a table that nothing was read from.
    unread: list[str] = field(default_factory=list)

    def report(self) -> list[str]:
        """What to tell the user, a line each, with file and line."""
        lines = [f"{self.path}: not {self.misnamed}, but {self.form}: read as that"] if self.misnamed else []
        lines += [f"{self.path}:{problem.line}: {problem.message}" for problem in self.problems[:NAMED]]
        if (more := len(self.problems) - NAMED) > 0:
            lines.append(f"{self.path}: {counted(more, 'more line')} could not be read")
        if self.unread:
            lines.append(f"{self.path}: columns that nothing is read from: {', '.join(self.unread[:SHOWN])}")
        if self.left_out:
            which = ", ".join(f"{category} ({count})" for category, count in self.left_out.most_common(8))
            opinions = counted(self.left_out.total(), "opinion")
            lines.append(f"{self.path}: {opinions} without an aspect in the scheme, left out: {which}")
        if self.conflicts:
            places = ", ".join(f"{aspect} in line {line}" for line, aspect in self.conflicts[:5])
            more_places = ", ..." if len(self.conflicts) > 5 else ""
            labels = "1 label is" if len(self.conflicts) == 1 else f"{len(self.conflicts)} labels are"
            lines.append(f"{self.path}: {labels} conflict, since opinions on one aspect differ: {places}{more_places}")
        return lines


def read_file(
    path: Path,
    scheme: Scheme = DEFAULT_SCHEME,
    *,
    form: str | None = None,
    encoding: str | None = None,
    categories: Path | None = None,
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a file of one of FORMATS, which is told from its content when it is not named.

    `categories` is a JSON file, category -> aspects, that goes before the shipped one; `columns` maps role or aspect to
    a column of a table. Lines that cannot be read are in the report. Raises DataError when the file as a whole cannot
    be read, or yields no sentence or no label.
    """
    source = Source.open(path, encoding, columns=dict(columns or {}), aspects=scheme.aspects)
    named, form = form, form or sniffed(source)
    if named in SEMEVAL and (other := _another_format(named, source)) in SEMEVAL:
        form = other
    if columns and form != TABLE:
        raise DataError(f"{path} is {form}: only a table ({TABLE}) has columns to name")
    own = read_mapping(categories) if categories else {}
    known = FORMATS[form].categories
    mapping = {**(shipped(known) if known else {}), **own}
    reading = Reading(path=path, form=form, misnamed=named if named is not None and named != form else "")
    batch = f"{path.parent.name}/{path.stem}"
    for each in FORMATS[form].read(source):
        if isinstance(each, Problem):
            reading.problems.append(each)
        elif each.text.strip() or each.opinions:
            _add(reading, each, scheme, mapping, strict=known is None and not own, batch=batch)
    if form == TABLE:
        reading.unread.extend(unread(source))
    _refuse_empty(reading, source)
    return reading


def _add(
    reading: Reading,
    record: Record,
    scheme: Scheme,
    mapping: Mapping[str, tuple[str, ...]],
    *,
    strict: bool,
    batch: str,
) -> None:
    line = record.line
    try:
        text = checked_text(record.text)
        given: dict[str, set[str]] = {}
        left_out = []
        for number, (category, spelled) in enumerate(record.opinions):
            line = record.lines[number] if record.lines else record.line
            if not spelled.strip():
                raise ValueError(f"{category}: an opinion without a polarity")
            polarity = polarity_in(scheme.polarities, spelled)
            if polarity is None:
                raise ValueError(f"{category}: the polarity {spelled!r} is none of {', '.join(scheme.polarities)}")
            aspects = aspects_of(category, mapping, scheme)
            if not aspects and strict:
                raise ValueError(f"the aspect {category!r} is none of {', '.join(scheme.aspects)}")
            if not aspects:
                left_out.append(category)
            for aspect in aspects if polarity != NONE else ():
                given.setdefault(aspect, set()).add(polarity)
        merged = {aspect: one_polarity(polarities) for aspect, polarities in given.items()}
        wrong = [aspect for aspect, polarity in merged.items() if polarity not in scheme.polarities]
        if wrong:
            raise ValueError(f"opinions on {wrong[0]} differ, and the scheme has no polarity conflict")
    except ValueError as error:
        reading.problems.append(Problem(line=line, message=str(error)))
        return
    reading.left_out.update(left_out)
    reading.conflicts.extend(
        (record.line, aspect)
        for aspect, polarity in merged.items()
        if polarity == "conflict" and "conflict" not in given[aspect]
    )
    reading.examples.append(Example(text=text, aspects=merged, batch=batch))


def checked_text(text: str) -> str:
    """The text without blanks around it. Raises ValueError when nothing is left, or it is no Unicode text."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"the text has half a character (a lone surrogate, {text[error.start]!a})") from error
    if not text.strip():
        raise ValueError("the text is empty")
    return text.strip()


def _refuse_empty(reading: Reading, source: Source) -> None:
    """Raises DataError when there is nothing to learn or measure from."""
    if any(example.aspects for example in reading.examples):
        return
    what = "label" if reading.examples else "sentence"
    other = _another_format(reading.form, source)
    told = "; ".join(reading.report()[:3]) or (other and f"it looks like {other}") or "is it labelled?"
    raise DataError(f"{reading.path} yields no {what} in the format {reading.form}: {told}")


def _another_format(form: str, source: Source) -> str:
    """Which format it has instead, if that can be told."""
    try:
        found = sniffed(source)
    except DataError:
        return ""
    return "" if found == form else found
