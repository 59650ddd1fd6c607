"""A linear model learns what people corrected, past the same gate: it is fitted anew."""

from pathlib import Path
from typing import Any

import pytest

from model.artifact.manifest import CARD, read_manifest
from model.errors import InvalidArgument
from model.predictor import Predictor
from model.retraining.corrected import Corrections, corrections
from model.retraining.run import Retrained, Retraining, forget_run, retrain
from model.scheme import DEFAULT_SCHEME
from tests.support.learnable import corpus, make_counted, rows, unknown, write_corpus

LEARNED = corrections(rows(unknown(40)), DEFAULT_SCHEME)


class Stopped(Exception):
    """What a test ends a training with."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A linear model that knows the corpus, beside which that is, too."""
    folder = tmp_path_factory.mktemp("base")
    write_corpus(folder)
    return make_counted(folder)


def run(base: Path, output: Path, learned: Corrections = LEARNED, **more: Any) -> Retrained:
    how = {name: more.pop(name) for name in ("replay", "settings", "repeat") if name in more}
    settings = Retraining(version="2", corpus=(str(base.parent / "de"),), hold_out_every=3, **how)
    return retrain(base, output, learned, settings, **more)


def test_it_judges_as_people_said_and_everything_else_as_before(base: Path, tmp_path: Path) -> None:
    made = run(base, tmp_path / "new", tenants=("acme",))
    assert made.refusals == []
    assert made.comparison.corrected.before < 0.8 < 0.95 <= made.comparison.corrected.after
    assert made.comparison.acsa.after >= made.comparison.acsa.before - 0.005
    served = Predictor.load(tmp_path / "new")
    assert (served.info.name, served.info.version) == ("learnable", "2")
    manifest, _ = read_manifest(tmp_path / "new")
    assert manifest.linear
    told = manifest.provenance
    assert told is not None
    assert told["base"] == {"name": "learnable", "version": "1", "digest": read_manifest(base)[1]}
    assert told["gate"]["passed"]
    card = (tmp_path / "new" / CARD).read_text()
    assert "From learnable/1 with 40 corrections of 40 sentences" in card
    assert "acme" not in card


def test_all_of_the_corpus_is_learned_unless_it_is_said(base: Path, tmp_path: Path) -> None:
    kept = {"all": len(corpus()) - run(base, tmp_path / "all").comparison.sentences, "some": 20}
    lines: dict[str, list[str]] = {name: [] for name in kept}
    run(base, tmp_path / "all", announce=lines["all"].append)
    run(base, tmp_path / "some", announce=lines["some"].append, replay=20)
    for name, count in kept.items():
        assert f"with 40 corrections, {count} of the corpus; " in lines[name][0]


def test_what_has_forgotten_the_corpus_is_refused_as_a_network_is(base: Path, tmp_path: Path) -> None:
    made = run(base, tmp_path / "new", replay=1)
    assert any(why.code == "fell_polarity" for why in made.refusals)
    assert "Refused: " in (tmp_path / "new" / CARD).read_text()


@pytest.mark.parametrize("settings", [{"epochs": 3}, {"learning_rate": 0.1}, {"epochs": 3, "learning_rate": 0.1}])
def test_what_it_has_not_cannot_be_set(base: Path, tmp_path: Path, settings: dict[str, float]) -> None:
    with pytest.raises(InvalidArgument, match=f"a linear model has no {' and no '.join(sorted(settings))}"):
        run(base, tmp_path / "new", settings=settings)
    assert not (tmp_path / "new").exists()


def test_it_can_be_canceled_and_leaves_nothing(base: Path, tmp_path: Path) -> None:
    told: list[float] = []

    def stop(share: float) -> None:
        told.append(share)
        if share > 0.4:
            raise Stopped

    with pytest.raises(Stopped):
        run(base, tmp_path / "new", progress=stop)
    forget_run(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []
    whole: list[float] = []
    run(base, tmp_path / "new", progress=whole.append)
    assert whole == sorted(whole)
    assert (whole[0], whole[-1]) == (0.0, 1.0)
