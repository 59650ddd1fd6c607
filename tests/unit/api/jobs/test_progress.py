"""How far a long review is: for who asks, and for who listens."""

import orjson
from flask.testing import FlaskClient

from jobs.progress import Progress
from kritiq_client.sse import EventParser
from tests.support.factories import claim, succeeded
from tests.support.http import submitted
from tests.support.model_store import ModelStore


def test_who_asks_and_who_listens_hear_how_far_it_is_and_then_its_end(
    client: FlaskClient, model_store: ModelStore
) -> None:
    here = f"/v1/jobs/{submitted(client)}"
    assert client.get(here).json["progress"] is None
    [taken] = claim(model_store)
    before = client.get(here).headers["ETag"]
    far = iter([120, 250])
    seen = []
    parser = EventParser()
    for part in client.get(f"{here}/events").iter_encoded():
        for event in parser.feed(part):
            body = orjson.loads(event.data)
            seen.append((event.event, body.get("status"), body.get("progress")))
            if (done := next(far, None)) is not None:
                model_store.note_progress([(taken, Progress(done=done, total=300))])
                asked = client.get(here, headers={"If-None-Match": before})
                assert asked.json["progress"] == {"done": done, "total": 300}
            else:
                model_store.complete([succeeded(taken)])
    assert seen == [
        ("job", "running", None),
        ("job", "running", {"done": 120, "total": 300}),
        ("job", "running", {"done": 250, "total": 300}),
        ("job", "succeeded", None),
        ("end", None, None),
    ]
    assert [job["progress"] for job in client.get("/v1/jobs").json["jobs"]] == [None]
