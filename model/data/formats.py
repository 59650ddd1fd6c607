"""The formats by name, and how a file is told to be of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from model.data import json_files, json_lines, label_studio, semeval, tab_lines, tuple_lines
from model.data.json_text import loads
from model.data.records import Problem, Record
from model.data.source import Source
from model.data.table import DELIMITERS, table
from model.data.xml_tree import names, parse
from model.errors import DataError


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is read, and which shipped mapping its categories have; None: they must be the scheme's aspects."""

    read: Callable[[Source], Iterator[Record | Problem]]
    categories: str | None


#: The one whose columns a user may name.
TABLE = "csv"
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "jsonl": Format(json_lines.jsonl, None),
        TABLE: Format(table, None),
        "semeval2014": Format(semeval.semeval2014, "semeval2014"),
        "semeval2016": Format(semeval.semeval2016, "semeval2016"),
        "mams-atsa": Format(semeval.mams_atsa, "mams-atsa"),
        "m-absa": Format(tuple_lines.m_absa, "semeval2016"),
        "asqp": Format(tuple_lines.asqp, "semeval2016"),
        "acos": Format(tab_lines.acos, "semeval2016"),
        "gerestaurant": Format(json_files.gerestaurant_json, "gerestaurant"),
        "gerestaurant-tsv": Format(tab_lines.gerestaurant_tsv, "gerestaurant"),
        "germeval2017": Format(semeval.germeval2017_xml, "germeval2017"),
        "germeval2017-tsv": Format(tab_lines.germeval2017_tsv, "germeval2017"),
        "sentihood": Format(json_files.sentihood, "sentihood"),
        "label-studio": Format(label_studio.label_studio, None),
        "label-studio-min": Format(label_studio.label_studio_min, None),
        "prodigy": Format(json_lines.prodigy, None),
    }
)

_LABEL = r"[A-Z][A-Z_&/-]+[#:-](?:-?[01]|POSITIVE|NEGATIVE|NEUTRAL|CONFLICT|positive|negative|neutral)"


def sniffed(source: Source) -> str:
    """The name of the format that a file looks like. Raises DataError when it looks like none."""
    if re.match(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*\x00?<", source.content[:80]):
        return _xml(source)
    lines = [line for _, line in source.lines()][:50]
    if not lines:
        raise DataError(f"{source.path} is empty")
    if lines[0].lstrip().startswith("["):
        return _list(source)
    if 2 * sum(line.lstrip().startswith("{") for line in lines) > len(lines):
        return _objects(lines, source)
    if any(tuple_lines.MARK in line for line in lines):
        found = [tuple_lines.tuples(line.rpartition(tuple_lines.MARK)[2].strip(), 4) for line in lines]
        return "asqp" if any(found) else "m-absa"
    fields = [line.split("\t") for line in lines]
    if any(len(each) > 1 and tab_lines.ACOS_QUAD.fullmatch(each[1].strip()) for each in fields):
        return "acos"
    if any(len(each) in (4, 5) and each[2].strip().lower() in ("true", "false") for each in fields):
        return "germeval2017-tsv"
    if any(len(each) > 1 and re.fullmatch(_LABEL, each[-1].strip()) for each in fields):
        return "gerestaurant-tsv"
    if any(delimiter in lines[0] for delimiter in DELIMITERS) or lines[0].lower().startswith("sep="):
        return "csv"
    raise DataError(
        f"{source.path}: its format cannot be told; `kritiq convert --format NAME` reads: {', '.join(FORMATS)}"
    )


def _xml(source: Source) -> str:
    root, tags = names(source)
    if "Document" in tags:
        return "germeval2017"
    if "aspectCategory" in tags:
        return "semeval2014"
    if "aspectTerm" in tags:
        return "mams-atsa"
    if root in ("Reviews", "Review") or "Opinion" in tags:
        return "semeval2016"
    if root == "sentences":
        return "semeval2014"
    parse(source)  # one that is broken is told where
    raise DataError(f"{source.path}: XML <{root}> of no known data set; name its format to `kritiq convert --format`")


def _list(source: Source) -> str:
    keys: set[str] = set().union(*(entry for _, entry in source.entries()[:50] if isinstance(entry, dict)))
    for needed, form in (
        ({"tags"}, "gerestaurant"),
        ({"opinions"}, "sentihood"),
        ({"data", "annotations"}, "label-studio"),
        ({"data", "completions"}, "label-studio"),
        ({"annotation_id"}, "label-studio-min"),
        ({"text", "aspects"}, "jsonl"),
    ):
        if needed <= keys:
            return form
    raise DataError(f"{source.path}: a JSON list of no known data set; name its format to `kritiq convert --format`")


def _objects(lines: list[str], source: Source) -> str:
    for line in lines:
        try:
            row: Any = loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict) and "aspects" in row:
            return "jsonl"
        if isinstance(row, dict) and {"answer", "accept", "label", "spans", "_task_hash"} & set(row):
            return "prodigy"
    raise DataError(f"{source.path}: JSON lines without labels, neither `aspects` nor Prodigy's `accept`")
