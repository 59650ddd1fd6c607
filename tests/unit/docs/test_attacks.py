"""SECURITY.md names a test for every attack: each is there, and none is skipped as a whole."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
TABLE = TEXT[TEXT.index("## Attacks") : TEXT.index("## Who may come in")]
ROWS = [row for row in TABLE.splitlines() if row.startswith("| ") and not row.startswith(("| attack |", "| risk |"))]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_test_that_is_named_is_there(path: str, name: str) -> None:
    assert name.startswith("test_")
    assert name in names_in(path)


@pytest.mark.parametrize("row", ROWS, ids=[row[:40] for row in ROWS])
def test_every_attack_has_an_answer_and_a_test(row: str) -> None:
    attack, answer, tests = (cell.strip() for cell in row.strip("|").split("|"))
    assert attack
    assert answer
    assert re.fullmatch(r"`tests/[\w/]+\.py::\w+`(, `tests/[\w/]+\.py::\w+`)*", tests)


def test_all_ten_risks_of_owasp_are_there() -> None:
    assert re.findall(r"^\| API(\d+) ", TABLE, re.MULTILINE) == [str(number) for number in range(1, 11)]
