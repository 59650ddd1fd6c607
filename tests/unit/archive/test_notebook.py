"""examples/analysis.ipynb does what it says, cell by cell, as Jupyter would run it."""

import ast
import json
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine

from archive.sink import Sink
from tests.unit.archive.generated import make_reviews, put

NOTEBOOK = Path(__file__).parents[3] / "examples" / "analysis.ipynb"


def run_cells(names: dict[str, Any]) -> list[Any]:
    """What each cell of code shows: the value of an expression that it ends with."""
    shown = []
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            body = ast.parse("".join(cell["source"])).body
            last = ast.Expression(body.pop().value) if isinstance(body[-1], ast.Expr) else None
            exec(compile(ast.Module(body, []), NOTEBOOK.name, "exec"), names)
            shown.append(eval(compile(last, NOTEBOOK.name, "eval"), names) if last is not None else None)
    return shown


def test_it_shows_who_writes_most_and_what_guests_think(either: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    reviews = make_reviews(400)
    put(Sink(either), reviews)
    monkeypatch.setenv("KRITIQ_ARCHIVE_URL", either.url.set(drivername=either.dialect.name).render_as_string())
    names: dict[str, Any] = {"__name__": "notebook"}
    _, authors, pictures, bars = run_cells(names)
    names["engine"].dispose()
    wrote = Counter(review.author for review in reviews if review.author is not None)
    most = sorted(wrote.items(), key=lambda item: (-item[1], item[0]))[:10]
    assert [(row["author"], row["reviews"]) for row in authors] == most
    assert all(0 < row["praise"] + row["blame"] <= 100 for row in authors)
    assert (len(pictures), len(bars)) == (4, 4)
    for shown in (authors, pictures, bars):
        ElementTree.fromstring(f"<div>{shown._repr_html_()}</div>")
