"""A model learns what people corrected, and forgets nothing for it."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from model.artifact.manifest import CARD, WEIGHTS, file_digest, read_manifest
from model.errors import ArtifactError, DataError
from model.retraining.corrected import Corrections, corrections
from model.retraining.gate import Bounds
from model.retraining.run import Retrained, Retraining, forget_run, retrain
from model.scheme import DEFAULT_SCHEME
from tests.support.learnable import corpus, make_model, rows, unknown, write_corpus

ROOT = Path(__file__).parents[4]
LEARNED = corrections(rows(unknown(40)), DEFAULT_SCHEME)


class Stopped(Exception):
    """What a test ends a training with."""


@pytest.fixture(autouse=True)
def _single() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows the corpus, beside which that is, too."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("base")
    write_corpus(folder)
    return make_model(folder)


def run(base: Path, output: Path, learned: Corrections = LEARNED, **more: Any) -> Retrained:
    how = {"bounds": Bounds(), "settings": {"learning_rate": 3e-3}} | {
        name: more.pop(name) for name in ("bounds", "settings", "corpus") if name in more
    }
    settings = Retraining(**{"version": "2", "corpus": (str(base.parent / "de"),), "hold_out_every": 3} | how)
    return retrain(base, output, learned, settings, **more)


def test_it_judges_as_people_said_and_everything_else_as_before(base: Path, tmp_path: Path) -> None:
    made = run(base, tmp_path / "new", tenants=("acme",))
    assert made.refusals == []
    assert made.comparison.corrected.before < 0.8 < 0.95 <= made.comparison.corrected.after
    assert made.comparison.acsa.after >= made.comparison.acsa.before > 0.9


def test_the_version_says_where_it_is_from(base: Path, tmp_path: Path) -> None:
    run(base, tmp_path / "new", tenants=("acme",))
    manifest, _ = read_manifest(tmp_path / "new")
    told = manifest.provenance
    assert told is not None
    assert (manifest.name, manifest.version) == ("learnable", "2")
    assert told["base"] == {"name": "learnable", "version": "1", "digest": read_manifest(base)[1]}
    assert (told["corrected_sentences"], told["corrections"], told["tenants"]) == (40, 40, ["acme"])
    assert told["corrections_digest"] == LEARNED.digest
    assert told["gate"]["passed"]
    assert json.loads(json.dumps(manifest.to_dict()))["provenance"] == told
    card = (tmp_path / "new" / CARD).read_text()
    assert "From learnable/1 with 40 corrections of 40 sentences" in card
    assert "It passed the gate." in card
    # Whoever may see a restaurant's reviews may read the card.
    assert "acme" not in card


def test_a_run_that_was_broken_off_ends_like_one_that_was_not(base: Path, tmp_path: Path) -> None:
    def stop(share: float) -> None:
        if share > 0.6:
            raise Stopped

    whole = run(base, tmp_path / "whole")
    with pytest.raises(Stopped):
        run(base, tmp_path / "broken", progress=stop)
    assert not (tmp_path / "broken").exists()
    lines: list[str] = []
    again = run(base, tmp_path / "broken", announce=lines.append)
    assert "going on after epoch 1" in lines
    assert again.comparison == whole.comparison
    assert file_digest(tmp_path / "broken" / WEIGHTS) == file_digest(tmp_path / "whole" / WEIGHTS)
    forget_run(tmp_path / "broken")
    forget_run(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "whole"]


def test_what_may_not_go_on_is_there_to_be_looked_at_and_says_why(base: Path, tmp_path: Path) -> None:
    made = run(base, tmp_path / "new", settings={"learning_rate": 1e-9})
    (why,) = map(str, made.refusals)
    assert why.startswith("of the corrections (40 in all) fewer than 80% are judged as people said: 0.")
    manifest, _ = read_manifest(tmp_path / "new")
    assert manifest.provenance is not None
    assert manifest.provenance["gate"]["refusals"] == [why]
    assert f"Refused: {why}." in (tmp_path / "new" / CARD).read_text()


def test_progress_is_told_up_to_the_end(base: Path, tmp_path: Path) -> None:
    told: list[float] = []
    run(base, tmp_path / "new", progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_nothing_that_was_corrected_is_measured_on(base: Path, tmp_path: Path) -> None:
    everything = corrections(
        [
            {"text": each.text, "aspects": dict(each.aspects), "source": {"corrections": [{"aspect": "food", "at": 1}]}}
            for each in corpus()
        ],
        DEFAULT_SCHEME,
    )
    with pytest.raises(DataError, match="no sentence to measure on"):
        run(base, tmp_path / "new", everything)


def test_a_model_made_of_others_does_not_learn(base: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="retrain what it is made of"):
        run(ROOT / "models" / "kritiq", tmp_path / "new", corpus=(str(base.parent / "de"),))
