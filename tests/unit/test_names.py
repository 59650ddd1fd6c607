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


def of_the_project(*endings: str) -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in ELSEWHERE]
        yield from (Path(folder, name) for name in files if name.endswith(endings))


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
        "a.said", "a.said = 1", "f(said=1)", "class A:\n    said: int", "class Said: 0", "SAID = 1", "def said(): 0",
        "async def said(): 0",
        "from a import said", "import a as said", "try: 0\nexcept A as said: 0", "match a:\n    case [said]: 0",
        "match a:\n    case {**said}: 0", "f'{a.said}'", "[said for said in ()]",
    ],
)  # fmt: skip
def test_a_name_is_found_wherever_python_has_one(code: str) -> None:
    assert NO_NOUN in {name.lower() for name, _ in names(code)}


@pytest.mark.parametrize("code", ["'said'", '"""said"""', "a['said']", "# said", "said_by = 1", "nothing_said()"])
def test_a_text_a_comment_and_a_longer_name_are_no_such_name(code: str) -> None:
    assert NO_NOUN not in {name for name, _ in names(code)}


def test_no_name_says_that_something_was_said_in_place_of_what_it_holds() -> None:
    found, read = {}, 0
    for path in of_the_project(".py"):
        code, read = path.read_text(encoding="utf-8"), read + 1
        if re.search(rf"\b{NO_NOUN}\b", code, re.IGNORECASE):
            lines = [line for name, line in names(code) if name.lower() == NO_NOUN]
            found |= {path.relative_to(ROOT).as_posix(): lines} if lines else {}
    assert read > 1_500
    assert {path: lines for path, lines in found.items() if path not in CONTRACTS} == {}
    assert found.keys() >= CONTRACTS, "what is left out is there"


#: Comments and strings of JavaScript, TypeScript and Lua: none of their words is a name. Templates may hold some.
WORDS = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL)
LUA_WORDS = re.compile(r"--[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'")
#: A member that others call so may be read, under another name.
NAME = re.compile(rf"(?<![.\w-]){NO_NOUN}\b(?!\w|-|: [a-z]+\b)(?=\s*(?:[-=,;:?.+)\]}}<>*/|&]|$))", re.MULTILINE)


@pytest.mark.parametrize(
    "code",
    [
        "const said = 1;", "const [said, set] = useState(0)", "({ said }) => 0", "f(a, said)", "said?.code",
        "said.code", "local said, more = 1, 0", "return '\\n' .. said", "(said) => 0", "${said}", "x < said && y",
        "function f(core: Core, said: Said) {}",
    ],
)  # fmt: skip
def test_a_name_is_found_in_other_languages(code: str) -> None:
    assert NAME.search(LUA_WORDS.sub("", code) if "local" in code else WORDS.sub("", code))


@pytest.mark.parametrize("code", ["// as said", "/* said, */", "f('said')", "answer.said", "({ said: line }) => 0"])
def test_what_is_no_name_in_other_languages_is_none(code: str) -> None:
    assert not NAME.search(WORDS.sub("", code))


@pytest.mark.parametrize(("endings", "words"), [((".js", ".mjs", ".ts"), WORDS), ((".lua",), LUA_WORDS)])
def test_other_languages_have_no_such_name_either(endings: tuple[str, ...], words: re.Pattern[str]) -> None:
    found, read = [], 0
    for path in of_the_project(*endings):
        if "texts" in path.parts or path.name == "schema.ts":
            continue  # words for people, and what is made of the API's description
        read += 1
        code = words.sub(lambda match: "\n" * match[0].count("\n"), path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(ROOT)}:{code.count(chr(10), 0, hit.start()) + 1}" for hit in NAME.finditer(code)]
    assert read > 60
    assert found == []
