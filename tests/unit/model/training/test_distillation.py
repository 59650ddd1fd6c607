"""A student learns what its teacher says of sentences that nobody labelled."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from model.data.dataset import Example
from model.errors import DataError
from model.inputs.auxiliary import METHODS, Method, german_templates
from model.predictor import Predictor
from model.scheme import DEFAULT_SCHEME
from model.training.config import TrainingConfig
from model.training.distillation import Taught, as_probabilities, joined_by, soft_targets, teach
from model.training.finetune import FinetuneConfig, finetune
from model.training.objective import loss, surprise, targets
from tests.unit.model.conftest import BuildModel

TEXTS = ("das essen war gut", "das essen war schlecht", "der service war super", "der service war langsam")
#: Labelled sentences that say nothing of food.
LABELLED = [Example(text="wie ?", batch="a"), Example(text="die umgebung ist super", batch="b")] * 4
ASPECTS, POLARITIES = DEFAULT_SCHEME.aspects, DEFAULT_SCHEME.polarities


def sure_teacher(labels: list[dict[str, str]]) -> Taught:
    """A teacher that is sure of these."""
    truth = [[POLARITIES.index(each.get(aspect, "none")) for aspect in ASPECTS] for each in labels]
    return Taught(teacher="somebody", texts=TEXTS, probabilities=np.eye(len(POLARITIES), dtype=np.float32)[truth])


JUDGED = [{"food": "positive"}, {"food": "negative"}, {"service": "positive"}, {"service": "negative"}]
FOOD_AND_SERVICE = sure_teacher(JUDGED)


@pytest.mark.parametrize("name", METHODS)
def test_a_teacher_who_is_sure_asks_for_what_a_label_asks_for(name: str) -> None:
    method = Method(name=name, templates=german_templates(name))
    truth = FOOD_AND_SERVICE.probabilities.argmax(-1)
    classes = 2 if method.binary else len(POLARITIES)
    hard = targets(truth, method)
    soft = soft_targets(FOOD_AND_SERVICE.probabilities, method)
    np.testing.assert_array_equal(soft, as_probabilities(hard, classes, 0.0))
    logits = torch.randn(len(hard), soft.shape[1] * classes, generator=torch.Generator().manual_seed(1))
    weights = torch.linspace(0.5, 1.5, classes)
    by_label, by_teacher = (loss(logits, torch.from_numpy(rows), weights, 0.0) for rows in (hard, soft))
    assert by_teacher.item() == pytest.approx(by_label.item(), rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_labels_beside_a_teacher_are_as_smooth_as_they_are_without_one(smoothing: float) -> None:
    rows = np.array([[0, 3], [4, 4]])
    logits = torch.randn(2, 10, generator=torch.Generator().manual_seed(1))
    alone = loss(logits, torch.from_numpy(rows), torch.ones(5), smoothing)
    beside = loss(logits, torch.from_numpy(as_probabilities(rows, 5, smoothing)), torch.ones(5), smoothing)
    assert beside.item() == pytest.approx(alone.item(), rel=1e-5)


def test_the_student_learns_what_no_label_says(build_model: BuildModel, tmp_path: Path) -> None:
    config = FinetuneConfig(
        encoder=str(build_model()),
        name="tiny",
        method=Method(name="single"),
        max_tokens=48,
        training=TrainingConfig(epochs=25, batch_sentences=4, learning_rate=5e-3, patience=0),
    )
    truth = FOOD_AND_SERVICE.probabilities.argmax(-1)
    dev = [Example(text=text, aspects=aspects) for text, aspects in zip(TEXTS, JUDGED, strict=True)]
    odds = {}
    for name, taught in (("alone", None), ("taught", FOOD_AND_SERVICE)):
        finetune(config, tmp_path / name, examples=LABELLED, dev=dev, taught=taught, device="cpu")
        judged = Predictor.load(str(tmp_path / name), device="cpu").judge_sentences(TEXTS)
        odds[name] = surprise(judged, truth)
    assert odds["taught"] < 0.75 * odds["alone"]
    assert "4 sentences as somebody judges them (12 sentences" in (tmp_path / "taught" / "README.md").read_text()


def test_a_teachers_judgements_are_probabilities_and_say_who_it_was(build_model: BuildModel) -> None:
    for name in ("single", "NLI-B"):
        predictor = Predictor.load(str(build_model(method=name)), device="cpu")
        taught = teach(predictor, TEXTS, Method(name="single"))
        assert taught.probabilities.shape == (4, len(ASPECTS), len(POLARITIES))
        np.testing.assert_allclose(taught.probabilities.sum(-1), 1.0, rtol=1e-5)
        assert taught.teacher.endswith(f"({predictor.info.digest[:12]})")


def test_two_teachers_judge_as_the_mean_of_their_log_probabilities(build_model: BuildModel) -> None:
    first = Predictor.load(str(build_model(method="single")), device="cpu")
    second = Predictor.load(str(build_model(method="NLI-B")), device="cpu")
    method = Method(name="single")
    taught = teach(first, TEXTS, method)
    other = teach(second, TEXTS, method)
    both = joined_by(taught, second, "another")
    assert both.teacher == f"{taught.teacher} together with another"
    assert both.texts == taught.texts
    expected = np.exp((np.log(taught.probabilities) + np.log(other.probabilities)) / 2)
    np.testing.assert_allclose(both.probabilities, expected / expected.sum(-1, keepdims=True), rtol=1e-4)


def test_a_teacher_of_other_aspects_is_refused(build_model: BuildModel) -> None:
    predictor = Predictor.load(str(build_model()), device="cpu")
    other = Method(name="single", scheme=replace(DEFAULT_SCHEME, aspects=ASPECTS[:-1]))
    with pytest.raises(DataError, match="the teacher has other aspects"):
        teach(predictor, TEXTS, other)


def test_a_state_goes_on_with_its_own_teacher_alone(build_model: BuildModel, tmp_path: Path) -> None:
    config = FinetuneConfig(
        encoder=str(build_model()), name="tiny", method=Method(name="single"), max_tokens=48,
        training=TrainingConfig(epochs=1),
    )  # fmt: skip

    def run(taught: Taught | None) -> None:
        finetune(
            config, tmp_path / "out", examples=LABELLED, dev=LABELLED, taught=taught, device="cpu",
            state=tmp_path / "state",
        )  # fmt: skip

    run(FOOD_AND_SERVICE)
    run(FOOD_AND_SERVICE)
    for other in (None, replace(FOOD_AND_SERVICE, teacher="else"), replace(FOOD_AND_SERVICE, texts=TEXTS[::-1])):
        with pytest.raises(DataError, match="teacher or its sentences"):
            run(other)
