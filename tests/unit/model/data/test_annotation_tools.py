"""What Label Studio and Prodigy export, beyond a choice for each text."""

import json
from pathlib import Path
from typing import Any

import pytest

from model.data.reading import read_file
from model.errors import DataError
from tests.unit.model.data.samples import found, written

SPAN = {"start": 0, "end": 3, "text": "Gut"}


def annotated(*results: dict[str, Any]) -> str:
    return json.dumps([{"data": {"text": "Gut"}, "annotations": [{"result": list(results)}]}])


def result(control: str, value: dict[str, Any], region: str = "r") -> dict[str, Any]:
    return {"id": region, "from_name": control, "to_name": "text", "value": value}


def prodigy(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps({"text": "Gut", "answer": "accept", **row}) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            annotated(
                result("term", SPAN | {"labels": ["food"]}, "1"),
                result("feeling", SPAN | {"choices": ["positive"]}, "1"),
                result("term", SPAN | {"labels": ["service"]}, "2"),
                result("feeling", SPAN | {"choices": ["negative"]}, "2"),
            ),
            {"food": "positive", "service": "negative"},
            id="a span's label and its choice",
        ),
        pytest.param(
            annotated(result("a", {"choices": ["food:positive"]}), {"type": "relation", "from_id": "1", "to_id": "2"}),
            {"food": "positive"},
            id="a relation, which has no value",
        ),
        pytest.param(
            annotated(result("a", {"taxonomy": [["food", "positive"], ["price", "negative"]]})),
            {"food": "positive", "price": "negative"},
            id="paths of a taxonomy",
        ),
        pytest.param(
            annotated(result("remarks", {"text": ["unsure"]}), result("food", {"choices": ["positive"]})),
            {"food": "positive"},
            id="a remark beside the labels",
        ),
        pytest.param(
            json.dumps(
                [{"id": 1, "text": "Gut", "annotation_id": 2, "term": [SPAN | {"labels": ["food"]}],
                  "feeling": [SPAN | {"choices": ["positive"]}], "source": "web:page"}]
            ),
            {"food": "positive"},
            id="a span's label and its choice in JSON-MIN, beside other data",
        ),
        pytest.param(
            prodigy(
                {"options": [{"id": 1, "text": "food:positive"}, {"id": 2, "text": "food:negative"}], "accept": [2]}
            ),
            {"food": "negative"},
            id="numbers of options",
        ),
        pytest.param(
            prodigy(
                {"label": "food:positive"},
                {"label": "price:negative"},
                {"label": "service:neutral", "answer": "reject"},
            ),
            {"food": "positive", "price": "negative"},
            id="a task for each label of a text",
        ),
    ],
)  # fmt: skip
def test_labels_are_read_however_they_were_asked_for(tmp_path: Path, content: str, expected: dict[str, str]) -> None:
    assert found(read_file(written(tmp_path, content))) == [("Gut", expected)]


def test_a_control_of_an_aspect_that_says_no_polarity_is_not_taken_for_silence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="data:1: the entry: the control 'food' has no choices, but rating"):
        read_file(written(tmp_path, annotated(result("food", {"rating": 4}))))
