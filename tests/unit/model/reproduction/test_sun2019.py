"""Sun et al. (2019) from two data sets to a table, with a tiny encoder: the way is whole."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from model.cli.reproduce import reproduce_command
from model.evaluation import sun2019
from model.inputs.auxiliary import METHODS
from model.reproduction.comparison import COLUMNS, table
from model.reproduction.published import METRICS, PUBLISHED
from model.reproduction.tasks import TASKS, scores_of, targets
from tests.unit.model.conftest import BuildModel

SENTENCE = (
    "<sentence id='{id}'><text>das essen war {id} gut</text><aspectCategories><aspectCategory category='food' "
    "polarity='{polarity}'/><aspectCategory category='anecdotes/miscellaneous' polarity='neutral'/></aspectCategories>"
    "</sentence>"
)


def opinion(target: str, aspect: str, sentiment: str) -> dict[str, str]:
    return {"target_entity": target, "aspect": aspect, "sentiment": sentiment}


ENTRY: dict[str, Any] = {
    "id": 1,
    "text": "  LOCATION1 ist gut , LOCATION2 ist teuer",
    "opinions": [
        opinion("LOCATION1", "general", "Positive"),
        opinion("LOCATION2", "price", "Negative"),
        opinion("LOCATION2", "nightlife", "Positive"),
    ],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, count in (("Restaurants_Train", 12), ("Restaurants_Test_Gold", 3)):
        rows = [SENTENCE.format(id=n, polarity=("positive", "negative", "conflict")[n % 3]) for n in range(count)]
        (folder / f"{name}.xml").write_text(f"<sentences>{''.join(rows)}</sentences>")
    for name in ("train", "dev", "test"):
        (folder / f"sentihood-{name}.json").write_text(json.dumps([ENTRY] * 3))
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(reproduce_command, ["sun2019", *map(str, arguments)])


def test_all_methods_on_both_sets_end_in_a_table_and_more_seeds_cost_only_themselves(
    build_model: BuildModel, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    encoder = build_model(encoder="bert", method="single")
    given = ["--data", data, "--encoder", encoder, "--output", out, "--device", "cpu", "--epochs", 1]
    first = run(*given, "--seeds", 1)
    assert first.exit_code == 0, first.output
    shown = (out / "table.md").read_text()
    assert first.stdout == shown
    for method in METHODS:
        assert shown.count(f"| {method} |") == 2
    rows = [json.loads(line) for line in (out / "sentihood/QA-B/seed-1/predictions.jsonl").read_text().splitlines()]
    assert [row["aspects"] for row in rows[:2]] == [{"general": "positive"}, {"price": "negative"}]
    for row in rows:
        assert all(sum(scores.values()) == pytest.approx(1, abs=1e-4) for scores in row["scores"].values())
    assert not list(out.rglob("model.safetensors")), "nobody asked for the models"

    second = run(*given, "--seeds", 2, "--methods", "NLI-M", "--tasks", "semeval2014")
    assert second.exit_code == 0, second.output
    assert "seed 2 of 2" in second.stderr
    assert "seed 1 of 2" not in second.stderr
    assert second.stdout.count("±") == len(METRICS["semeval2014"])
    refused = run(*given, "--seeds", 1, "--methods", "NLI-M", "--learning-rate", 1)
    assert refused.exit_code == 1
    assert "settings" in refused.output


def test_data_that_is_missing_shows_before_anything_is_trained(
    build_model: BuildModel, data: Path, tmp_path: Path
) -> None:
    (data / "sentihood-test.json").unlink()
    result = run("--data", data, "--encoder", build_model(), "--output", tmp_path / "out")
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("Restaurants_Test_Gold.xml", SENTENCE.format(id="K & R", polarity="positive"), ":1: <sentence> is no XML"),
        ("sentihood-test.json", json.dumps([ENTRY])[:-1] + ',\n{"text": ', ":2: no JSON: Expecting value"),
        ("sentihood-test.json", json.dumps([ENTRY, {"text": "LOCATION1"}]), ":1: the entry is not laid out as"),
        (
            "sentihood-test.json",
            json.dumps([ENTRY, ENTRY | {"opinions": [opinion("LOCATION1", "price", "Super")]}]),
            "the sentiment 'super'",
        ),
    ],
)
def test_a_sentence_that_cannot_be_read_is_not_left_out_of_what_is_compared_with_the_paper(
    build_model: BuildModel, data: Path, tmp_path: Path, name: str, content: str, told: str
) -> None:
    good = (data / name).read_text()
    (data / name).write_text(good.replace("</sentences>", f"{content}</sentences>") if "xml" in name else content)
    shown = run("--data", data, "--encoder", build_model(), "--output", tmp_path / "out")
    assert (shown.exit_code, shown.output.count("\n"), told in shown.output) == (1, 1, True), shown.output


def test_each_place_of_a_sentence_is_asked_about_as_the_first() -> None:
    one, other = targets(ENTRY)
    assert (one.text, one.aspects) == ("location - 1 ist gut , location - 2 ist teuer", {"general": "positive"})
    assert (other.text, other.aspects) == ("location - 2 ist gut , location - 1 ist teuer", {"price": "negative"})
    assert len(targets(ENTRY | {"text": "LOCATION1 ist gut"})) == 1


@pytest.mark.parametrize(
    ("task", "method", "count", "first"),
    [
        ("semeval2014", "single", 0, None),
        ("semeval2014", "NLI-M", 5, "price"),
        ("semeval2014", "QA-M", 5, "what do you think of the price of it ?"),
        ("semeval2014", "NLI-B", 25, "positive - price"),
        ("semeval2014", "QA-B", 25, "the polarity of the aspect price is positive ."),
        ("sentihood", "NLI-M", 4, "location - 1 - general"),
        ("sentihood", "QA-M", 4, "what do you think of the general of location - 1 ?"),
        ("sentihood", "NLI-B", 12, "None - location - 1 - general"),
        ("sentihood", "QA-B", 12, "the polarity of the aspect general of location - 1 - is None ."),
    ],
)
def test_auxiliary_sentences_are_the_papers(task: str, method: str, count: int, first: str | None) -> None:
    found = TASKS[task].method(method).hypotheses()
    assert (len(found), found[0] if found else None) == (count, first)
    assert not any("anecdotes/miscellaneous" in each or "transit-location" in each for each in found)


def test_polarities_stand_in_the_order_that_is_counted_by() -> None:
    """Perfect scores count as perfect; a wrong order would not."""
    generator = np.random.default_rng(7)
    for task in TASKS.values():
        polarities = len(task.scheme.polarities)
        truth = generator.integers(0, polarities, (60, len(task.scheme.aspects)))
        scores = scores_of(np.eye(polarities, dtype=np.float32)[truth] + np.float32(0.1), task.scheme)
        assert set(task.count(truth, scores).values()) == {1.0}
        assert tuple(task.count(truth, scores)) == METRICS[task.name]
    assert TASKS["semeval2014"].scheme.none == sun2019.NONE_2014
    assert TASKS["sentihood"].scheme.none == 0


def test_the_table_has_a_place_for_every_number_of_the_paper() -> None:
    results = {
        task: {method: [dict.fromkeys(METRICS[task], value) for value in (0.5, 0.6)] for method in METHODS}
        for task in TASKS
    }
    shown = table(results)
    assert set(PUBLISHED) == {(task, method) for task in TASKS for method in METHODS}
    assert shown.count("55.00 ± 7.07") == 5 * sum(map(len, METRICS.values()))
    assert "(92.18)" in shown
    assert set(COLUMNS) == {metric for metrics in METRICS.values() for metric in metrics}
