"""What is measured beyond micro-F1: counted by hand, by others' values, and as the command writes it."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from model.cli import main as cli
from model.data.dataset import Example, write
from model.evaluation import sun2019
from model.evaluation.comparison import compare, mcnemar
from model.evaluation.details import NEGATION, details
from model.evaluation.page import page
from model.scheme import DEFAULT_SCHEME, Scheme
from tests.unit.model.conftest import BuildModel

FIXTURES = Path(__file__).parents[3] / "fixtures" / "sun2019"
TWO = Scheme(aspects=("food", "price"), polarities=("positive", "negative", "none"))
Counting = Callable[[Any, Any], dict[str, float]]


@pytest.mark.parametrize(
    ("name", "shape", "count"),
    [("semeval2014", (-1, 5, 5), sun2019.semeval2014), ("sentihood", (-1, 4, 3), sun2019.sentihood)],
)
def test_counts_are_those_of_sun_et_al(name: str, shape: tuple[int, ...], count: Counting) -> None:
    case = json.loads((FIXTURES / f"{name}.json").read_text())
    scores = np.array(case["scores"]).reshape(shape)
    assert count(np.array(case["true"]).reshape(scores.shape[:2]), scores) == pytest.approx(case["expected"], abs=1e-9)


def test_auc_counts_ties_half() -> None:
    flags = np.array([True, True, False, False])
    assert sun2019.auc(flags, np.array([0.9, 0.5, 0.5, 0.1])) == pytest.approx(3.5 / 4)
    assert np.isnan(sun2019.auc(flags[:2], np.array([0.9, 0.5])))


def test_confusion_macro_and_polarities_are_as_counted_by_hand() -> None:
    truth = np.array([[0, 2], [1, 0], [2, 2]])
    predicted = np.array([[0, 2], [0, 0], [2, 1]])
    found = details(truth, predicted, [Example(text="gut")] * 3, TWO)
    assert found["confusion"]["all"] == [[2, 0, 0], [1, 0, 0], [0, 1, 2]]
    assert found["confusion"]["aspects"]["food"] == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
    # food: aspects found 2 of 2; with polarity 1 hit of 2 and 2. price: 1 hit of 2 predicted and 1 true.
    assert found["macro_f1"] == {
        "acd": round((1 + 2 / 3) / 2, 4),
        "acsa": round((0.5 + 2 / 3) / 2, 4),
        "polarities": 0.4,
    }
    of_found = {"found": 2, "polarity_accuracy": 1.0}, {"found": 1, "polarity_accuracy": 0.0}
    assert found["polarities"]["positive"] == {"accuracy": 1.0, "f1": 0.8, "support": 2} | of_found[0]
    assert found["polarities"]["negative"] == {"accuracy": 0.0, "f1": 0.0, "support": 1} | of_found[1]


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_slices_and_confusion_add_up(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    truth, predicted = generator.integers(0, 5, (2, count, 9))
    texts = [
        random.Random(seed + n).choice(["Nicht gut", "gut " * 12, "The food was never cold"]) for n in range(count)
    ]
    found = details(truth, predicted, [Example(text=text) for text in texts], DEFAULT_SCHEME)
    assert sum(map(sum, found["confusion"]["all"])) == truth.size
    both = (truth != DEFAULT_SCHEME.none) & (predicted != DEFAULT_SCHEME.none)
    for values in found["slices"].values():
        assert sum(row["sentences"] for row in values.values()) == count
        assert sum(row["found"] for row in values.values()) == both.sum()
        right = sum(row["polarity_accuracy"] * row["found"] for row in values.values())
        assert right == pytest.approx((both & (truth == predicted)).sum(), abs=0.05)


@pytest.mark.parametrize(
    ("text", "negated"),
    [("Nicht gut", True), ("Keinerlei Kritik", True), ("It wasn’t bad", True), ("Notiert", False), ("Genie", False)],
)
def test_negation_is_told_by_words(text: str, negated: bool) -> None:
    assert bool(NEGATION.search(text)) is negated


@pytest.mark.parametrize(
    ("one", "other", "p"), [(0, 0, 1.0), (5, 5, 1.0), (10, 0, 2 / 1024), (1, 9, 22 / 1024), (600, 400, 2.7e-10)]
)
def test_mcnemar_is_exact(one: int, other: int, p: float) -> None:
    assert mcnemar(one, other) == pytest.approx(p, rel=0.05)
    assert mcnemar(one, other) == mcnemar(other, one)


def test_a_better_model_is_told_from_an_equal_one() -> None:
    generator = np.random.default_rng(3)
    truth = generator.integers(0, 5, (300, 9))

    def wrong(share: float) -> Any:
        return np.where(generator.random(truth.shape) < share, generator.integers(0, 5, truth.shape), truth)

    better = compare(truth, wrong(0.05), wrong(0.3), DEFAULT_SCHEME)
    assert better["mcnemar"]["p"] < 1e-6
    assert better["acsa"]["difference_interval"][0] > 0
    low, high = better["acsa"]["one_interval"]
    assert low < better["acsa"]["one"] < high
    same = wrong(0.2)
    equal = compare(truth, same, same, DEFAULT_SCHEME)
    assert (equal["mcnemar"]["p"], equal["acd"]["difference_interval"]) == (1.0, [0.0, 0.0])


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.evaluate_command, [str(argument) for argument in arguments])


def test_evaluate_writes_predictions_a_page_and_a_comparison(build_model: BuildModel, tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    write(data, [Example(text="Das Essen war gut <b>", aspects={"food": "positive"}), Example(text="\u2028nicht gut")])
    other = build_model(name="other", method="NLI-M")
    result = run(
        "--model", build_model(), "--against", other, "--data", data,
        "--predictions", tmp_path / "p.jsonl", "--html", tmp_path / "r" / "report.html",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert {"macro_f1", "polarities", "confusion", "slices", "comparison"} <= set(report)
    assert report["comparison"]["sentences"] == 2
    rows = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().split("\n") if line]
    assert [row["text"] for row in rows] == ["Das Essen war gut <b>", "\u2028nicht gut"]
    assert rows[0]["aspects"] == {"food": "positive"}
    assert set(rows[0]) == {"text", "aspects", "predicted", "right"}
    shown = (tmp_path / "r" / "report.html").read_text()
    assert shown.count("<svg") == 2
    assert "http" not in shown
    assert "McNemar" in shown
    assert "<b>" not in shown


def test_evaluate_reads_other_formats_and_reports_their_bad_lines(build_model: BuildModel, tmp_path: Path) -> None:
    data = tmp_path / "data.txt"
    data.write_text("Gut.####[['Chef's', 'food quality', 'positive']]\nkaputt####[[\n")
    result = CliRunner().invoke(cli.evaluate_command, ["--model", str(build_model()), "--data", str(data)])
    assert result.exit_code == 0
    assert f"{data}:2: no list" in result.stderr
    assert json.loads(result.stdout)["sentences"] == 1


@pytest.mark.parametrize("option", ["--predictions", "--html"])
def test_what_cannot_be_written_is_one_line(build_model: BuildModel, tmp_path: Path, option: str) -> None:
    data = tmp_path / "data.jsonl"
    write(data, [Example(text="gut", aspects={"food": "positive"})])
    result = run("--model", build_model(), "--data", data, option, tmp_path)
    assert result.exit_code == 1
    assert "cannot be written" in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_page_escapes_what_it_shows() -> None:
    report = {
        "sentences": 1, "ece": 0.1, "macro_f1": {"acd": 1.0, "acsa": 1.0}, "slices": {},
        "acd": {"f1": 1.0, "aspects": {"<i>": {"support": 1, "precision": 1.0, "recall": 1.0, "f1": 1.0}}},
        "acsa": {"f1": 1.0, "aspects": {"<i>": {"f1": 0.5}}},
        "confusion": {"polarities": ["<u>"], "all": [[1]]},
        "polarities": {"<u>": {"support": 1, "accuracy": 1.0, "f1": 1.0, "found": 1, "polarity_accuracy": 1.0}},
    }  # fmt: skip
    wrong = [{"text": "<script>", "aspects": {}, "predicted": {}}]
    shown = page("<title>", report, wrong)
    for tag in ("<i>", "<u>", "<script>", "<title><"):
        assert tag not in shown
