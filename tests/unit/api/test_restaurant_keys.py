"""A key for some restaurants is told the same by every list, count, summary and export, whatever others there are."""

import re
from typing import Any

import redis
from flask.testing import FlaskClient

from access.scope import Scope
from jobs.feedback import Answers
from model.scheme import DEFAULT_SCHEME
from store.answers import AnswerStore
from store.traffic import model_key
from tests.support.factories import MODEL, FakePredictor, claim, failed
from tests.support.keys import EVERYTHING, Doors
from worker.predict.pipeline import Pipeline

#: What tells of the whole deployment and of none of its restaurants; of the key itself; and the stream, which
#: `tests/unit/api/service/test_changes.py` listens to.
ELSEWHERE = {"/v1/queue", "/v1/session", "/v1/events", "/livez", "/readyz", "/home/"}
SCOPES = (*EVERYTHING, Scope.MODELS_MANAGE)
OTHERS = "krone"
GUEST = "guest-7"
#: Values of parameters, of each of which something is asked for.
ASKED = {
    "restaurant": ["adler", OTHERS, "nobody"],
    "external_author": [GUEST],
    "status": ["queued", "succeeded", "failed", "running", "completed"],
    "error": ["prediction_failed"],
    "model": ["fake", "fake/1"],
    "page_size": ["1"],
    "reviews": ["1", "2"],
    "count": ["1"],
    "include_none": ["true"],
    "from": ["2026-01-01"],
}


class House:
    """What an organisation has of one restaurant: of each kind one that was judged, failed and waits."""

    def __init__(self, doors: Doors, client: FlaskClient) -> None:
        self._doors, self._client = doors, client

    def fill(self, restaurant: str | None, *, mixed: bool = False) -> None:
        of: dict[str, Any] = {"restaurant": restaurant} if restaurant else {}
        members = {**of, "external_author": GUEST, "reviewed_at": "2026-11-02", "metadata": {"note": str(restaurant)}}
        only = {"restaurants": [restaurant]} if restaurant else {}
        self._made("/v1/endpoints", {"url": "https://hooks.example.com/x", **only})
        self._made("/v1/jobs", {"text": f"Zu heiß im {restaurant}.", **members})
        self._doors.jobs.complete([failed(each) for each in claim(self._doors.jobs)])
        job = self._made("/v1/jobs", {"text": f"Gut im {restaurant}.", **members})
        lines = [{"text": f"Gut und schlecht im {restaurant}.", "custom_id": f"c-{restaurant}", **members}]
        if mixed:
            lines.append({"text": "Gut hier.", "custom_id": "c-adler", **members, "restaurant": "adler"})
        batch = self._made("/v1/batches", {"reviews": lines, **of})
        pipeline = Pipeline(FakePredictor().as_predictor())
        self._doors.jobs.complete(pipeline.judge(pipeline.prepare(claim(self._doors.jobs))))
        for path in (f"jobs/{job}", f"batches/{batch}/lines/1"):
            correction = {"sentence": 0, "aspect": "food", "polarity": "none", "by": restaurant or "-"}
            answer = self._client.post(f"/v1/{path}/feedback", json=correction)
            assert answer.status_code == 200, answer.data
        self._made("/v1/jobs", {"text": f"Wartet im {restaurant}.", **members})

    def _made(self, path: str, body: dict[str, Any]) -> str:
        answer = self._client.post(path, json=body)
        assert answer.status_code in (201, 202), answer.data
        return str(answer.json["id"])  # type: ignore[index]


def calls(client: FlaskClient) -> list[tuple[str, dict[str, str]]]:
    """Every GET that names nothing but restaurants, with each parameter that it takes."""
    found = []
    for path, methods in client.get("/openapi.json").get_json()["paths"].items():
        if "get" not in methods or path in ELSEWHERE or re.search(r"{(?!restaurant|name)", path):
            continue
        queries: list[dict[str, str]] = [{}]
        for each in methods["get"]["parameters"]:
            if each["in"] == "query":
                queries += [{each["name"]: value} for value in ASKED.get(each["name"], [])]
        named = [path.format(restaurant=name, name="fake") for name in ("adler", OTHERS)]
        found += [(address, query) for address in dict.fromkeys(named) for query in queries]
    return found


def told(client: FlaskClient, path: str, query: dict[str, str], accept: str) -> str:
    """What is answered, without what is another one each time: ids, times and tokens."""
    answer = client.get(path, query_string=query, headers={"Accept": accept})
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "TIME", answer.text)
    text = re.sub(r'"((?:\w+_)?ms|at)":\s*\d+', r'"\1":0', text)
    text = re.sub(r'"next_page_token":\s*"[^"]+"', '"next_page_token":"TOKEN"', text)
    ids = dict[str, str]()
    text = re.sub(r"[a-z]+_[0-9A-Z]{26}", lambda found: ids.setdefault(found[0], f"ID{len(ids)}"), text)
    return f"{answer.status_code} {text}"


def test_a_key_for_some_restaurants_is_told_the_same_whatever_others_there_are(redis_client: redis.Redis) -> None:
    doors = Doors(redis_client, max_tenant_rate=0)
    known = Answers(aspects=DEFAULT_SCHEME.aspects, polarities=DEFAULT_SCHEME.polarities)
    AnswerStore(doors.jobs.client).set(model_key(MODEL["name"], MODEL["version"]), known)
    alone, beside = doors.client("alone"), doors.client("beside")
    House(doors, alone).fill("adler")
    House(doors, beside).fill(OTHERS)
    House(doors, beside).fill("adler")
    House(doors, beside).fill(OTHERS)
    House(doors, beside).fill(None)
    House(doors, beside).fill(OTHERS, mixed=True)
    keys = [doors.client(tenant, *SCOPES, restaurants=("adler",)) for tenant in ("alone", "beside")]
    asked = calls(alone)
    assert len(asked) > 40
    differing = {
        (path, accept, *query.items())
        for path, query in asked
        for accept in ("application/json, application/x-ndjson", "text/csv")
        if len({told(key, path, query, accept) for key in keys}) > 1
    }
    assert differing == set()
