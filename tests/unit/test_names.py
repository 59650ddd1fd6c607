"""A name is a noun for what it holds: a correction, an answer, a reason. "Said" is none of these."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_NOUN = "said"
#: Where it is what others read: a member of the API's JSON, of the client's answers, and of a warning's figures.
CONTRACTS = {
    "api/batches/parsing.py", "api/models/retraining_schemas.py", "client/kritiq_client/retraining_answers.py",
}  # fmt: skip
#: Not the project's.
ELSEWHERE = {"build", "dist", "node_modules", "shared", "vendor"}


def modules() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in ELSEWHERE]
        yield from (Path(folder, name) for name in files if name.endswith(".py"))


def names(code: str) -> Iterator[tuple[str, int]]:
    """Every variable, parameter, attribute, keyword, function, class and import of the code, with its line."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name, node.lineno
            case ast.keyword(arg=str(name)) | ast.alias(asname=str(name)) | ast.alias(name=name):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno
            case ast.MatchMapping(rest=str(name)):
                yield name, node.lineno


@pytest.mark.parametrize(
    "code",
    [
        "said = 1", "for _, said in (): 0", "(said := 1)", "def f(*, said): 0", "def f(**said): 0", "lambda said: 0",
        "a.said", "a.said = 1", "f(said=1)", "class A:\n    said: int", "def said(): 0", "async def said(): 0",
        "from a import said", "import a as said", "try: 0\nexcept A as said: 0", "match a:\n    case [said]: 0",
        "match a:\n    case {**said}: 0", "f'{a.said}'", "[said for said in ()]",
    ],
)  # fmt: skip
def test_a_name_is_found_wherever_python_has_one(code: str) -> None:
    assert NO_NOUN in {name for name, _ in names(code)}


@pytest.mark.parametrize("code", ["'said'", '"""said"""', "a['said']", "# said", "said_by = 1", "nothing_said()"])
def test_a_text_a_comment_and_a_longer_name_are_no_such_name(code: str) -> None:
    assert NO_NOUN not in {name for name, _ in names(code)}


def test_no_name_says_that_something_was_said_in_place_of_what_it_holds() -> None:
    found, read = {}, 0
    for path in modules():
        code, read = path.read_text(encoding="utf-8"), read + 1
        if re.search(rf"\b{NO_NOUN}\b", code):
            lines = [line for name, line in names(code) if name == NO_NOUN]
            found |= {path.relative_to(ROOT).as_posix(): lines} if lines else {}
    assert read > 1_500
    assert {path: lines for path, lines in found.items() if path not in CONTRACTS} == {}
    assert found.keys() >= CONTRACTS, "what is left out is there"
