"""The documents lead where they say, and every decision is listed."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *DECISIONS,
    *(ROOT / folder / "README.md" for folder in ("client", "client-ts", "corpus", "deploy", "docs/decisions", "model")),
    *(ROOT / "bench" / "results").glob("*.md"),
]
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def links(document: Path) -> list[str]:
    """Targets of the document's links within the repository."""
    # A link's text may be code, its target may not.
    text = _CODE.sub("", document.read_text(encoding="utf-8"))
    return [target for target in _LINK.findall(text) if "://" not in target]


def anchors(document: Path) -> set[str]:
    """The headings of a document, as GitHub turns them into anchors."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    broken = []
    for target in links(document):
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("index", ["README.md", "docs/decisions/README.md"])
def test_every_decision_is_listed_once(index: str) -> None:
    path = ROOT / index
    listed = [(path.parent / link).resolve() for link in links(path) if re.search(r"(^|/)\d{4}-", link)]
    assert listed == DECISIONS


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_four_parts(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert text.startswith(f"# {decision.name[:4]}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "How to undo it"]
