"""No module grows beyond what is read at once (CONTRIBUTING.md)."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_LINES = 250
#: A table of words each, and what is written by a generator.
NO_MODULES = {"api/console/static/texts/de.js", "api/console/static/texts/en.js", "client-ts/src/schema.ts"}
#: Beside the code: tests may be longer, and the others are not ours.
ELSEWHERE = {"tests", "vendor", "node_modules", "dist", "build"}


def modules() -> list[Path]:
    found = (each.relative_to(ROOT) for each in ROOT.rglob("*") if each.suffix in {".py", ".lua", ".js", ".ts"})
    return [each for each in found if not any(part in ELSEWHERE or part.startswith(".") for part in each.parts)]


def test_no_module_is_longer_than_what_is_read_at_once() -> None:
    lines = {str(each): (ROOT / each).read_text(encoding="utf-8").count("\n") for each in modules()}
    assert len(lines) > 900
    assert {name: count for name, count in lines.items() if count > MOST_LINES and name not in NO_MODULES} == {}
    assert lines.keys() >= NO_MODULES, "what is left out is there"
