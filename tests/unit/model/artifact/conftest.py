"""A cache of versions, and what it says."""

from pathlib import Path

import pytest

from model.artifact.model_cache import ModelCache


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def cache(tmp_path: Path, lines: list[str]) -> ModelCache:
    return ModelCache(tmp_path / "cache", announce=lines.append)
