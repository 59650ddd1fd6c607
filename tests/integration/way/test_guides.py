"""The guides in docs/ do what they say: each block of code is run against the real service, in its order."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.pages import Step, differences, steps
from tests.support.processes import ROOT, Api, Process
from tests.support.reader import Reader
from tests.support.redis_server import RedisServer

pytestmark = pytest.mark.integration

GUIDES = ("first-review", "batch", "errors", "models", "privacy", "results", "celery")


@pytest.fixture(autouse=True, scope="module")
def reconciler(broker: RedisServer) -> Iterator[None]:
    """What carries erasures out."""
    with closing(Process("reconciler", env={"KRITIQ_REDIS_URL": broker.url})):
        yield


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_does_what_it_says(guide: str, service: Api, tmp_path: Path) -> None:
    reader = Reader(
        folder=tmp_path,
        environment={**os.environ, "auth": "X-Guide: 1", "PYTHONPATH": str(ROOT)},
        addresses={
            "http://127.0.0.1:5000": f"http://127.0.0.1:{service.port}",
            "redis://127.0.0.1:6389/0": service.redis_url,
        },
    )
    run = list(steps(ROOT / "docs" / f"{guide}.md"))
    assert run, "a guide without code would pass, whatever it says"
    for step in run:
        assert differences(step, reader.does(step)) == [], step.code


def differs(shown_as: str, shown: str, told: str) -> bool:
    return differences(Step(language="sh", code="", shown_as=shown_as, shown=shown), told) != []


def test_what_is_not_as_shown_is_found() -> None:
    def found(shown: Any, told: Any) -> list[str]:
        step = Step(language="sh", code="", shown_as="json", shown=json.dumps(shown))
        return differences(step, json.dumps(told))

    assert found({"a": 1, "status": "queued"}, {"a": 2, "status": "queued", "b": 3}) == []
    assert found({"a": [{"status": "x"}], "c": 1}, {"a": [{"status": "y"}]}) == [".a.status: 'y'", ".c is missing"]
    # Of text every word counts but the model's.
    assert not differs("text", "1 succeeded\nfood positive\n", "1 succeeded\ndrinks negative\n")
    assert differs("text", "1 succeeded\n", "2 succeeded\n")
    # Ids, keys and numbers are others each time, and a page may show less than there is.
    assert not differs("transcript", "key_0aX3… of acme\nkrt_live_0aX3…\n", "key_1b of acme\nkrt_live_1b_x-Y\nmore\n")
    assert differs("transcript", "waiting 20000  rate 50\n", "waiting 3  day 50\n")
    http = 'HTTP/1.1 {} OK\r\nETag: "3"\r\n\r\n{{"status": "{}"}}'
    assert not differs("transcript", http.format(200, "queued").replace("\r", ""), http.format(200, "queued"))
    assert differs("transcript", http.format(200, "queued").replace("\r", ""), http.format(202, "queued"))
    assert differs("transcript", http.format(200, "queued").replace("\r", ""), http.format(200, "failed"))
    # What shows nothing shows no refusal either.
    assert differs("", "", '{"type":"/docs/problems#not-found"}')
