"""What is JSON in name alone is refused by whatever reads it, with the file's name."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from model.artifact.loading import read_config
from model.artifact.manifest import reference_manifest, written_manifest
from model.data.categories import read_mapping
from model.errors import ModelError
from model.evaluation.faithfulness import read_marked
from model.scheme import read_scheme

#: Deeper than anything that reads JSON by calling itself.
DEEP = "[" * 100_000
READERS: dict[str, Callable[[Path], object]] = {
    "scheme.json": read_scheme,
    "categories.json": read_mapping,
    "marked.json": read_marked,
    "config.json": lambda path: read_config(path.parent),
    "kritiq.json": lambda path: written_manifest(path.parent),
}


@pytest.mark.parametrize("content", [DEEP, "null", "1", '"text"', "", "{", "\ufeff{"], ids=lambda each: each[:6] or "-")
@pytest.mark.parametrize("name", READERS)
def test_it_is_named(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ModelError, match=name):
        READERS[name](tmp_path / name)


def test_a_manifest_whose_numbers_are_none_is_refused(tmp_path: Path) -> None:
    manifest = reference_manifest("tiny").to_dict() | {"max_tokens": float("inf")}
    (tmp_path / "kritiq.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match=r"kritiq\.json cannot be used"):
        written_manifest(tmp_path)
