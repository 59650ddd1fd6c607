"""What a document, a comment or a docstring names is there: files of the tree, and names in modules."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
#: Folders of the repository; what else lies beside them is the user's.
FOLDERS = [*PACKAGES, ".ci", "client", "corpus", "docs", "models"]
KINDS = ("py", "lua", "md", "acl", "toml", "yml", "yaml", "sh", "css", "js", "html")
TEXTS = [path for folder in FOLDERS for kind in KINDS for path in (ROOT / folder).rglob(f"*.{kind}")]
TEXTS += [path for name in ("*.md", "*.toml", "*.yml", "Makefile", "Dockerfile*") for path in ROOT.glob(name)]

#: A path from the root to a file, globs included. What a user is told to put somewhere begins with no folder of ours.
_PATH = re.compile(
    rf"(?<![\w/.{{}}$<~*@-])((?:{'|'.join(map(re.escape, FOLDERS))})/[\w./*-]*\.(?:{'|'.join(KINDS)}))\b"
)
#: `package.module.name`, with two dots at least: with one it may as well be an attribute of something.
_NAME = re.compile(rf"(?<![\w./-])((?:{'|'.join(PACKAGES)})(?:\.[A-Za-z_]\w*){{2,}})")
#: What ends the names of files.
_FILE = ("onnx", "pt", "pt2")


@cache
def prose(path: Path) -> str:
    """A file's text; of Python its comments and docstrings, since code has made-up paths too."""
    text = path.read_text(encoding="utf-8")
    return "\n".join(_prose_of_python(text)) if path.suffix == ".py" else text


def _prose_of_python(text: str) -> Iterator[str]:
    # To take a file apart costs much, and a comment is what follows some hash of its line: few have to be.
    if any(_PATH.search(rest) or _NAME.search(rest) for line in text.split("\n") if (rest := line.partition("#")[2])):
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.string
    yield from _docstrings([ast.parse(text)])


def _docstrings(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Those of all definitions; these stand where statements do, and no expression is looked at."""
    for node in nodes:
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node, clean=False) or ""
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _docstrings(getattr(node, part, ()))


def is_there(name: str) -> bool:
    """Whether the longest beginning of a dotted name that is a module of ours has the part that follows."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:length])
        source = place.with_suffix(".py") if place.with_suffix(".py").exists() else place / "__init__.py"
        if source.exists():
            rest = parts[length:]
            return not rest or re.search(rf"\b{rest[0]}\b", source.read_text(encoding="utf-8")) is not None
    return False


def test_every_file_that_is_named_is_there() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in TEXTS
        for name in sorted(set(_PATH.findall(prose(path))))
        if not any(ROOT.glob(name)) and not any(path.parent.glob(name))
    ]
    assert missing == []


def test_every_name_in_a_module_is_there() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in TEXTS
        for name in sorted(set(_NAME.findall(prose(path))))
        if not name.endswith(_FILE) and not is_there(name)
    ]
    assert missing == []


def test_what_is_checked_is_found_in_prose_only() -> None:
    source = '"""See jobs/wall.py."""\npath = "jobs/made_up.py"  # as in jobs.wall.Wall.check\n'
    found = "\n".join(_prose_of_python(source))
    assert (_PATH.findall(found), _NAME.findall(found)) == (["jobs/wall.py"], ["jobs.wall.Wall.check"])
    assert is_there("jobs.job.Status")
    assert not is_there("jobs.job.Wall")
    assert not is_there("jobs.wall.Wall")
