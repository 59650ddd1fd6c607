"""Labelled data for training and measuring: files of any format, folders of JSON lines, tables in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

from model.data import dataset
from model.data.dataset import Example
from model.data.json_text import loads
from model.data.labels import polarity_in
from model.data.reading import checked_text, read_file
from model.data.records import texts_only
from model.errors import DataError
from model.scheme import DEFAULT_SCHEME, NONE, Scheme
from telemetry.counted import counted


def read(
    paths: Sequence[Path],
    scheme: Scheme,
    *,
    form: str | None = None,
    encoding: str | None = None,
    columns: Mapping[str, str] | None = None,
    announce: Callable[[str], None] = lambda line: None,
) -> list[Example]:
    """Examples of files and folders in their order; a folder's JSON-lines files in the order of their names.

    JSON lines are read strictly, other formats tolerantly, with a report to `announce`. `columns` are those of the
    files that are tables. Raises DataError naming file and line, or when there is no label at all, or no table.
    """
    examples: list[Example] = []
    tables = 0
    for path in paths:
        # A wrong line of ours is a mistake to mend, not somebody else's data.
        ours = path.is_dir() or dataset.is_json_lines(path)
        if form in (None, "jsonl") and (ours or form):
            examples += dataset.read([path], scheme, encoding)
        elif not path.exists():
            raise DataError(f"there is no {path}")
        else:
            tables += 1
            reading = read_file(path, scheme, form=form, encoding=encoding, columns=columns)
            for line in reading.report():
                announce(line)
            examples += reading.examples
    which = ", ".join(map(str, paths))
    if columns and not tables:
        raise DataError(f"{which}: JSON lines have no columns to name, only tables (csv) have")
    if not any(example.aspects for example in examples):
        raise DataError(f"no label in {which}")
    return examples


def from_table(
    source: Any,
    scheme: Scheme = DEFAULT_SCHEME,
    *,
    text: str = "text",
    columns: Mapping[str, str] | None = None,
    name: str = "table",
) -> list[Example]:
    """Examples of a table in memory: a pandas or polars DataFrame, a `datasets.Dataset`, or any rows that are mappings.

    A row has the column `text` and either a column `aspects` (a mapping, or its JSON) or a column per aspect of the
    scheme; `columns` maps aspect to column where they are named otherwise. Missing values (None, NaN) mean none.
    Raises DataError naming the row, counted from 0.
    """
    examples = []
    for number, row in enumerate(_rows(source)):
        try:
            if not isinstance(row, Mapping):
                raise TypeError(f"a {type(row).__name__}, not a mapping of columns")
            found = row["aspects"] if columns is None and "aspects" in row else _by_column(row, scheme, columns)
            aspects = {} if _is_missing(found) else loads(found or "{}") if isinstance(found, str) else dict(found)
            content = checked_text(texts_only(row[text], "text"))
            examples.append(Example(text=content, aspects=_checked(aspects, scheme), batch=name))
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            what = f"there is no column {error}" if isinstance(error, KeyError) else str(error)
            raise DataError(f"{name}, row {number}: {what}") from error
    if not any(example.aspects for example in examples):
        raise DataError(f"{name}: no label in {counted(len(examples), 'row')}")
    return examples


def _rows(source: Any) -> Iterable[Any]:
    """Rows as mappings, by what the object can do: no library is imported for it."""
    if isinstance(source, (str, bytes, Path)):
        raise DataError("a table was expected, not the name of a file: model.data.labelled.read reads those")
    if hasattr(source, "iter_rows"):  # polars
        rows: Iterable[Any] = source.iter_rows(named=True)
    elif hasattr(source, "to_dict") and hasattr(source, "columns"):  # pandas
        rows = source.to_dict("records")
    elif hasattr(source, "__iter__") and not isinstance(source, Mapping):  # datasets, lists, generators
        rows = source
    else:
        raise DataError(f"a table was expected, with rows, not a {type(source).__name__}")
    return rows


def _by_column(row: Mapping[str, Any], scheme: Scheme, columns: Mapping[str, str] | None) -> dict[str, Any]:
    if columns is not None:
        return {aspect: row[column] for aspect, column in columns.items()}
    found = {aspect: row[aspect] for aspect in scheme.aspects if aspect in row}
    if not found:
        raise ValueError(f"neither a column `aspects` nor one of {', '.join(scheme.aspects)}")
    return found


def _checked(aspects: Mapping[str, Any], scheme: Scheme) -> dict[str, str]:
    checked = {}
    for aspect, spelled in aspects.items():
        if aspect not in scheme.aspects:
            raise ValueError(f"the aspect {aspect!r} is none of {', '.join(scheme.aspects)}")
        if _is_missing(spelled):
            continue
        # As in a file: a table of -1, 0 and 1 has numbers.
        polarity = polarity_in(scheme.polarities, str(spelled)) if isinstance(spelled, (str, Real)) else None
        if polarity is None:
            raise ValueError(f"{aspect}: the polarity {spelled!r} is none of {', '.join(scheme.polarities)}")
        if polarity != NONE:
            checked[aspect] = polarity
    return checked


def _is_missing(value: Any) -> bool:
    """None, or what pandas has for it: NaN is not itself, and of `pandas.NA` nobody can say."""
    try:
        return value is None or bool(value != value)
    except TypeError:
        return True
