"""Jobs and batches may be named by themselves as well as by their ids."""

import json
from datetime import date

import httpx
import pytest

from kritiq_client import Review
from tests.unit.client.shells import Both


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("call", ["get", "cancel", "retry", "delete"])
def test_whoever_has_a_job_need_not_take_its_id_out_of_it(kind: str, call: str) -> None:
    said = {
        "id": "a",
        "status": "failed",
        "version": 3,
        "attempt": 1,
        "priority": "normal",
        "created_at": "2026-11-30T10:00:00Z",
    }
    asked: list[str] = []

    def service(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(204) if request.method == "DELETE" else httpx.Response(200, json=said)

    both = Both(kind, service)
    job = both.get("a")
    getattr(both, call)(job)
    assert [each.split("/")[3] for each in asked] == ["a", "a"]


def test_a_review_may_say_only_the_day_on_which_it_was_written() -> None:
    assert json.loads(Review(text="Gut.", reviewed_at=date(2026, 10, 3)).body())["reviewed_at"] == "2026-10-03"
