"""docs/console.md shows every view of the console."""

import re
from pathlib import Path

from tests.browser.pictures import LINKED, VIEWS

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "console.md").read_text(encoding="utf-8")
INDEX = (ROOT / "api" / "console" / "static" / "views" / "index.js").read_text(encoding="utf-8")


def form(view: str) -> str:
    """An address without what it is about: `/jobs/:id` and `/jobs/{job}` are one view."""
    path = re.sub(r"/(?::\w+|\{\w+\})$", "/…", view.partition("?")[0])
    return re.sub(r"^/restaurants/\w+$", "/restaurants/…", path)


def test_each_view_has_a_picture_and_each_picture_is_shown() -> None:
    views = re.findall(r'^  \["(/[^"]*)", ', INDEX, re.MULTILINE)
    assert sorted(map(form, VIEWS.values())) == sorted(map(form, views))
    assert sorted(re.findall(r"\(pictures/(\w+)\.png\)", GUIDE)) == sorted([*VIEWS, LINKED])
    assert sorted(path.stem for path in (ROOT / "docs" / "pictures").glob("*.png")) == sorted([*VIEWS, LINKED])
